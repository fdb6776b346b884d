/* One row of gaussian.c for one depth of samples; gaussian.c includes it once for each, with
     NAME(name)  the name of a function at this depth
     BITS        of a sample, and of a weight behind the point
     WORD        an unsigned type of twice as many, which holds any weighted sum of samples
   This file has no include guard: it is a template. */

/* sum = weight[0] line[0] (the sum so far, where first > 1) + weight[k] (line[-k] + line[k]) for so many pairs k from the first. */
static inline __attribute__((always_inline)) void NAME(add_pairs)(ptrdiff_t pairs, ptrdiff_t first, const uint16_t *const *line,
                                                                  const uint32_t *weight, size_t n, WORD *restrict sum)
{
    const uint16_t *middle = line[0], *before[MOST_PAIRS], *after[MOST_PAIRS];
    const WORD centre = (WORD)weight[0];
    WORD factor[MOST_PAIRS];
    for (ptrdiff_t p = 0; p < pairs; p++) {
        before[p] = line[-first - p];
        after[p] = line[first + p];
        factor[p] = (WORD)weight[first + p];
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        WORD total = first == 1 ? (WORD)((uint32_t)centre * middle[i]) : sum[i];
        for (ptrdiff_t p = 0; p < pairs; p++)
            total = (WORD)(total + (uint32_t)factor[p] * ((uint32_t)before[p][i] + after[p][i]));
        sum[i] = total;
    }
}

/* The sums of the lines from line[-radius] to line[radius], weighed by how far they are from line[0]. */
SK_SIMD static void NAME(weigh_lines)(const uint16_t *const *line, const uint32_t *weight, ptrdiff_t radius, size_t n,
                                      WORD *restrict sum)
{
    switch (radius) {
    case 0: NAME(add_pairs)(0, 1, line, weight, n, sum); return;
    case 1: NAME(add_pairs)(1, 1, line, weight, n, sum); return;
    case 2: NAME(add_pairs)(2, 1, line, weight, n, sum); return;
    case 3: NAME(add_pairs)(3, 1, line, weight, n, sum); return;
    default: NAME(add_pairs)(MOST_PAIRS, 1, line, weight, n, sum);
    }
    ptrdiff_t first = 1 + MOST_PAIRS;
    for (; first + MOST_PAIRS <= radius + 1; first += MOST_PAIRS)
        NAME(add_pairs)(MOST_PAIRS, first, line, weight, n, sum);
    for (; first <= radius; first++)
        NAME(add_pairs)(1, first, line, weight, n, sum);
}

/* Takes sums apart into samples of their high and low bits. */
SK_SIMD static void NAME(split)(const WORD *restrict sum, size_t n, uint16_t *restrict high, uint16_t *restrict low)
{
    for (size_t i = 0; i < n; i++) {
        high[i] = (uint16_t)(sum[i] >> BITS);
        low[i] = (uint16_t)(sum[i] & ((1u << BITS) - 1));
    }
}

/* The sums 2^BITS high + low, rounded to samples: they have 2 BITS behind the point. No sum here is above WORD's greatest,
   as weights add up to 2^BITS and samples have at most 2^BITS - 1. */
SK_SIMD static void NAME(round_sums)(const WORD *restrict high, const WORD *restrict low, size_t n, uint16_t *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint16_t)((WORD)(high[i] + (low[i] >> BITS) + (1u << (BITS - 1))) >> BITS);
}

/* Row line[0] of the image, blurred with the rows around it; count is n or blocks. */
static void NAME(blur_row)(const struct blur *b, const uint16_t *const *line, size_t count, uint16_t *to)
{
    WORD *high = b->high_sum, *low = b->low_sum;
    NAME(weigh_lines)(line, b->weight, b->radius, count, high);
    NAME(split)(high, b->blocks, b->high + b->margin, b->low + b->margin);
    reflect_ends(b, b->high);
    reflect_ends(b, b->low);
    NAME(weigh_lines)(b->high_line + b->radius, b->weight, b->radius, b->blocks, high);
    NAME(weigh_lines)(b->low_line + b->radius, b->weight, b->radius, b->blocks, low);
    NAME(round_sums)(high, low, count, to);
}

#undef NAME
#undef BITS
#undef WORD
