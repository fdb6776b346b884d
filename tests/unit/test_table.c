/* Tables: what a file may hold, what it may not, and how numbers are written. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>

#include "base/table.h"
#include "scratch_file.h"

static int read_bytes(struct sk_table *table, const char *bytes, size_t length, struct sk_error *err)
{
    fill_file(bytes, length);
    return sk_table_read(table, scratch_file, err);
}

static int read_text(struct sk_table *table, const char *text, struct sk_error *err)
{
    return read_bytes(table, text, strlen(text), err);
}

static void rows_comments_and_numbers(void **state)
{
    (void)state;
    struct sk_table table;
    struct sk_error err;
    size_t b;
    double value;
    assert_int_equal(read_text(&table, "# kind: x\n#made:  by hand \na\tb\n1\t-2.5e1\n## late\n\t-\n", &err), 0);
    assert_int_equal(table.columns, 2);
    assert_int_equal(table.rows, 2);
    assert_int_equal(table.comments, 3);
    assert_string_equal(sk_table_comment(&table, "kind"), "x");
    assert_string_equal(sk_table_comment(&table, "made"), "by hand ");
    assert_null(sk_table_comment(&table, "kin"));
    assert_string_equal(table.comment[2], "late");
    assert_int_equal(sk_table_column(&table, "b", &b, &err), 0);
    assert_int_equal(b, 1);
    assert_int_equal(sk_table_number(&table, 0, b, &value, &err), 0);
    assert_true(value == -25);
    assert_string_equal(sk_table_cell(&table, 1, 0), "");
    assert_true(sk_table_missing(sk_table_cell(&table, 1, 1)));
    assert_int_equal(sk_table_number(&table, 1, b, &value, &err), -1);
    assert_non_null(strstr(err.text, ": line 6: b: '-' is not a number"));
    assert_int_equal(sk_table_column(&table, "c", &b, &err), -1);
    assert_non_null(strstr(err.text, "no column 'c'"));
    assert_true(sk_table_has(&table, "a") && !sk_table_has(&table, "A"));
    sk_table_free(&table);
}

static void line_ends_and_marks(void **state)
{
    (void)state;
    static const char *const same[] = {"a\tb\n1\t2\n", "a\tb\r\n1\t2\r\n", "a\tb\n1\t2", "\357\273\277a\tb\n1\t2\n",
                                       "a\tb\n1\t2\na\tb\n", "a\tb\r\na\tb\n1\t2\n"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct sk_table table;
        struct sk_error err;
        assert_int_equal(read_text(&table, same[i], &err), 0);
        assert_int_equal(table.rows, 1);
        assert_string_equal(table.header[0], "a");
        assert_string_equal(sk_table_cell(&table, 0, 1), "2");
        sk_table_free(&table);
    }
}

static void what_is_no_table(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *says;
        size_t length;
    } bad[] = {
        {"", ": empty, where a table was expected", 0},
        {"# only\n", ": no header line", 7},
        {"a\tb\n1\t2\t3\n", ": line 2: 3 fields, the header has 2", 10},
        {"a\tb\n1\n", ": line 2: 1 field, the header has 2", 6},
        {"a\n\n", ": line 2: an empty line", 3},
        {"\n", ": line 1: an empty line", 1},
        {"a\n1\0\n", ": line 2: not a text table", 5},
        {"P6\n1 1\n255\n\0\0\0", ": no table, but a PNM image", 14},
        {"\xff\xd8\xff\n", ": no table, but a JPEG image", 4},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sk_table table;
        struct sk_error err;
        assert_int_equal(read_bytes(&table, bad[i].bytes, bad[i].length, &err), -1);
        if (!strstr(err.text, bad[i].says))
            fail_msg("'%s', wanted '%s'", err.text, bad[i].says);
        assert_null(table.text);
    }
}

static void files_that_cannot_be_read(void **state)
{
    (void)state;
    struct sk_table table;
    struct sk_error err;
    assert_int_equal(sk_table_read(&table, "/nonexistent/table", &err), -1);
    assert_int_equal(err.code, ENOENT);
    assert_int_equal(sk_table_read(&table, "/tmp", &err), -1);
    assert_int_equal(err.code, EISDIR);
}

static void numbers_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "nan", "inf", "0x10", " 1", "1 ", "1,5", "1e999", "e", "-", "1-2", "--1", "."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sk_table table;
        struct sk_error err;
        char text[64];
        double value;
        snprintf(text, sizeof text, "x\ty\n%s\t0\n", bad[i]);
        assert_int_equal(read_text(&table, text, &err), 0);
        if (sk_table_number(&table, 0, 0, &value, &err) == 0)
            fail_msg("'%s' was read as %g", bad[i], value);
        sk_table_free(&table);
    }
}

/* 3 MB in one line, and 200,000 rows: time and memory stay linear. */
static void long_lines_and_many_rows(void **state)
{
    (void)state;
    size_t length = 3000000;
    char *text = malloc(length);
    struct sk_table table;
    struct sk_error err;
    assert_non_null(text);
    memset(text, '\t', length);
    assert_int_equal(read_bytes(&table, text, length, &err), 0);
    assert_int_equal(table.columns, length + 1);
    assert_int_equal(table.rows, 0);
    sk_table_free(&table);
    for (size_t i = 0; i < 400000; i++)
        text[i] = i % 2 ? '\n' : 'x';
    text[0] = 'h';
    assert_int_equal(read_bytes(&table, text, 400000, &err), 0);
    assert_int_equal(table.rows, 199999);
    assert_int_equal(table.line[199998], 200000);
    sk_table_free(&table);
    free(text);
}

