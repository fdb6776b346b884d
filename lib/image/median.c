/* The median of small windows, for as many samples of a row at once as a vector has lanes: 3 x 3 and 5 x 5 by sorting networks,
   which sort a column once for all windows that it is in; wider ones by counting. Samples of 8 bits are stored in signed bytes
   and those of 16 in signed words, as x86 compares these. */
#include "image/median.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"
#include "image/filter.h"

enum { BLOCK = 256 }; /* at least the samples that a function of a row takes at a time */

struct median {
    size_t diameter, depth, n; /* pixels, samples of a pixel, of a row */
    int bits;                  /* of maxval */
    size_t margin, stride;     /* samples before a row, from row to row */
    size_t size;               /* bytes of a sample */
    void *rows;                /* [diameter][stride]: row y of the image in slot y mod diameter, its ends repeated beyond them */
    void *sorted, *line;       /* [5][stride], [stride] */
};

typedef void median_row(const struct median *m, const void *const *row, void *to);

/* Every level's functions for rows of 3, of 5 and of more. */
struct level {
    median_row *three, *five, *more;
};

typedef int8_t byte16 __attribute__((vector_size(16)));
typedef int16_t word8 __attribute__((vector_size(16)));

#define TARGET
#define SAMPLE int8_t
#define UNSIGNED uint8_t
#define BITS 8
#define NAME(name) name##_baseline_8
#define VEC byte16
#define LANES 16
#define MIN(x, y) (((x) & ((x) < (y))) | ((y) & ~((x) < (y))))
#define MAX(x, y) (((y) & ((x) < (y))) | ((x) & ~((x) < (y))))
#define COUNT(n, x, y) ((n) - (unsigned_lanes)((x) < (y)))
#include "image/median_row.h"

#define TARGET
#define SAMPLE int16_t
#define UNSIGNED uint16_t
#define BITS 16
#define NAME(name) name##_baseline_16
#define VEC word8
#define LANES 8
#define MIN(x, y) (((x) & ((x) < (y))) | ((y) & ~((x) < (y))))
#define MAX(x, y) (((y) & ((x) < (y))) | ((x) & ~((x) < (y))))
#define COUNT(n, x, y) ((n) - (unsigned_lanes)((x) < (y)))
#include "image/median_row.h"

#ifdef __x86_64__
#include <immintrin.h>

typedef int8_t byte32 __attribute__((vector_size(32)));
typedef int16_t word16 __attribute__((vector_size(32)));
typedef int8_t byte64 __attribute__((vector_size(64)));
typedef int16_t word32 __attribute__((vector_size(64)));

#define TARGET __attribute__((target("arch=x86-64-v3")))
#define SAMPLE int8_t
#define UNSIGNED uint8_t
#define BITS 8
#define NAME(name) name##_avx2_8
#define VEC byte32
#define LANES 32
#define MIN(x, y) (VEC)_mm256_min_epi8((__m256i)(x), (__m256i)(y))
#define MAX(x, y) (VEC)_mm256_max_epi8((__m256i)(x), (__m256i)(y))
#define COUNT(n, x, y) ((n) - (unsigned_lanes)((x) < (y)))
#include "image/median_row.h"

#define TARGET __attribute__((target("arch=x86-64-v3")))
#define SAMPLE int16_t
#define UNSIGNED uint16_t
#define BITS 16
#define NAME(name) name##_avx2_16
#define VEC word16
#define LANES 16
#define MIN(x, y) (VEC)_mm256_min_epi16((__m256i)(x), (__m256i)(y))
#define MAX(x, y) (VEC)_mm256_max_epi16((__m256i)(x), (__m256i)(y))
#define COUNT(n, x, y) ((n) - (unsigned_lanes)((x) < (y)))
#include "image/median_row.h"

#define TARGET __attribute__((target("arch=x86-64-v4")))
#define SAMPLE int8_t
#define UNSIGNED uint8_t
#define BITS 8
#define NAME(name) name##_avx512_8
#define VEC byte64
#define LANES 64
#define MIN(x, y) (VEC)_mm512_min_epi8((__m512i)(x), (__m512i)(y))
#define MAX(x, y) (VEC)_mm512_max_epi8((__m512i)(x), (__m512i)(y))
#define COUNT(n, x, y) \
    (unsigned_lanes)_mm512_mask_sub_epi8((__m512i)(n), _mm512_cmplt_epi8_mask((__m512i)(x), (__m512i)(y)), (__m512i)(n), \
                              _mm512_set1_epi8(-1))
#include "image/median_row.h"

#define TARGET __attribute__((target("arch=x86-64-v4")))
#define SAMPLE int16_t
#define UNSIGNED uint16_t
#define BITS 16
#define NAME(name) name##_avx512_16
#define VEC word32
#define LANES 32
#define MIN(x, y) (VEC)_mm512_min_epi16((__m512i)(x), (__m512i)(y))
#define MAX(x, y) (VEC)_mm512_max_epi16((__m512i)(x), (__m512i)(y))
#define COUNT(n, x, y) \
    (unsigned_lanes)_mm512_mask_sub_epi16((__m512i)(n), _mm512_cmplt_epi16_mask((__m512i)(x), (__m512i)(y)), (__m512i)(n), \
                               _mm512_set1_epi16(-1))
