#ifndef SK_TENSOR_WINOGRAD_LINES_H
#define SK_TENSOR_WINOGRAD_LINES_H

#include "tensor/winograd_transform.h"

/* The transforms of winograd_stride1.c along one axis, with their common terms taken once, by about half to two thirds of the
   operations that winograd_transform.h's matrices take, whose roundings are others. Points come in pairs a, -a: even and odd
   powers are summed apart, and then added and subtracted. For winograd_stride1's rooms alone. */

/* --- kernels of 3 taps: winograd.c's six points 0, 1, -1, 2, infinity, -2 ------------ */

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

/* out = G in, 3 to 6, and G' in, 6 to 3. */
INLINE void six_weights(const vec *in, size_t step, vec *out, size_t out_step)
{
    multiply(weight_matrix(POINTS), in, step, out, out_step);
}

INLINE void six_weights_back(const vec *in, size_t step, vec *out, size_t out_step)
{
    multiply(transposed(weight_matrix(POINTS)), in, step, out, out_step);
}

/* --- kernels of 5 taps: the same points, whose B' is the same, for tiles of 2 outputs ----- */

enum { SHORT_TILE = 2 };

/* out = A' in, 6 to 2. */
INLINE void five_output(const vec *in, size_t step, vec *out, size_t out_step)
{
    const vec m0 = in[0], m1 = in[step], m2 = in[2 * step], m3 = in[3 * step], m4 = in[4 * step], m5 = in[5 * step];
    out[0] = m0 + ((m1 + m2) + (m3 + m5));
    out[out_step] = (m1 - m2) + 2.0F * (m3 - m5) + m4;
}

/* out = A in, 2 to 6. */
INLINE void five_output_back(const vec *in, size_t step, vec *out, size_t out_step)
{
    const vec y0 = in[0], y1 = in[step], twice = 2.0F * y1;
    out[0] = y0;
    out[out_step] = y0 + y1;
    out[2 * out_step] = y0 - y1;
    out[3 * out_step] = y0 + twice;
    out[4 * out_step] = y1;
    out[5 * out_step] = y0 - twice;
}

/* out = G in, 5 to 6: G's rows are the powers of a point over M'(a), those of winograd_transform.h two powers further. */
INLINE void five_weights(const vec *in, size_t step, vec *out, size_t out_step)
{
    const vec w0 = in[0], w1 = in[step], w2 = in[2 * step], w3 = in[3 * step], w4 = in[4 * step];
    const vec even = w0 + w2 + w4, odd = w1 + w3, even2 = w0 + 4.0F * w2 + 16.0F * w4, odd2 = 2.0F * w1 + 8.0F * w3;
    out[0] = 1.0F / 4 * w0;
    out[out_step] = -1.0F / 6 * (even + odd);
    out[2 * out_step] = -1.0F / 6 * (even - odd);
    out[3 * out_step] = 1.0F / 24 * (even2 + odd2);
    out[4 * out_step] = w4;
    out[5 * out_step] = 1.0F / 24 * (even2 - odd2);
}

/* out = G' in, 6 to 5. */
INLINE void five_weights_back(const vec *in, size_t step, vec *out, size_t out_step)
{
    const vec even = -1.0F / 6 * (in[step] + in[2 * step]), odd = -1.0F / 6 * (in[step] - in[2 * step]);
    const vec even2 = 1.0F / 24 * (in[3 * step] + in[5 * step]), odd2 = 1.0F / 24 * (in[3 * step] - in[5 * step]);
    out[0] = 1.0F / 4 * in[0] + (even + even2);
    out[out_step] = odd + 2.0F * odd2;
    out[2 * out_step] = even + 4.0F * even2;
    out[3 * out_step] = odd + 8.0F * odd2;
    out[4 * out_step] = even + 16.0F * even2 + in[4 * step];
}

/* --- kernels of 7 taps: ten points 0, 1, -1, 2, -2, 1/2, -1/2, 3/4, -3/4, infinity ----- */

/* Of a pair a, -a: a; the coefficients of the product of x^2 - b^2 over the other pairs, with alternating signs; and 1 / M'(a) for
   M(x) = x (x^2 - 1) (x^2 - 4) (x^2 - 1/4) (x^2 - 9/16), which is 2 a^2 times that product at a. The last line has the coefficients
   of M(x) / x. All but the inverses are exact. */
enum { PAIRS = 4, MOST_POINTS = 10 };
static const struct {
    float a, by[3], inverse;
} pair_of[PAIRS] = {
    {1, {77.0F / 16, 217.0F / 64, 9.0F / 16}, -32.0F / 63},
    {2, {29.0F / 16, 61.0F / 64, 9.0F / 64}, 16.0F / 4950},
    {0.5F, {89.0F / 16, 109.0F / 16, 9.0F / 4}, -1024.0F / 450},
    {0.75F, {21.0F / 4, 21.0F / 4, 1}, 65536.0F / 34650},
};
static const float pair_product[PAIRS] = {93.0F / 16, 525.0F / 64, 253.0F / 64, 9.0F / 16};

