#ifndef SK_DATA_BACKGROUND_H
#define SK_DATA_BACKGROUND_H

#include <stddef.h>

/* What a photograph would show without its lesion: skin in its light, with its grain. x, background [side][side][3]; of each channel the
   value nearest to the image's that is at most four medians of |e| from
     a + b u + c v + d (u^2 + v^2),  u, v from -1 to 1 across the image,
   as near as can be to the pixels of the frame, an eighth of the side wide, where hairs, marks and what of the lesion reaches there
   count little: least squares, reweighted by Geman and McClure's w = (1 + (e / s)^2)^-2, s twice the median of |e|,
   the frame's distances from that surface. */
void sk_background(size_t side, const float *x, float *background);

#endif
