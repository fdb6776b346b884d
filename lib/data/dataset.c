#include "data/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "base/memory_limit.h"
#include "base/simd.h"

enum { CHANNELS = 3 };

static size_t image_bytes(const struct sk_dataset *set)
{
    return set->size * set->size * CHANNELS;
}

/* Index of a class, or -1. */
static int find_class(const struct sk_dataset *set, const char *class_name)
{
    for (size_t i = 0; i < set->classes; i++)
        if (strcmp(set->class_name[i], class_name) == 0)
            return (int)i;
    return -1;
}

static int find_or_add_class(struct sk_dataset *set, const char *name, struct sk_error *err)
{
    int known = find_class(set, name);
    if (known >= 0)
        return known;
    if (set->classes == SK_MAX_CLASSES)
        return sk_fail(err, "more than %d classes", SK_MAX_CLASSES);
    if (*name && sk_class_name_check(name, err))
        return -1;
    memcpy(set->class_name[set->classes], name, strlen(name) + 1);
    return (int)set->classes++;
}

static int make_room(struct sk_dataset *set, struct sk_error *err)
{
    if (set->count < set->capacity)
        return 0;
    if (set->count >= UINT32_MAX / 2)
        return sk_fail(err, "more than %u images", UINT32_MAX / 2);
    size_t capacity = set->capacity ? set->capacity * 2 : 64, bytes;
    if (!sk_mul(capacity, image_bytes(set), &bytes))
        return sk_fail(err, "%zu images are more than memory can address", capacity);
    if (sk_memory_check(bytes, err))
        return sk_prefix(err, "%zu images", capacity);
    uint8_t *pixels = realloc(set->pixels, bytes);
    if (pixels)
        set->pixels = pixels;
    uint8_t *label = pixels ? realloc(set->label, capacity) : NULL;
    if (!label) {
        errno = ENOMEM;
        return sk_fail_errno(err, "%zu images", capacity);
    }
    set->label = label;
    set->capacity = capacity;
    return 0;
}

/* Sample c of pixel i, of an RGB image or a gray one, scaled to 0..255. */
static uint8_t byte_sample(const struct sk_image *image, size_t i, unsigned c)
{
    unsigned sample = image->sample[i * sk_image_depth(image) + (image->channels == 1 ? 0 : c)];
    return (uint8_t)((sample * 255u + image->maxval / 2) / image->maxval);
}

static float to_tensor(uint8_t sample)
{
    return (float)sample / 127.5f - 1;
}

static void convert(const struct sk_image *image, uint8_t *to)
{
    size_t pixels = image->width * image->height;
    for (size_t i = 0; i < pixels; i++)
        for (unsigned c = 0; c < CHANNELS; c++)
            to[i * CHANNELS + c] = byte_sample(image, i, c);
}

/* Samples that are bytes already, as nearly all images have them: the same floats, many at a time. */
SK_SIMD static void convert_bytes(size_t n, const uint16_t *restrict sample, float *restrict tensor)
{
    for (size_t i = 0; i < n; i++)
        tensor[i] = (float)sample[i] / 127.5f - 1;
}

void sk_dataset_convert(const struct sk_image *image, float *tensor)
{
    size_t pixels = image->width * image->height;
    if (image->maxval == UINT8_MAX && image->channels == CHANNELS && sk_image_depth(image) == CHANNELS) {
        convert_bytes(pixels * CHANNELS, image->sample, tensor);
        return;
    }
    for (size_t i = 0; i < pixels; i++)
        for (unsigned c = 0; c < CHANNELS; c++)
            tensor[i * CHANNELS + c] = to_tensor(byte_sample(image, i, c));
}

static int read_images(struct sk_dataset *set, int class, struct sk_image_reader *reader, struct sk_image *image,
                       struct sk_error *err)
{
    int got;
    while ((got = sk_image_read(reader, image, err)) == 1) {
        if (image->width != set->size || image->height != set->size)
            return sk_fail(err, "%s: image %zu: is %zux%zu, not %zux%zu: scale it with skcrop -w %zu",
                           sk_image_reader_name(reader), sk_image_reader_index(reader), image->width, image->height,
                           set->size, set->size, set->size);
        if (make_room(set, err))
            return -1;
        convert(image, set->pixels + set->count * image_bytes(set));
        set->label[set->count++] = (uint8_t)class;
        set->class_count[class]++;
    }
    return got;
}

int sk_dataset_add(struct sk_dataset *set, const char *class_name, const char *path, struct sk_error *err)
{
    int class = find_or_add_class(set, class_name, err);
    struct sk_image_reader *reader;
    if (class < 0 || sk_image_reader_open(&reader, path, err))
        return -1;
    struct sk_image image = {0};
    int result = read_images(set, class, reader, &image, err);
    sk_image_free(&image);
    sk_image_reader_close(reader);
    return result;
}

void sk_dataset_free(struct sk_dataset *set)
{
    free(set->pixels);
    free(set->label);
    *set = (struct sk_dataset){.size = set->size};
}

int sk_dataset_share(struct sk_dataset *set, struct sk_ranks *ranks, struct sk_error *err)
{
    struct sk_dataset all = *set;
    sk_ranks_broadcast(ranks, &all, sizeof all);
    all.pixels = set->pixels;
    all.label = set->label;
    if (!sk_ranks_first(ranks)) {
        all.capacity = all.count;
        all.pixels = sk_alloc(all.count, image_bytes(&all), err);
        all.label = all.pixels ? sk_alloc(all.count, 1, err) : NULL;
    }
    const int failed = sk_ranks_agree(ranks, all.count > 0 && !all.label, err);
    *set = all;
    if (failed)
        return -1;
    sk_ranks_broadcast(ranks, set->pixels, set->count * image_bytes(set));
    sk_ranks_broadcast(ranks, set->label, set->count);
    return 0;
}

void sk_dataset_copy_classes(struct sk_dataset *set, const struct sk_dataset *from)
{
    memcpy(set->class_name, from->class_name, sizeof set->class_name);
    set->classes = from->classes;
}

void sk_dataset_batch(const struct sk_dataset *set, const uint32_t *index, size_t n, float *batch)
{
    size_t bytes = image_bytes(set);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *from = set->pixels + index[i] * bytes;
        for (size_t j = 0; j < bytes; j++)
            batch[i * bytes + j] = to_tensor(from[j]);
    }
}

void sk_dataset_labels(const struct sk_dataset *set, const uint32_t *index, size_t n, uint8_t *label)
{
    for (size_t i = 0; i < n; i++)
        label[i] = set->label[index[i]];
}

uint32_t sk_dataset_crc(const struct sk_dataset *set)
{
    uLong crc = crc32_z(0, NULL, 0);
    crc = crc32_z(crc, set->pixels, set->count * image_bytes(set));
    return (uint32_t)crc32_z(crc, set->label, set->count);
}

void sk_dataset_classes(const struct sk_dataset *set, char *text, size_t size)
{
    if (set->classes == 1 && !set->class_name[0][0]) {
        snprintf(text, size, "-");
        return;
    }
    size_t used = 0;
    for (size_t i = 0; i < set->classes && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "", set->class_name[i]);
}
