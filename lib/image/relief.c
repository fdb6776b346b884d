#include "image/relief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"

enum { SIDE = SK_RELIEF_SIDE, LARGEST = SIDE * SIDE, MOST_REACH = 20, BLOCK = 8 };

/* Luminances, on a scale of 0 to 1, are taken for this much more, lest the logarithm enlarge the noise of what is dark. */
static const float darkest = 0.03F;
/* Darker than this share of the median, and joined to the border: the rim of the dermoscope's view. */
static const float dim = 0.45F;

/* Deviations of the blurs, in pixels of the level, and the local deviation, of the logarithm, that noise alone has. */
struct band {
    double fine, coarse, around;
    float noise;
};
static const struct band texture = {1, 3, 6, 0.02F}, outline = {1, 6, 6, 0.1F};

static const double least_scale = 0.55, greatest_scale = 1.8;
static const double least_pixels = 16;
/* Mean square of a block, in units, that is faint. */
static const double faint_square = 0.05 * SK_RELIEF_UNIT * SK_RELIEF_UNIT;

/* A triangle's weights about each of `out` places, over `in` samples: first[out], count[out], weight[out][most]. */
struct resampler {
    size_t out, most;
    size_t *first, *count;
    float *weight;
};

static int resampler_new(struct resampler *r, size_t in, size_t out, struct sk_error *err)
{
    double scale = (double)in / (double)out, radius = fmax(scale, 1);
    *r = (struct resampler){.out = out, .most = (size_t)(2 * radius) + 2};
    r->first = sk_alloc(out, sizeof *r->first, err);
    r->count = r->first ? sk_alloc(out, sizeof *r->count, err) : NULL;
    r->weight = r->count ? sk_alloc(sk_product(out, r->most), sizeof *r->weight, err) : NULL;
    if (!r->weight)
        return -1;
    for (size_t i = 0; i < out; i++) {
        double centre = ((double)i + 0.5) * scale - 0.5, sum = 0;
        double low = fmax(ceil(centre - radius), 0), high = fmin(floor(centre + radius), (double)(in - 1));
        float *w = r->weight + i * r->most;
        r->first[i] = (size_t)low;
        r->count[i] = (size_t)(high - low) + 1;
        for (size_t k = 0; k < r->count[i]; k++)
            sum += fmax(1 - fabs(low + (double)k - centre) / radius, 0);
        for (size_t k = 0; k < r->count[i]; k++)
            w[k] = (float)(fmax(1 - fabs(low + (double)k - centre) / radius, 0) / sum);
    }
    return 0;
}

static void resampler_free(struct resampler *r)
{
    free(r->first);
    free(r->count);
    free(r->weight);
}

static float luminance(const struct sk_image *image, size_t pixel)
{
    const uint16_t *s = image->sample + pixel * sk_image_depth(image);
    float sum = image->channels == 3 ? (float)s[0] + (float)s[1] + (float)s[2] : 3 * (float)s[0];
    return sum / (3 * (float)image->maxval);
}

/* Scales the luminance to w x h in the middle of the square; what is beside has the value -1. */
static int shrink(const struct sk_image *image, size_t w, size_t h, float *square, struct sk_error *err)
{
    struct resampler x = {0}, y = {0};
    float *half = sk_alloc(sk_product(image->height, w), sizeof *half, err);
    int status = half && resampler_new(&x, image->width, w, err) == 0 && resampler_new(&y, image->height, h, err) == 0 ? 0 : -1;
    for (size_t row = 0; row < image->height && status == 0; row++)
        for (size_t i = 0; i < w; i++) {
            float sum = 0;
            for (size_t k = 0; k < x.count[i]; k++)
                sum += x.weight[i * x.most + k] * luminance(image, row * image->width + x.first[i] + k);
            half[row * w + i] = sum;
        }
    for (size_t p = 0; p < LARGEST; p++)
        square[p] = -1;
    for (size_t i = 0; i < h && status == 0; i++) {
        float *line = square + (i + (SIDE - h) / 2) * SIDE + (SIDE - w) / 2;
        for (size_t column = 0; column < w; column++) {
            float sum = 0;
            for (size_t k = 0; k < y.count[i]; k++)
                sum += y.weight[i * y.most + k] * half[(y.first[i] + k) * w + column];
            line[column] = sum;
        }
    }
    resampler_free(&x);
    resampler_free(&y);
    free(half);
    return status;
}

