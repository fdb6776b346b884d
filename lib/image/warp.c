#include "image/warp.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "image/border.h"

struct sk_warp sk_warp_draw(const struct sk_warp_range *range, struct sk_random *random)
{
    struct sk_warp warp = {0};
    warp.flip_horizontal = (sk_random_uniform(random) < 0.5) & range->flip_horizontal;
    warp.flip_vertical = (sk_random_uniform(random) < 0.5) & range->flip_vertical;
    warp.shear = range->shear * (2 * sk_random_uniform(random) - 1);
    warp.degrees = range->degrees * (2 * sk_random_uniform(random) - 1);
    return warp;
}

/* Where the output pixel (x, y) from the centre comes from: (xx x + xy y, yx x + yy y). */
struct inverse {
    double xx, xy, yx, yy;
};

/* flip^-1 shear^-1 rotation^-1 zoom^-1; y points down, so that rotation by +angle is (c -s; s c) and clockwise to the eye. */
static struct inverse invert(const struct sk_warp *warp)
{
    const double angle = warp->degrees * 3.14159265358979323846 / 180;
    const double zoom = 1 + warp->zoom, c = cos(angle) / zoom, s = sin(angle) / zoom, k = warp->shear;
    const double fx = warp->flip_horizontal ? -1 : 1, fy = warp->flip_vertical ? -1 : 1;
    return (struct inverse){.xx = fx * (c + k * s), .xy = fx * (s - k * c), .yx = fy * -s, .yy = fy * c};
}

/* Bilinear interpolation between the samples of four pixels. */
static inline __attribute__((always_inline)) void blend(const uint16_t *a, const uint16_t *b, const uint16_t *c, const uint16_t *d,
                                                        size_t depth, double fx, double fy, uint16_t *out)
{
    for (size_t i = 0; i < depth; i++) {
        const double upper = a[i] + fx * (b[i] - a[i]), lower = c[i] + fx * (d[i] - c[i]);
        out[i] = (uint16_t)(int)(upper + fy * (lower - upper) + 0.5);
    }
}

/* One pixel at (x, y) of the reflected image. */
static inline __attribute__((always_inline)) void interpolate(const struct sk_image *in, size_t depth, double x, double y,
                                                              uint16_t *out)
{
    const ptrdiff_t width = (ptrdiff_t)in->width, height = (ptrdiff_t)in->height;
    const ptrdiff_t left = (ptrdiff_t)floor(x), top = (ptrdiff_t)floor(y);
    const size_t x0 = (size_t)sk_reflect(left, width), x1 = (size_t)sk_reflect(left + 1, width);
    const size_t y0 = (size_t)sk_reflect(top, height), y1 = (size_t)sk_reflect(top + 1, height);
    const uint16_t *upper = in->sample + y0 * in->width * depth, *lower = in->sample + y1 * in->width * depth;
    blend(upper + x0 * depth, upper + x1 * depth, lower + x0 * depth, lower + x1 * depth, depth, x - (double)left,
          y - (double)top, out);
}

/* Where a row of the output comes from: pixel i, at u = i - cx - right from the centre, from (xx u + x + cx, yx u + y + cy). */
struct row {
    double xx, yx, right, x, y, cx, cy;
};

static void warp_row(const struct sk_image *in, const struct row *r, uint16_t *to)
{
    for (size_t i = 0; i < in->width; i++, to += sk_image_depth(in)) {
        const double from_centre = (double)i - r->cx - r->right;
        interpolate(in, sk_image_depth(in), r->xx * from_centre + r->x + r->cx, r->yx * from_centre + r->y + r->cy, to);
    }
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("arch=x86-64-v3")))

enum { AT_ONCE = 64 }; /* pixels of a row whose places are worked out together */

/* Pixel i of a row comes from between (left, top) and the pixels right of it and below, by the fractions x and y. */
struct places {
    double x[AT_ONCE], y[AT_ONCE];
    int32_t left[AT_ONCE], top[AT_ONCE];
};

/* Those of n pixels from pixel `begin` on, in vectors. */
AVX2 static void find_places(struct places *p, const struct row *r, size_t begin, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double from_centre = (double)(int32_t)(begin + i) - r->cx - r->right;
        const double x = r->xx * from_centre + r->x + r->cx, y = r->yx * from_centre + r->y + r->cy;
        const double left = floor(x), top = floor(y);
        p->x[i] = x - left;
        p->y[i] = y - top;
        p->left[i] = (int32_t)left;
        p->top[i] = (int32_t)top;
    }
}

