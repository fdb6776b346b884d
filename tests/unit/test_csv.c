/* Tables as other programs write them: what divides the fields, quotes, line ends, and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/csv.h"
#include "scratch_file.h"

static int read_bytes(struct sk_csv *csv, const char *bytes, size_t length, struct sk_error *err)
{
    fill_file(bytes, length);
    if (sk_csv_open(csv, scratch_file, err))
        return -1;
    if (sk_csv_rows(csv, NULL, false, err) == 0)
        return 0;
    sk_csv_free(csv);
    return -1;
}

static int read_text(struct sk_csv *csv, const char *text, struct sk_error *err)
{
    return read_bytes(csv, text, strlen(text), err);
}

/* The same table in many hands */
static void forms(void **state)
{
    (void)state;
    static const char *const form[] = {
        "a,b\n1,x y\n2,\n",
        "a;b\r\n1;x y\r\n2;\r\n",
        "a\tb\n1\tx y\n2\t\n",
        "\xef\xbb\xbf\"a\",\"b\"\r\n\"1\",\"x y\"\r\n\"2\",\"\"\r\n",
        "a,b\r1,x y\r2,\r",
        "# made by hand\n# twice\na,b\n\n1, x y \n,\n2,\n\n",
        "a,b\n1,x y\n2,",
        "a,b\n1,x y,,\n2,,\n",
    };
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        struct sk_csv csv;
        struct sk_error err;
        assert_int_equal(read_text(&csv, form[i], &err), 0);
        assert_int_equal(csv.columns, 2);
        assert_int_equal(csv.rows, 2);
        assert_int_equal(sk_csv_column(&csv, "B"), 1);
        assert_int_equal(sk_csv_column(&csv, "c"), SIZE_MAX);
        assert_string_equal(sk_csv_cell(&csv, 0, 0), "1");
        assert_string_equal(sk_csv_cell(&csv, 0, 1), "x y");
        assert_string_equal(sk_csv_cell(&csv, 1, 0), "2");
        assert_string_equal(sk_csv_cell(&csv, 1, 1), "");
        assert_string_equal(sk_csv_cell(&csv, 1, SIZE_MAX), "");
        sk_csv_free(&csv);
    }
}

static void quotes_and_lines(void **state)
{
    (void)state;
    struct sk_csv csv;
    struct sk_error err;
    assert_int_equal(read_text(&csv, "a,b\n\"1,\n\"\"2\"\"\",3\n4,it's \"5\"\n", &err), 0);
    assert_string_equal(sk_csv_cell(&csv, 0, 0), "1,\n\"2\"");
    assert_string_equal(sk_csv_cell(&csv, 1, 1), "it's \"5\"");
    assert_int_equal(csv.line[0], 3);
    assert_int_equal(csv.line[1], 4);
    sk_fail(&err, "what");
    assert_int_equal(sk_csv_at(&csv, 1, &err), -1);
    assert_non_null(strstr(err.text, ": line 4: what"));
    sk_csv_free(&csv);
    assert_int_equal(read_text(&csv, "||  Name || B ||\r\n|| x ||  1 ||\r\n\r\nLegend: of it\r\n", &err), 0);
    assert_int_equal(csv.rows, 1);
    assert_string_equal(sk_csv_cell(&csv, 0, sk_csv_column(&csv, "name")), "x");
    assert_string_equal(sk_csv_cell(&csv, 0, sk_csv_column(&csv, "b")), "1");
    sk_csv_free(&csv);
}

/* Of a table without a header the first line is a row; columns that nobody wants are not kept. */
static void rows_and_columns(void **state)
{
    (void)state;
    struct sk_csv csv;
    struct sk_error err;
    static const unsigned char keep[] = {0, 1, 0};
    assert_int_equal(read_text(&csv, "a,b,c\n1,2,3\n", &err), 0);
    assert_int_equal(sk_csv_rows(&csv, keep, true, &err), 0);
    assert_int_equal(csv.rows, 2);
    assert_int_equal(csv.kept, 1);
    assert_string_equal(sk_csv_cell(&csv, 0, 1), "b");
    assert_string_equal(sk_csv_cell(&csv, 1, 1), "2");
    assert_string_equal(sk_csv_cell(&csv, 1, 2), "");
    sk_csv_free(&csv);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *said;
    } wrong[] = {{"", 0, "empty"},
                 {"\n\n", 2, "empty"},
                 {"a,b\n1\n", 6, "line 2: 1 field, the first line has 2"},
                 {"a,b\n1,2\n1,2,3\n", 14, "line 3: more than"},
                 {"a,b\n\"1,2\n", 9, "not ended"},
                 {"a,b\n1\0,2\n", 9, "zero byte"},
                 {"\xff\xfe" "a\0,\0", 6, "UTF-16"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sk_csv csv;
        struct sk_error err;
        assert_int_equal(read_bytes(&csv, wrong[i].bytes, wrong[i].length, &err), -1);
        if (!strstr(err.text, wrong[i].said))
            fail_msg("%zu: %s", i, err.text);
        assert_null(csv.path);
    }
    struct sk_csv csv;
    struct sk_error err;
    assert_int_equal(sk_csv_open(&csv, "/nowhere/t.csv", &err), -1);
}

/* More than the buffer holds, with a line end on every side of its borders */
static void long_table(void **state)
{
    (void)state;
    enum { ROWS = 60000 };
    struct sk_csv csv;
    struct sk_error err;
    char *text = malloc(ROWS * 16 + 8), *at = text;
    assert_non_null(text);
    at += sprintf(at, "a,b\r\n");
    for (int i = 0; i < ROWS; i++)
        at += sprintf(at, "%d,%.*s\r\n", i, i % 7, "abcdefg");
    assert_int_equal(read_text(&csv, text, &err), 0);
    assert_int_equal(csv.rows, ROWS);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(atoi(sk_csv_cell(&csv, (size_t)i, 0)), i);
        assert_int_equal(strlen(sk_csv_cell(&csv, (size_t)i, 1)), i % 7);
        assert_int_equal(csv.line[i], i + 2);
    }
    sk_csv_free(&csv);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(quotes_and_lines), cmocka_unit_test(rows_and_columns),
                                       cmocka_unit_test(refused), cmocka_unit_test(long_table)};
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
