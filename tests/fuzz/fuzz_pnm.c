/* The reader of image streams: whatever the bytes, images that keep their promises, then an end or an error; the same
   however the bytes come in; and no more memory than the bytes explain. */
#include <string.h>

#include "fuzz.h"
#include "image/pnm.h"

struct bytes {
    const uint8_t *data;
    size_t left, most; /* bytes a read gives at most */
};

static ssize_t give(void *context, void *buffer, size_t count)
{
    struct bytes *b = context;
    size_t part = count < b->left ? count : b->left;
    part = part < b->most ? part : b->most;
    memcpy(buffer, b->data, part);
    b->data += part;
    b->left -= part;
    return (ssize_t)part;
}

static void check_image(const struct sk_image *image, size_t size, int gzip)
{
    FUZZ_CHECK(image->width >= 1 && image->height >= 1 && image->maxval >= 1 && image->maxval <= 65535);
    FUZZ_CHECK(image->channels == 1 || image->channels == 3);
    size_t count = image->width * image->height * sk_image_depth(image);
    FUZZ_CHECK(count <= image->capacity);
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(image->sample[i] <= image->maxval);
    /* A byte is 8 samples at most (PBM), inflated from no less than 1/1032 of its size; room at most doubles, twice. */
    FUZZ_CHECK(image->capacity <= (1 << 15) + 4 * 8 * size * (gzip ? 1032 : 1));
}

/* What the stream is, in a number and an error. */
struct outcome {
    uint64_t hash;
    size_t images;
    struct sk_error err;
};

static void add(uint64_t *hash, uint64_t value)
{
    *hash = (*hash ^ value) * 0x100000001b3;
}

static void read_stream(struct outcome *o, const uint8_t *data, size_t size, size_t most)
{
    struct bytes bytes = {data, size, most};
    struct sk_image_reader *reader;
    struct sk_image image = {0};
    int status;
    *o = (struct outcome){0};
    FUZZ_CHECK(sk_image_reader_open_function(&reader, "input", give, &bytes, &o->err) == 0);
    for (; (status = sk_image_read(reader, &image, &o->err)) == 1; o->images++) {
        check_image(&image, size, memchr(data, 0x1f, size) != NULL);
        FUZZ_CHECK(sk_image_reader_index(reader) == o->images);
        add(&o->hash, image.width);
        add(&o->hash, image.maxval);
        for (size_t i = 0; i < image.width * image.height * sk_image_depth(&image); i++)
            add(&o->hash, image.sample[i]);
    }
    if (status == 0)
        o->err = (struct sk_error){0};
    else
        FUZZ_CHECK(status == -1 && strncmp(o->err.text, "input: image ", 13) == 0 && !strchr(o->err.text, '\n'));
    sk_image_reader_close(reader);
    sk_image_free(&image);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome at_once, in_bits;
    if (size == 0)
        return 0;
    read_stream(&at_once, data, size, size);
    read_stream(&in_bits, data, size, 1 + data[size - 1] % 7u);
    FUZZ_CHECK(at_once.images == in_bits.images && at_once.hash == in_bits.hash);
    FUZZ_CHECK(strcmp(at_once.err.text, in_bits.err.text) == 0);
    return 0;
}