AVX2 static inline __m256d load4(const uint16_t *at)
{
    return _mm256_cvtepi32_pd(_mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)at)));
}

/* A pixel of colour, to the bit as by interpolate: its three samples are read as four, but where the image's last pixel is among
   them. */
AVX2 static inline void interpolate3_avx2(const struct sk_image *in, ptrdiff_t left, ptrdiff_t top, double fx, double fy,
                                          uint16_t *out)
{
    const size_t width = in->width, height = in->height;
    size_t x0 = (size_t)left, x1 = x0 + 1, y0 = (size_t)top, y1 = y0 + 1;
    if (left < 0 || top < 0 || x1 >= width || y1 >= height) {
        x0 = (size_t)sk_reflect(left, (ptrdiff_t)width);
        x1 = (size_t)sk_reflect(left + 1, (ptrdiff_t)width);
        y0 = (size_t)sk_reflect(top, (ptrdiff_t)height);
        y1 = (size_t)sk_reflect(top + 1, (ptrdiff_t)height);
    }
    const uint16_t *upper = in->sample + 3 * y0 * width, *lower = in->sample + 3 * y1 * width;
    if ((x0 > x1 ? x0 : x1) == width - 1 && (y0 > y1 ? y0 : y1) == height - 1) {
        blend(upper + 3 * x0, upper + 3 * x1, lower + 3 * x0, lower + 3 * x1, 3, fx, fy, out);
        return;
    }
    const __m256d a = load4(upper + 3 * x0), c = load4(lower + 3 * x0);
    const __m256d high = a + fx * (load4(upper + 3 * x1) - a), low = c + fx * (load4(lower + 3 * x1) - c);
    const __m128i value = _mm256_cvttpd_epi32(high + fy * (low - high) + 0.5), packed = _mm_packus_epi32(value, value);
    _mm_storeu_si32(out, packed);
    out[2] = (uint16_t)_mm_extract_epi16(packed, 2);
}

AVX2 static void warp_row3_avx2(const struct sk_image *in, const struct row *r, uint16_t *to)
{
    struct places p;
    for (size_t begin = 0, n; begin < in->width; begin += n) {
        n = in->width - begin < AT_ONCE ? in->width - begin : AT_ONCE;
        find_places(&p, r, begin, n);
        for (size_t i = 0; i < n; i++, to += 3)
            interpolate3_avx2(in, p.left[i], p.top[i], p.x[i], p.y[i], to);
    }
}

/* Whether 32 bits hold the places of a row's pixels, which lie between those of its ends. */
static bool places_fit(const struct sk_image *in, const struct row *r)
{
    const double limit = 1 << 30, first = -r->cx - r->right, end = first + (double)in->width;
    return (double)in->width < limit && fabs(r->xx * first + r->x + r->cx) < limit && fabs(r->xx * end + r->x + r->cx) < limit &&
           fabs(r->yx * first + r->y + r->cy) < limit && fabs(r->yx * end + r->y + r->cy) < limit;
}
#endif

int sk_image_warp(const struct sk_image *in, const struct sk_warp *warp, struct sk_image *out, struct sk_error *err)
{
    if (sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err))
        return -1;
    const struct inverse m = invert(warp);
    const double cx = ((double)in->width - 1) / 2, cy = ((double)in->height - 1) / 2;
    const double right = warp->shift_x * (double)in->width, down = warp->shift_y * (double)in->height;
    const size_t depth = sk_image_depth(in);
#ifdef __x86_64__
    const bool by_vectors = depth == 3 && strcmp(sk_simd_level(), "baseline") != 0;
#endif
    for (size_t i = 0; i < in->height; i++) {
        const double y = (double)i - cy - down;
        const struct row row = {.xx = m.xx, .yx = m.yx, .right = right, .x = m.xy * y, .y = m.yy * y, .cx = cx, .cy = cy};
        uint16_t *to = out->sample + i * in->width * depth;
#ifdef __x86_64__
        if (by_vectors && places_fit(in, &row)) {
            warp_row3_avx2(in, &row, to);
            continue;
        }
#endif
        warp_row(in, &row, to);
    }
    return 0;
}
