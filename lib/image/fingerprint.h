#ifndef SK_IMAGE_FINGERPRINT_H
#define SK_IMAGE_FINGERPRINT_H

#include "base/error.h"
#include "image/pnm.h"

/* A small picture of an image that tells whether another shows the same, scaled, compressed, turned, mirrored, lighter
   or darker: the colours on concentric rings about the centre, sampled at equal angles, so that a turn is a shift
   along the rings and a mirror image their reversal.

   A fingerprint is [rings][angles][3], each colour less its mean over the disc, all divided by their standard deviation and
   by the square root of their number; then the three means, on a scale of 0 to 1, times a small weight, which tell
   plain surfaces apart. The distance of two is Euclid's: about sqrt(2 - 2 r) with r their correlation, 0 for
   copies, 1.4 for strangers. */
enum {
    SK_FINGERPRINT_RINGS = 6,
    SK_FINGERPRINT_ANGLES = 48,
    SK_FINGERPRINT_DIM = SK_FINGERPRINT_RINGS * SK_FINGERPRINT_ANGLES * 3 + 3,
    SK_FINGERPRINT_TURNS = 2 * SK_FINGERPRINT_ANGLES, /* every angle, plain and mirrored */
    SK_FINGERPRINT_SMALLEST = 8                       /* pixels a side: less shows nothing */
};

/* The fingerprint [SK_FINGERPRINT_DIM] of the largest disc about the image's centre. Gray counts as colour, alpha does not count.
   -1 with err where the image is smaller than SK_FINGERPRINT_SMALLEST. */
SK_MUST_CHECK int sk_fingerprint(const struct sk_image *image, float *print, struct sk_error *err);

/* The fingerprint of the image turned by `turn` steps of 360 / SK_FINGERPRINT_ANGLES degrees, and mirrored before that where turn is
   SK_FINGERPRINT_ANGLES or more. turn is below SK_FINGERPRINT_TURNS; turn 0 copies. */
void sk_fingerprint_turn(const float *print, int turn, float *turned);

/* SK_FINGERPRINT_TURNS fingerprints [turns][SK_FINGERPRINT_DIM]: the image in every turn. */
void sk_fingerprint_turns(const float *print, float *turned);

/* The fingerprints of a stream of images ("-" is standard input), one after another: *prints [*count][SK_FINGERPRINT_DIM],
   which the caller frees. 0, or -1 with err ("file: image N: what"). */
SK_MUST_CHECK int sk_fingerprints_read(const char *path, float **prints, size_t *count, struct sk_error *err);

#endif
