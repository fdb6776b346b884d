#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "image.h"

/* --- streams out of bytes --- */

struct bytes {
    uint8_t *at;
    size_t count, room;
};

static void append(struct bytes *b, const void *from, size_t count)
{
    if (!b->at || b->count + count > b->room) {
        b->room = 2 * (b->count + count) + 64;
        b->at = realloc(b->at, b->room);
        assert_non_null(b->at);
    }
    memcpy(b->at + b->count, from, count);
    b->count += count;
}

static void append_text(struct bytes *b, const char *text)
{
    append(b, text, strlen(text));
}

static void append_gzip(struct bytes *b, const struct bytes *plain)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, plain->count) + 64;
    uint8_t *member = malloc(room);
    assert_non_null(member);
    z.next_in = plain->at;
    z.avail_in = (uInt)plain->count;
    z.next_out = member;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    append(b, member, z.total_out);
    deflateEnd(&z);
    free(member);
}

static void clear(struct bytes *b)
{
    free(b->at);
    *b = (struct bytes){0};
}

static struct sk_image_reader *open_bytes(const struct bytes *b)
{
    char path[] = "/tmp/sk-test-pnm.XXXXXX";
    struct sk_image_reader *reader;
    struct sk_error err;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, b->at, b->count), (ssize_t)b->count);
    close(fd);
    int status = sk_image_reader_open(&reader, path, &err);
    unlink(path);
    assert_int_equal(status, 0);
    return reader;
}

/* Reads the whole stream: returns how many images it has; *status is sk_image_read's last answer. */
static size_t read_all(const struct bytes *b, struct sk_image *last, int *status, struct sk_error *err)
{
    struct sk_image_reader *reader = open_bytes(b);
    size_t images = 0;
    while ((*status = sk_image_read(reader, last, err)) == 1) {
        assert_int_equal(sk_image_reader_index(reader), images);
        images++;
        size_t count = image_samples(last);
        assert_true(last->width > 0 && last->height > 0 && count <= last->capacity);
        for (size_t i = 0; i < count; i++)
            assert_true(last->sample[i] <= last->maxval);
    }
    sk_image_reader_close(reader);
    return images;
}

/* One image, of these samples. */
static void assert_reads(const void *bytes, size_t count, size_t width, size_t height, unsigned channels, bool alpha,
                         unsigned maxval, const uint16_t *expected)
{
    struct bytes b = {0};
    struct sk_image image = {0};
    struct sk_error err = {0};
    int status;
    append(&b, bytes, count);
    size_t images = read_all(&b, &image, &status, &err);
    if (images != 1 || status != 0)
        fail_msg("%zu images, status %d: %s", images, status, err.text);
    const struct sk_image want = {width, height, channels, alpha, maxval, (uint16_t *)(uintptr_t)expected, 0};
    assert_same_image(&image, &want);
    clear(&b);
    sk_image_free(&image);
}
#define READS(text, ...) assert_reads(text, sizeof(text) - 1, __VA_ARGS__)
#define SAMPLES(...) ((const uint16_t[]){__VA_ARGS__})

static void assert_refused(const void *bytes, size_t count, size_t before, const char *what)
{
    struct bytes b = {0};
    struct sk_image image = {0};
    struct sk_error err = {0};
    int status;
    char where[40];
    append(&b, bytes, count);
    assert_int_equal(read_all(&b, &image, &status, &err), before);
    assert_int_equal(status, -1);
    snprintf(where, sizeof where, ": image %zu: ", before);
    if (!strstr(err.text, where) || !strstr(err.text, what) || strchr(err.text, '\n'))
        fail_msg("'%s' says neither '%s' nor '%s'", err.text, where, what);
    clear(&b);
    sk_image_free(&image);
}
#define REFUSED(text, ...) assert_refused(text, sizeof(text) - 1, __VA_ARGS__)

/* --- formats --- */