static void a_column_that_stands_twice(void **state)
{
    (void)state;
    struct sk_table table;
    struct sk_error err;
    size_t column;
    assert_int_equal(read_text(&table, "a\ta\tb\n1\t2\t3\n", &err), 0);
    assert_int_equal(sk_table_column(&table, "a", &column, &err), -1);
    assert_non_null(strstr(err.text, "more than one column 'a'"));
    assert_int_equal(sk_table_column(&table, "b", &column, &err), 0);
    sk_table_free(&table);
}

static void numbers_as_text(void **state)
{
    (void)state;
    char text[SK_NUMBER_SIZE];
    assert_string_equal(sk_number_text(text, 60), "60");
    assert_string_equal(sk_number_text(text, 0.1), "0.1");
    assert_string_equal(sk_number_text(text, -1.5e-30), "-1.5e-30");
    assert_string_equal(sk_number_text(text, NAN), "-");
    assert_string_equal(sk_number_text(text, INFINITY), "-");
    assert_string_equal(sk_exact_text(text, -INFINITY), "-");
    assert_string_equal(sk_exact_text(text, 0.1), "0.1");
    assert_string_equal(sk_exact_text(text, 0.70000000068), "0.70000000068");
    assert_string_equal(sk_number_text(text, 0.70000000068), "0.700000001");
    for (double value = 1; value > 1e-9; value *= 0.7310585786) {
        assert_true(strtod(sk_exact_text(text, value), NULL) == value);
        assert_true(strtod(sk_exact_text(text, -nextafter(value, 0)), NULL) == -nextafter(value, 0));
    }
    assert_true(strlen(sk_exact_text(text, -DBL_MIN)) < SK_NUMBER_SIZE);
    assert_true(strtof(sk_number_text(text, (double)0.7f), NULL) == 0.7f);
    assert_true(strlen(sk_number_text(text, -DBL_MAX)) < SK_NUMBER_SIZE);
}

static void written_rows(void **state)
{
    (void)state;
    static const char *const good[] = {"a b", "", "#"}, *const tab[] = {"a\tb"}, *const end[] = {"a", "b\n"},
                             *const comment[] = {"#a", "b"};
    struct sk_error err;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(sk_table_write(out, good, 3, &err), 0);
    assert_int_equal(sk_table_write(out, tab, 1, &err), -1);
    assert_int_equal(sk_table_write(out, end + 1, 1, &err), -1);
    assert_int_equal(sk_table_write(out, comment, 2, &err), -1);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "a b\t\t#\n");
    free(text);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    setbuf(full, NULL);
    assert_int_equal(sk_table_write(full, good, 3, &err), -1);
    assert_int_equal(err.code, ENOSPC);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_comments_and_numbers),  cmocka_unit_test(line_ends_and_marks),
        cmocka_unit_test(what_is_no_table),           cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(numbers_that_are_none),      cmocka_unit_test(long_lines_and_many_rows),
        cmocka_unit_test(a_column_that_stands_twice), cmocka_unit_test(numbers_as_text),
        cmocka_unit_test(written_rows),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