static int ascending(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static float median(const float *square, float *sorted)
{
    size_t n = 0;
    for (size_t p = 0; p < LARGEST; p++)
        if (square[p] >= 0)
            sorted[n++] = square[p];
    qsort(sorted, n, sizeof *sorted, ascending);
    return sorted[n / 2];
}

/* weight[p] = 0 beside the image and where darkness reaches in from its border, with a margin of two pixels; else 1. */
static void find_view(const float *square, float *weight, float *sorted)
{
    float level = median(square, sorted) * dim;
    static const int step[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    bool out[LARGEST];
    for (size_t p = 0; p < LARGEST; p++)
        out[p] = square[p] < 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (int pass = 0; pass < 2; pass++)
            for (size_t q = 0; q < LARGEST; q++) {
                size_t p = pass ? LARGEST - 1 - q : q;
                if (out[p] || square[p] >= level)
                    continue;
                int row = (int)(p / SIDE), column = (int)(p % SIDE);
                for (int k = 0; k < 4 && !out[p]; k++) {
                    int r = row + step[k][0], c = column + step[k][1];
                    out[p] = r < 0 || c < 0 || r >= SIDE || c >= SIDE || out[r * SIDE + c];
                }
                changed = changed || out[p];
            }
    }
    enum { MARGIN = 2 };
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            bool away = false;
            for (int r = row - MARGIN; r <= row + MARGIN && !away; r++)
                for (int c = column - MARGIN; c <= column + MARGIN && !away; c++)
                    away = r >= 0 && c >= 0 && r < SIDE && c < SIDE && out[r * SIDE + c] && square[r * SIDE + c] >= 0;
            weight[row * SIDE + column] = away || out[row * SIDE + column] ? 0 : 1;
        }
}

static size_t gaussian_taps(double sigma, float tap[MOST_REACH + 1])
{
    size_t reach = (size_t)fmin(ceil(2.5 * sigma), MOST_REACH);
    for (size_t k = 0; k <= reach; k++)
        tap[k] = (float)exp(-(double)(k * k) / (2 * sigma * sigma));
    return reach;
}

static void blur_rows(const float *in, size_t side, const float *tap, size_t reach, float *out)
{
    for (size_t row = 0; row < side; row++)
        for (size_t i = 0; i < side; i++) {
            size_t low = i > reach ? i - reach : 0, high = i + reach < side ? i + reach : side - 1;
            float sum = 0;
            for (size_t k = low; k <= high; k++)
                sum += in[row * side + k] * tap[k > i ? k - i : i - k];
            out[row * side + i] = sum;
        }
}

SK_SIMD static void blur_columns(const float *in, size_t side, const float *tap, size_t reach, float *out)
{
    for (size_t row = 0; row < side; row++) {
        size_t low = row > reach ? row - reach : 0, high = row + reach < side ? row + reach : side - 1;
        float *to = out + row * side;
        for (size_t i = 0; i < side; i++)
            to[i] = 0;
        for (size_t k = low; k <= high; k++) {
            float t = tap[k > row ? k - row : row - k];
            for (size_t i = 0; i < side; i++)
                to[i] += t * in[k * side + i];
        }
    }
}

struct workspace {
    float square[LARGEST], weight[LARGEST], variance[LARGEST]; /* square and weight shrink in place */
    float a[LARGEST], b[LARGEST], c[LARGEST], d[LARGEST];
};

/* Blurs value, of which pixels of weight 0 count nothing, into out. */
static void blur(struct workspace *w, const float *value, size_t side, double sigma, float *out)
{
    float tap[MOST_REACH + 1];
    size_t reach = gaussian_taps(sigma, tap);
    for (size_t p = 0; p < side * side; p++)
        w->c[p] = value[p] * w->weight[p];
    blur_rows(w->c, side, tap, reach, w->d);
    blur_columns(w->d, side, tap, reach, out);
    blur_rows(w->weight, side, tap, reach, w->d);
    blur_columns(w->d, side, tap, reach, w->c);
    for (size_t p = 0; p < side * side; p++)
        out[p] = w->c[p] > 0 ? out[p] / w->c[p] : 0;
}

