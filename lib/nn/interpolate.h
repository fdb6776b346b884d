#ifndef SK_NN_INTERPOLATE_H
#define SK_NN_INTERPOLATE_H

#include <stddef.h>

enum sk_interpolation { SK_SPHERICAL, SK_LINEAR };

/* z [n] = the point at t, from 0 (a, exactly) to 1 (b, exactly), on the way from a [n] to b [n].
   Linear: (1 - t) a + t b. Between two draws from N(0, 1) in many dimensions that is nearer to 0 than draws are.
   Spherical: (sin((1 - t) w) a + sin(t w) b) / sin w, w being the angle between them, which goes along the great circle at constant
   speed (Shoemake: Animating rotation with quaternion curves, SIGGRAPH 1985; for latents White: Sampling generative networks, 2016).
   Where there is no such circle, or no only one, it is linear: a or b zero, w within a millionth of 0 or of pi. */
void sk_interpolate(enum sk_interpolation kind, const float *a, const float *b, size_t n, double t, float *z);

#endif
