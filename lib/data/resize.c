#include "data/resize.h"

/* Where the output's pixel i lies between two of n: the first, the second, and the second's weight. */
static void place(size_t i, size_t n, size_t size, size_t *low, size_t *high, float *weight)
{
    float at = ((float)i + 0.5f) * ((float)n / (float)size) - 0.5f;
    at = at > 0 ? at : 0;
    *low = (size_t)at < n ? (size_t)at : n - 1;
    *high = *low + 1 < n ? *low + 1 : *low;
    *weight = at - (float)*low;
}

void sk_resize_bilinear(const struct sk_image *image, size_t size, float *x)
{
    const size_t depth = sk_image_depth(image);
    const float scale = 2.0f / (float)image->maxval;
    for (size_t i = 0; i < size; i++) {
        size_t top, bottom, left, right;
        float down, across;
        place(i, image->height, size, &top, &bottom, &down);
        const uint16_t *a = image->sample + top * image->width * depth;
        const uint16_t *b = image->sample + bottom * image->width * depth;
        for (size_t j = 0; j < size; j++) {
            place(j, image->width, size, &left, &right, &across);
            for (size_t c = 0; c < 3; c++) {
                const size_t k = image->channels == 3 ? c : 0, l = left * depth + k, r = right * depth + k;
                const float upper = (1 - across) * (float)a[l] + across * (float)a[r];
                const float lower = (1 - across) * (float)b[l] + across * (float)b[r];
                *x++ = ((1 - down) * upper + down * lower) * scale - 1;
            }
        }
    }
}
