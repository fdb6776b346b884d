/* Reliefs: correlations against naive sums, and maps that are found again. */
#include "sample.h"

#include "image/phantom.h"
#include "image/relief.h"
#include "image/warp.h"

enum { WIDTH = 144, BLOCK = 8 };

static int8_t *relief_of(uint64_t index, const struct sk_warp *warp)
{
    const struct sk_phantom_spec spec = {sk_phantom_default, SK_PHANTOM_MALIGNANT, 3, WIDTH};
    struct sk_image image = {0}, warped = {0};
    struct sk_error err;
    int8_t *relief = malloc(SK_RELIEF_PIXELS);
    assert_non_null(relief);
    assert_int_equal(sk_phantom_draw(&image, NULL, &spec, index, &err), 0);
    assert_int_equal(sk_image_warp(&image, warp, &warped, &err), 0);
    assert_int_equal(sk_relief(&warped, relief, &err), 0);
    sk_image_free(&image);
    sk_image_free(&warped);
    return relief;
}

/* The value of a level's square where the map takes (row, column) of another; false where something is unknown there. */
static bool naive_value(const int8_t *to, size_t side, const struct sk_similarity *map, size_t row, size_t column, double *value)
{
    double half = (double)side / 2, x = ((double)column + 0.5) / half - 1, y = ((double)row + 0.5) / half - 1;
    double u = (map->a * x - map->b * y + map->c + 1) * half - 0.5, v = (map->b * x + map->a * y + map->d + 1) * half - 0.5;
    *value = 0;
    if (!(u >= 0 && v >= 0 && u < (double)(side - 1) && v < (double)(side - 1)))
        return false;
    size_t left = (size_t)u, top = (size_t)v;
    for (size_t k = 0; k < 4; k++) {
        int corner = to[(top + k / 2) * side + left + k % 2];
        if (corner == SK_RELIEF_UNKNOWN)
            return false;
        *value += (k % 2 ? u - (double)left : 1 - u + (double)left) * (k / 2 ? v - (double)top : 1 - v + (double)top) * corner;
    }
    return true;
}

static double naive_correlation(const int8_t *from, const int8_t *to, int level, const struct sk_similarity *map)
{
    size_t side = (size_t)SK_RELIEF_SIDE >> level, at = sk_relief_at(level);
    double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (size_t p = 0; p < side * side; p++) {
        double x = from[at + p], y;
        if (x == SK_RELIEF_UNKNOWN || !naive_value(to + at, side, map, p / side, p % side, &y))
            continue;
        n++;
        a += x;
        b += y;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    return n > 0 ? (ab - a * b / n) / sqrt((aa - a * a / n) * (bb - b * b / n)) : -1;
}

static double naive_agreement(const int8_t *from, const int8_t *to, const struct sk_similarity *map, size_t *blocks)
{
    const double faint = 0.05 * SK_RELIEF_UNIT * SK_RELIEF_UNIT;
    double sum = 0;
    *blocks = 0;
    for (size_t block = 0; block < SK_RELIEF_SIDE * SK_RELIEF_SIDE / (BLOCK * BLOCK); block++) {
        size_t row = block / (SK_RELIEF_SIDE / BLOCK) * BLOCK, column = block % (SK_RELIEF_SIDE / BLOCK) * BLOCK;
        double n = 0, aa = 0, bb = 0, ab = 0;
        for (size_t p = 0; p < BLOCK * BLOCK; p++) {
            size_t r = row + p / BLOCK, c = column + p % BLOCK;
            double x = from[r * SK_RELIEF_SIDE + c], y;
            if (x == SK_RELIEF_UNKNOWN || !naive_value(to, SK_RELIEF_SIDE, map, r, c, &y))
                continue;
            n++;
            aa += x * x;
            bb += y * y;
            ab += x * y;
        }
        if (2 * n < BLOCK * BLOCK)
            continue;
        sum += ab / sqrt((aa + n * faint) * (bb + n * faint));
        ++*blocks;
    }
    return *blocks ? sum / (double)*blocks : 0;
}

static const struct sk_similarity maps[] = {
    {false, 1, 0, 0, 0},      {false, 0.9, 0.2, 0.1, -0.05}, {false, -0.7, 0.7, 0, 0.3}, {false, 0.6, 0, -0.4, 0.4},
    {false, 1.4, -0.3, 0, 0}, {false, 1, 0, 0.9, 0},         {false, 1, 0, 0, -1.95},    {false, 1, 0, 3, 3},
};

/* Whatever the map, also where little or nothing meets. */
static void sums(void **state)
{
    (void)state;
    int8_t *a = relief_of(0, &(struct sk_warp){.degrees = 20}), *b = relief_of(1, &(struct sk_warp){.shift_x = 0.1});
    for (size_t k = 0; k < COUNT(maps); k++) {
        for (int level = 0; level < SK_RELIEF_LEVELS; level++) {
            struct sk_relief_match match = {.map = maps[k]};
            sk_relief_align(a, b, level, 0, &match);
            if (k < 6)
                close_to(match.correlation, naive_correlation(a, b, level, &maps[k]), 2e-4);
            else
                assert_true(match.correlation <= 1);
        }
        size_t blocks, naive_blocks;
        double agreement = sk_relief_agreement(a, b, &maps[k], &blocks), naive = naive_agreement(a, b, &maps[k], &naive_blocks);
        assert_int_equal(blocks, naive_blocks);
        close_to(agreement, naive, 2e-4);
    }
    free(a);
    free(b);
}

/* A warp is found by going from the smallest level to the largest. */
static void warps(void **state)
{
    (void)state;
    static const struct sk_warp warp[] = {{.degrees = 9}, {.zoom = 0.15}, {.zoom = -0.1, .degrees = -6}, {.shift_x = 0.05, .shift_y = 0.04}};
    for (size_t k = 0; k < COUNT(warp); k++) {
        int8_t *from = relief_of(k, &warp[k]), *to = relief_of(k, &(struct sk_warp){0});
        struct sk_relief_match match = {.map = {false, 1, 0, 0, 0}};
        size_t blocks;
        for (int level = SK_RELIEF_LEVELS - 1; level >= 0; level--)
            sk_relief_align(from, to, level, 8, &match);
        close_to(hypot(match.map.a, match.map.b), 1 / (1 + warp[k].zoom), 0.03);
        close_to(atan2(match.map.b, match.map.a), -warp[k].degrees * acos(-1) / 180, 0.03);
        assert_true(sk_relief_agreement(from, to, &match.map, &blocks) > 0.5);
        assert_true(blocks > 100);
        free(from);
        free(to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums), cmocka_unit_test(warps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
