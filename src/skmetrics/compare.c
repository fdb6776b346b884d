/* skmetrics compare: two classifiers on the same images. */
#include "command.h"

#include <stdio.h>

#include "base/table.h"
#include "stat/compare.h"

/* The rows of both tables must be the same images in the same order. */
static int same_images(const struct sk_score_table *a, const struct sk_score_table *b, struct sk_error *err)
{
    const struct sk_table *ta = &a->table[0], *tb = &b->table[0];
    size_t image_a, image_b, truth_a, truth_b;
    bool named = sk_table_has(ta, "image") && sk_table_has(tb, "image");
    if (ta->rows != tb->rows)
        return sk_fail(err, "%s: %zu rows, %s has %zu", tb->name, tb->rows, ta->name, ta->rows);
    if (sk_table_column(ta, "truth", &truth_a, err) || sk_table_column(tb, "truth", &truth_b, err) ||
        (named && (sk_table_column(ta, "image", &image_a, err) || sk_table_column(tb, "image", &image_b, err))))
        return -1;
    for (size_t row = 0; row < ta->rows; row++) {
        const char *x = sk_table_cell(ta, row, truth_a), *y = sk_table_cell(tb, row, truth_b), *what = "truth";
        if (named && strcmp(x, y) == 0) {
            x = sk_table_cell(ta, row, image_a);
            y = sk_table_cell(tb, row, image_b);
            what = "image";
        }
        if (strcmp(x, y) != 0) {
            sk_fail(err, "%s %.80s, where %s has %.80s", what, y, ta->name, x);
            return sk_table_at(tb, row, err);
        }
    }
    return 0;
}

static int print_comparisons(const struct sk_comparison *comparison, struct sk_error *err)
{
    puts("metric\ta\tb\tdifference\tlow\thigh\tp");
    for (size_t i = 0; i < SK_COMPARISONS; i++) {
        const struct sk_comparison *c = &comparison[i];
        double value[] = {c->a, c->b, c->difference, c->interval.low, c->interval.high, c->p};
        fputs(c->name, stdout);
        putchar('\t');
        if (skmetrics_numbers(value, 6, err))
            return -1;
    }
    return 0;
}

static int compare_tables(const struct sk_score_table *a, const struct sk_score_table *b, struct sk_error *err)
{
    struct sk_comparison comparison[SK_COMPARISONS];
    if (strcmp(a->positive, b->positive) != 0)
        return sk_fail(err, "%s: the positive class is %s, in %s it is %s", b->table[0].name, b->positive,
                       a->table[0].name, a->positive);
    if (same_images(a, b, err) || sk_compare(&a->scored, &b->scored, comparison, err))
        return -1;
    skmetrics_provenance(a, "a: scores");
    skmetrics_provenance(b, "b: scores");
    puts("# difference: b - a; low, high: 95 % interval; auc: paired DeLong; the others: Newcombe's paired interval, "
         "McNemar's exact test");
    return print_comparisons(comparison, err);
}

int skmetrics_compare(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table a, b;
    (void)operands;
    if (sk_score_table_read(&a, &operand[0], 1, o->positive, true, err))
        return -1;
    int status = sk_score_table_read(&b, &operand[1], 1, o->positive, true, err);
    if (status == 0) {
        status = compare_tables(&a, &b, err);
        sk_score_table_free(&b);
    }
    sk_score_table_free(&a);
    return status;
}
