#ifndef SK_IMAGE_PNM_RASTER_H
#define SK_IMAGE_PNM_RASTER_H

#include "base/error.h"
#include "image/image.h"
#include "image/pnm_header.h"
#include "image/source.h"

/* Reads the raster behind a header: the image gets its shape and samples (a bit of PBM becomes 0 for black and 1 for
   white). Memory grows as the samples come in, not by what the header claims. 0, or -1 with err (the image's
   samples are then undefined). Where image is NULL the raster is gone over, with the same faults, and kept nowhere. */
SK_MUST_CHECK int sk_pnm_raster_read(struct sk_source *source, const struct sk_pnm_header *header,
                                     struct sk_image *image, struct sk_error *err);

#endif
