#include "image/colour.h"

#include <math.h>

static double luma(const struct sk_image *image, const uint16_t *pixel)
{
    return image->channels == 1 ? pixel[0] : 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
}

static double mean_luma(const struct sk_image *image)
{
    const size_t depth = sk_image_depth(image), pixels = image->width * image->height;
    double sum = 0;
    for (size_t i = 0; i < pixels; i++)
        sum += luma(image, image->sample + i * depth);
    return sum / (double)pixels;
}

/* The hue turns by `turn` sixths of the circle; value (the greatest of the three) and chroma stay. */
static void turn_hue(double rgb[3], double turn)
{
    const double value = fmax(rgb[0], fmax(rgb[1], rgb[2])), chroma = value - fmin(rgb[0], fmin(rgb[1], rgb[2]));
    if (chroma <= 0)
        return;
    const double hue = (value == rgb[0]   ? (rgb[1] - rgb[2]) / chroma
                        : value == rgb[1] ? 2 + (rgb[2] - rgb[0]) / chroma
                                          : 4 + (rgb[0] - rgb[1]) / chroma) + turn;
    static const double sector[3] = {5, 3, 1};
    for (int c = 0; c < 3; c++) {
        const double k = fmod(sector[c] + hue + 12, 6);
        rgb[c] = value - chroma * fmax(0, fmin(1, fmin(k, 4 - k)));
    }
}

void sk_image_recolour(struct sk_image *image, const struct sk_colour *colour)
{
    if (colour->brightness == 0 && colour->contrast == 0 && colour->hue == 0)
        return;
    const size_t depth = sk_image_depth(image), samples = image->width * image->height * depth;
    const double mean = colour->contrast != 0 ? mean_luma(image) : 0, gain = 1 + colour->contrast;
    const double base = mean - gain * mean + colour->brightness * image->maxval;
    for (size_t i = 0; i < samples; i += depth) {
        double v[3];
        for (unsigned c = 0; c < image->channels; c++)
            v[c] = fmin(fmax(gain * image->sample[i + c] + base, 0), image->maxval);
        if (image->channels == 3 && colour->hue != 0)
            turn_hue(v, colour->hue / 60);
        for (unsigned c = 0; c < image->channels; c++)
            image->sample[i + c] = (uint16_t)(v[c] + 0.5);
    }
}
