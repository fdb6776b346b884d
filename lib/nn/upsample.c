#include "nn/upsample.h"

#include "base/simd.h"

const char *const sk_upsample_name[SK_UPSAMPLES] = {[SK_NEAREST] = "nearest", [SK_BILINEAR] = "bilinear"};

/* Pixels of the one side that a pixel of the other is made of, in one direction, with their weights. */
enum { MOST = 4 };

struct taps {
    size_t count, at[MOST];
    float weight[MOST];
};

static void add_tap(struct taps *taps, size_t at, float weight)
{
    taps->at[taps->count] = at;
    taps->weight[taps->count++] = weight;
}

/* Of the large pixel i: small ones. */
static struct taps taps_up(enum sk_upsample how, size_t side, size_t i)
{
    struct taps taps = {0};
    const size_t near = i / 2, last = side - 1;
    if (how == SK_NEAREST) {
        add_tap(&taps, near, 1);
        return taps;
    }
    const size_t next = i % 2 ? (near < last ? near + 1 : last) : (near ? near - 1 : 0);
    if (next == near)
        add_tap(&taps, near, 1);
    else {
        add_tap(&taps, near, 0.75f);
        add_tap(&taps, next, 0.25f);
    }
    return taps;
}

/* Of the small pixel i: large ones, in their order. */
static struct taps taps_down(enum sk_upsample how, size_t side, size_t i)
{
    struct taps taps = {0};
    for (size_t large = i ? 2 * i - 1 : 0; large <= 2 * i + 2 && large < 2 * side; large++) {
        const struct taps up = taps_up(how, side, large);
        for (size_t k = 0; k < up.count; k++)
            if (up.at[k] == i)
                add_tap(&taps, large, up.weight[k]);
    }
    return taps;
}

SK_SIMD static void scale_to(size_t n, float weight, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = weight * x[i];
}

SK_SIMD static void scale_add(size_t n, float weight, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += weight * x[i];
}

/* One pixel [channels] from its taps in an image whose rows are `row` floats long. */
static void gather(const struct taps *down, const struct taps *across, size_t row, size_t channels, const float *x, float *y,
                   bool add)
{
    for (size_t p = 0; p < down->count; p++)
        for (size_t q = 0; q < across->count; q++) {
            const float weight = down->weight[p] * across->weight[q];
            const float *from = x + down->at[p] * row + across->at[q] * channels;
            if (add || p || q)
                scale_add(channels, weight, from, y);
            else
                scale_to(channels, weight, from, y);
        }
}

void sk_upsample_forward(enum sk_upsample how, size_t n, size_t side, size_t channels, const float *x, float *y, int jobs)
{
    const size_t row = side * channels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n * 2 * side; i++) {
        const struct taps down = taps_up(how, side, i % (2 * side));
        const float *image = x + i / (2 * side) * side * row;
        for (size_t j = 0; j < 2 * side; j++) {
            const struct taps across = taps_up(how, side, j);
            gather(&down, &across, row, channels, image, y + (i * 2 * side + j) * channels, false);
        }
    }
}

void sk_upsample_backward(enum sk_upsample how, size_t n, size_t side, size_t channels, const float *dy, float *dx, bool add,
                          int jobs)
{
    const size_t row = 2 * side * channels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n * side; i++) {
        const struct taps down = taps_down(how, side, i % side);
        const float *image = dy + i / side * 2 * side * row;
        for (size_t j = 0; j < side; j++) {
            const struct taps across = taps_down(how, side, j);
            gather(&down, &across, row, channels, image, dx + (i * side + j) * channels, add);
        }
    }
}