/* What lies between the fine and the coarse blur, divided by its deviation around each pixel. */
static void normalise(struct workspace *w, const struct band *band, size_t side, int8_t *relief)
{
    blur(w, w->square, side, band->fine, w->a);
    blur(w, w->square, side, band->coarse, w->b);
    for (size_t p = 0; p < side * side; p++) {
        w->a[p] -= w->b[p];
        w->b[p] = w->a[p] * w->a[p];
    }
    blur(w, w->b, side, band->around, w->variance);
    for (size_t p = 0; p < side * side; p++) {
        float value = w->a[p] / sqrtf(w->variance[p] + band->noise * band->noise) * SK_RELIEF_UNIT;
        relief[p] = w->weight[p] > 0 ? (int8_t)lrintf(fminf(fmaxf(value, -127), 127)) : SK_RELIEF_UNKNOWN;
    }
}

/* Halves value and weight: means of what is known of 2 x 2 pixels; known where three are. */
static void halve(struct workspace *w, size_t side)
{
    for (size_t y = 0; y < side / 2; y++)
        for (size_t x = 0; x < side / 2; x++) {
            size_t p = 2 * y * side + 2 * x, q = y * (side / 2) + x;
            float known = w->weight[p] + w->weight[p + 1] + w->weight[p + side] + w->weight[p + side + 1];
            float sum = w->weight[p] * w->square[p] + w->weight[p + 1] * w->square[p + 1] +
                        w->weight[p + side] * w->square[p + side] + w->weight[p + side + 1] * w->square[p + side + 1];
            w->square[q] = known > 0 ? sum / known : 0;
            w->weight[q] = known > 2 ? 1 : 0;
        }
}

int sk_relief(const struct sk_image *image, int8_t *relief, struct sk_error *err)
{
    size_t longer = image->width > image->height ? image->width : image->height;
    size_t width = (size_t)fmax(1, round((double)image->width * SIDE / (double)longer));
    size_t height = (size_t)fmax(1, round((double)image->height * SIDE / (double)longer));
    struct workspace *w = sk_alloc(1, sizeof *w, err);
    int status = w ? shrink(image, width, height, w->square, err) : -1;
    if (status == 0) {
        find_view(w->square, w->weight, w->a);
        for (size_t p = 0; p < LARGEST; p++)
            w->square[p] = logf(fmaxf(w->square[p], 0) + darkest);
        size_t side = SIDE;
        for (int level = 0; level < SK_RELIEF_LEVELS; level++, side /= 2) {
            if (level)
                halve(w, side * 2);
            normalise(w, &texture, side, relief + sk_relief_at(level));
        }
        normalise(w, &outline, SK_RELIEF_OUTLINE_SIDE, relief + SK_RELIEF_OUTLINE);
    }
    free(w);
    return status;
}

static void flip_rows(const int8_t *square, size_t side, int8_t *flipped)
{
    for (size_t row = 0; row < side; row++)
        memcpy(flipped + row * side, square + (side - 1 - row) * side, side);
}

void sk_relief_flip(const int8_t *relief, int8_t *flipped)
{
    for (int level = 0; level < SK_RELIEF_LEVELS; level++)
        flip_rows(relief + sk_relief_at(level), (size_t)SIDE >> level, flipped + sk_relief_at(level));
    flip_rows(relief + SK_RELIEF_OUTLINE, SK_RELIEF_OUTLINE_SIDE, flipped + SK_RELIEF_OUTLINE);
}

/* --- aligning --------------------------------------------------------------------------------------------------- */

/* Pixels of a row of one relief, the values of the other where the map takes them, and how those change with the place; all 0 where
   either knows nothing. */
struct meeting {
    float known[SIDE]; /* 1 or 0 */
    float a[SIDE], b[SIDE], bx[SIDE], by[SIDE];
};

/* A map in pixels of a level: u = a column - b row + c, v = b column + a row + d. */
struct steps {
    float a, b, c, d;
};

static struct steps steps_of(const struct sk_similarity *map, size_t side)
{
    double half = (double)side / 2, centre = half - 0.5;
    return (struct steps){(float)map->a, (float)map->b, (float)(centre - (map->a - map->b) * centre + map->c * half),
                          (float)(centre - (map->b + map->a) * centre + map->d * half)};
}

