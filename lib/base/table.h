#ifndef SK_BASE_TABLE_H
#define SK_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/file_format.h"

/* A TSV table in memory: one header line, rows of as many fields. Lines that begin with '#' carry provenance,
   wherever they stand. A field "-" is a value that does not exist. Lines end in LF or CRLF; a line equal to the
   header is a header again, so that tables joined by cat are one table. All strings belong to the table. */
struct sk_table {
    char *name;      /* for messages: the path, or "standard input" */
    char *text;      /* the file's bytes; every string below points into it */
    enum sk_format format; /* what its first bytes are, for messages */
    size_t columns;  /* fields of the header, at least 1 */
    char **header;   /* [columns] */
    size_t rows;     /* 0 where there is but a header */
    char **cell;     /* [rows][columns] */
    size_t *line;    /* [rows]: where the row stands in the file, from 1 */
    size_t comments; /* lines with '#' */
    char **comment;  /* [comments], without '#' and the blanks after it */
    struct {
        size_t cells, lines, comments;
    } room; /* elements allocated */
};

/* Reads a file, or standard input for "-". Memory grows with what is really there. 0 with *table filled
   (sk_table_free), or -1 with err ("file: line N: what") and *table empty. */
SK_MUST_CHECK int sk_table_read(struct sk_table *table, const char *path, struct sk_error *err);
void sk_table_free(struct sk_table *table);

/* Position of the column of that name, from 0. -1 with err where there is none, or more than one. */
SK_MUST_CHECK int sk_table_column(const struct sk_table *table, const char *name, size_t *column,
                                  struct sk_error *err);
/* Whether there is such a column. */
bool sk_table_has(const struct sk_table *table, const char *name);

static inline const char *sk_table_cell(const struct sk_table *table, size_t row, size_t column)
{
    return table->cell[row * table->columns + column];
}

/* Whether a field is "-". */
bool sk_table_missing(const char *cell);

/* The field as a finite decimal number. -1 with err ("file: line N: COLUMN: 'x' is not a number"). */
SK_MUST_CHECK int sk_table_number(const struct sk_table *table, size_t row, size_t column, double *value,
                                  struct sk_error *err);

/* Puts "file: line N" of a row before the error's text; returns -1. */
int sk_table_at(const struct sk_table *table, size_t row, struct sk_error *err);

/* VALUE of the first line "# KEY: VALUE", or NULL. */
const char *sk_table_comment(const struct sk_table *table, const char *key);

enum { SK_NUMBER_SIZE = 32 };

/* The number as a table holds it: %.9g (a float survives it) with a decimal point in every locale, and "-" where it is not finite.
   Returns text. */
const char *sk_number_text(char text[SK_NUMBER_SIZE], double value);
/* The same with so many digits behind the point, 0 to 9; a number of more than 15 before it as sk_number_text has it. */
const char *sk_number_fixed(char text[SK_NUMBER_SIZE], double value, int decimals);
/* The same with as few digits more as it takes to read back as the same double: for what is to be compared with, such as a
   threshold. */
const char *sk_exact_text(char text[SK_NUMBER_SIZE], double value);

/* Writes one line of `cells` fields. -1 with err when the write fails (err->code says why; EPIPE for a gone reader) or
   when a field cannot stand in a table (tab, line end; '#' at the line's start). */
SK_MUST_CHECK int sk_table_write(FILE *out, const char *const *cell, size_t cells, struct sk_error *err);

#endif
