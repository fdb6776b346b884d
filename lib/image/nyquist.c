#include "image/nyquist.h"

static double luma(const struct sk_image *image, size_t x, size_t y)
{
    const uint16_t *s = image->sample + (y * image->width + x) * sk_image_depth(image);
    const double value = image->channels == 1 ? s[0] : 0.299 * s[0] + 0.587 * s[1] + 0.114 * s[2];
    return value / image->maxval;
}

/* Of a square of four pixels, what it adds to the sums of both signs, and to those of Y and Y^2. */
struct sums {
    double columns, rows, checkers, values, squares;
};

static void add_square(struct sums *sums, const struct sk_image *image, size_t x, size_t y)
{
    const double a = luma(image, x, y), b = luma(image, x + 1, y), c = luma(image, x, y + 1), d = luma(image, x + 1, y + 1);
    sums->columns += a - b + c - d;
    sums->rows += a + b - c - d;
    sums->checkers += a - b - c + d;
    sums->values += a + b + c + d;
    sums->squares += a * a + b * b + c * c + d * d;
}

int sk_nyquist_add(struct sk_nyquist *sums, const struct sk_image *image, struct sk_error *err)
{
    const size_t width = image->width / 2 * 2, height = image->height / 2 * 2;
    struct sums own = {0};
    if (width == 0 || height == 0)
        return sk_fail(err, "is %zux%zu: 2 pixels either way are needed", image->width, image->height);
    for (size_t y = 0; y < height; y += 2)
        for (size_t x = 0; x < width; x += 2)
            add_square(&own, image, x, y);
    sums->images++;
    sums->columns += own.columns * own.columns;
    sums->rows += own.rows * own.rows;
    sums->checkers += own.checkers * own.checkers;
    sums->squares += own.squares - own.values * own.values / ((double)width * (double)height);
    return 0;
}
