#include "base/csv.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/dictionary.h"
#include "base/memory.h"

enum { CHUNK = 1 << 18, MOST_HEADER = 1 << 20 };

/* Where libcsv's callbacks are in the file */
struct place {
    struct sk_csv *csv;
    struct sk_error *err;
    bool header_only, skip_first;
    size_t record, field, filled; /* from 0; fields of this record that are not empty */
    size_t first_cell;            /* of this row in csv->cell */
    size_t line;
    bool after_cr, done, failed;
};

static void fail(struct place *at)
{
    at->failed = at->done = true;
}

static int keep_field(struct sk_csv *csv, size_t cell, const char *text, size_t length, struct sk_error *err)
{
    size_t *moved = sk_grow(csv->cell, cell, &csv->cell_room, sizeof *moved, err);
    if (!moved)
        return -1;
    csv->cell = moved;
    moved[cell] = csv->text.length;
    return sk_bytes_append(&csv->text, text, length, err) || sk_bytes_append(&csv->text, "", 1, err) ? -1 : 0;
}

static void take_field(void *text, size_t length, void *data)
{
    struct place *at = data;
    struct sk_csv *csv = at->csv;
    size_t field = at->field++;
    at->after_cr = false;
    at->filled += length > 0;
    if (length > 0)
        for (const char *c = text; (c = memchr(c, '\n', length - (size_t)(c - (char *)text))); c++)
            at->line++;
    if (at->done || (at->skip_first && at->record == 0))
        return;
    if (at->header_only) { /* cells, until the line ends */
        if (keep_field(csv, field, text, length, at->err))
            fail(at);
        return;
    }
    if (field >= csv->columns) {
        if (length > 0) {
            sk_fail(at->err, "%s: line %zu: more than the first line's %zu fields", csv->path, at->line, csv->columns);
            fail(at);
        }
        return;
    }
    if (csv->place[field] != SIZE_MAX && keep_field(csv, at->first_cell + csv->place[field], text, length, at->err))
        fail(at);
}

static void end_row(struct place *at)
{
    struct sk_csv *csv = at->csv;
    if (at->filled == 0 || (csv->delimiter == '|' && at->field == 1))
        return;
    if (at->field < csv->columns) {
        sk_fail(at->err, "%s: line %zu: %zu field%s, the first line has %zu", csv->path, at->line, at->field, at->field == 1 ? "" : "s",
                csv->columns);
        fail(at);
        return;
    }
    uint32_t *moved = sk_grow(csv->line, csv->rows, &csv->line_room, sizeof *moved, at->err);
    if (!moved) {
        fail(at);
        return;
    }
    csv->line = moved;
    moved[csv->rows++] = at->line < UINT32_MAX ? (uint32_t)at->line : UINT32_MAX;
    at->first_cell = csv->rows * csv->kept;
}

/* libcsv tells every CR and LF outside of quotes, -1 at the end. */
static void take_end(int ending, void *data)
{
    struct place *at = data;
    if (at->field > 0 && !at->done) {
        if (at->header_only) {
            at->csv->columns = at->field;
            at->done = true;
        } else if (!(at->skip_first && at->record == 0)) {
            end_row(at);
        }
        at->record++;
    }
    at->line += ending == '\r' || (ending == '\n' && !at->after_cr);
    at->after_cr = ending == '\r';
    at->field = at->filled = 0;
}

