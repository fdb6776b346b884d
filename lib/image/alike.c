#include "image/alike.h"

#include <stdlib.h>

static bool are_near(const uint16_t *a, const uint16_t *b, size_t count, int near)
{
    for (size_t i = 0; i < count; i++)
        if (abs(a[i] - b[i]) > near)
            return false;
    return true;
}

enum sk_alike sk_image_alike(const struct sk_image *image)
{
    const size_t depth = sk_image_depth(image), row = image->width * depth;
    const int near = (int)(image->maxval / 64);
    bool rows = image->height > 1, columns = image->width > 1;
    for (size_t y = 0; y < image->height && (rows || columns); y++) {
        const uint16_t *here = image->sample + y * row;
        rows = rows && are_near(here, image->sample, row, near);
        for (size_t x = 1; x < image->width && columns; x++)
            columns = are_near(here + x * depth, here, depth, near);
    }
    return rows && columns ? SK_PIXELS_ALIKE : rows ? SK_ROWS_ALIKE : columns ? SK_COLUMNS_ALIKE : SK_NOT_ALIKE;
}

const char *sk_alike_text(enum sk_alike alike)
{
    static const char *const text[] = {NULL, "all rows are alike", "all columns are alike", "all pixels are alike"};
    return text[alike];
}
