#ifndef SK_IMAGE_PHANTOM_H
#define SK_IMAGE_PHANTOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "image/pnm.h"

/* Schematic dermoscopy images that obey the ABCD rule (Nachbar et al.: The ABCD rule of dermatoscopy, J Am Acad
   Dermatol 30 (1994) 551-559): asymmetry, border, colours, and differential structures (with diameter). */
enum sk_phantom_class { SK_PHANTOM_BENIGN, SK_PHANTOM_MALIGNANT };

enum { SK_PHANTOM_MAX_WIDTH = 8192 };

/* Draws phantom `index` (< 2^63) of (class, seed): an RGB image of width x width pixels, maxval 255; width is
   1..SK_PHANTOM_MAX_WIDTH. The image depends on these arguments alone, and is the same lesion at every
   width (apart from the grain of the sensor, which is one of the pixels). 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_phantom_draw(struct sk_image *image, enum sk_phantom_class kind, uint64_t seed, uint64_t index,
                                  size_t width, struct sk_error *err);

#endif
