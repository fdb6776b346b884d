#ifndef SK_TENSOR_WINOGRAD_SIX_H
#define SK_TENSOR_WINOGRAD_SIX_H

#include "tensor/winograd_transform.h"

/* The transforms of winograd.c's six points 0, 1, -1, 2, infinity, -2 with their common terms taken once, by about two thirds of
   the operations that winograd_transform.h's matrices take, whose roundings are others. Points come in pairs a, -a: even and odd
   powers are summed apart, and then added and subtracted. For winograd3x3_tiles.c alone. */

/* out = B' in, 6 to 6. */
INLINE void six_input(const vec *in, size_t step, vec *out, size_t out_step)
{
    const vec d0 = in[0], d1 = in[step], d2 = in[2 * step], d3 = in[3 * step], d4 = in[4 * step], d5 = in[5 * step];
    const vec even = d4 - 4.0F * d2, odd = d3 - 4.0F * d1, even2 = d4 - d2, odd2 = 2.0F * (d3 - d1);
    out[0] = 4.0F * d0 - 5.0F * d2 + d4;
    out[out_step] = even + odd;
    out[2 * out_step] = even - odd;
    out[3 * out_step] = even2 + odd2;
    out[4 * out_step] = 4.0F * d1 - 5.0F * d3 + d5;
    out[5 * out_step] = even2 - odd2;
}

/* out = A' in, 6 to 4. */
INLINE void six_output(const vec *in, size_t step, vec *out, size_t out_step)
{
    const vec m0 = in[0], m1 = in[step], m2 = in[2 * step], m3 = in[3 * step], m4 = in[4 * step], m5 = in[5 * step];
    const vec sum = m1 + m2, difference = m1 - m2, sum2 = m3 + m5, difference2 = m3 - m5;
    out[0] = m0 + (sum + sum2);
    out[out_step] = difference + 2.0F * difference2;
    out[2 * out_step] = sum + 4.0F * sum2;
    out[3 * out_step] = difference + 8.0F * difference2 + m4;
}

/* out = A in, 4 to 6. */
INLINE void six_output_back(const vec *in, size_t step, vec *out, size_t out_step)
{
    const vec y0 = in[0], y1 = in[step], y2 = in[2 * step], y3 = in[3 * step];
    const vec even = y0 + y2, odd = y1 + y3, even2 = y0 + 4.0F * y2, odd2 = 2.0F * y1 + 8.0F * y3;
    out[0] = y0;
    out[out_step] = even + odd;
    out[2 * out_step] = even - odd;
    out[3 * out_step] = even2 + odd2;
    out[4 * out_step] = y3;
    out[5 * out_step] = even2 - odd2;
}

/* One of these, which takes `in` values to `out`. */
struct six {
    void (*line)(const vec *in, size_t step, vec *out, size_t out_step);
    size_t in, out;
};

/* On both sides: d [in][in] to v [out][out]. */
INLINE void six_two_sided(struct six t, const vec *d, vec *v)
{
    vec half[FREQUENCIES];
    UNROLL
    for (size_t j = 0; j < t.in; j++)
        t.line(d + j, t.in, half + j, t.in);
    UNROLL
    for (size_t i = 0; i < t.out; i++)
        t.line(half + i * t.in, 1, v + i * t.out, 1);
}

#endif