static void every_format(void **state)
{
    (void)state;
    READS("P1\n3 2\n1 0 1\n010\n", 3, 2, 1, false, 1, SAMPLES(0, 1, 0, 1, 0, 1));
    READS("P2 2 1 300 0 300", 2, 1, 1, false, 300, SAMPLES(0, 300));
    READS("P3\n# a\n1 2\n7\n1 2 3 # b\n4\t5\n7\n\n", 1, 2, 3, false, 7, SAMPLES(1, 2, 3, 4, 5, 7));
    READS("P4 9 2\n\xaa\x80\x55\x00", 9, 2, 1, false, 1,
          SAMPLES(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1));
    READS("P5 2 1 255\n\x00\xff", 2, 1, 1, false, 255, SAMPLES(0, 255));
    READS("P5 # c\n2 1\n256\n\x00\x01\x01\x00", 2, 1, 1, false, 256, SAMPLES(1, 256));
    READS("P6 1 1 65535\n\x12\x34\xff\xff\x00\x01", 1, 1, 3, false, 65535, SAMPLES(0x1234, 0xffff, 1));
    READS("P7\nWIDTH 1\nHEIGHT 2\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n\x00\x01", 1, 2, 1, false, 1,
          SAMPLES(0, 1));
    READS("P7\n# a comment\n\nHEIGHT 1\nWIDTH 1\nMAXVAL 9\nDEPTH 2\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n\x08\x09", 1, 1,
          1, true, 9, SAMPLES(8, 9));
    READS("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 999\nTUPLTYPE RGB_ALPHA\nENDHDR\n\x00\x01\x00\x02\x00\x03\x03\xe7", 1,
          1, 3, true, 999, SAMPLES(1, 2, 3, 999));
    READS("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nENDHDR\nabc", 1, 1, 3, false, 255, SAMPLES('a', 'b', 'c'));
    READS("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE_ALPHA\nENDHDR\n\x01\x00", 1, 1, 1, true, 1,
          SAMPLES(1, 0));
}

static void faults_are_named(void **state)
{
    (void)state;
    REFUSED("GIF89a", 0, "neither a PNM nor a PAM");
    REFUSED("P8 1 1 255 a", 0, "neither a PNM nor a PAM");
    REFUSED("P", 0, "neither a PNM nor a PAM");
    REFUSED("P5 1 1 255 a garbage", 1, "neither a PNM nor a PAM");
    REFUSED("\x1f and no member", 0, "neither a PNM nor a PAM");
    REFUSED("P6 3", 0, "ends inside");
    REFUSED("P5 2 2 255 abc", 0, "ends inside");
    REFUSED("P4 9 2\n\xaa\x80\x55", 0, "ends inside");
    REFUSED("P2 2 2 255 1 2 3", 0, "ends inside");
    REFUSED("P5 1 1 255 aP5 2 2 255 abc", 1, "ends inside");
    REFUSED("P7\nWIDTH 1\nHEIGHT", 0, "ends inside");
    REFUSED("P5 0 1 255\n", 0, "idth");
    REFUSED("P5 1 0 255\n", 0, "eight");
    REFUSED("P5 1 1 65536\na", 0, "axval");
    REFUSED("P5 1 1 0\na", 0, "axval");
    REFUSED("P5 99999999999 1 255\na", 0, "");
    REFUSED("P5 -1 1 255\na", 0, "");
    REFUSED("P5 1 1 7\n\x08", 0, "8 is above the maxval of 7");
    REFUSED("P6 1 1 256\n\x01\x01\x00\x00\x00\x00", 0, "257 is above the maxval of 256");
    REFUSED("P2 1 1 7 8", 0, "above the maxval of 7");
    REFUSED("P2 1 1 7 99999999999999999999999", 0, "above the maxval of 7");
    REFUSED("P2 1 1 7 -3", 0, "0x2d");
    REFUSED("P1 2 1 0 2", 0, "above the maxval of 1");
    REFUSED("P7\nWIDTH 1\nHEIGHT 1\nMAXVAL 1\nENDHDR\n\x01", 0, "no DEPTH");
    REFUSED("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 5\nMAXVAL 1\nENDHDR\n\x01", 0, "depth 5");
    REFUSED("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 9\nTUPLTYPE CMYK\nENDHDR\n\x01\x01\x01\x01", 0, "CMYK");
    REFUSED("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 9\nTUPLTYPE RGB\nENDHDR\n\x01\x01\x01\x01", 0, "does not fit");
    REFUSED("P7\nWIDTH 1x\nHEIGHT 1\nDEPTH 1\nMAXVAL 9\nENDHDR\n\x01", 0, "WIDTH");
    REFUSED("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 65536\nENDHDR\n\x01", 0, "axval");
    REFUSED("P7\nNONSENSE\n", 0, "does not know");
}

static void empty_streams(void **state)
{
    static const char *const empty[] = {"", "\n", " \t\n\n"};
    struct sk_image image = {0};
    struct sk_error err;
    int status;
    (void)state;
    for (int gzip = 0; gzip < 2; gzip++)
        for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
            struct bytes plain = {0}, b = {0};
            append_text(&plain, empty[i]);
            if (gzip)
                append_gzip(&b, &plain);
            else
                append_text(&b, empty[i]);
            assert_int_equal(read_all(&b, &image, &status, &err), 0);
            assert_int_equal(status, 0);
            clear(&plain);
            clear(&b);
        }
    sk_image_free(&image);
}

/* --- what is written is read, whatever is compressed --- */

