#ifndef TEST_IMAGE_H
#define TEST_IMAGE_H

#include <string.h>

#include "base/random.h"
#include "image/pnm.h"

/* Helpers of the image tests; include after cmocka.h. */

static inline struct sk_image make_image(size_t width, size_t height, unsigned channels, bool alpha, unsigned maxval)
{
    struct sk_image image = {0};
    struct sk_error err;
    if (sk_image_shape(&image, width, height, channels, alpha, maxval, &err))
        fail_msg("%s", err.text);
    memset(image.sample, 0, width * height * sk_image_depth(&image) * sizeof *image.sample);
    return image;
}

static inline size_t image_samples(const struct sk_image *image)
{
    return image->width * image->height * sk_image_depth(image);
}

static inline struct sk_image random_image(struct sk_random *random, size_t width, size_t height, unsigned channels,
                                           bool alpha, unsigned maxval)
{
    struct sk_image image = make_image(width, height, channels, alpha, maxval);
    for (size_t i = 0; i < image_samples(&image); i++)
        image.sample[i] = (uint16_t)sk_random_below(random, maxval + 1);
    return image;
}

static inline void assert_same_shape(const struct sk_image *a, const struct sk_image *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_int_equal(a->channels, b->channels);
    assert_int_equal(a->alpha, b->alpha);
    assert_int_equal(a->maxval, b->maxval);
}

static inline void assert_same_image(const struct sk_image *a, const struct sk_image *b)
{
    assert_same_shape(a, b);
    assert_memory_equal(a->sample, b->sample, image_samples(a) * sizeof *a->sample);
}

#endif
