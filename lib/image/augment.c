#include "image/augment.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Positions of images are below 2^60. The bits above name the sequence: 0 is that of the first parameters. */
enum { SECOND_SEQUENCES = 8, ARTEFACT_SEQUENCES, POSITION_BITS = 60 };
_Static_assert(ARTEFACT_SEQUENCES + SK_ARTEFACTS <= 1 << (64 - POSITION_BITS), "a sequence for each artefact");

/* Words of the random sequences that a copy takes: two for each uniform number. */
enum { WARP_WORDS = 2 * 4, OTHER_WORDS = 2 * 6, ARTEFACT_WORDS = 2 * 2 };

static double within(double range, struct sk_random *random)
{
    return range * (2 * sk_random_uniform(random) - 1);
}

static struct sk_random sequence(uint64_t seed, uint64_t position, int name, uint64_t words)
{
    struct sk_random random;
    sk_random_init(&random, seed, position | (uint64_t)name << POSITION_BITS);
    sk_random_skip(&random, words); /* what the copies before this one take */
    return random;
}

/* A pattern's number is drawn where there will be none too: another probability changes no pattern. */
static uint64_t draw_artefact(double probability, struct sk_random *random)
{
    const bool there = sk_random_uniform(random) < probability;
    const uint64_t number = 1 + (uint64_t)ldexp(sk_random_uniform(random), SK_ARTEFACT_PATTERN_BITS);
    return there ? number : 0;
}

struct sk_augmentation sk_augment_draw(const struct sk_augment_range *range, uint64_t seed, uint64_t position, size_t copy)
{
    struct sk_augmentation a = {0};
    struct sk_random random = sequence(seed, position, 0, WARP_WORDS * (uint64_t)copy);
    a.warp = sk_warp_draw(&range->warp, &random);
    random = sequence(seed, position, SECOND_SEQUENCES, OTHER_WORDS * (uint64_t)copy);
    a.warp.zoom = within(range->warp.zoom, &random);
    a.warp.shift_x = within(range->warp.shift, &random);
    a.warp.shift_y = within(range->warp.shift, &random);
    a.colour.brightness = within(range->colour.brightness, &random);
    a.colour.contrast = within(range->colour.contrast, &random);
    a.colour.hue = within(range->colour.hue, &random);
    for (int k = 0; k < SK_ARTEFACTS; k++) {
        random = sequence(seed, position, ARTEFACT_SEQUENCES + k, ARTEFACT_WORDS * (uint64_t)copy);
        a.artefact[k] = draw_artefact(range->artefact[k], &random);
    }
    return a;
}

bool sk_augment_any(const struct sk_augment_range *range)
{
    const struct sk_warp_range *w = &range->warp;
    const struct sk_colour *c = &range->colour;
    bool any = w->flip_horizontal || w->flip_vertical || w->shear > 0 || w->degrees > 0 || w->zoom > 0 || w->shift > 0 ||
               c->brightness > 0 || c->contrast > 0 || c->hue > 0;
    for (int k = 0; k < SK_ARTEFACTS; k++)
        any = any || range->artefact[k] > 0;
    return any;
}

int sk_augment(const struct sk_image *in, const struct sk_augmentation *augmentation, struct sk_image *out,
               struct sk_image *mask, struct sk_error *err)
{
    if (sk_image_warp(in, &augmentation->warp, out, err))
        return -1;
    sk_image_recolour(out, &augmentation->colour);
    return sk_artefact_paint(out, augmentation->artefact, mask, err);
}

/* --- the table of copies --- */

/* The first are in every table, the artefacts where they may be drawn. */
enum {
    FLIP_HORIZONTAL, FLIP_VERTICAL, SHEAR, DEGREES, ZOOM, SHIFT_X, SHIFT_Y, BRIGHTNESS, CONTRAST, HUE,
    ARTEFACT,
    PARAMETERS = ARTEFACT + SK_ARTEFACTS
};

#define LAST_PATTERN ((double)(UINT64_C(1) << SK_ARTEFACT_PATTERN_BITS))

/* A parameter's column, and the values it may have: those that skaug can draw. */
static const struct {
    const char *name;
    double low, high;
} parameter[PARAMETERS] = {
    {"flip_horizontal", 0, 1}, {"flip_vertical", 0, 1}, {"shear", -10, 10},    {"degrees", -360, 360},
    {"zoom", -0.9, 0.9},       {"shift_x", -1, 1},      {"shift_y", -1, 1},    {"brightness", -1, 1},
    {"contrast", -1, 1},       {"hue", -180, 180},
    [ARTEFACT + SK_ARTEFACT_INK] = {"ink", 0, LAST_PATTERN},
    [ARTEFACT + SK_ARTEFACT_HAIRS] = {"hairs", 0, LAST_PATTERN},
    [ARTEFACT + SK_ARTEFACT_RULER] = {"ruler", 0, LAST_PATTERN},
    [ARTEFACT + SK_ARTEFACT_CORNERS] = {"corners", 0, LAST_PATTERN},
};

static void to_values(const struct sk_augmentation *a, double value[PARAMETERS])
{
    const struct sk_warp *w = &a->warp;
    const struct sk_colour *c = &a->colour;
    const double first[ARTEFACT] = {w->flip_horizontal, w->flip_vertical, w->shear,      w->degrees,  w->zoom,
                                    w->shift_x,         w->shift_y,       c->brightness, c->contrast, c->hue};
    memcpy(value, first, sizeof first);
    for (size_t k = 0; k < SK_ARTEFACTS; k++)
        value[ARTEFACT + k] = (double)a->artefact[k];
}

