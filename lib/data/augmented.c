#include "data/augmented.h"

enum { CHANNELS = 3, MAXVAL = 255 };

/* An image of the set, as filters have them. */
static int take_image(const struct sk_dataset *set, uint32_t index, struct sk_image *image, struct sk_error *err)
{
    if (sk_image_shape(image, set->size, set->size, CHANNELS, false, MAXVAL, err))
        return -1;
    const size_t samples = set->size * set->size * CHANNELS;
    for (size_t i = 0; i < samples; i++)
        image->sample[i] = set->pixels[index * samples + i];
    return 0;
}

static int make_copy(const struct sk_dataset *set, const struct sk_augmentation *augmentation, uint32_t index, struct sk_image *in,
                     struct sk_image *out, float *tensor, struct sk_error *err)
{
    if (take_image(set, index, in, err) || sk_augment(in, augmentation, out, NULL, err))
        return -1;
    sk_dataset_convert(out, tensor);
    return 0;
}

int sk_dataset_augmented_batch(const struct sk_dataset *set, const struct sk_augment_range *range, uint64_t seed, uint64_t first,
                               const uint32_t *index, size_t n, float *batch, int jobs, struct sk_error *err)
{
    const size_t values = set->size * set->size * CHANNELS;
    int failed = 0;
#pragma omp parallel num_threads(jobs)
    {
        struct sk_image in = {0}, out = {0};
        struct sk_error own;
#pragma omp for schedule(dynamic, 8)
        for (size_t i = 0; i < n; i++) {
            const struct sk_augmentation a = sk_augment_draw(range, seed, index[i], first + i);
            if (make_copy(set, &a, index[i], &in, &out, batch + i * values, &own))
#pragma omp critical(sk_augmented_error)
            {
                *err = own;
                failed = -1;
            }
        }
        sk_image_free(&in);
        sk_image_free(&out);
    }
    return failed;
}