/* out = B' in, 10 to 10. */
INLINE void ten_input(const vec *in, size_t step, vec *out, size_t out_step)
{
    const float *all = pair_product;
    UNROLL
    for (size_t p = 0; p < PAIRS; p++) {
        const float *by = pair_of[p].by;
        const vec even = in[8 * step] - by[0] * in[6 * step] + by[1] * in[4 * step] - by[2] * in[2 * step];
        const vec odd = in[7 * step] - by[0] * in[5 * step] + by[1] * in[3 * step] - by[2] * in[step];
        out[(2 * p + 1) * out_step] = even + pair_of[p].a * odd;
        out[(2 * p + 2) * out_step] = even - pair_of[p].a * odd;
    }
    out[0] = in[8 * step] - all[0] * in[6 * step] + all[1] * in[4 * step] - all[2] * in[2 * step] + all[3] * in[0];
    out[9 * out_step] = in[9 * step] - all[0] * in[7 * step] + all[1] * in[5 * step] - all[2] * in[3 * step] + all[3] * in[step];
}

/* out = A' in, 10 to 4. */
INLINE void ten_output(const vec *in, size_t step, vec *out, size_t out_step)
{
    vec sum[TILE] = {in[0], {0}, {0}, in[9 * step]};
    UNROLL
    for (size_t p = 0; p < PAIRS; p++) {
        const float a = pair_of[p].a;
        const vec even = in[(2 * p + 1) * step] + in[(2 * p + 2) * step], odd = in[(2 * p + 1) * step] - in[(2 * p + 2) * step];
        sum[0] += even;
        sum[1] += a * odd;
        sum[2] += a * a * even;
        sum[3] += a * a * a * odd;
    }
    UNROLL
    for (size_t i = 0; i < TILE; i++)
        out[i * out_step] = sum[i];
}

/* out = A in, 4 to 10. */
INLINE void ten_output_back(const vec *in, size_t step, vec *out, size_t out_step)
{
    UNROLL
    for (size_t p = 0; p < PAIRS; p++) {
        const float a = pair_of[p].a;
        const vec even = in[0] + a * a * in[2 * step], odd = a * in[step] + a * a * a * in[3 * step];
        out[(2 * p + 1) * out_step] = even + odd;
        out[(2 * p + 2) * out_step] = even - odd;
    }
    out[0] = in[0];
    out[9 * out_step] = in[3 * step];
}

/* out = G in, 7 to 10. */
INLINE void ten_weights(const vec *in, size_t step, vec *out, size_t out_step)
{
    UNROLL
    for (size_t p = 0; p < PAIRS; p++) {
        const float a = pair_of[p].a, square = a * a;
        const vec even = in[0] + square * (in[2 * step] + square * (in[4 * step] + square * in[6 * step]));
        const vec odd = a * (in[step] + square * (in[3 * step] + square * in[5 * step]));
        out[(2 * p + 1) * out_step] = pair_of[p].inverse * (even + odd);
        out[(2 * p + 2) * out_step] = pair_of[p].inverse * (even - odd);
    }
    out[0] = 1 / pair_product[PAIRS - 1] * in[0];
    out[9 * out_step] = in[6 * step];
}

/* out = G' in, 10 to 7. */
INLINE void ten_weights_back(const vec *in, size_t step, vec *out, size_t out_step)
{
    enum { TAPS = 7 };
    vec sum[TAPS] = {1 / pair_product[PAIRS - 1] * in[0]};
    UNROLL
    for (size_t p = 0; p < PAIRS; p++) {
        const float a = pair_of[p].a;
        vec even = pair_of[p].inverse * (in[(2 * p + 1) * step] + in[(2 * p + 2) * step]);
        vec odd = pair_of[p].inverse * a * (in[(2 * p + 1) * step] - in[(2 * p + 2) * step]);
        UNROLL
        for (size_t k = 0; k < TAPS; k += 2, even *= a * a, odd *= a * a) {
            sum[k] += even;
            if (k + 1 < TAPS)
                sum[k + 1] += odd;
        }
    }
    sum[TAPS - 1] += in[9 * step];
    UNROLL
    for (size_t k = 0; k < TAPS; k++)
        out[k * out_step] = sum[k];
}

/* --- one axis or both ------------------------------------------------------------- */

/* One of these, which takes `in` values to `out`. */
struct line {
    void (*transform)(const vec *in, size_t step, vec *out, size_t out_step);
    size_t in, out;
};

/* d [in] to v [out], or on both sides d [in][in] to v [out][out]. */
INLINE void transform_lines(struct line t, bool both, const vec *d, vec *v)
{
    vec half[FREQUENCIES];
    if (!both) {
        t.transform(d, 1, v, 1);
        return;
    }
    UNROLL
    for (size_t j = 0; j < t.in; j++)
        t.transform(d + j, t.in, half + j, t.in);
    UNROLL
    for (size_t i = 0; i < t.out; i++)
        t.transform(half + i * t.in, 1, v + i * t.out, 1);
}

#endif
