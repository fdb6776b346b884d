#include "base/random.h"

#include <math.h>

#include "base/simd.h"

static void philox(const uint32_t counter[4], const uint32_t seed[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = seed[0], k1 = seed[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

void sk_random_init(struct sk_random *r, uint64_t seed, uint64_t stream)
{
    *r = (struct sk_random){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .counter = {0, 0, (uint32_t)stream, (uint32_t)(stream >> 32)},
        .used = 4,
    };
}

uint32_t sk_random_bits(struct sk_random *r)
{
    if (r->used >= 4) {
        philox(r->counter, r->key, r->block);
        if (++r->counter[0] == 0)
            r->counter[1]++;
        r->used = 0;
    }
    return r->block[r->used++];
}

enum { BLOCKS = 16 };

/* BLOCKS blocks, from the counter on, side by side: as philox has them one by one. */
SK_SIMD static void philox_blocks(const uint32_t counter[4], const uint32_t seed[2], uint32_t *out)
{
    uint32_t c0[BLOCKS], c1[BLOCKS], c2[BLOCKS], c3[BLOCKS], k0 = seed[0], k1 = seed[1];
    for (uint32_t b = 0; b < BLOCKS; b++) {
        c0[b] = counter[0] + b;
        c1[b] = counter[1] + (c0[b] < b); /* a carry */
        c2[b] = counter[2];
        c3[b] = counter[3];
    }
    for (int round = 0; round < 10; round++) {
        for (uint32_t b = 0; b < BLOCKS; b++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c0[b], p1 = (uint64_t)0xCD9E8D57u * c2[b];
            c0[b] = (uint32_t)(p1 >> 32) ^ c1[b] ^ k0;
            c1[b] = (uint32_t)p1;
            c2[b] = (uint32_t)(p0 >> 32) ^ c3[b] ^ k1;
            c3[b] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    for (uint32_t b = 0; b < BLOCKS; b++) {
        out[4 * b] = c0[b];
        out[4 * b + 1] = c1[b];
        out[4 * b + 2] = c2[b];
        out[4 * b + 3] = c3[b];
    }
}

void sk_random_fill(struct sk_random *r, uint32_t *bits, size_t n)
{
    size_t i = 0;
    for (; i < n && r->used < 4; i++)
        bits[i] = sk_random_bits(r);
    for (; n - i >= 4 * BLOCKS; i += 4 * BLOCKS) {
        philox_blocks(r->counter, r->key, bits + i);
        uint32_t before = r->counter[0];
        r->counter[0] += BLOCKS;
        r->counter[1] += r->counter[0] < before;
    }
    for (; i < n; i++)
        bits[i] = sk_random_bits(r);
}

void sk_random_skip(struct sk_random *r, uint64_t words)
{
    uint64_t ahead = words + (r->used < 4 ? r->used : 4), at = (uint64_t)r->counter[1] << 32 | r->counter[0];
    if (ahead <= 4) { /* within the block */
        r->used = (uint32_t)ahead;
        return;
    }
    at += (ahead - 1) / 4 - 1; /* of the block that holds the last word skipped */
    r->counter[0] = (uint32_t)at;
    r->counter[1] = (uint32_t)(at >> 32);
    r->used = 4;
    for (uint64_t left = (ahead - 1) % 4 + 1; left > 0; left--)
        (void)sk_random_bits(r);
}

double sk_random_uniform(struct sk_random *r)
{
    uint64_t high = sk_random_bits(r) >> 5, low = sk_random_bits(r) >> 6;
    return (double)(high << 26 | low) * 0x1p-53;
}

double sk_random_between(struct sk_random *r, double low, double high)
{
    return low + (high - low) * sk_random_uniform(r);
}

double sk_random_normal(struct sk_random *r)
{
    const double two_pi = 6.283185307179586476925;
    double radius = sqrt(-2 * log(1 - sk_random_uniform(r))); /* 1 - u is in (0, 1] */
    return radius * cos(two_pi * sk_random_uniform(r));
}

uint32_t sk_random_below(struct sk_random *r, uint32_t n)
{
    uint32_t reject = (uint32_t)(-n) % n; /* 2^32 mod n */
    uint32_t bits;
    do
        bits = sk_random_bits(r);
    while (bits < reject);
    return bits % n;
}

/* bits % n without a division, by a fraction of 64 bits (Lemire, Kaser, Kurz, Softw. Pract. Exp. 49, 2019). */
void sk_random_tally(struct sk_random *r, uint32_t *times, uint32_t n, size_t k)
{
    uint32_t reject = (uint32_t)(-n) % n, bits[1024];
    uint64_t inverse = UINT64_MAX / n + 1; /* 0 for n = 1, as is the remainder */
    while (k > 0) {
        size_t count = k < sizeof bits / sizeof *bits ? k : sizeof bits / sizeof *bits;
        sk_random_fill(r, bits, count);
        for (size_t i = 0; i < count; i++)
            if (bits[i] >= reject) {
                times[(uint32_t)(((unsigned __int128)(inverse * bits[i]) * n) >> 64)]++;
                k--;
            }
    }
}

void sk_random_shuffle(struct sk_random *r, uint32_t *index, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = sk_random_below(r, (uint32_t)i);
        uint32_t t = index[i - 1];
        index[i - 1] = index[j];
        index[j] = t;
    }
}