static inline void meet(const int8_t *from, const int8_t *to, size_t side, const struct steps *s, size_t row, struct meeting *m)
{
    const float edge = (float)(side - 1), u0 = s->c - s->b * (float)row, v0 = s->a * (float)row + s->d;
    const int8_t *value = from + row * side;
    float u[SIDE], v[SIDE];
    int32_t at[SIDE];
    int8_t p[4][SIDE]; /* the pixels about the place: left and right, then those below */
    for (size_t i = 0; i < side; i++) {
        float x = s->a * (float)(int32_t)i + u0, y = s->b * (float)(int32_t)i + v0;
        float known = ((value[i] != SK_RELIEF_UNKNOWN) & (x >= 0) & (y >= 0) & (x < edge) & (y < edge)) ? 1 : 0;
        int32_t left = (int32_t)(known * x), top = (int32_t)(known * y);
        u[i] = x - (float)left;
        v[i] = y - (float)top;
        at[i] = top * (int32_t)side + left;
        m->known[i] = known;
    }
    for (size_t i = 0; i < side; i++) {
        p[0][i] = to[at[i]];
        p[1][i] = to[at[i] + 1];
        p[2][i] = to[at[i] + (int32_t)side];
        p[3][i] = to[at[i] + (int32_t)side + 1];
    }
    for (size_t i = 0; i < side; i++) {
        float known = ((p[0][i] != SK_RELIEF_UNKNOWN) & (p[1][i] != SK_RELIEF_UNKNOWN) & (p[2][i] != SK_RELIEF_UNKNOWN) &
                       (p[3][i] != SK_RELIEF_UNKNOWN))
                          ? m->known[i]
                          : 0;
        float first = (float)p[0][i], right = (float)p[1][i] - first, down = (float)p[2][i] - first;
        float twist = (float)p[3][i] - (float)p[2][i] - right;
        m->known[i] = known;
        m->a[i] = known * (float)value[i];
        m->bx[i] = known * (right + twist * v[i]);
        m->by[i] = known * (down + twist * u[i]);
        m->b[i] = known * (first + down * v[i] + (right + twist * v[i]) * u[i]);
    }
}

/* Sums over the pixels that meet: how many they are; of the values a and b, their squares and product; of the slopes s = (x bx + y by,
   x by - y bx, bx, by), the place (x, y) being in units of half the side; of their products with a, with b, and with each other. */
enum { PARAMETERS = SK_SIMILARITY_PARAMETERS, SUMS = 6 + 3 * PARAMETERS + PARAMETERS * (PARAMETERS + 1) / 2 };
struct sums {
    double n, a, b, aa, bb, ab;
    double s[PARAMETERS], sa[PARAMETERS], sb[PARAMETERS];
    double ss[PARAMETERS][PARAMETERS]; /* the lower triangle */
};

/* Every LANES-th pixel goes into the same sum, so that sums do not depend on the width of the processor's vectors. */
enum { LANES = 16 };

static inline void add_row(const struct meeting *m, size_t side, float y, float sum[SUMS][LANES])
{
    const float half = (float)side / 2, centre = half - 0.5F;
    for (size_t i = 0; i < side; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const float x = ((float)(int32_t)(i + l) - centre) / half;
            const float a = m->a[i + l], b = m->b[i + l], s2 = m->bx[i + l], s3 = m->by[i + l];
            const float s0 = x * s2 + y * s3, s1 = x * s3 - y * s2;
            sum[0][l] += m->known[i + l];
            sum[1][l] += a;
            sum[2][l] += b;
            sum[3][l] += a * a;
            sum[4][l] += b * b;
            sum[5][l] += a * b;
            sum[6][l] += s0;
            sum[7][l] += s1;
            sum[8][l] += s2;
            sum[9][l] += s3;
            sum[10][l] += s0 * a;
            sum[11][l] += s1 * a;
            sum[12][l] += s2 * a;
            sum[13][l] += s3 * a;
            sum[14][l] += s0 * b;
            sum[15][l] += s1 * b;
            sum[16][l] += s2 * b;
            sum[17][l] += s3 * b;
            sum[18][l] += s0 * s0;
            sum[19][l] += s1 * s0;
            sum[20][l] += s1 * s1;
            sum[21][l] += s2 * s0;
            sum[22][l] += s2 * s1;
            sum[23][l] += s2 * s2;
            sum[24][l] += s3 * s0;
            sum[25][l] += s3 * s1;
            sum[26][l] += s3 * s2;
            sum[27][l] += s3 * s3;
        }
}

