#ifndef SK_IMAGE_EDGE_H
#define SK_IMAGE_EDGE_H

/* What drawing by distances wants, in loops over rows. */

static inline float minf(float a, float b)
{
    return a < b ? a : b;
}

static inline float maxf(float a, float b)
{
    return a > b ? a : b;
}

static inline float clampf(float v, float low, float high)
{
    return minf(maxf(v, low), high);
}

/* 0 below -width, 1 above width, smooth between. */
static inline float step(float v, float width)
{
    float t = clampf(0.5f + 0.5f * v / width, 0, 1);
    return t * t * (3 - 2 * t);
}

#endif
