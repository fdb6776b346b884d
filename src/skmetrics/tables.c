/* What the commands read and print alike. */
#include "command.h"

#include <stdio.h>

#include "base/table.h"

enum { MAX_PROVENANCE = 64 };

void skmetrics_provenance(const struct sk_score_table *scores, const char *what)
{
    struct sk_class_counts classes = sk_scored_classes(&scores->scored, NULL);
    printf("# %s of %zu images: %.0f %s, %.0f others\n", what, scores->scored.n, classes.positive, scores->positive,
           classes.negative);
    for (size_t f = 0; f < scores->files; f++) {
        const struct sk_table *table = &scores->table[f];
        printf("# from: %s\n", table->name);
        for (size_t i = 0; i < table->comments && i < MAX_PROVENANCE; i++)
            if (strncmp(table->comment[i], "classes:", 8) != 0) /* which have been dealt with */
                printf("#   %s\n", table->comment[i]);
    }
    printf("# positive: %s%s\n", scores->positive, scores->complement ? ", by 1 - score" : "");
}

/* What makes scores others than those of the same images elsewhere. */
static const char *line_of_scores(const char *comment)
{
    static const char *const key[] = {"model:", "with:", "turns:", "threshold:"};
    for (size_t k = 0; k < sizeof key / sizeof *key; k++)
        if (strncmp(comment, key[k], strlen(key[k])) == 0)
            return comment;
    return NULL;
}

/* The first such line of a table that the other has not; NULL. */
static const char *line_alone(const struct sk_table *table, const struct sk_table *other)
{
    for (size_t i = 0; i < table->comments; i++) {
        bool found = !line_of_scores(table->comment[i]);
        for (size_t k = 0; k < other->comments && !found; k++)
            found = strcmp(table->comment[i], other->comment[k]) == 0;
        if (!found)
            return table->comment[i];
    }
    return NULL;
}

void skmetrics_warn_of_others(const struct options *o, const struct sk_table *first, const struct sk_table *table, size_t tables)
{
    for (size_t f = 0; f < tables; f++) {
        const char *here = line_alone(&table[f], first), *there = line_alone(first, &table[f]);
        if (!here && !there)
            continue;
        sk_tool_warn(&o->tool, "%s and %s were not scored alike: '%.80s' is in %s alone", first->name, table[f].name,
                     here ? here : there, here ? table[f].name : first->name);
        return;
    }
}

int skmetrics_numbers(const double *value, size_t values, size_t exact, struct sk_error *err)
{
    char text[6][SK_NUMBER_SIZE];
    const char *cell[6];
    for (size_t i = 0; i < values; i++)
        cell[i] = i < exact ? sk_exact_text(text[i], value[i]) : sk_number_text(text[i], value[i]);
    return sk_table_write(stdout, cell, values, err);
}

int skmetrics_read_scores(struct sk_score_table *scores, const struct options *o, char **operand, size_t operands,
                          struct sk_error *err)
{
    int status = sk_score_table_read(scores, operand, operands, o->positive, !o->by_threshold, err);
    if (status && !o->by_threshold && strstr(err->text, "no column 'predicted'"))
        snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text), " (-t decides by the score)");
    if (status == 0)
        skmetrics_warn_of_others(o, &scores->table[0], scores->table + 1, scores->files - 1);
    return status;
}

void skmetrics_decide(const struct options *o, struct sk_scored *scored)
{
    for (size_t i = 0; o->by_threshold && i < scored->n; i++)
        scored->predicted[i] = scored->score[i] >= o->threshold;
}

void skmetrics_print_decision(const struct options *o)
{
    char text[SK_NUMBER_SIZE];
    if (o->by_threshold)
        printf("# decision: score at least %s\n", sk_exact_text(text, o->threshold));
    else
        puts("# decision: column predicted");
}

int skmetrics_read_sorted(struct sk_score_table *scores, const struct options *o, char **operand, size_t operands,
                          struct sk_error *err)
{
    if (sk_score_table_read(scores, operand, operands, o->positive, false, err))
        return -1;
    skmetrics_warn_of_others(o, &scores->table[0], scores->table + 1, scores->files - 1);
    if (sk_scored_sort(&scores->scored, err) == 0)
        return 0;
    sk_score_table_free(scores);
    return -1;
}

static size_t dim_of(const struct sk_collection *c)
{
    return c->gaussian.factor ? c->gaussian.dim : c->features.dim;
}

int skmetrics_read_features(struct sk_collection side[2], collection_read *read, char **path, struct sk_error *err)
{
    side[1] = (struct sk_collection){.prints = NULL};
    int status = read(&side[0], path[0], err);
    if (status == 0)
        status = read(&side[1], path[1], err);
    if (status == 0 && !sk_collection_same_extractor(&side[0], &side[1]))
        status = sk_fail(err, "%s: features of extractor %s cannot be compared with %s's of %s", path[1],
                         side[1].extractor ? side[1].extractor : "-", path[0],
                         side[0].extractor ? side[0].extractor : "-");
    if (status == 0 && dim_of(&side[0]) != dim_of(&side[1]))
        status = sk_fail(err, "%s: %zu features an image, %s has %zu", path[1], dim_of(&side[1]), path[0],
                         dim_of(&side[0]));
    if (status == 0)
        return 0;
    sk_collection_free(&side[0]);
    sk_collection_free(&side[1]);
    return -1;
}
