#include "base/table.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Makes room for `wanted` elements in an array of *capacity, at least doubling it. NULL with err when memory is short; the
   old array is then still there. */
static void *grow(void *array, size_t wanted, size_t *capacity, size_t size, struct sk_error *err)
{
    size_t bytes, room = *capacity;
    if (wanted <= room)
        return array;
    room = room <= SIZE_MAX / 2 && room * 2 > wanted ? room * 2 : wanted;
    void *moved = sk_mul(room, size, &bytes) ? realloc(array, bytes) : NULL;
    if (!moved) {
        errno = ENOMEM;
        sk_fail_errno(err, "%zu elements", room);
        return NULL;
    }
    *capacity = room;
    return moved;
}

/* The whole stream and a 0 after it. */
static int slurp(FILE *in, char **text, size_t *length, struct sk_error *err)
{
    size_t capacity = 0, got;
    do {
        if (capacity - *length < 2) {
            capacity = capacity ? capacity * 2 : 65536;
            char *moved = realloc(*text, capacity);
            if (!moved)
                return sk_fail_errno(err, "%zu bytes", capacity);
            *text = moved;
        }
        got = fread(*text + *length, 1, capacity - *length - 1, in);
        *length += got;
    } while (got > 0);
    (*text)[*length] = 0;
    return ferror(in) ? sk_fail_errno(err, "cannot read") : 0;
}

static int slurp_path(struct sk_table *table, const char *path, size_t *length, struct sk_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    table->name = strdup(standard ? "standard input" : path);
    if (!table->name)
        return sk_fail_errno(err, "%s", path);
    FILE *in = standard ? stdin : fopen(path, "rb");
    if (!in)
        return sk_fail_errno(err, "%s", path);
    int status = slurp(in, &table->text, length, err);
    if (!standard)
        fclose(in);
    return status ? sk_prefix(err, "%s", table->name) : 0;
}

/* Fields of a line: one more than its tabs. */
static size_t count_fields(const char *text)
{
    size_t fields = 1;
    for (; (text = strchr(text, '\t')); text++)
        fields++;
    return fields;
}

/* Cuts a line at its tabs. */
static void cut(char *text, char **field, size_t fields)
{
    for (size_t i = 0; i < fields; i++)
        field[i] = strsep(&text, "\t");
}

static int take_header(struct sk_table *table, char *text, struct sk_error *err)
{
    table->columns = count_fields(text);
    table->header = sk_alloc(table->columns, sizeof *table->header, err);
    if (!table->header)
        return -1;
    cut(text, table->header, table->columns);
    return 0;
}

static int take_comment(struct sk_table *table, char *text, struct sk_error *err)
{
    char **comment = grow(table->comment, table->comments + 1, &table->room.comments, sizeof *comment, err);
    if (!comment)
        return -1;
    table->comment = comment;
    text += strspn(text, "#");
    comment[table->comments++] = text + strspn(text, " \t");
    return 0;
}

/* Whether a line, not yet cut, is the header once more. */
static bool is_header(const struct sk_table *table, const char *text)
{
    for (size_t i = 0; i < table->columns; i++) {
        size_t length = strlen(table->header[i]);
        char end = i + 1 < table->columns ? '\t' : 0;
        if (strncmp(text, table->header[i], length) != 0 || text[length] != end)
            return false;
        text += length + 1;
    }
    return true;
}

static int take_row(struct sk_table *table, char *text, size_t line, struct sk_error *err)
{
    size_t fields = count_fields(text);
    if (fields != table->columns)
        return sk_fail(err, "%zu field%s, the header has %zu", fields, fields == 1 ? "" : "s", table->columns);
    if (is_header(table, text))
        return 0;
    size_t filled = table->rows * fields; /* no overflow: that many cells are there */
    char **cell = grow(table->cell, filled + fields, &table->room.cells, sizeof *cell, err);
    if (!cell)
        return -1;
    table->cell = cell;
    size_t *lines = grow(table->line, table->rows + 1, &table->room.lines, sizeof *lines, err);
    if (!lines)
        return -1;
    table->line = lines;
    cut(text, cell + filled, fields);
    lines[table->rows++] = line;
    return 0;
}

static int take_line(struct sk_table *table, char *text, size_t length, size_t line, struct sk_error *err)
{
    if (memchr(text, 0, length))
        return sk_fail(err, "not a text table (a zero byte)");
    if (length > 0 && text[length - 1] == '\r')
        text[length - 1] = 0;
    if (*text == '#')
        return take_comment(table, text, err);
    if (*text == 0)
        return sk_fail(err, "an empty line");
    return table->header ? take_row(table, text, line, err) : take_header(table, text, err);
}

/* A PNM image's header may be a table's too, as far as it goes. */
static bool is_image(const struct sk_table *table)
{
    return table->format == SK_PNM && table->columns <= 1;
}

static int say_no_table(const struct sk_table *table, struct sk_error *err)
{
    char text[SK_FORMAT_TEXT];
    return sk_fail(err, "%s: no table%s", table->name, sk_format_instead(text, table->format));
}

