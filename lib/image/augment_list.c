#include "image/augment_list.h"

#include "base/strengths.h"

enum {
    FLIP, ROTATE, SHEAR, ZOOM, SHIFT, BRIGHTNESS, CONTRAST, HUE,
    ARTEFACT,
    NAMES = ARTEFACT + SK_ARTEFACTS
};

/* The usual strengths suit photographs of 64 pixels: what a dermatoscope held otherwise, in other light, makes of a lesion. */
static const struct sk_strength strengths[NAMES] = {
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

static const struct sk_strength_names names = {strengths, NAMES, "colour", BRIGHTNESS, HUE};

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

int sk_augment_list_parse(struct sk_augment_range *range, const char *list, struct sk_error *err)
{
    double value[NAMES];
    if (sk_strengths_parse(&names, list, value, err))
        return -1;
    *range = (struct sk_augment_range){0};
    for (int name = 0; name < NAMES; name++)
        set(range, name, value[name]);
    return 0;
}

void sk_augment_list_text(const struct sk_augment_range *range, char text[SK_AUGMENT_LIST_TEXT])
{
    double value[NAMES];
    for (int name = 0; name < NAMES; name++)
        value[name] = get(range, name);
    sk_strengths_text(&names, value, text);
}