static void write_image(struct bytes *b, const struct sk_image *image)
{
    char *text = NULL;
    size_t count = 0;
    struct sk_error err;
    FILE *stream = open_memstream(&text, &count);
    assert_non_null(stream);
    assert_int_equal(sk_image_write(stream, "a stream", image, &err), 0);
    fclose(stream);
    append(b, text, count);
    free(text);
}

/* 40 images of all kinds, cut into pieces at random, each piece a gzip member or not: members begin at an image, or
   where another has ended. */
static void any_mixture_of_gzip(void **state)
{
    static const unsigned maxvals[] = {1, 100, 255, 256, 65535};
    enum { IMAGES = 40 };
    struct sk_random random;
    struct sk_error err = {0};
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct sk_image image[IMAGES], read = {0};
        struct bytes b = {0}, member = {0};
        sk_random_init(&random, seed, 1);
        for (int i = 0; i < IMAGES; i++) {
            image[i] = random_image(&random, 1 + sk_random_below(&random, 90), 1 + sk_random_below(&random, 90),
                                    sk_random_below(&random, 2) ? 3 : 1, sk_random_below(&random, 2),
                                    maxvals[sk_random_below(&random, 5)]);
            struct bytes raw = {0};
            write_image(&raw, &image[i]);
            switch (sk_random_below(&random, 4)) {
            case 0: /* joins the open member */
                append(&member, raw.at, raw.count);
                break;
            case 1: { /* ends the open member within this image, whose rest is a member too */
                size_t half = sk_random_below(&random, (uint32_t)raw.count);
                append(&member, raw.at, half);
                append_gzip(&b, &member);
                clear(&member);
                append(&member, raw.at + half, raw.count - half);
                append_gzip(&b, &member);
                clear(&member);
                break;
            }
            default: /* raw */
                if (member.count)
                    append_gzip(&b, &member);
                clear(&member);
                append(&b, raw.at, raw.count);
                if (sk_random_below(&random, 2))
                    append_text(&b, "\n \n");
            }
            clear(&raw);
        }
        if (member.count)
            append_gzip(&b, &member);

        struct sk_image_reader *reader = open_bytes(&b);
        for (int i = 0; i < IMAGES; i++) {
            if (sk_image_read(reader, &read, &err) != 1)
                fail_msg("seed %d: %s", (int)seed, err.text);
            assert_same_image(&read, &image[i]);
            sk_image_free(&image[i]);
        }
        assert_int_equal(sk_image_read(reader, &read, &err), 0);
        assert_int_equal(sk_image_read(reader, &read, &err), 0);
        sk_image_reader_close(reader);
        sk_image_free(&read);
        clear(&b);
        clear(&member);
    }
}

static void faulty_gzip(void **state)
{
    struct bytes plain = {0}, good = {0};
    (void)state;
    append_text(&plain, "P5 10 10 255\n");
    for (int i = 0; i < 100; i++)
        append(&plain, &(uint8_t){(uint8_t)(i * i)}, 1);
    append_gzip(&good, &plain);
    assert_refused(good.at, good.count / 2, 0, "the gzip data ends early");
    assert_refused(good.at, good.count - 1, 0, "the gzip data ends early"); /* the image was whole, its check sum is not */
    good.at[good.count - 8] ^= 1;
    assert_refused(good.at, good.count, 0, "corrupt");
    good.at[good.count - 8] ^= 1;
    good.at[10] = 0xff; /* no such kind of block */
    assert_refused(good.at, good.count, 0, "corrupt");
    clear(&good);
    append_text(&plain, "P5 1 1 255\na"); /* two images in a member: the first is not lost by the fault behind the second */
    append_gzip(&good, &plain);
    good.at[good.count - 8] ^= 1;
    assert_refused(good.at, good.count, 1, "corrupt");
    clear(&plain);
    clear(&good);
}

/* --- memory follows the data --- */

/* Greatest resident size this process has had, in KiB. */
static long peak(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void a_header_allocates_nothing(void **state)
{
    static const char *const headers[] = {"P6 65535 65535 65535\n", "P5 2147483000 1 255\n", "P1 65535 65535 1",
                                          ("P7\nWIDTH 2147483647\nHEIGHT 2147483647\nDEPTH 4\nMAXVAL 65535\n"
                                           "TUPLTYPE RGB_ALPHA\nENDHDR\n"),
                                          "P4 2147483000 1\n"};
    struct sk_image image = {0};
    struct sk_error err;
    int status;
    (void)state;
    const long before = peak();
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct bytes b = {0};
        append_text(&b, headers[i]);
        append_text(&b, " 1 1 1");
        assert_int_equal(read_all(&b, &image, &status, &err), 0);
        assert_int_equal(status, -1);
        assert_true(image.capacity < 100000);
        clear(&b);
    }
    assert_true(peak() - before < 16 * 1024);
    sk_image_free(&image);
}