static int parse(struct sk_table *table, size_t length, struct sk_error *err)
{
    table->format = sk_format_of_bytes((unsigned char *)table->text, length);
    if (table->format != SK_FORMAT_NONE && table->format != SK_TEXT && table->format != SK_PNM)
        return say_no_table(table, err);
    char *text = table->text, *end = text + length;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) /* UTF-8's byte order mark, as spreadsheets write it */
        text += 3;
    for (size_t line = 1; text < end; line++) {
        char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop ? stop : end;
        *stop = 0;
        if (take_line(table, text, (size_t)(stop - text), line, err))
            return is_image(table) ? say_no_table(table, err) : sk_prefix(err, "%s: line %zu", table->name, line);
        text = stop + 1;
    }
    if (!table->header)
        return sk_fail(err, "%s: %s", table->name, length ? "no header line" : "empty, where a table was expected");
    return 0;
}

int sk_table_read(struct sk_table *table, const char *path, struct sk_error *err)
{
    size_t length = 0;
    *table = (struct sk_table){0};
    if (slurp_path(table, path, &length, err) || parse(table, length, err)) {
        sk_table_free(table);
        return -1;
    }
    return 0;
}

void sk_table_free(struct sk_table *table)
{
    free(table->name);
    free(table->text);
    free(table->header);
    free(table->cell);
    free(table->line);
    free(table->comment);
    *table = (struct sk_table){0};
}

int sk_table_column(const struct sk_table *table, const char *name, size_t *column, struct sk_error *err)
{
    size_t found = 0;
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->header[i], name) == 0) {
            *column = i;
            found++;
        }
    if (found == 1)
        return 0;
    if (found)
        return sk_fail(err, "%s: more than one column '%s'", table->name, name);
    if (is_image(table))
        return say_no_table(table, err);
    return sk_fail(err, "%s: no column '%s'%s", table->name, name,
                   table->columns == 1 && strpbrk(table->header[0], ",;") ? ": tabs part the columns of a table" : "");
}

bool sk_table_has(const struct sk_table *table, const char *name)
{
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->header[i], name) == 0)
            return true;
    return false;
}

bool sk_table_missing(const char *cell)
{
    return cell[0] == '-' && cell[1] == 0;
}

int sk_table_at(const struct sk_table *table, size_t row, struct sk_error *err)
{
    return sk_prefix(err, "%s: line %zu", table->name, table->line[row]);
}

int sk_table_number(const struct sk_table *table, size_t row, size_t column, double *value, struct sk_error *err)
{
    const char *text = sk_table_cell(table, row, column);
    bool decimal = *text && text[strspn(text, "+-.0123456789eE")] == 0; /* no blanks, hexadecimal, nan or inf */
    char *end = NULL;
    double number = decimal ? strtod(text, &end) : 0;
    if (!decimal || *end || !isfinite(number)) {
        sk_fail(err, "%s: '%.40s' is not a number", table->header[column], text);
        return sk_table_at(table, row, err);
    }
    *value = number;
    return 0;
}

const char *sk_table_comment(const struct sk_table *table, const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < table->comments; i++) {
        const char *text = table->comment[i];
        if (strncmp(text, key, length) == 0 && text[length] == ':')
            return text + length + 1 + strspn(text + length + 1, " \t");
    }
    return NULL;
}

/* Puts a point where the locale has its own, a byte in every locale that C programs meet. */
static const char *with_point(char *text)
{
    for (char *c = text; *c; c++)
        if (!strchr("+-0123456789e", *c))
            *c = '.';
    return text;
}

enum { USUAL_DIGITS = 9, ALL_DIGITS = 17 };

const char *sk_number_text(char text[SK_NUMBER_SIZE], double value)
{
    if (!isfinite(value))
        return strcpy(text, "-");
    snprintf(text, SK_NUMBER_SIZE, "%.*g", USUAL_DIGITS, value);
    return with_point(text);
}

const char *sk_exact_text(char text[SK_NUMBER_SIZE], double value)
{
    if (!isfinite(value))
        return strcpy(text, "-");
    int digits = USUAL_DIGITS;
    do
        snprintf(text, SK_NUMBER_SIZE, "%.*g", digits, value);
    while (digits++ < ALL_DIGITS && strtod(text, NULL) != value);
    return with_point(text);
}

const char *sk_number_fixed(char text[SK_NUMBER_SIZE], double value, int decimals)
{
    if (!(fabs(value) < 1e15))
        return sk_number_text(text, value);
    snprintf(text, SK_NUMBER_SIZE, "%.*f", decimals, value);
    return with_point(text);
}

static int check_cell(const char *cell, bool first, struct sk_error *err)
{
    if (strpbrk(cell, "\t\r\n") || (first && *cell == '#'))
        return sk_fail(err, "'%.80s' cannot stand in a table", cell);
    return 0;
}

int sk_table_write(FILE *out, const char *const *cell, size_t cells, struct sk_error *err)
{
    for (size_t i = 0; i < cells; i++) {
        if (check_cell(cell[i], i == 0, err))
            return -1;
        if (fputs(cell[i], out) < 0 || putc(i + 1 < cells ? '\t' : '\n', out) == EOF)
            return sk_fail_errno(err, "cannot write");
    }
    return 0;
}
