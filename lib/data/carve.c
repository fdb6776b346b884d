#include "data/carve.h"

#include "base/random.h"
#include "base/streams.h"

enum { CARVE = 10 };

static size_t validating(size_t count)
{
    return count < 2 ? 0 : (count + CARVE - 1) / CARVE;
}

size_t sk_carve_left(const struct sk_dataset *set)
{
    size_t images = set->count;
    for (size_t c = 0; c < set->classes; c++)
        images -= validating(set->class_count[c]);
    return images;
}

void sk_carve(const struct sk_dataset *set, uint64_t seed, uint32_t *train, size_t *train_count, uint32_t *valid,
              size_t *valid_count)
{
    size_t quota[SK_MAX_CLASSES];
    for (size_t c = 0; c < set->classes; c++)
        quota[c] = validating(set->class_count[c]);
    for (size_t i = 0; i < set->count; i++)
        train[i] = (uint32_t)i;
    struct sk_random random;
    sk_random_init(&random, seed, sk_stream(SK_STREAM_SPLIT, 0));
    sk_random_shuffle(&random, train, set->count);
    *train_count = *valid_count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const uint32_t image = train[i];
        const size_t class = set->label[image];
        if (quota[class]) {
            quota[class]--;
            valid[(*valid_count)++] = image;
        } else
            train[(*train_count)++] = image;
    }
}
