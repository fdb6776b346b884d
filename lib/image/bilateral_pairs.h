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

/* Each x to 2^x, for -126 <= x <= 0, relative error below 3e-6: the nearest whole number goes into the exponent, 2^f of the
   rest is a polynomial, fitted for the least greatest error on |f| <= 1/2 with 2^0 = 1 exactly. */
INLINE_LEVEL void LEVEL(exp2_negative)(size_t n, VEC *x)
{
    static const float coefficient[] = {0.0559064262f, 0.240240991f, 0.693124175f, 1.0f};
    const float magic = 12582912.0f; /* 1.5 2^23: adding it leaves the nearest whole number in the low bits */
    VEC shifted[MOST_TAPS], f[MOST_TAPS];
    for (size_t k = 0; k < n; k++)
        shifted[k] = x[k] + magic;
    for (size_t k = 0; k < n; k++) {
        f[k] = (VEC)FRACTION(x[k], shifted[k] - magic);
        x[k] = LEVEL(all)(0.00958285294f);
    }
    for (size_t i = 0; i < sizeof coefficient / sizeof *coefficient; i++)
        for (size_t k = 0; k < n; k++)
            x[k] = FMA(x[k], f[k], LEVEL(all)(coefficient[i]));
    for (size_t k = 0; k < n; k++)
        x[k] = (VEC)((INT)x[k] + ((INT)shifted[k] << 23));
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
   stay in registers over the taps, which take each step together: none waits for its own step before. faint: a weight can be
   less than 2^-126, which is 0 beside a pixel's own. */
INLINE_LEVEL void LEVEL(pairs)(size_t planes, size_t taps, bool faint, const float *p, float *own, const struct behind *b,
                               size_t stride, size_t n)
{
    const float *q[MOST_TAPS];
    float *to[MOST_TAPS];
    VEC log2_space[MOST_TAPS];
    for (size_t k = 0; k < taps; k++) {
        q[k] = b[k].sample;
        to[k] = b[k].sums;
        log2_space[k] = LEVEL(all)(b[k].log2_space);
    }
    for (size_t i = 0; i < n; i += WIDTH) {
        VEC sample[3], sum[4], weight[MOST_TAPS];
        for (size_t c = 0; c <= planes; c++) {
            sum[c] = LEVEL(load)(own + c * stride + i);
            if (c < planes)
                sample[c] = LEVEL(load)(p + c * stride + i);
        }
        for (size_t k = 0; k < taps; k++) {
            VEC v = LEVEL(distance)(sample[0], LEVEL(load)(q[k] + i));
            for (size_t c = 1; c < planes; c++)
                v += LEVEL(distance)(sample[c], LEVEL(load)(q[k] + c * stride + i));
            const VEC x = FMA(-v, v, log2_space[k]);
            weight[k] = faint ? (VEC)MAX(x, LEVEL(all)(-126.0f)) : x;
        }
        LEVEL(exp2_negative)(taps, weight);
        for (size_t k = 0; k < taps; k++) {
            for (size_t c = 0; c < planes; c++) {
                sum[c] = FMA(weight[k], LEVEL(load)(q[k] + c * stride + i), sum[c]);
                LEVEL(add)(to[k] + c * stride + i, sample[c], weight[k]);
            }
            sum[planes] += weight[k];
            *(VEC *)(to[k] + planes * stride + i) += weight[k];
        }
        for (size_t c = 0; c <= planes; c++)
            *(VEC *)(own + c * stride + i) = sum[c];
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
