#ifndef SK_BASE_CSV_H
#define SK_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

/* A table as other programs write them, in memory: fields between commas, semicolons, tabs or bars (whichever the first line has),
   quoted or not, with CR, LF or both at the line's end, with a byte order mark or without. Read by libcsv. Spaces around a field are
   none of it; lines whose fields are all empty are passed over, as are those at the
   beginning that '#' begins. */
struct sk_csv {
    char *path;
    unsigned char delimiter;
    size_t columns;  /* of the first line */
    char **header;   /* [columns] */
    size_t rows;     /* read by sk_csv_rows */
    uint32_t *line;  /* [rows]: where a row ends in the file, from 1 */
    size_t kept;     /* columns that were asked for */
    size_t *place;   /* [columns]: of a column among those kept, or SIZE_MAX */
    size_t *cell;    /* [rows][kept]: where in text a field begins */
    struct sk_bytes text;
    size_t line_room, cell_room; /* elements allocated */
};

/* Opens a table and reads its first line. 0 with *csv filled (sk_csv_free), or -1 with err ("PATH: what") and *csv empty: nothing in
   it, UTF-16, a byte 0, a quote that does not end. */
SK_MUST_CHECK int sk_csv_open(struct sk_csv *csv, const char *path, struct sk_error *err);

/* Reads the rows: of the columns with keep [columns] set, or all where it is NULL. first_too: the first line is a row as well, there is
   no header. 0, or -1 with err ("PATH: line N: what"): a row of another number of fields than the first (empty ones at its end
   do not count, nor rows without any bar where bars divide). */
SK_MUST_CHECK int sk_csv_rows(struct sk_csv *csv, const unsigned char *keep, bool first_too, struct sk_error *err);

void sk_csv_free(struct sk_csv *csv);

/* Position of the column of that name, whatever its case, or SIZE_MAX; of several the first. */
size_t sk_csv_column(const struct sk_csv *csv, const char *name);

/* A field of a kept column; "" where the column is SIZE_MAX or was not kept. Belongs to the table. */
const char *sk_csv_cell(const struct sk_csv *csv, size_t row, size_t column);

/* Puts "PATH: line N" of a row before the error's text; returns -1. */
int sk_csv_at(const struct sk_csv *csv, size_t row, struct sk_error *err);

#endif
