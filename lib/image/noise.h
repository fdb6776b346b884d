#ifndef SK_IMAGE_NOISE_H
#define SK_IMAGE_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* Gradient noise on a hashed square lattice (Perlin: Improving noise, SIGGRAPH 2002), for natural looking
   texture. A field is named by its salt and defined on the whole plane, so that a picture of it at another
   resolution shows the same field. */

/* 32 well mixed bits of a lattice point. */
static inline uint32_t sk_noise_hash(uint32_t x, uint32_t y, uint32_t salt)
{
    uint32_t h = (x * 0x9E3779B1u) ^ (y * 0x85EBCA77u) ^ salt;
    h = (h ^ h >> 15) * 0x2C1B3C6Du;
    h = (h ^ h >> 12) * 0x297A2D39u;
    return h ^ h >> 15;
}

/* out[i] += amplitude times the field at (x[i], y[i]), n points. The field has mean 0 and standard deviation 1
   over the plane, and features of about 1/frequency. |x frequency| and |y frequency| < 2^30. */
void sk_noise_add(float *out, const float *x, const float *y, size_t n, float frequency, float amplitude,
                  uint32_t salt);

/* out[i] = a sum of octaves (>= 1) of such fields, each of twice the frequency and half the amplitude of the
   one before; standard deviation amplitude. footprint is the width that a point stands for: octaves too fine
   for it are faded out instead of aliased. */
void sk_noise_fractal(float *out, const float *x, const float *y, size_t n, float frequency, int octaves,
                      float amplitude, float footprint, uint32_t salt);

#endif
