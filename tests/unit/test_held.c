/* Bytes held between a pipe and a file: whatever waits where, they come out as they went in. */
#include "base/held.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 16 };

/* A pipe that is read without waiting. */
static void make_source(int ends[2])
{
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

/* Puts count bytes of a sequence, from number `from` on, into the pipe; less than it has room for. */
static void put(int pipe, size_t from, size_t count)
{
    unsigned char *bytes = block(count, 1);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)((from + i) * 2654435761u >> 13);
    assert_int_equal(write(pipe, bytes, count), count);
    free(bytes);
}

static void check_sequence(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != (unsigned char)(i * 2654435761u >> 13))
            fail_msg("byte %zu of %zu", i, count);
}

/* Holds total bytes that came in pieces. */
static void hold(struct sk_held *held, size_t total, size_t piece)
{
    struct sk_error err;
    int source[2];
    size_t got, taken = 0;
    bool end;
    make_source(source);
    while (taken < total) {
        const size_t part = total - taken < piece ? total - taken : piece;
        put(source[1], taken, part);
        for (size_t of_part = 0; of_part < part; of_part += got) {
            assert_int_equal(sk_held_take(held, source[0], &got, &end, &err), 0);
            assert_true(got > 0 && !end);
        }
        taken += part;
    }
    assert_int_equal(sk_held_take(held, source[0], &got, &end, &err), 0);
    assert_true(got == 0 && !end);
    close(source[1]);
    assert_int_equal(sk_held_take(held, source[0], &got, &end, &err), 0);
    assert_true(got == 0 && end);
    close(source[0]);
    assert_int_equal(held->length, total);
}

/* To a file, which pipes are spliced to, and to its end alone, which they cannot be. */
static void to_files(void **state)
{
    static const size_t total[] = {0, 1, 4097, ROOM, SK_HELD_PIPE - 1, SK_HELD_PIPE + 1, 3 * SK_HELD_PIPE + 12345};
    static const size_t piece[] = {5000, ROOM}, pipes[] = {0, 1, 2, SK_HELD_PIPES};
    static const int how[] = {0, O_APPEND};
    struct sk_error err;
    (void)state;
    for (size_t p = 0; p < COUNT_OF(pipes); p++) {
        struct sk_held held = {.pipes = pipes[p]};
        for (size_t k = 0; k < COUNT_OF(total) * COUNT_OF(piece) * COUNT_OF(how); k++) {
            const size_t length = total[k / 4];
            hold(&held, length, piece[k / 2 % 2]);
            FILE *file = tmpfile();
            assert_non_null(file);
            assert_int_equal(fcntl(fileno(file), F_SETFL, how[k % 2]), 0);
            assert_int_equal(sk_held_write(&held, fileno(file), "file", &err), 0);
            assert_int_equal(held.length, 0);
            unsigned char *bytes = block(length + 1, 1);
            assert_int_equal(pread(fileno(file), bytes, length + 1, 0), length);
            check_sequence(bytes, length);
            free(bytes);
            fclose(file);
        }
        assert_true(held.opened <= pipes[p]);
        sk_held_free(&held);
    }
}

/* A reader that is slower than we are. */
static void *read_all(void *context)
{
    const int *end = context;
    unsigned char *bytes = block(4 * SK_HELD_PIPE, 1);
    size_t length = 0;
    ssize_t got;
    while ((got = read(*end, bytes + length, 10000)) > 0)
        length += (size_t)got;
    assert_int_equal(length, 3 * SK_HELD_PIPE);
    check_sequence(bytes, length);
    free(bytes);
    return NULL;
}

static void to_readers(void **state)
{
    struct sk_error err;
    (void)state;
    for (int socket = 0; socket < 2; socket++)
        for (size_t pipes = 0; pipes <= 4; pipes += 2) {
            struct sk_held held = {.pipes = pipes};
            int ends[2];
            pthread_t reader;
            hold(&held, 3 * SK_HELD_PIPE, ROOM);
            assert_int_equal(socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe2(ends, O_CLOEXEC), 0);
            assert_int_equal(pthread_create(&reader, NULL, read_all, &ends[0]), 0);
            assert_int_equal(sk_held_write(&held, ends[1], "reader", &err), 0);
            close(ends[1]);
            assert_int_equal(pthread_join(reader, NULL), 0);
            close(ends[0]);
            sk_held_free(&held);
        }
}

static void says_what_fails(void **state)
{
    struct sk_error err;
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    for (size_t pipes = 0; pipes < 2; pipes++) {
        struct sk_held held = {.pipes = pipes};
        int ends[2];
        hold(&held, ROOM, ROOM);
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        close(ends[0]);
        assert_int_equal(sk_held_write(&held, ends[1], "reader", &err), -1);
        assert_int_equal(err.code, EPIPE);
        assert_non_null(strstr(err.text, "reader: "));
        close(ends[1]);
        sk_held_free(&held);
        int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
        if (full < 0)
            continue;
        hold(&held, ROOM, ROOM);
        assert_int_equal(sk_held_write(&held, full, "full", &err), -1);
        assert_int_equal(err.code, ENOSPC);
        close(full);
        sk_held_free(&held);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(to_files), cmocka_unit_test(to_readers), cmocka_unit_test(says_what_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
