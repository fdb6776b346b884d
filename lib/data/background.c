#include "data/background.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "nn/arch.h"

enum { TERMS = 4, ROUNDS = 8, FRAME = 8 /* the frame's width is the side over this */, GRAIN = 4 /* medians: 2.7 deviations */ };

static void terms_at(size_t side, size_t row, size_t column, double term[TERMS])
{
    const double u = (2 * (double)column + 1) / (double)side - 1, v = (2 * (double)row + 1) / (double)side - 1;
    const double all[TERMS] = {1, u, v, u * u + v * v};
    memcpy(term, all, sizeof all);
}

static double value_of(const double coefficient[TERMS], const double term[TERMS])
{
    double value = 0;
    for (int i = 0; i < TERMS; i++)
        value += coefficient[i] * term[i];
    return value;
}

static bool in_frame(size_t side, size_t row, size_t column)
{
    const size_t width = side / FRAME;
    return row < width || column < width || row >= side - width || column >= side - width;
}

/* Gauss and Jordan; what is solved is positive definite, so that no pivot is sought. */
static void solve(double a[TERMS][TERMS + 1], double solution[TERMS])
{
    for (int i = 0; i < TERMS; i++)
        for (int k = 0; k < TERMS; k++) {
            const double factor = a[k][i] / a[i][i];
            for (int j = i; k != i && j <= TERMS; j++)
                a[k][j] -= factor * a[i][j];
        }
    for (int i = 0; i < TERMS; i++)
        solution[i] = a[i][TERMS] / a[i][i];
}

/* The median of the frame's distances from the surface, to a part in BINS of the range that x has. */
static double median_distance(size_t side, const float *x, const double coefficient[TERMS])
{
    enum { BINS = 1024 };
    size_t count[BINS + 1] = {0}, all = 0, below = 0;
    double term[TERMS];
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++)
            if (in_frame(side, row, column)) {
                terms_at(side, row, column, term);
                const double e = fabs((double)x[(row * side + column) * SK_IMAGE_CHANNELS] - value_of(coefficient, term));
                count[e < 2 ? (size_t)(e / 2 * BINS) : BINS]++;
                all++;
            }
    size_t bin = 0;
    while ((below += count[bin]) * 2 < all)
        bin++;
    return 2.0 * (double)(bin + 1) / BINS;
}

/* One round of a channel, which x begins with. */
static void refit(size_t side, const float *x, double scale, double coefficient[TERMS])
{
    double a[TERMS][TERMS + 1] = {{0}}, term[TERMS];
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++) {
            if (!in_frame(side, row, column))
                continue;
            terms_at(side, row, column, term);
            const double value = (double)x[(row * side + column) * SK_IMAGE_CHANNELS];
            const double e = (value - value_of(coefficient, term)) / scale, root = 1 / (1 + e * e);
            for (int i = 0; i < TERMS; i++) {
                for (int j = 0; j < TERMS; j++)
                    a[i][j] += root * root * term[i] * term[j];
                a[i][TERMS] += root * root * term[i] * value;
            }
        }
    solve(a, coefficient);
}

/* Of a channel: the surface, and on it what the image has as grain, which is no further off than that. */
static void draw(size_t side, const float *x, const double coefficient[TERMS], double grain, float *background)
{
    double term[TERMS];
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++) {
            const size_t at = (row * side + column) * SK_IMAGE_CHANNELS;
            terms_at(side, row, column, term);
            const double surface = value_of(coefficient, term);
            background[at] = (float)fmin(fmax((double)x[at], surface - grain), surface + grain);
        }
}

void sk_background(size_t side, const float *x, float *background)
{
    for (size_t c = 0; c < SK_IMAGE_CHANNELS; c++) {
        double coefficient[TERMS] = {0}, median = INFINITY; /* all count the same at first */
        for (int round = 0; round < ROUNDS; round++) {
            refit(side, x + c, 2 * median, coefficient);
            median = median_distance(side, x + c, coefficient);
        }
        draw(side, x + c, coefficient, GRAIN * median, background + c);
    }
}