static struct sk_augmentation from_values(const double value[PARAMETERS])
{
    struct sk_augmentation a = {
        .warp = {.flip_horizontal = value[FLIP_HORIZONTAL] != 0,
                 .flip_vertical = value[FLIP_VERTICAL] != 0,
                 .shear = value[SHEAR],
                 .degrees = value[DEGREES],
                 .zoom = value[ZOOM],
                 .shift_x = value[SHIFT_X],
                 .shift_y = value[SHIFT_Y]},
        .colour = {.brightness = value[BRIGHTNESS], .contrast = value[CONTRAST], .hue = value[HUE]},
    };
    for (size_t k = 0; k < SK_ARTEFACTS; k++)
        a.artefact[k] = (uint64_t)value[ARTEFACT + k];
    return a;
}

int sk_augment_write_head(FILE *out, bool artefacts, struct sk_error *err)
{
    const char *cell[PARAMETERS + 2] = {"image", "copy"};
    const size_t parameters = artefacts ? PARAMETERS : ARTEFACT;
    for (size_t i = 0; i < parameters; i++)
        cell[i + 2] = parameter[i].name;
    return sk_table_write(out, cell, parameters + 2, err);
}

int sk_augment_write(FILE *out, uint64_t position, long copy, const struct sk_augmentation *augmentation, bool artefacts,
                     struct sk_error *err)
{
    enum { DIGITS = 32 };
    const size_t parameters = artefacts ? PARAMETERS : ARTEFACT;
    char text[PARAMETERS + 2][DIGITS];
    const char *cell[PARAMETERS + 2];
    double value[PARAMETERS];
    to_values(augmentation, value);
    snprintf(text[0], DIGITS, "%" PRIu64, position);
    snprintf(text[1], DIGITS, copy < 0 ? "-" : "%ld", copy);
    for (size_t i = 0; i < parameters; i++)
        snprintf(text[i + 2], DIGITS, "%.17g", value[i]);
    for (size_t i = 0; i < parameters + 2; i++)
        cell[i] = text[i];
    return sk_table_write(out, cell, parameters + 2, err);
}

static const size_t NO_COLUMN = SIZE_MAX;

/* column: of each parameter, NO_COLUMN where there is none, and then that of the position */
static int read_line(struct sk_augment_list *list, const struct sk_table *table, size_t row, const size_t *column,
                     struct sk_error *err)
{
    double position, value[PARAMETERS] = {0};
    if (sk_table_number(table, row, column[PARAMETERS], &position, err))
        return -1;
    if (!(position >= 0 && position <= 9007199254740992.0) || position != floor(position)) {
        sk_fail(err, "image: '%s' is no position", sk_table_cell(table, row, column[PARAMETERS]));
        return sk_table_at(table, row, err);
    }
    list->position[row] = (uint64_t)position;
    if (row > 0 && list->position[row] < list->position[row - 1]) {
        sk_fail(err, "image %" PRIu64 " comes after image %" PRIu64, list->position[row], list->position[row - 1]);
        return sk_table_at(table, row, err);
    }
    for (size_t i = 0; i < PARAMETERS; i++) {
        if (column[i] == NO_COLUMN)
            continue;
        if (sk_table_number(table, row, column[i], &value[i], err))
            return -1;
        if (i >= ARTEFACT && value[i] != floor(value[i])) {
            sk_fail(err, "%s: %s is no whole number", parameter[i].name, sk_table_cell(table, row, column[i]));
            return sk_table_at(table, row, err);
        }
        if (value[i] < parameter[i].low || value[i] > parameter[i].high) {
            sk_fail(err, "%s: %s is not from %g to %g", parameter[i].name, sk_table_cell(table, row, column[i]),
                    parameter[i].low, parameter[i].high);
            return sk_table_at(table, row, err);
        }
    }
    list->augmentation[row] = from_values(value);
    return 0;
}

static int read_lines(struct sk_augment_list *list, const struct sk_table *table, struct sk_error *err)
{
    size_t column[PARAMETERS + 1];
    if (sk_table_column(table, "image", &column[PARAMETERS], err))
        return -1;
    for (size_t i = 0; i < PARAMETERS; i++) {
        const bool wanted = i < ARTEFACT || sk_table_has(table, parameter[i].name);
        column[i] = NO_COLUMN;
        if (wanted && sk_table_column(table, parameter[i].name, &column[i], err))
            return -1;
        list->artefacts |= wanted && i >= ARTEFACT;
    }
    list->count = table->rows;
    list->position = sk_alloc(list->count, sizeof *list->position, err);
    list->augmentation = list->position ? sk_alloc(list->count, sizeof *list->augmentation, err) : NULL;
    if (!list->augmentation)
        return -1;
    for (size_t row = 0; row < list->count; row++)
        if (read_line(list, table, row, column, err))
            return -1;
    return 0;
}

int sk_augment_read(struct sk_augment_list *list, const char *path, struct sk_error *err)
{
    struct sk_table table;
    *list = (struct sk_augment_list){0};
    if (sk_table_read(&table, path, err))
        return -1;
    int failed = read_lines(list, &table, err);
    sk_table_free(&table);
    if (failed)
        sk_augment_list_free(list);
    return failed;
}

void sk_augment_list_free(struct sk_augment_list *list)
{
    free(list->position);
    free(list->augmentation);
    *list = (struct sk_augment_list){0};
}

/* The first line whose position is not below this. */
static size_t lower_bound(const struct sk_augment_list *list, uint64_t position)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->position[middle] < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t sk_augment_find(const struct sk_augment_list *list, uint64_t position, size_t *count)
{
    const size_t first = lower_bound(list, position);
    *count = lower_bound(list, position + 1) - first;
    return first;
}
