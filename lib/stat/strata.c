#include "stat/strata.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Where a value stands, or would stand, among the sorted ones. */
static size_t place_of(const char *const *value, size_t values, const char *wanted)
{
    size_t place = 0;
    while (place < values && strcmp(value[place], wanted) < 0)
        place++;
    return place;
}

static int take_column(struct sk_strata *strata, size_t column, struct sk_error *err)
{
    const struct sk_table *table = &strata->table;
    const char **value = sk_alloc(SK_MOST_STRATA, sizeof *value, err);
    strata->value[column] = value;
    if (!value)
        return -1;
    for (size_t row = 0; row < table->rows; row++) {
        const char *cell = sk_table_cell(table, row, column);
        size_t values = strata->values[column], place = place_of(value, values, cell);
        if (!*cell) {
            sk_fail(err, "no %s ('-' where it is not known)", table->header[column]);
            return sk_table_at(table, row, err);
        }
        if (place < values && strcmp(value[place], cell) == 0)
            continue;
        if (values == SK_MOST_STRATA)
            return sk_fail(err, "%s: more than %d values of %s", table->name, SK_MOST_STRATA, table->header[column]);
        memmove(value + place + 1, value + place, (values - place) * sizeof *value);
        value[place] = cell;
        strata->values[column]++;
    }
    return 0;
}

static int take(struct sk_strata *strata, size_t rows, struct sk_error *err)
{
    const struct sk_table *table = &strata->table;
    size_t column;
    if (table->rows != rows)
        return sk_fail(err, "%s: %zu rows for %zu rows of scores", table->name, table->rows, rows);
    strata->values = sk_alloc(table->columns, sizeof *strata->values, err);
    strata->value = strata->values ? sk_alloc(table->columns, sizeof *strata->value, err) : NULL;
    for (size_t c = 0; strata->value && c < table->columns; c++)
        if (sk_table_column(table, table->header[c], &column, err) || take_column(strata, c, err))
            return -1;
    return strata->value ? 0 : -1;
}

int sk_strata_read(struct sk_strata *strata, const char *path, size_t rows, struct sk_error *err)
{
    *strata = (struct sk_strata){0};
    if (sk_table_read(&strata->table, path, err) == 0 && take(strata, rows, err) == 0)
        return 0;
    sk_strata_free(strata);
    return -1;
}

void sk_strata_free(struct sk_strata *strata)
{
    for (size_t c = 0; strata->value && c < strata->table.columns; c++)
        free(strata->value[c]);
    free(strata->value);
    free(strata->values);
    sk_table_free(&strata->table);
    *strata = (struct sk_strata){0};
}

void sk_strata_rows(const struct sk_strata *strata, size_t column, size_t value, unsigned char *keep)
{
    for (size_t row = 0; row < strata->table.rows; row++)
        keep[row] = strcmp(sk_table_cell(&strata->table, row, column), strata->value[column][value]) == 0;
}
