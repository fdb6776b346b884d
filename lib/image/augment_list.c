#include "image/augment_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLIP, ROTATE, SHEAR, ZOOM, SHIFT, BRIGHTNESS, CONTRAST, HUE,
    ARTEFACT,
    NAMES = ARTEFACT + SK_ARTEFACTS
};

/* The usual strength suits photographs of 64 pixels: what a dermatoscope held otherwise, in other light, makes of a lesion. */
static const struct name {
    const char *name;
    double usual, most;
} names[NAMES] = {
    [FLIP] = {"flip", 1, 1},
    [ROTATE] = {"rotate", 180, 360},
    [SHEAR] = {"shear", 0.1, 10},
    [ZOOM] = {"zoom", 0.15, 0.9},
    [SHIFT] = {"shift", 0.05, 1},
    [BRIGHTNESS] = {"brightness", 0.08, 1},
    [CONTRAST] = {"contrast", 0.2, 1},
    [HUE] = {"hue", 5, 180},
    [ARTEFACT + SK_ARTEFACT_INK] = {"ink", 0.1, 1},
    [ARTEFACT + SK_ARTEFACT_HAIRS] = {"hairs", 0.1, 1},
    [ARTEFACT + SK_ARTEFACT_RULER] = {"ruler", 0.1, 1},
    [ARTEFACT + SK_ARTEFACT_CORNERS] = {"corners", 0.1, 1},
};

/* Names of several. */
static const char colour[] = "colour", none[] = "none";

static double get(const struct sk_augment_range *range, int name)
{
    switch (name) {
    case FLIP: return range->warp.flip_horizontal;
    case ROTATE: return range->warp.degrees;
    case SHEAR: return range->warp.shear;
    case ZOOM: return range->warp.zoom;
    case SHIFT: return range->warp.shift;
    case BRIGHTNESS: return range->colour.brightness;
    case CONTRAST: return range->colour.contrast;
    case HUE: return range->colour.hue;
    default: return range->artefact[name - ARTEFACT];
    }
}

static void set(struct sk_augment_range *range, int name, double value)
{
    switch (name) {
    case FLIP: range->warp.flip_horizontal = range->warp.flip_vertical = value > 0; break;
    case ROTATE: range->warp.degrees = value; break;
    case SHEAR: range->warp.shear = value; break;
    case ZOOM: range->warp.zoom = value; break;
    case SHIFT: range->warp.shift = value; break;
    case BRIGHTNESS: range->colour.brightness = value; break;
    case CONTRAST: range->colour.contrast = value; break;
    case HUE: range->colour.hue = value; break;
    default: range->artefact[name - ARTEFACT] = value;
    }
}

static bool is(const char *item, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(item, name, length) == 0;
}

static int find(const char *item, size_t length)
{
    int name = 0;
    while (name < NAMES && !is(item, length, names[name].name))
        name++;
    return name;
}

/* What stands behind '=' up to the item's end. */
static int parse_strength(const char *text, size_t length, const struct name *name, double *value, struct sk_error *err)
{
    char number[32] = "", *end = number;
    if (length < sizeof number && strspn(text, ".0123456789eE-") >= length) { /* no blanks, hexadecimal, nan or inf */
        memcpy(number, text, length);
        *value = strtod(number, &end);
    }
    if (end == number || *end || !(*value >= 0 && *value <= name->most))
        return sk_fail(err, "'%.*s' is no strength of %s: 0 to %g", (int)length, text, name->name, name->most);
    return 0;
}

/* One item: a name, "=strength" where given. */
static int parse_item(struct sk_augment_range *range, bool seen[NAMES], const char *item, size_t length, struct sk_error *err)
{
    const char *equals = memchr(item, '=', length);
    const size_t letters = equals ? (size_t)(equals - item) : length;
    const bool all_colours = is(item, letters, colour) && !equals;
    int first = all_colours ? BRIGHTNESS : find(item, letters), last = all_colours ? HUE : first;
    if (first == NAMES || (first == FLIP && equals))
        return sk_fail(err, "'%.*s' is none of flip, rotate, shear, zoom, shift, brightness, contrast, hue, colour, ink, hairs, ruler, "
                            "corners (each but flip and colour with =strength or without)", (int)length, item);
    for (int name = first; name <= last; name++) {
        double strength = names[name].usual;
        if (seen[name])
            return sk_fail(err, "%s is named twice", names[name].name);
        seen[name] = true;
        if (equals && parse_strength(equals + 1, length - letters - 1, &names[name], &strength, err))
            return -1;
        set(range, name, strength);
    }
    return 0;
}

int sk_augment_list_parse(struct sk_augment_range *range, const char *list, struct sk_error *err)
{
    bool seen[NAMES] = {false};
    *range = (struct sk_augment_range){0};
    if (strcmp(list, none) == 0)
        return 0;
    for (const char *item = list;; item++) {
        const size_t length = strcspn(item, ",");
        if (parse_item(range, seen, item, length, err))
            return -1;
        item += length;
        if (!*item)
            return 0;
    }
}

void sk_augment_list_text(const struct sk_augment_range *range, char text[SK_AUGMENT_LIST_TEXT])
{
    size_t used = 0;
    for (int name = 0; name < NAMES; name++) {
        const double value = get(range, name);
        if (!(value > 0))
            continue;
        used += (size_t)snprintf(text + used, SK_AUGMENT_LIST_TEXT - used, "%s%s", used ? "," : "", names[name].name);
        if (name != FLIP)
            used += (size_t)snprintf(text + used, SK_AUGMENT_LIST_TEXT - used, "=%.9g", value);
    }
    if (used == 0)
        snprintf(text, SK_AUGMENT_LIST_TEXT, "%s", none);
}
