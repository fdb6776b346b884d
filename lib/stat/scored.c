#include "stat/scored.h"

#include <stdlib.h>

#include "base/memory.h"

int sk_scored_alloc(struct sk_scored *scored, size_t n, struct sk_error *err)
{
    *scored = (struct sk_scored){.n = n};
    if (n > UINT32_MAX)
        return sk_fail(err, "%zu rows are too many", n);
    scored->score = sk_alloc(n, sizeof *scored->score, err);
    scored->truth = scored->score ? sk_alloc(n, 1, err) : NULL;
    scored->predicted = scored->truth ? sk_alloc(n, 1, err) : NULL;
    scored->row = scored->predicted ? sk_alloc(n, sizeof *scored->row, err) : NULL;
    for (size_t i = 0; scored->row && i < n; i++)
        scored->row[i] = (uint32_t)i;
    if (scored->row)
        return 0;
    sk_scored_free(scored);
    return -1;
}

void sk_scored_free(struct sk_scored *scored)
{
    free(scored->score);
    free(scored->truth);
    free(scored->predicted);
    free(scored->row);
    free(scored->group);
    *scored = (struct sk_scored){0};
}

/* Numbers the groups that have rows in their old order. */
static int renumber(struct sk_scored *scored, size_t groups, struct sk_error *err)
{
    uint32_t *number = sk_alloc(groups, sizeof *number, err);
    if (!number)
        return -1;
    for (size_t i = 0; i < scored->n; i++)
        number[scored->group[i]] = 1;
    for (size_t g = 0; g < groups; g++)
        number[g] = number[g] ? (uint32_t)scored->groups++ : 0;
    for (size_t i = 0; i < scored->n; i++)
        scored->group[i] = number[scored->group[i]];
    free(number);
    return 0;
}

int sk_scored_select(struct sk_scored *to, const struct sk_scored *from, const unsigned char *keep, struct sk_error *err)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < from->n; i++)
        n += !keep || keep[i];
    if (sk_scored_alloc(to, n, err))
        return -1;
    if (from->group && !(to->group = sk_alloc(n, sizeof *to->group, err))) {
        sk_scored_free(to);
        return -1;
    }
    for (size_t i = 0; i < from->n; i++) {
        if (keep && !keep[i])
            continue;
        to->score[k] = from->score[i];
        to->truth[k] = from->truth[i];
        to->predicted[k] = from->predicted[i];
        if (to->group)
            to->group[k] = from->group[i];
        k++;
    }
    if (to->group && renumber(to, from->groups, err)) {
        sk_scored_free(to);
        return -1;
    }
    return 0;
}

struct row {
    double score;
    uint32_t row, group;
    unsigned char truth, predicted;
};

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->truth != b->truth)
        return a->truth > b->truth ? -1 : 1;
    if (a->predicted != b->predicted)
        return b->predicted - a->predicted;
    return (a->group > b->group) - (a->group < b->group);
}

int sk_scored_sort(struct sk_scored *scored, struct sk_error *err)
{
    struct row *row = sk_alloc(scored->n, sizeof *row, err);
    if (!row)
        return -1;
    for (size_t i = 0; i < scored->n; i++)
        row[i] = (struct row){scored->score[i], scored->row[i], scored->group ? scored->group[i] : 0, scored->truth[i],
                              scored->predicted[i]};
    qsort(row, scored->n, sizeof *row, compare);
    for (size_t i = 0; i < scored->n; i++) {
        scored->score[i] = row[i].score;
        scored->truth[i] = row[i].truth;
        scored->predicted[i] = row[i].predicted;
        scored->row[i] = row[i].row;
        if (scored->group)
            scored->group[i] = row[i].group;
    }
    free(row);
    return 0;
}

struct sk_class_counts sk_scored_classes(const struct sk_scored *scored, const uint32_t *count)
{
    struct sk_class_counts classes = {0, 0};
    for (size_t i = 0; i < scored->n; i++)
        *(scored->truth[i] ? &classes.positive : &classes.negative) += sk_times(count, i);
    return classes;
}
