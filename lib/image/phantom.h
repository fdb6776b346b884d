#ifndef SK_IMAGE_PHANTOM_H
#define SK_IMAGE_PHANTOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "image/image.h"

/* Schematic dermoscopy images that obey the ABCD rule (Nachbar et al.: The ABCD rule of dermatoscopy, J Am Acad
   Dermatol 30 (1994) 551-559): asymmetry, border, colours, and differential structures (with diameter). The model's
   formulas are in skphantom(1). */
enum sk_phantom_class { SK_PHANTOM_BENIGN, SK_PHANTOM_MALIGNANT };

enum { SK_PHANTOM_MAX_WIDTH = 8192, SK_PHANTOM_FIELD_MM = 14 /* what the width shows */ };

/* How much there is of each part. Each part has random numbers of its own: changing one leaves the others. */
struct sk_phantom_model {
    double overlap;  /* of the classes: 0 well apart .. 1 the same */
    double diameter; /* mm: median of lesions between the classes, 1..14 */
    /* Factors of what is drawn, 0 none .. 4: */
    double asymmetry; /* of the outline: harmonics and lobes */
    double border;    /* raggedness, notches, streaks, uneven sharpness */
    double islands;   /* of other colours: black, red, blue-grey, white */
    double network, dots, mottle;    /* pigment network, globules, blotches */
    double texture, vignette, noise; /* of the skin; uneven light; grain of the sensor */
    /* Shares of the images that have it, 0..1: */
    double hair, field, ruler; /* field: a round field of view */
};

extern const struct sk_phantom_model sk_phantom_default;

struct sk_phantom_spec {
    struct sk_phantom_model model;
    enum sk_phantom_class kind;
    uint64_t seed;
    size_t width; /* pixels, 1..SK_PHANTOM_MAX_WIDTH */
};

/* What is true of a phantom. All but the grade is measured, on the lesion as it was drawn; 0 where none is in view. */
struct sk_phantom_truth {
    struct sk_image mask; /* gray, maxval 255: the share of each pixel that the lesion covers; owned */
    double asymmetry;     /* sk_mask_shape's */
    double border;        /* irregularity: perimeter^2 / (4 pi area), 1 of a disc */
    int colours;          /* of the rule's six, those that hold a twentieth of the lesion or more */
    double diameter;      /* the greatest, mm */
    double area;          /* mm^2 */
    bool cut;             /* by the edge of the image: what is outside was not measured */
    double grade;         /* of atypia: the parameter that the class decides */
};

/* Draws phantom `index` (< 2^59) of the spec: an RGB image of width x width pixels, maxval 255; and, where truth is not
   NULL, what is true of it. It depends on these arguments alone, and is the same lesion at every width (apart from the
   grain of the sensor, which is one of the pixels). 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_phantom_draw(struct sk_image *image, struct sk_phantom_truth *truth,
                                  const struct sk_phantom_spec *spec, uint64_t index, struct sk_error *err);

#endif