SK_SIMD static void sum_up(const int8_t *from, const int8_t *to, size_t side, const struct sk_similarity *map, struct sums *t)
{
    const struct steps steps = steps_of(map, side);
    const double half = (double)side / 2;
    float sum[SUMS][LANES] = {{0}};
    double total[SUMS] = {0};
    struct meeting m;
    for (size_t row = 0; row < side; row++) {
        meet(from, to, side, &steps, row, &m);
        add_row(&m, side, (float)(((double)row + 0.5) / half - 1), sum);
    }
    for (size_t k = 0; k < SUMS; k++)
        for (size_t l = 0; l < LANES; l++)
            total[k] += (double)sum[k][l];
    *t = (struct sums){.n = total[0], .a = total[1], .b = total[2], .aa = total[3], .bb = total[4], .ab = total[5]};
    for (size_t j = 0, k = 0; j < PARAMETERS; j++) {
        t->s[j] = total[6 + j];
        t->sa[j] = total[6 + PARAMETERS + j];
        t->sb[j] = total[6 + 2 * PARAMETERS + j];
        for (size_t i = 0; i <= j; i++)
            t->ss[j][i] = total[6 + 3 * PARAMETERS + k++];
    }
}

/* A step towards the least sum of squares of b / deviation_b - a / deviation_a, both less their means. */
static bool advance(const struct sums *t, double variance_a, double variance_b, size_t side, struct sk_similarity *map)
{
    double matrix[PARAMETERS][PARAMETERS], right[PARAMETERS];
    double half = (double)side / 2, gain = sqrt(variance_b / variance_a);
    for (int j = 0; j < PARAMETERS; j++) {
        double with_a = t->sa[j] - t->s[j] * t->a / t->n, with_b = t->sb[j] - t->s[j] * t->b / t->n;
        right[j] = half * (with_a * gain - with_b) / variance_b;
        for (int k = 0; k <= j; k++)
            matrix[j][k] = half * half * t->ss[j][k] / variance_b;
    }
    return sk_similarity_advance(map, matrix, right, side, least_scale, greatest_scale);
}

void sk_relief_align(const int8_t *from, const int8_t *to, int level, int steps, struct sk_relief_match *match)
{
    size_t side = (size_t)SIDE >> level, at = sk_relief_at(level);
    struct sk_similarity map = match->map;
    match->correlation = -1;
    for (int step = 0;; step++) {
        struct sums t;
        sum_up(from + at, to + at, side, &map, &t);
        if (t.n < least_pixels)
            return;
        double variance_a = (t.aa - t.a * t.a / t.n) / t.n, variance_b = (t.bb - t.b * t.b / t.n) / t.n;
        if (!(variance_a > 1 && variance_b > 1)) /* plain: less than a unit */
            return;
        double correlation = (t.ab - t.a * t.b / t.n) / t.n / sqrt(variance_a * variance_b);
        if (correlation > match->correlation)
            *match = (struct sk_relief_match){map, correlation};
        if (step == steps || !advance(&t, variance_a, variance_b, side, &map))
            return;
    }
}

/* Adds the correlations of the blocks in a line of them, of those that meet by half at least. */
static inline void add_blocks(const int8_t *from, const int8_t *to, const struct steps *steps, size_t row, double *sum, size_t *blocks)
{
    float n[SIDE] = {0}, aa[SIDE] = {0}, bb[SIDE] = {0}, ab[SIDE] = {0};
    for (size_t r = row; r < row + BLOCK; r++) {
        struct meeting m;
        meet(from, to, SIDE, steps, r, &m);
        for (size_t i = 0; i < SIDE; i++) {
            n[i] += m.known[i];
            aa[i] += m.a[i] * m.a[i];
            bb[i] += m.b[i] * m.b[i];
            ab[i] += m.a[i] * m.b[i];
        }
    }
    for (size_t column = 0; column < SIDE; column += BLOCK) {
        double known = 0, square_a = 0, square_b = 0, product = 0;
        for (size_t i = column; i < column + BLOCK; i++) {
            known += (double)n[i];
            square_a += (double)aa[i];
            square_b += (double)bb[i];
            product += (double)ab[i];
        }
        if (2 * known < BLOCK * BLOCK)
            continue;
        *sum += product / sqrt((square_a + known * faint_square) * (square_b + known * faint_square));
        ++*blocks;
    }
}

SK_SIMD double sk_relief_agreement(const int8_t *from, const int8_t *to, const struct sk_similarity *map, size_t *blocks)
{
    const struct steps steps = steps_of(map, SIDE);
    double sum = 0;
    size_t count = 0;
    for (size_t row = 0; row < SIDE; row += BLOCK)
        add_blocks(from, to, &steps, row, &sum, &count);
    *blocks = count;
    return count ? sum / (double)count : 0;
}
