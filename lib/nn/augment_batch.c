#include "nn/augment_batch.h"

#include <math.h>
#include <string.h>

#include "nn/turn.h"

enum { CHANNELS = 3 };

static const struct sk_strength strengths[SK_BATCH_AUGMENTS] = {
    [SK_BATCH_FLIP] = {"flip", 1, 1},
    [SK_BATCH_TURN] = {"turn", 1, 1},
    [SK_BATCH_TRANSLATE] = {"translate", 0.125, 0.5},
    [SK_BATCH_CUTOUT] = {"cutout", 0.5, 0.9},
    [SK_BATCH_BRIGHTNESS] = {"brightness", 0.2, 1},
    [SK_BATCH_SATURATION] = {"saturation", 0.3, 1},
    [SK_BATCH_CONTRAST] = {"contrast", 0.2, 0.9},
};

const struct sk_strength_names sk_batch_augment_names = {strengths, SK_BATCH_AUGMENTS, "colour", SK_BATCH_BRIGHTNESS,
                                                         SK_BATCH_CONTRAST};

/* --- what is drawn -------------------------------------------------------------- */

static double within(double range, struct sk_random *random)
{
    return range * (2 * sk_random_uniform(random) - 1);
}

static struct sk_batch_augmentation draw(const double *strength, size_t side, struct sk_random *random)
{
    const uint32_t bits = sk_random_bits(random);
    const unsigned flips = strength[SK_BATCH_FLIP] > 0 ? bits & 3 : 0, turn = strength[SK_BATCH_TURN] > 0 ? bits >> 2 & 3 : 0;
    static const unsigned quarter[4] = {0, 4 | 1, 1 | 2, 4 | 2};
    const double span = (double)side, cut = strength[SK_BATCH_CUTOUT] * span;
    struct sk_batch_augmentation a = {.turn = quarter[turn] ^ flips, .cut_side = lround(cut)};
    a.shift_x = lround(within(strength[SK_BATCH_TRANSLATE], random) * span);
    a.shift_y = lround(within(strength[SK_BATCH_TRANSLATE], random) * span);
    a.cut_x = (long)floor(sk_random_uniform(random) * (span + 1) - cut / 2); /* its middle is anywhere in the image */
    a.cut_y = (long)floor(sk_random_uniform(random) * (span + 1) - cut / 2);
    a.brightness = (float)within(strength[SK_BATCH_BRIGHTNESS], random);
    a.saturation = (float)(1 + within(strength[SK_BATCH_SATURATION], random));
    a.contrast = (float)(1 + within(strength[SK_BATCH_CONTRAST], random));
    return a;
}

void sk_batch_augment_draw(const struct sk_batch_augment_range *range, size_t n, size_t side, struct sk_random *random,
                           struct sk_batch_augmentation *augmentation)
{
    for (size_t i = 0; i < n; i++)
        augmentation[i] = draw(range->strength, side, random);
}

/* --- colour ------------------------------------------------------------------------ */

/* A pixel's new values are its own, their mean and one that is the whole image's, mixed. */
struct mixture {
    float own, sum, whole;
};

static float mean_of(size_t values, const float *x)
{
    double sum = 0;
    for (size_t i = 0; i < values; i++)
        sum += (double)x[i];
    return (float)(sum / (double)values);
}

static struct mixture mixture_of(const struct sk_batch_augmentation *a, float mean, float added)
{
    return (struct mixture){a->contrast * a->saturation, a->contrast * (1 - a->saturation) / CHANNELS, (1 - a->contrast) * mean + added};
}

static void mix(const struct mixture *m, const float *from, float *to)
{
    const float rest = m->sum * (from[0] + from[1] + from[2]) + m->whole;
    for (size_t c = 0; c < CHANNELS; c++)
        to[c] = m->own * from[c] + rest;
}

/* --- places -------------------------------------------------------------------------- */

static bool cut_out(const struct sk_batch_augmentation *a, long row, long column)
{
    return row >= a->cut_y && row < a->cut_y + a->cut_side && column >= a->cut_x && column < a->cut_x + a->cut_side;
}

/* Where the augmented image's pixel comes from: a pixel's number, or -1 where it is 0. */
static long source_of(const struct sk_batch_augmentation *a, long side, long row, long column)
{
    const long y = row - a->shift_y, x = column - a->shift_x;
    if (y < 0 || y >= side || x < 0 || x >= side || cut_out(a, row, column))
        return -1;
    return (long)sk_turned_from((size_t)side, a->turn, (size_t)y, (size_t)x);
}

static void augment(const struct sk_batch_augmentation *a, size_t side, const float *x, float *y)
{
    const struct mixture mixture = mixture_of(a, mean_of(side * side * CHANNELS, x), a->brightness);
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++, y += CHANNELS) {
            const long source = source_of(a, (long)side, (long)row, (long)column);
            if (source >= 0)
                mix(&mixture, x + CHANNELS * (size_t)source, y);
            else
                memset(y, 0, CHANNELS * sizeof *y);
        }
}

/* The gradients go back to where their pixels came from, each of another place, and are mixed there: mixing is its own transpose. */
static void augment_backward(const struct sk_batch_augmentation *a, size_t side, const float *dy, float *dx)
{
    const size_t values = side * side * CHANNELS;
    memset(dx, 0, values * sizeof *dx);
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++, dy += CHANNELS) {
            const long source = source_of(a, (long)side, (long)row, (long)column);
            if (source >= 0)
                memcpy(dx + CHANNELS * (size_t)source, dy, CHANNELS * sizeof *dx);
        }
    const struct mixture mixture = mixture_of(a, mean_of(values, dx), 0);
    for (size_t i = 0; i < values; i += CHANNELS)
        mix(&mixture, dx + i, dx + i);
}

void sk_batch_augment(size_t n, size_t side, const struct sk_batch_augmentation *augmentation, const float *x, float *y, int jobs)
{
    const size_t values = side * side * CHANNELS;
#pragma omp parallel for num_threads(jobs)
    for (size_t i = 0; i < n; i++)
        augment(&augmentation[i], side, x + i * values, y + i * values);
}

void sk_batch_augment_backward(size_t n, size_t side, const struct sk_batch_augmentation *augmentation, const float *dy, float *dx,
                               int jobs)
{
    const size_t values = side * side * CHANNELS;
#pragma omp parallel for num_threads(jobs)
    for (size_t i = 0; i < n; i++)
        augment_backward(&augmentation[i], side, dy + i * values, dx + i * values);
}
