#include "image/augment.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Positions of images are below this; the draws of the later parameters are sequences above it. */
static const uint64_t second_sequences = UINT64_C(1) << 63;

/* Words of the random sequences that a copy takes: two for each uniform number. */
enum { WARP_WORDS = 2 * 4, OTHER_WORDS = 2 * 6 };

static double within(double range, struct sk_random *random)
{
    return range * (2 * sk_random_uniform(random) - 1);
}

struct sk_augmentation sk_augment_draw(const struct sk_augment_range *range, uint64_t seed, uint64_t position, size_t copy)
{
    struct sk_random random;
    struct sk_augmentation a = {0};
    sk_random_init(&random, seed, position);
    sk_random_skip(&random, WARP_WORDS * (uint64_t)copy); /* what the copies before this one take */
    a.warp = sk_warp_draw(&range->warp, &random);
    sk_random_init(&random, seed, position | second_sequences);
    sk_random_skip(&random, OTHER_WORDS * (uint64_t)copy);
    a.warp.zoom = within(range->warp.zoom, &random);
    a.warp.shift_x = within(range->warp.shift, &random);
    a.warp.shift_y = within(range->warp.shift, &random);
    a.colour.brightness = within(range->colour.brightness, &random);
    a.colour.contrast = within(range->colour.contrast, &random);
    a.colour.hue = within(range->colour.hue, &random);
    return a;
}

int sk_augment(const struct sk_image *in, const struct sk_augmentation *augmentation, struct sk_image *out,
               struct sk_error *err)
{
    if (sk_image_warp(in, &augmentation->warp, out, err))
        return -1;
    sk_image_recolour(out, &augmentation->colour);
    return 0;
}

/* --- the table of copies --- */

enum { FLIP_HORIZONTAL, FLIP_VERTICAL, SHEAR, DEGREES, ZOOM, SHIFT_X, SHIFT_Y, BRIGHTNESS, CONTRAST, HUE, PARAMETERS };

/* A parameter's column, and the values it may have: those that skaug can draw. */
static const struct {
    const char *name;
    double low, high;
} parameter[PARAMETERS] = {
    {"flip_horizontal", 0, 1}, {"flip_vertical", 0, 1}, {"shear", -10, 10},    {"degrees", -360, 360},
    {"zoom", -0.9, 0.9},       {"shift_x", -1, 1},      {"shift_y", -1, 1},    {"brightness", -1, 1},
    {"contrast", -1, 1},       {"hue", -180, 180},
};

static void to_values(const struct sk_augmentation *a, double value[PARAMETERS])
{
    const struct sk_warp *w = &a->warp;
    const struct sk_colour *c = &a->colour;
    const double all[PARAMETERS] = {w->flip_horizontal, w->flip_vertical, w->shear,      w->degrees,  w->zoom,
                                    w->shift_x,         w->shift_y,       c->brightness, c->contrast, c->hue};
    memcpy(value, all, sizeof all);
}

static struct sk_augmentation from_values(const double value[PARAMETERS])
{
    return (struct sk_augmentation){
        .warp = {.flip_horizontal = value[FLIP_HORIZONTAL] != 0,
                 .flip_vertical = value[FLIP_VERTICAL] != 0,
                 .shear = value[SHEAR],
                 .degrees = value[DEGREES],
                 .zoom = value[ZOOM],
                 .shift_x = value[SHIFT_X],
                 .shift_y = value[SHIFT_Y]},
        .colour = {.brightness = value[BRIGHTNESS], .contrast = value[CONTRAST], .hue = value[HUE]},
    };
}

int sk_augment_write_head(FILE *out, struct sk_error *err)
{
    const char *cell[PARAMETERS + 2] = {"image", "copy"};
    for (size_t i = 0; i < PARAMETERS; i++)
        cell[i + 2] = parameter[i].name;
    return sk_table_write(out, cell, PARAMETERS + 2, err);
}

int sk_augment_write(FILE *out, uint64_t position, long copy, const struct sk_augmentation *augmentation, struct sk_error *err)
{
    enum { DIGITS = 32 };
    char text[PARAMETERS + 2][DIGITS];
    const char *cell[PARAMETERS + 2];
    double value[PARAMETERS];
    to_values(augmentation, value);
    snprintf(text[0], DIGITS, "%" PRIu64, position);
    snprintf(text[1], DIGITS, copy < 0 ? "-" : "%ld", copy);
    for (size_t i = 0; i < PARAMETERS; i++)
        snprintf(text[i + 2], DIGITS, "%.17g", value[i]);
    for (size_t i = 0; i < PARAMETERS + 2; i++)
        cell[i] = text[i];
    return sk_table_write(out, cell, PARAMETERS + 2, err);
}

static int read_line(struct sk_augment_list *list, const struct sk_table *table, size_t row, const size_t *column,
                     struct sk_error *err)
{
    double position, value[PARAMETERS];
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
        if (sk_table_number(table, row, column[i], &value[i], err))
            return -1;
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
    for (size_t i = 0; i < PARAMETERS; i++)
        if (sk_table_column(table, parameter[i].name, &column[i], err))
            return -1;
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
