/* Tensor files written row by row: the bytes of those written at once, into a file and into a pipe, and nothing beside them. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "tensor/tensor_stream.h"

static char folder[] = "/tmp/test_tensor_stream.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 ? rmdir(folder) : -1; /* fails where a file was left behind */
}

static unsigned char *get_bytes(const char *name, size_t *bytes)
{
    FILE *f = fopen(name, "rb");
    size_t capacity = 1 << 20;
    unsigned char *data = malloc(capacity);
    assert_non_null(f);
    assert_non_null(data);
    *bytes = 0;
    for (size_t got; (got = fread(data + *bytes, 1, capacity - *bytes, f)) > 0; assert_true(*bytes < capacity))
        *bytes += got;
    fclose(f);
    return data;
}

static float *draw(size_t values)
{
    struct sk_random r;
    float *p = malloc((values ? values : 1) * sizeof *p);
    assert_non_null(p);
    sk_random_init(&r, 1, values);
    for (size_t i = 0; i < values; i++)
        p[i] = (float)sk_random_normal(&r);
    return p;
}

static void describe(struct sk_tensor_file *about)
{
    struct sk_error err;
    *about = (struct sk_tensor_file){0};
    assert_int_equal(sk_tensor_file_set(about, &err, "kind", "numbers"), 0);
}

static void write_at_once(const char *path, const float *values, size_t rows, size_t columns)
{
    struct sk_tensor_file file;
    struct sk_error err;
    void *data;
    describe(&file);
    assert_int_equal(sk_tensor_file_add(&file, "rows", SK_F32, 2, (size_t[]){rows, columns}, &data, &err), 0);
    memcpy(data, values, rows * columns * sizeof *values);
    assert_int_equal(sk_tensor_file_write(&file, path, &err), 0);
    sk_tensor_file_free(&file);
}

static void write_in_parts(const char *path, const float *values, size_t rows, size_t columns, size_t part)
{
    struct sk_tensor_stream stream;
    struct sk_tensor_file about;
    struct sk_error err;
    assert_int_equal(sk_tensor_stream_open(&stream, path, "rows", columns, &err), 0);
    for (size_t at = 0; at < rows; at += part)
        assert_int_equal(sk_tensor_stream_write(&stream, values + at * columns, rows - at < part ? rows - at : part, &err), 0);
    describe(&about);
    assert_int_equal(sk_tensor_stream_commit(&stream, &about, &err), 0);
    assert_int_equal(about.count, 0);
    sk_tensor_file_free(&about);
}

static void *read_pipe(void *bytes)
{
    return get_bytes("pipe", bytes);
}

static void same_bytes_as_at_once(void **state)
{
    (void)state;
    const size_t shape[][2] = {{0, 5}, {1, 1}, {1, 7}, {9, 3}, {10, 3}, {999, 16}, {1000, 16}, {12345, 8}};
    assert_int_equal(mkfifo("pipe", 0600), 0);
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        const size_t rows = shape[i][0], columns = shape[i][1];
        float *values = draw(rows * columns);
        size_t want_bytes, bytes, piped_bytes;
        write_at_once("a", values, rows, columns);
        write_in_parts("b", values, rows, columns, i % 2 ? 1 : 32);
        pthread_t reader;
        void *piped;
        assert_int_equal(pthread_create(&reader, NULL, read_pipe, &piped_bytes), 0);
        write_in_parts("pipe", values, rows, columns, 7);
        assert_int_equal(pthread_join(reader, &piped), 0);
        unsigned char *want = get_bytes("a", &want_bytes), *got = get_bytes("b", &bytes);
        assert_int_equal(bytes, want_bytes);
        assert_memory_equal(got, want, bytes);
        assert_int_equal(piped_bytes, want_bytes);
        assert_memory_equal(piped, want, want_bytes);
        free(values);
        free(want);
        free(got);
        free(piped);
    }
    assert_int_equal(unlink("a") | unlink("b") | unlink("pipe"), 0);
}

static void abandoned_leaves_what_was(void **state)
{
    (void)state;
    struct sk_tensor_stream stream;
    struct sk_error err;
    float *values = draw(1000), *again;
    size_t bytes;
    write_at_once("a", values, 10, 100);
    unsigned char *want = get_bytes("a", &bytes);
    assert_int_equal(sk_tensor_stream_open(&stream, "a", "rows", 10, &err), 0);
    assert_int_equal(sk_tensor_stream_write(&stream, values, 100, &err), 0);
    sk_tensor_stream_abandon(&stream);
    sk_tensor_stream_abandon(&stream);
    again = (float *)(void *)get_bytes("a", &bytes);
    assert_memory_equal(again, want, bytes);
    free(values);
    free(want);
    free(again);
    assert_int_equal(unlink("a"), 0);
}

static void failures_are_of_the_path(void **state)
{
    (void)state;
    struct sk_tensor_stream stream;
    struct sk_tensor_file about;
    struct sk_error err;
    assert_int_equal(sk_tensor_stream_open(&stream, "no/file", "rows", 3, &err), -1);
    assert_string_equal(err.text, "no/file: No such file or directory");
    if (access("/dev/full", W_OK) == 0) {
        assert_int_equal(sk_tensor_stream_open(&stream, "/dev/full", "rows", 3, &err), 0);
        describe(&about);
        assert_int_equal(sk_tensor_stream_commit(&stream, &about, &err), -1);
        assert_string_equal(err.text, "/dev/full: No space left on device");
        sk_tensor_file_free(&about);
    }
    assert_int_equal(setenv("TMPDIR", "/no/such/folder", 1), 0);
    assert_int_equal(sk_tensor_stream_open(&stream, "/dev/null", "rows", 3, &err), -1);
    assert_string_equal(err.text, "/dev/null: a temporary file: No such file or directory");
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_as_at_once),
        cmocka_unit_test(abandoned_leaves_what_was),
        cmocka_unit_test(failures_are_of_the_path),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
