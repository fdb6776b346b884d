#ifndef SK_IMAGE_FILTER_H
#define SK_IMAGE_FILTER_H

#include "base/error.h"
#include "image/pnm.h"

/* Smoothing filters. All keep size, maxval and alpha (copied untouched); out must not be in. 0, or -1 with err.
   An image may be smaller than the window: the border rule is applied as often as it takes. */

enum {
    SK_FILTER_MAX_DIAMETER = 255, /* that is asked for */
    SK_FILTER_MAX_WINDOW = 1023   /* that follows from sigma */
};

/* Bilateral filter (Tomasi, Manduchi: Bilateral filtering for gray and color images, ICCV 1998) as OpenCV's
   bilateralFilter defines it: a pixel becomes the mean of the pixels q at distance r <= diameter / 2 (whole division, at
   least 1), weighted by exp(-r^2 / (2 sigma_space^2)) exp(-v^2 / (2 s^2)), where v is the sum of the absolute differences of the
   channels and s = sigma_color maxval / 255. Border reflected about the outermost pixels. diameter from 1 to
   SK_FILTER_MAX_DIAMETER, or 0 for a radius of 1.5 sigma_space, rounded to a whole number as OpenCV does; an error where this
   window is wider than SK_FILTER_MAX_WINDOW. sigmas > 0. */
SK_MUST_CHECK int sk_filter_bilateral(const struct sk_image *in, int diameter, double sigma_color, double sigma_space,
                                      struct sk_image *out, struct sk_error *err);

/* Gaussian blur of diameter x diameter (odd), border reflected about the outermost pixels, equal to OpenCV's GaussianBlur: in
   its fixed point of 8 bits where maxval is at most 255, else of 16. sigma 0 is its default: fixed weights for diameters of 3
   to 9, else 0.3 ((diameter - 1) / 2 - 1) + 0.8. diameter 0 is its window for the sigma: 6 sigma + 1, or 8 sigma + 1 where
   maxval is above 255, rounded to a whole number, the odd one above where it is even; an error where this is more than
   SK_FILTER_MAX_WINDOW. */
SK_MUST_CHECK int sk_filter_gaussian(const struct sk_image *in, int diameter, double sigma, struct sk_image *out,
                                     struct sk_error *err);

/* Median of diameter x diameter (odd), channel by channel, the outermost pixels repeated beyond the border. */
SK_MUST_CHECK int sk_filter_median(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err);

#endif
