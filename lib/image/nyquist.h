#ifndef SK_IMAGE_NYQUIST_H
#define SK_IMAGE_NYQUIST_H

#include "image/image.h"

/* Patterns of period 2, such as upsampling by transposed convolutions leaves (Odena, Dumoulin, Olah 2016: Deconvolution and
   checkerboard artifacts): of images' luma Y (0.299 R + 0.587 G + 0.114 B over maxval, less its mean), the power of the discrete
   Fourier transform at the three Nyquist frequencies, over what white noise of the same variance would have there:

     columns  |sum (-1)^x Y|^2    rows  |sum (-1)^y Y|^2    checkers  |sum (-1)^(x+y) Y|^2    each over sum Y^2

   numerators and denominators summed over all images. An odd last column or row is left out. */
struct sk_nyquist {
    size_t images;
    double columns, rows, checkers, squares; /* sums so far: start from zeroes */
};

/* Adds an image; alpha counts for nothing. 0, or -1 with err: it is less than 2 pixels wide or high. */
SK_MUST_CHECK int sk_nyquist_add(struct sk_nyquist *sums, const struct sk_image *image, struct sk_error *err);

#endif