static void endless_headers_end(void **state)
{
    static const char *const starts[] = {"P5\n", "P7\n", "P7\nWIDTH "};
    struct sk_image image = {0};
    struct sk_error err;
    int status;
    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        for (int gzip = 0; gzip < 2; gzip++) {
            struct bytes plain = {0}, b = {0};
            append_text(&plain, starts[i]);
            for (int k = 0; k < 20000; k++)
                append_text(&plain, i == 2 ? "0000000000" : "#########\n");
            if (gzip)
                append_gzip(&b, &plain);
            else
                append(&b, plain.at, plain.count);
            assert_int_equal(read_all(&b, &image, &status, &err), 0);
            assert_int_equal(status, -1);
            clear(&plain);
            clear(&b);
        }
    sk_image_free(&image);
}

/* --- whatever comes in, nothing but an image or an error comes out --- */

static void mutate(struct bytes *b, struct sk_random *random)
{
    for (uint32_t n = 1 + sk_random_below(random, 4); n > 0; n--) {
        uint32_t at = sk_random_below(random, (uint32_t)b->count);
        switch (sk_random_below(random, 4)) {
        case 0:
            b->at[at] = (uint8_t)sk_random_bits(random);
            break;
        case 1:
            b->at[at] ^= (uint8_t)(1u << sk_random_below(random, 8));
            break;
        case 2: /* a piece goes missing */
            memmove(b->at + at, b->at + at + (b->count - at) / 3, b->count - at - (b->count - at) / 3);
            b->count -= (b->count - at) / 3;
            break;
        default: /* a digit where headers have them */
            b->at[at % (b->count < 24 ? b->count : 24)] = (uint8_t)('0' + sk_random_below(random, 10));
        }
    }
}

static void mutated_streams(void **state)
{
    static const char *const seeds[] = {
        "P1 3 2 1 0 1 0 1 0\nP2 2 1 9 1 9\n", "P3 # x\n1 2 7 1 2 3 4 5 6 P5 2 2 255 abcd", "P4 9 2 abcdP6 1 1 300 abcdef",
        "P7\nWIDTH 2\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcdefghP5 1 1 255 x"};
    struct sk_random random;
    struct sk_image image = {0};
    struct sk_error err = {0};
    int status, images = 0, failures = 0;
    (void)state;
    sk_random_init(&random, 5, 0);
    for (int round = 0; round < 2000; round++) {
        struct bytes plain = {0}, b = {0};
        append_text(&plain, seeds[sk_random_below(&random, 4)]);
        bool gzip = sk_random_below(&random, 3) == 0;
        if (!gzip || sk_random_below(&random, 2))
            mutate(&plain, &random);
        if (gzip)
            append_gzip(&b, &plain);
        append(&b, plain.at, plain.count);
        if (gzip)
            mutate(&b, &random);
        images += (int)read_all(&b, &image, &status, &err);
        failures += status < 0;
        if (status < 0 && (err.text[0] == '\0' || strchr(err.text, '\n')))
            fail_msg("round %d: no message", round);
        clear(&plain);
        clear(&b);
    }
    assert_true(images > 500 && failures > 500); /* the mutations reach both sides */
    sk_image_free(&image);
}

static void writing_reports_a_full_disk(void **state)
{
    struct sk_image image = make_image(300, 300, 3, false, 255);
    struct sk_error err;
    (void)state;
    FILE *full = fopen("/dev/full", "wb");
    assert_non_null(full);
    assert_int_equal(sk_image_write(full, "full", &image, &err), -1);
    assert_int_equal(err.code, ENOSPC);
    fclose(full);
    sk_image_free(&image);
}

static void missing_files(void **state)
{
    struct sk_image_reader *reader;
    struct sk_error err;
    (void)state;
    assert_int_equal(sk_image_reader_open(&reader, "/nowhere/at all", &err), -1);
    assert_int_equal(err.code, ENOENT);
    assert_non_null(strstr(err.text, "/nowhere/at all"));
    sk_image_reader_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_allocates_nothing), cmocka_unit_test(every_format),
        cmocka_unit_test(faults_are_named),           cmocka_unit_test(empty_streams),
        cmocka_unit_test(any_mixture_of_gzip),        cmocka_unit_test(faulty_gzip),
        cmocka_unit_test(endless_headers_end),        cmocka_unit_test(mutated_streams),
        cmocka_unit_test(writing_reports_a_full_disk), cmocka_unit_test(missing_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
