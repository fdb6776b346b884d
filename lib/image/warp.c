#include "image/warp.h"

#include <math.h>

#include "image/border.h"

struct sk_warp sk_warp_draw(const struct sk_warp_range *range, struct sk_random *random)
{
    struct sk_warp warp = {0};
    warp.flip_horizontal = (sk_random_uniform(random) < 0.5) & range->flip_horizontal;
    warp.flip_vertical = (sk_random_uniform(random) < 0.5) & range->flip_vertical;
    warp.shear = range->shear * (2 * sk_random_uniform(random) - 1);
    warp.degrees = range->degrees * (2 * sk_random_uniform(random) - 1);
    return warp;
}

/* Where the output pixel (x, y) from the centre comes from: (xx x + xy y, yx x + yy y). */
struct inverse {
    double xx, xy, yx, yy;
};

/* flip^-1 shear^-1 rotation^-1 zoom^-1; y points down, so that rotation by +angle is (c -s; s c) and clockwise to the eye. */
static struct inverse invert(const struct sk_warp *warp)
{
    const double angle = warp->degrees * 3.14159265358979323846 / 180;
    const double zoom = 1 + warp->zoom, c = cos(angle) / zoom, s = sin(angle) / zoom, k = warp->shear;
    const double fx = warp->flip_horizontal ? -1 : 1, fy = warp->flip_vertical ? -1 : 1;
    return (struct inverse){.xx = fx * (c + k * s), .xy = fx * (s - k * c), .yx = fy * -s, .yy = fy * c};
}

/* Bilinear interpolation of all samples of one pixel at (x, y) of the reflected image. */
static void interpolate(const struct sk_image *in, double x, double y, uint16_t *out)
{
    const ptrdiff_t width = (ptrdiff_t)in->width, height = (ptrdiff_t)in->height;
    const ptrdiff_t left = (ptrdiff_t)floor(x), top = (ptrdiff_t)floor(y);
    const double fx = x - (double)left, fy = y - (double)top;
    const size_t depth = sk_image_depth(in);
    const size_t x0 = (size_t)sk_reflect(left, width), x1 = (size_t)sk_reflect(left + 1, width);
    const size_t y0 = (size_t)sk_reflect(top, height), y1 = (size_t)sk_reflect(top + 1, height);
    const uint16_t *a = in->sample + (y0 * in->width + x0) * depth, *b = in->sample + (y0 * in->width + x1) * depth;
    const uint16_t *c = in->sample + (y1 * in->width + x0) * depth, *d = in->sample + (y1 * in->width + x1) * depth;
    for (size_t i = 0; i < depth; i++) {
        double upper = a[i] + fx * (b[i] - a[i]), lower = c[i] + fx * (d[i] - c[i]);
        out[i] = (uint16_t)(upper + fy * (lower - upper) + 0.5);
    }
}

int sk_image_warp(const struct sk_image *in, const struct sk_warp *warp, struct sk_image *out, struct sk_error *err)
{
    if (sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err))
        return -1;
    const struct inverse m = invert(warp);
    const double cx = ((double)in->width - 1) / 2, cy = ((double)in->height - 1) / 2;
    const double right = warp->shift_x * (double)in->width, down = warp->shift_y * (double)in->height;
    uint16_t *to = out->sample;
    for (size_t row = 0; row < in->height; row++) {
        const double y = (double)row - cy - down;
        for (size_t column = 0; column < in->width; column++, to += sk_image_depth(in)) {
            const double x = (double)column - cx - right;
            interpolate(in, m.xx * x + m.xy * y + cx, m.yx * x + m.yy * y + cy, to);
        }
    }
    return 0;
}
