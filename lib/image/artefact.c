#include "image/artefact.h"

#include <math.h>
#include <string.h>

#include "image/edge.h"

/* --- hairs and pens ------------------------------------------------------- */

/* The pixels that may lie between two places of a row: from *first, before the end that is returned. */
static size_t pixels_between(const struct sk_artefact_row *row, float low, float high, size_t *first)
{
    /* One more at each side, for the rounding of x. */
    const float from = floorf((low - row->x[0]) / row->pixel) - 1, to = ceilf((high - row->x[0]) / row->pixel) + 2;
    *first = from > 0 ? (size_t)minf(from, (float)row->width) : 0;
    return to > 0 ? (size_t)minf(to, (float)row->width) : 0;
}

static void draw_stroke(float *cover, const struct sk_artefact_row *row, const struct sk_stroke *s)
{
    const float *x = row->x, y = row->y, soft = 0.5f * row->footprint, reach = s->half_width + soft;
    if (y < minf(s->y0, s->y1) - reach || y > maxf(s->y0, s->y1) + reach)
        return;
    size_t first, end = pixels_between(row, minf(s->x0, s->x1) - reach, maxf(s->x0, s->x1) + reach, &first);
    float sx = s->x1 - s->x0, sy = s->y1 - s->y0, squared = sx * sx + sy * sy + 1e-12f;
    float solid = s->opacity * minf(1, 2 * s->half_width / row->footprint); /* a hair thinner than a pixel covers a part of it */
    for (size_t i = first; i < end; i++) {
        float t = clampf(((x[i] - s->x0) * sx + (y - s->y0) * sy) / squared, 0, 1);
        float dx = x[i] - s->x0 - t * sx, dy = y - s->y0 - t * sy;
        float distance = sqrtf(dx * dx + dy * dy);
        if (distance < reach)
            cover[i] = maxf(cover[i], solid * step(s->half_width - distance, soft));
    }
}

void sk_draw_strokes(float *cover, const struct sk_artefact_row *row, const struct sk_stroke *stroke, size_t strokes)
{
    for (size_t k = 0; k < strokes; k++)
        draw_stroke(cover, row, &stroke[k]);
}

void sk_cut_curve(struct sk_stroke *stroke, int n, double x, double y, double angle, double bend, double length, double half_width,
                  double taper)
{
    double x1 = x + length / 2 * cos(angle), y1 = y + length / 2 * sin(angle);
    double x2 = x1 + length / 2 * cos(bend), y2 = y1 + length / 2 * sin(bend);
    double px = x, py = y;
    for (int i = 1; i <= n; i++) {
        double t = (double)i / n, u = 1 - t;
        double tx = u * u * x + 2 * u * t * x1 + t * t * x2, ty = u * u * y + 2 * u * t * y1 + t * t * y2;
        *stroke++ = (struct sk_stroke){(float)px, (float)py, (float)tx, (float)ty, (float)(half_width * (1 - taper * t)), 1};
        px = tx, py = ty;
    }
}

/* --- scales ---------------------------------------------------------------- */

struct sk_scale sk_scale_draw(double step, double low, double high, struct sk_random *random)
{
    struct sk_scale scale = {.step = (float)step};
    double side = M_PI / 2 * sk_random_below(random, 4), angle = side + 0.04 * sk_random_normal(random);
    scale.along_x = (float)cos(angle);
    scale.along_y = (float)sin(angle);
    scale.distance = (float)sk_random_between(random, low, high);
    scale.start = (float)(step * sk_random_between(random, 0, 10));
    scale.half_width = (float)step * (float)sk_random_between(random, 0.03, 0.06);
    scale.length = (float)step * (float)sk_random_between(random, 0.35, 0.6);
    scale.opacity = (float)sk_random_between(random, 0.6, 0.95);
    return scale;
}

void sk_draw_scale(float *cover, const struct sk_artefact_row *row, const struct sk_scale *scale)
{
    const float *x = row->x, y = row->y, soft = 0.5f * row->footprint, half_width = scale->half_width;
    const float opacity = scale->opacity * minf(1, 2 * half_width / row->footprint);
    for (size_t i = 0; i < row->width; i++) {
        cover[i] = 0;
        float off = scale->distance - (x[i] * scale->along_y - y * scale->along_x); /* towards the centre */
        if (off < -half_width - soft || off > 2 * scale->length + soft)
            continue;
        float along = x[i] * scale->along_x + y * scale->along_y - scale->start;
        float mark = nearbyintf(along / scale->step), beside = fabsf(along - mark * scale->step);
        float length = fmodf(mark, 5) == 0 ? 2 * scale->length : scale->length;
        float line = scale->marks_alone ? 0 : step(half_width - fabsf(off), soft);
        float tick = step(half_width - beside, soft) * step(length - off, soft) * step(off, soft);
        cover[i] = opacity * maxf(line, tick);
    }
}

/* --- the field of view ------------------------------------------------------ */

void sk_draw_field(float *seen, const struct sk_artefact_row *row, float x, float y, float radius, float edge)
{
    for (size_t i = 0; i < row->width; i++) {
        float dx = row->x[i] - x, dy = row->y - y;
        seen[i] = step(radius - sqrtf(dx * dx + dy * dy), edge + row->footprint);
    }
}
