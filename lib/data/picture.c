#include "data/picture.h"

#include <math.h>
#include <string.h>

enum { CHANNELS = 3 };

static uint16_t to_sample(float value)
{
    float scaled = (value + 1) * 127.5f;
    return scaled >= 255 ? 255 : scaled > 0 ? (uint16_t)(scaled + 0.5f) : 0;
}

int sk_picture_grid(struct sk_image *image, const float *tensors, size_t n, size_t size, size_t columns,
                    struct sk_error *err)
{
    size_t rows = (n + columns - 1) / columns, row = size * CHANNELS;
    if (sk_image_shape(image, columns * size, rows * size, CHANNELS, false, 255, err))
        return -1;
    memset(image->sample, 0, image->width * image->height * CHANNELS * sizeof *image->sample);
    for (size_t i = 0; i < n; i++)
        for (size_t y = 0; y < size; y++) {
            uint16_t *to = image->sample + ((i / columns * size + y) * columns + i % columns) * row;
            const float *from = tensors + (i * size + y) * row;
            for (size_t j = 0; j < row; j++) {
                if (isnan(from[j]))
                    return sk_fail(err, "what the network makes is not all numbers");
                to[j] = to_sample(from[j]);
            }
        }
    return 0;
}

int sk_picture(struct sk_image *image, const float *tensor, size_t size, struct sk_error *err)
{
    return sk_picture_grid(image, tensor, 1, size, 1, err);
}
