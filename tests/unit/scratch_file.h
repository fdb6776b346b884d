#ifndef TESTS_UNIT_SCRATCH_FILE_H
#define TESTS_UNIT_SCRATCH_FILE_H

/* A file for the whole of a test program: its set-up, its tear-down, and what it holds. After cmocka.h. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char scratch_file[] = "/tmp/sk_unit.XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int file = mkstemp(scratch_file);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(scratch_file);
}

static void fill_file(const char *bytes, size_t length)
{
    FILE *out = fopen(scratch_file, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
}

#endif
