#ifndef SK_IMAGE_ZERNIKE_H
#define SK_IMAGE_ZERNIKE_H

#include <stdbool.h>
#include <stddef.h>

/* Zernike moments: what is on a disc as sums over functions that are orthogonal there, each a polynomial of the radius
   times the cosine or sine of m times the angle (Teague, Image analysis via the general theory of moments, J. Opt. Soc.
   Am. 70, 1980). Turning the image turns each pair of moments by m times the angle, and mirroring it changes the sign
   of the sines.

   The moments are those of orders 1 to `order` (that of order 0, the mean, is left out), by order n, then by m = n, n - 2, ...
   in rising order: one number for m 0, else cosine and sine. */

enum { SK_ZERNIKE_ORDER = 12, SK_ZERNIKE_MOST = 90 }; /* the greatest order, and its count of moments */

/* A disc on a square picture, which is [-1, 1] x [-1, 1], y downwards. */
struct sk_disc {
    double x, y, radius;
};

/* How many numbers the moments up to an order are: (order + 1) (order + 2) / 2 - 1. */
size_t sk_zernike_count(unsigned order);

/* The weights weight[count][side][side] by which the pixels of a square make the moments of a disc on it. Functions are normalised
   such that the squares of all moments together are the variance over the disc; a function is averaged over each pixel by
   4 x 4 points, and the weights of a moment have the sum 0. */
void sk_zernike_weights(const struct sk_disc *disc, unsigned order, size_t side, float *weight);

/* The moments of the disc mirrored top to bottom if so wished, then turned by `radians` from x towards y. turned is not moment. */
void sk_zernike_turn(unsigned order, const float *moment, bool mirror, double radians, float *turned);

#endif
