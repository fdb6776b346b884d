#ifndef SK_IMAGE_FILTER_H
#define SK_IMAGE_FILTER_H

#include "base/error.h"
#include "image/pnm.h"

/* Smoothing filters. All keep size, maxval and alpha (copied untouched); out must not be in. 0, or -1 with err.
   An image may be smaller than the window: the border rule is applied as often as it takes. */

enum { SK_FILTER_MAX_DIAMETER = 255 };

/* Bilateral filter (Tomasi, Manduchi: Bilateral filtering for gray and color images, ICCV 1998) as OpenCV's
   bilateralFilter defines it: a pixel becomes the mean of the pixels q at distance r <= diameter / 2 (whole division, at
   least 1), weighted by exp(-r^2 / (2 sigma_space^2)) exp(-v^2 / (2 s^2)), where v is the sum of the absolute differences of the
   channels and s = sigma_color maxval / 255. Border reflected about the outermost pixels. diameter from 1 to
   SK_FILTER_MAX_DIAMETER, sigmas > 0. */
SK_MUST_CHECK int sk_filter_bilateral(const struct sk_image *in, int diameter, double sigma_color, double sigma_space,
                                      struct sk_image *out, struct sk_error *err);

/* Gaussian blur, diameter x diameter (odd), border reflected about the outermost pixels. */
SK_MUST_CHECK int sk_filter_gaussian(const struct sk_image *in, int diameter, double sigma, struct sk_image *out,
                                     struct sk_error *err);

/* OpenCV's sigma for a diameter: 0.3 ((diameter - 1) / 2 - 1) + 0.8. */
double sk_gaussian_sigma(int diameter);

/* Median of diameter x diameter (odd), channel by channel, the outermost pixels repeated beyond the border. */
SK_MUST_CHECK int sk_filter_median(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err);

#endif
