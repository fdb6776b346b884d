#ifndef SK_DATA_EXPLANATION_H
#define SK_DATA_EXPLANATION_H

#include "data/ensemble.h"
#include "image/image.h"

/* Where in an image an ensemble sees what speaks for a class: integrated gradients (nn/attribution.h) of the class's logit, less the
   mean of the others', from the image's background (data/background.h) to the image. Summed over colours, averaged over members,
   each logit over its member's temperature, and over turns, turned back, where the ensemble has them; smoothed by a Gaussian of
   sigma side / 64; what speaks against the class is left out. */
struct sk_explainer {
    const struct sk_ensemble *ensemble;
    struct sk_net *net[SK_MAX_MEMBERS];            /* the members' networks once more, which run backward */
    float *background, *turned, *turned_background; /* an image each */
    float *attribution;                            /* of an image's values */
    float *row;                                    /* pixels of a side */
};

/* For all members that the ensemble has, which must stay. Start from zeroes. 0, or -1 with err (sk_explainer_free even then). */
SK_MUST_CHECK int sk_explainer_open(struct sk_explainer *explainer, const struct sk_ensemble *ensemble, int jobs, struct sk_error *err);
void sk_explainer_free(struct sk_explainer *explainer);

/* heat [size][size], 0 or more, of one image x [size][size][3]. 0, or -1 with err: a gradient is not finite, memory is short. */
SK_MUST_CHECK int sk_explain(struct sk_explainer *explainer, const float *x, size_t class, float *heat, struct sk_error *err);

/* The heat over the image x, both of this side, as RGB of maxval 255. The ground is the image in gray (BT.601) at half its lightness; what
   is hot is red, the hottest pixel yellow. The heat is red - blue: 255 is the image's largest; all is gray where there is none. 0, or
   -1 with err. */
SK_MUST_CHECK int sk_heat_map(size_t side, const float *x, const float *heat, struct sk_image *picture, struct sk_error *err);

#endif