/* Which of them divides the first line: a tab wherever one is, else the most frequent outside of quotes. */
static unsigned char find_delimiter(const char *text, size_t length)
{
    static const char mark[] = ",;|";
    size_t count[sizeof mark] = {0}, most = 0;
    bool quoted = false;
    for (size_t i = 0; i < length && (quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
        if (text[i] == '"')
            quoted = !quoted;
        if (!quoted && text[i] == '\t')
            return '\t';
        for (size_t k = 0; k < 3 && !quoted; k++)
            count[k] += text[i] == mark[k];
    }
    for (size_t k = 1; k < 3; k++)
        most = count[k] > count[most] ? k : most;
    return (unsigned char)mark[most];
}

static int check_bytes(const char *path, const char *text, size_t length, struct sk_error *err)
{
    if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return sk_fail(err, "%s: text in UTF-16; save it as UTF-8 or CSV", path);
    return memchr(text, 0, length) ? sk_fail(err, "%s: no text table (a zero byte)", path) : 0;
}

/* Takes lines of provenance off the beginning, "# ...". */
static size_t drop_remarks(char *buffer, size_t got, size_t *lines)
{
    size_t at = 0;
    for (char *end; at < got && buffer[at] == '#' && (end = memchr(buffer + at, '\n', got - at)); ++*lines)
        at = (size_t)(end - buffer) + 1;
    memmove(buffer, buffer + at, got - at);
    return got - at;
}

/* The file's next bytes, the first without a byte order mark. 0 with *got, or -1 with err. */
static int next_bytes(const struct sk_csv *csv, FILE *in, bool first, char *buffer, size_t *got, size_t *lines, struct sk_error *err)
{
    *got = fread(buffer, 1, CHUNK, in);
    if (ferror(in))
        return sk_fail_errno(err, "%s", csv->path);
    if (check_bytes(csv->path, buffer, *got, err))
        return -1;
    if (first && *got >= 3 && memcmp(buffer, "\xef\xbb\xbf", 3) == 0)
        memmove(buffer, buffer + 3, *got -= 3);
    if (first)
        *got = drop_remarks(buffer, *got, lines);
    return 0;
}

static int parse_stream(struct sk_csv *csv, FILE *in, struct csv_parser *parser, struct place *at, struct sk_error *err)
{
    char *buffer = malloc(CHUNK);
    int status = buffer ? 0 : sk_fail_errno(err, "%s", csv->path);
    size_t got = 1, total = 0;
    for (bool first = true; status == 0 && got > 0 && !at->done; first = false, total += got) {
        status = next_bytes(csv, in, first, buffer, &got, &at->line, err);
        if (status == 0 && first) {
            csv->delimiter = find_delimiter(buffer, got);
            csv_set_delim(parser, csv->delimiter);
        }
        if (status == 0 && csv_parse(parser, buffer, got, take_field, take_end, at) != got)
            status = sk_fail(err, "%s: line %zu: %s", csv->path, at->line, csv_strerror(csv_error(parser)));
        if (status == 0 && at->header_only && total > MOST_HEADER)
            status = sk_fail(err, "%s: no table: its first line does not end", csv->path);
    }
    csv_set_opts(parser, CSV_REPALL_NL | CSV_STRICT | CSV_STRICT_FINI); /* at the end alone: quotes inside a field are allowed */
    if (status == 0 && !at->done && csv_fini(parser, take_field, take_end, at))
        status = sk_fail(err, "%s: a quote that begins is not ended", csv->path);
    free(buffer);
    return status || at->failed ? -1 : 0;
}

static int parse(struct sk_csv *csv, struct place *at, struct sk_error *err)
{
    struct csv_parser parser;
    FILE *in = fopen(csv->path, "rb");
    if (!in)
        return sk_fail_errno(err, "%s", csv->path);
    if (csv_init(&parser, CSV_REPALL_NL)) {
        fclose(in);
        return sk_fail(err, "%s: libcsv cannot be started", csv->path);
    }
    int status = parse_stream(csv, in, &parser, at, err);
    csv_free(&parser);
    fclose(in);
    return status;
}

/* The first line's fields are the header; the text they lie in is not to move again. */
static int take_header(struct sk_csv *csv, struct sk_error *err)
{
    if (csv->columns == 0)
        return sk_fail(err, "%s: empty, where a table was expected", csv->path);
    csv->header = sk_alloc(csv->columns, sizeof *csv->header, err);
    csv->place = sk_alloc(csv->columns, sizeof *csv->place, err);
    if (!csv->header || !csv->place)
        return -1;
    for (size_t i = 0; i < csv->columns; i++) {
        csv->header[i] = strdup((char *)csv->text.at + csv->cell[i]);
        if (!csv->header[i])
            return sk_fail_errno(err, "%s", csv->path);
    }
    csv->text.length = 0;
    return 0;
}

int sk_csv_open(struct sk_csv *csv, const char *path, struct sk_error *err)
{
    *csv = (struct sk_csv){.path = strdup(path)};
    struct place at = {.csv = csv, .err = err, .header_only = true, .line = 1};
    if (!csv->path || parse(csv, &at, err) || take_header(csv, err)) {
        sk_csv_free(csv);
        return -1;
    }
    return 0;
}

int sk_csv_rows(struct sk_csv *csv, const unsigned char *keep, bool first_too, struct sk_error *err)
{
    csv->kept = csv->rows = csv->text.length = 0;
    for (size_t i = 0; i < csv->columns; i++)
        csv->place[i] = !keep || keep[i] ? csv->kept++ : SIZE_MAX;
    struct place at = {.csv = csv, .err = err, .skip_first = !first_too, .line = 1};
    return parse(csv, &at, err);
}

void sk_csv_free(struct sk_csv *csv)
{
    for (size_t i = 0; csv->header && i < csv->columns; i++)
        free(csv->header[i]);
    free(csv->path);
    free(csv->header);
    free(csv->line);
    free(csv->place);
    free(csv->cell);
    sk_bytes_free(&csv->text);
    *csv = (struct sk_csv){0};
}

size_t sk_csv_column(const struct sk_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (strcasecmp(csv->header[i], name) == 0)
            return i;
    return SIZE_MAX;
}

const char *sk_csv_cell(const struct sk_csv *csv, size_t row, size_t column)
{
    size_t place = column < csv->columns ? csv->place[column] : SIZE_MAX;
    return place == SIZE_MAX ? "" : (const char *)csv->text.at + csv->cell[row * csv->kept + place];
}

int sk_csv_at(const struct sk_csv *csv, size_t row, struct sk_error *err)
{
    return sk_prefix(err, "%s: line %u", csv->path, (unsigned)csv->line[row]);
}
