#ifndef SK_IMAGE_SRGB_H
#define SK_IMAGE_SRGB_H

#include <math.h>

/* The transfer functions of sRGB (IEC 61966-2-1): linear light, 0..1, to the code that images hold, 0..1, and back. */
static inline float sk_srgb_encode(float linear)
{
    return linear <= 0.0031308f ? 12.92f * linear : 1.055f * powf(linear, 1 / 2.4f) - 0.055f;
}

static inline float sk_srgb_decode(float code)
{
    return code <= 0.04045f ? code / 12.92f : powf((code + 0.055f) / 1.055f, 2.4f);
}

#endif