#include "image/median_row.h"
#endif

static struct level level_of(const char *name, bool deep)
{
#define FUNCTIONS(suffix) (struct level) { median3_##suffix, median5_##suffix, median_by_counting_##suffix }
#ifdef __x86_64__
    if (strcmp(name, "avx512") == 0)
        return deep ? FUNCTIONS(avx512_16) : FUNCTIONS(avx512_8);
    if (strcmp(name, "avx2") == 0)
        return deep ? FUNCTIONS(avx2_16) : FUNCTIONS(avx2_8);
#endif
    (void)name;
    return deep ? FUNCTIONS(baseline_16) : FUNCTIONS(baseline_8);
#undef FUNCTIONS
}

/* Rows of the image to signed samples and back. */
SK_SIMD static void to_signed(const uint16_t *restrict from, size_t n, size_t size, void *restrict to)
{
    int8_t *bytes = to;
    int16_t *words = to;
    if (size == 1)
        for (size_t i = 0; i < n; i++)
            bytes[i] = (int8_t)(from[i] - 128);
    else
        for (size_t i = 0; i < n; i++)
            words[i] = (int16_t)(from[i] - 32768);
}

SK_SIMD static void from_signed(const void *restrict from, size_t n, size_t size, uint16_t *restrict to)
{
    const int8_t *bytes = from;
    const int16_t *words = from;
    if (size == 1)
        for (size_t i = 0; i < n; i++)
            to[i] = (uint16_t)(bytes[i] + 128);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = (uint16_t)(words[i] + 32768);
}

static void *slot_of(const struct median *m, size_t y)
{
    return (char *)m->rows + y % m->diameter * m->stride * m->size;
}

/* Brings row y of the image into its slot, its outermost pixels repeated beyond its ends. */
static void load_row(const struct median *m, const struct sk_image *in, size_t y)
{
    const size_t pixel = m->depth * m->size, length = m->n * m->size;
    char *row = (char *)slot_of(m, y) + m->margin * m->size;
    to_signed(in->sample + y * m->n, m->n, m->size, row);
    for (size_t x = 0; x < m->diameter / 2; x++) {
        memcpy(row - (x + 1) * pixel, row, pixel);
        memcpy(row + length + x * pixel, row + length - pixel, pixel);
    }
}

static int alloc_rows(struct median *m, struct sk_error *err)
{
    size_t count;
    m->margin = m->diameter / 2 * m->depth;
    if (!sk_add(m->n, 2 * m->margin + BLOCK, &m->stride) || !sk_mul(m->stride, m->diameter + 6, &count))
        return sk_fail(err, "rows of %zu samples are more than memory can address", m->n);
    m->rows = sk_alloc(count, m->size, err);
    if (!m->rows)
        return -1;
    m->sorted = (char *)m->rows + m->diameter * m->stride * m->size;
    m->line = (char *)m->sorted + 5 * m->stride * m->size;
    return 0;
}

int sk_median_by_rows(const struct sk_image *in, int diameter, const char *level_name, struct sk_image *out, struct sk_error *err)
{
    const size_t d = (size_t)diameter, radius = d / 2, last = in->height - 1;
    const bool deep = in->maxval > 255;
    const struct level level = level_of(level_name, deep);
    median_row *row_function = d == 3 ? level.three : d == 5 ? level.five : level.more;
    const void *row[SK_MEDIAN_ROWS_16];
    struct median m = {.diameter = d, .depth = sk_image_depth(in), .n = in->width * sk_image_depth(in), .size = deep ? 2 : 1};
    while (m.bits < 16 && in->maxval >> m.bits)
        m.bits++;
    if (alloc_rows(&m, err))
        return -1;
    for (size_t y = 0, loaded = 0; y <= last; y++) {
        for (; loaded <= last && loaded <= y + radius; loaded++)
            load_row(&m, in, loaded);
        for (size_t k = 0; k < d; k++) { /* the outermost rows repeated as well */
            const size_t below = y + k < radius ? 0 : y + k - radius;
            row[k] = slot_of(&m, below < last ? below : last);
        }
        row_function(&m, row, m.line);
        from_signed(m.line, m.n, m.size, out->sample + y * m.n);
    }
    free(m.rows);
    return 0;
}

int sk_filter_median(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err)
{
    if (sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err))
        return -1;
    const bool deep = in->maxval > 255, small = diameter <= (deep ? SK_MEDIAN_ROWS_16 : SK_MEDIAN_ROWS_8);
    const int status = small  ? sk_median_by_rows(in, diameter, sk_simd_level(), out, err)
                       : deep ? sk_median_by_histogram(in, diameter, out, err)
                              : sk_median_by_columns(in, diameter, out, err);
    if (status == 0)
        sk_image_copy_alpha(in, out);
    return status;
}
