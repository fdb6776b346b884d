#include "image/noise.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

/* floor() as a conversion and a correction: baseline x86-64 has no rounding instruction. */
static inline int32_t floor_int(float v)
{
    int32_t i = (int32_t)v;
    return i - (v < (float)i);
}

/* The gradient at a lattice point, both components uniform in [-1, 1), dotted with (dx, dy). */
static inline float slope(int32_t ix, int32_t iy, uint32_t salt, float dx, float dy)
{
    uint32_t h = sk_noise_hash((uint32_t)ix, (uint32_t)iy, salt);
    float gx = (float)(int32_t)(h & 0xffff) * 0x1p-15f - 1, gy = (float)(int32_t)(h >> 16) * 0x1p-15f - 1;
    return gx * dx + gy * dy;
}

static inline float fade(float t)
{
    return t * t * t * (t * (t * 6 - 15) + 10);
}

SK_SIMD void sk_noise_add(float *out, const float *x, const float *y, size_t n, float frequency, float amplitude,
                          uint32_t salt)
{
    const float unit = 5.64f; /* makes the standard deviation 1 (tests/unit/test_phantom.c measures it) */
    for (size_t i = 0; i < n; i++) {
        float u = x[i] * frequency, v = y[i] * frequency;
        int32_t ix = floor_int(u), iy = floor_int(v);
        float dx = u - (float)ix, dy = v - (float)iy;
        float a = slope(ix, iy, salt, dx, dy), b = slope(ix + 1, iy, salt, dx - 1, dy);
        float c = slope(ix, iy + 1, salt, dx, dy - 1), d = slope(ix + 1, iy + 1, salt, dx - 1, dy - 1);
        float sx = fade(dx), sy = fade(dy);
        float top = a + (b - a) * sx, bottom = c + (d - c) * sx;
        out[i] += amplitude * unit * (top + (bottom - top) * sy);
    }
}

void sk_noise_fractal(float *out, const float *x, const float *y, size_t n, float frequency, int octaves,
                      float amplitude, float footprint, uint32_t salt)
{
    memset(out, 0, n * sizeof *out);
    /* The octaves are independent: variances add. */
    float level = amplitude * sqrtf(0.75f / (1 - powf(0.25f, (float)octaves)));
    for (int octave = 0; octave < octaves; octave++) {
        float fp = frequency * footprint, seen = expf(-fp * fp);
        if (seen > 0.02f)
            sk_noise_add(out, x, y, n, frequency, level * seen, salt + (uint32_t)octave * 0x632BE5ABu);
        frequency *= 2;
        level *= 0.5f;
    }
}
