/* The inner loop of bilateral.c for one level of SIMD; bilateral.c includes it once for each level, with
     LEVEL(name)      the name of a function at this level
     TARGET           the attribute that compiles a function for it
     VEC, INT, WIDTH  its vectors of WIDTH floats and of as many 32-bit integers
     FMA(x, y, z)     x y + z of vectors, rounded once
     MAX(x, y)        the greater of each element
     FRACTION(x, n)   x - n, where n is the whole number nearest to x
   This file has no include guard: it is a template. */

#define INLINE_LEVEL static inline __attribute__((always_inline)) TARGET

INLINE_LEVEL VEC LEVEL(all)(float x)
{
    return x - (VEC){0};
}

INLINE_LEVEL VEC LEVEL(distance)(VEC p, VEC q)
{
    return (VEC)((INT)(p - q) & 0x7fffffff);
}

/* 2^x for -126 <= x <= 0, relative error below 2e-7: the nearest whole number goes into the exponent, 2^f of the rest
   is a polynomial, fitted for the least greatest error on |f| <= 1/2 with 2^0 = 1 exactly. */
INLINE_LEVEL VEC LEVEL(exp2_negative)(VEC x)
{
    const float magic = 12582912.0f; /* 1.5 2^23: adding it leaves the nearest whole number in the low bits */
    const VEC shifted = x + magic, f = (VEC)FRACTION(x, shifted - magic);
    VEC power = LEVEL(all)(0.00132647238f);
    power = FMA(power, f, LEVEL(all)(0.00967151299f));
    power = FMA(power, f, LEVEL(all)(0.0555073358f));
    power = FMA(power, f, LEVEL(all)(0.240222424f));
    power = FMA(power, f, LEVEL(all)(0.693147004f));
    power = FMA(power, f, LEVEL(all)(1.0f));
    return (VEC)((INT)power + ((INT)shifted << 23));
}

/* The weight of a pair whose colours are v apart: 2^(log2_space - v^2); faint where this can be less than 2^-126, which is 0
   beside a pixel's own weight. */
INLINE_LEVEL VEC LEVEL(pair_weight)(VEC v, float log2_space, bool faint)
{
    const VEC x = FMA(-v, v, LEVEL(all)(log2_space));
    return LEVEL(exp2_negative)(faint ? (VEC)MAX(x, LEVEL(all)(-126.0f)) : x);
}

INLINE_LEVEL VEC LEVEL(load)(const float *at)
{
    return *(const VEC *)at;
}

INLINE_LEVEL void LEVEL(add)(float *sum, VEC value, VEC weight)
{
    *(VEC *)sum = FMA(value, weight, LEVEL(load)(sum));
}

/* Weighs the pixels p of a row, n of them in `planes` planes, against those of other rows that lie `taps` different ways
   behind them: each end's samples are added to the other's sums, and the weight to both sums of weights. The sums of p
   stay in registers over the taps. */
INLINE_LEVEL void LEVEL(pairs)(size_t planes, size_t taps, bool faint, const float *p, float *own, const struct behind *b,
                               size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i += WIDTH) {
        VEC sample[3], sum[3], weights = LEVEL(load)(own + planes * stride + i);
        for (size_t c = 0; c < planes; c++) {
            sample[c] = LEVEL(load)(p + c * stride + i);
            sum[c] = LEVEL(load)(own + c * stride + i);
        }
        for (size_t k = 0; k < taps; k++) {
            const float *q = b[k].sample + i;
            float *to = b[k].sums + i;
            VEC v = LEVEL(distance)(sample[0], LEVEL(load)(q));
            for (size_t c = 1; c < planes; c++)
                v += LEVEL(distance)(sample[c], LEVEL(load)(q + c * stride));
            const VEC weight = LEVEL(pair_weight)(v, b[k].log2_space, faint);
            for (size_t c = 0; c < planes; c++) {
                sum[c] = FMA(weight, LEVEL(load)(q + c * stride), sum[c]);
                LEVEL(add)(to + c * stride, sample[c], weight);
            }
            weights += weight;
            *(VEC *)(to + planes * stride) += weight;
        }
        for (size_t c = 0; c < planes; c++)
            *(VEC *)(own + c * stride + i) = sum[c];
        *(VEC *)(own + planes * stride + i) = weights;
    }
}

/* n is a multiple of WIDTH. Compiled for each number of planes (1, 3) and taps (1 to MOST_TAPS), faint or not. */
TARGET static void LEVEL(add_pairs)(size_t planes, size_t taps, bool faint, const float *p, float *own,
                                    const struct behind b[MOST_TAPS], size_t stride, size_t n)
{
    switch (planes * 100 + taps * 10 + faint) {
    case 110: LEVEL(pairs)(1, 1, false, p, own, b, stride, n); break;
    case 120: LEVEL(pairs)(1, 2, false, p, own, b, stride, n); break;
    case 130: LEVEL(pairs)(1, 3, false, p, own, b, stride, n); break;
    case 140: LEVEL(pairs)(1, 4, false, p, own, b, stride, n); break;
    case 310: LEVEL(pairs)(3, 1, false, p, own, b, stride, n); break;
    case 320: LEVEL(pairs)(3, 2, false, p, own, b, stride, n); break;
    case 330: LEVEL(pairs)(3, 3, false, p, own, b, stride, n); break;
    case 340: LEVEL(pairs)(3, 4, false, p, own, b, stride, n); break;
    default:
        for (size_t k = 0; k < taps; k++)
            if (planes == 1)
                LEVEL(pairs)(1, 1, true, p, own, b + k, stride, n);
            else
                LEVEL(pairs)(3, 1, true, p, own, b + k, stride, n);
    }
}

#undef INLINE_LEVEL
#undef LEVEL
#undef TARGET
#undef VEC
#undef INT
#undef WIDTH
#undef FMA
#undef MAX
#undef FRACTION
