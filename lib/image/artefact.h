#ifndef SK_IMAGE_ARTEFACT_H
#define SK_IMAGE_ARTEFACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/random.h"

/* What lies between skin and camera in dermoscopy images: hairs, a scale, the round field of view; drawn by the row, for phantoms and
   for any other image. The origin is the image's centre, y points down, and the unit of all lengths is half of its shorter side.
   Nothing is sampled finer than the pixel: edges are as wide as one at least, and what is thinner covers a part of it. */

/* A row of pixels. */
struct sk_artefact_row {
    const float *x; /* [width]: their centres, in even steps to the right */
    float y;
    size_t width;
    float pixel;     /* width of one */
    float footprint; /* width of what one sees: the pixel and the lens's blur */
};

/* A straight piece of a hair or of a pen's line, with round ends. */
struct sk_stroke {
    float x0, y0, x1, y1, half_width;
    float opacity; /* 0..1 */
};

/* cover[i] = the greater of it and the share of pixel i that the strokes cover. */
void sk_draw_strokes(float *cover, const struct sk_artefact_row *row, const struct sk_stroke *stroke, size_t strokes);

/* Cuts a quadratic Bezier curve into n >= 1 strokes of opacity 1. It leaves (x, y) at an angle and is bent to another in its middle; its control
   polygon has this length. taper: the share of its width that it loses to its end, 0 to 1. */
void sk_cut_curve(struct sk_stroke *stroke, int n, double x, double y, double angle, double bend, double length, double half_width,
                  double taper);

/* A scale: a line with marks that point to the image's centre, each fifth twice as long. */
struct sk_scale {
    float along_x, along_y; /* its direction, a unit vector */
    float distance, start;  /* of the line from the centre, along (along_y, -along_x); of a mark, along the line */
    float step;             /* from mark to mark */
    float half_width, length, opacity;
    bool marks_alone; /* without the line */
};

/* At any of the four sides, nearly parallel to it, with steps of this size; the line is at distance low..high of a square's centre. */
struct sk_scale sk_scale_draw(double step, double low, double high, struct sk_random *random);

/* cover[i] = the share of the light of pixel i that the scale takes. */
void sk_draw_scale(float *cover, const struct sk_artefact_row *row, const struct sk_scale *scale);

/* seen[i] = the share of pixel i that lies in a round field of view; its edge is soft over +- (edge + the footprint). */
void sk_draw_field(float *seen, const struct sk_artefact_row *row, float x, float y, float radius, float edge);

#endif
