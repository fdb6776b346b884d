#include "stat/score_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { MAX_CLASSES = 1000 };

/* The words of "# classes:"; name NULL where there is no such line. */
struct classes {
    char *text, **name;
    size_t count;
};

static int classes_read(struct classes *classes, const struct sk_table *table, struct sk_error *err)
{
    const char *line = sk_table_comment(table, "classes");
    *classes = (struct classes){0};
    if (!line)
        return 0;
    classes->name = sk_alloc(MAX_CLASSES, sizeof *classes->name, err);
    classes->text = classes->name ? sk_alloc(strlen(line) + 1, 1, err) : NULL;
    if (!classes->text)
        return -1;
    char *rest = strcpy(classes->text, line), *word;
    while ((word = strsep(&rest, " \t")))
        if (*word && classes->count < MAX_CLASSES)
            classes->name[classes->count++] = word;
        else if (*word)
            return sk_fail(err, "%s: more than %d classes", table->name, MAX_CLASSES);
    return classes->count >= 2 ? 0 : sk_fail(err, "%s: '# classes:' names less than two classes", table->name);
}

static bool is_class(const struct classes *classes, const char *label)
{
    for (size_t i = 0; i < classes->count; i++)
        if (strcmp(classes->name[i], label) == 0)
            return true;
    return false;
}

/* A label must exist, and be one of the classes where they are known. */
static int check_label(const struct sk_table *table, size_t row, size_t column, const struct classes *classes,
                       struct sk_error *err)
{
    const char *label = sk_table_cell(table, row, column);
    if (sk_table_missing(label) || !*label)
        sk_fail(err, "no %s: a row without it cannot be scored", table->header[column]);
    else if (classes->count && !is_class(classes, label))
        sk_fail(err, "%s '%.80s' is none of the classes", table->header[column], label);
    else
        return 0;
    return sk_table_at(table, row, err);
}

/* The columns of one table. */
struct columns {
    size_t truth, score, predicted;
    bool by_class; /* the score column is score:CLASS of the positive class */
};

/* Checks the labels of a table; where the classes are not known, keeps the last one in alphabetical order, whether there are
   two different ones, and whether the positive class that was asked for is among them. */
struct labels {
    const char *last;
    bool several, asked;
};

static int scan_labels(struct labels *labels, const struct sk_table *table, size_t column,
                       const struct classes *classes, const char *positive, struct sk_error *err)
{
    for (size_t row = 0; row < table->rows; row++) {
        if (check_label(table, row, column, classes, err))
            return -1;
        const char *label = sk_table_cell(table, row, column);
        int order = labels->last ? strcmp(label, labels->last) : 1;
        labels->several = labels->several || (labels->last && order != 0);
        labels->asked = labels->asked || (positive && strcmp(label, positive) == 0);
        if (order > 0)
            labels->last = label;
    }
    return 0;
}

/* All "# classes:" lines must say the same: the score is the probability of their last. */
static int same_classes(const struct sk_score_table *scores, struct sk_error *err)
{
    const char *first = sk_table_comment(&scores->table[0], "classes");
    for (size_t f = 0; f < scores->files; f++) {
        const struct sk_table *table = &scores->table[f];
        if (!first != !sk_table_comment(table, "classes"))
            return sk_fail(err, "%s: has %s line '# classes:', unlike %s", table->name, first ? "no" : "a",
                           scores->table[0].name);
        for (size_t i = 0; i < table->comments; i++)
            if (strncmp(table->comment[i], "classes:", 8) == 0) {
                const char *other = table->comment[i] + 8 + strspn(table->comment[i] + 8, " \t");
                if (strcmp(first, other) != 0)
                    return sk_fail(err, "%s: classes '%.80s' where %s has '%.80s'", table->name, other,
                                   scores->table[0].name, first);
            }
    }
    return 0;
}

/* Settles the positive class by the rule above. */
static int settle_positive(struct sk_score_table *scores, const struct classes *classes, const char *asked,
                           bool predicted, struct sk_error *err)
{
    struct labels labels = {0};
    for (size_t f = 0; f < scores->files; f++) {
        const struct sk_table *table = &scores->table[f];
        size_t column;
        if (sk_table_column(table, "truth", &column, err) ||
            scan_labels(&labels, table, column, classes, asked, err))
            return -1;
        if (predicted && (sk_table_column(table, "predicted", &column, err) ||
                          scan_labels(&labels, table, column, classes, asked, err)))
            return -1;
    }
    if (!labels.last)
        return sk_fail(err, "%s: no rows to score", scores->table[0].name);
    bool known = classes->count ? is_class(classes, asked ? asked : labels.last) : labels.asked || !labels.several;
    if (asked && !known)
        return sk_fail(err, "%s: the positive class '%.80s' is none of its classes", scores->table[0].name, asked);
    const char *positive = asked ? asked : classes->count ? classes->name[classes->count - 1] : labels.last;
    scores->positive = strdup(positive);
    return scores->positive ? 0 : sk_fail_errno(err, "the class's name");
}

static int find_columns(struct columns *columns, const struct sk_table *table, const char *positive, bool predicted,
                        struct sk_error *err)
{
    *columns = (struct columns){0};
    if (sk_table_column(table, "truth", &columns->truth, err) ||
        (predicted && sk_table_column(table, "predicted", &columns->predicted, err)))
        return -1;
    char *name;
    if (asprintf(&name, "score:%s", positive) < 0)
        return sk_fail_errno(err, "%s", table->name);
    columns->by_class = sk_table_has(table, name);
    int status = sk_table_column(table, columns->by_class ? name : "score", &columns->score, err);
    free(name);
    return status;
}

/* Fills the rows from `at` on with those of one table. */
static int fill(struct sk_score_table *scores, const struct sk_table *table, const struct columns *columns,
                bool predicted, size_t at, struct sk_error *err)
{
    struct sk_scored *scored = &scores->scored;
    for (size_t row = 0; row < table->rows; row++, at++) {
        double score;
        if (sk_table_missing(sk_table_cell(table, row, columns->score))) {
            sk_fail(err, "no %s: a row without it cannot be scored", table->header[columns->score]);
            return sk_table_at(table, row, err);
        }
        if (sk_table_number(table, row, columns->score, &score, err))
            return -1;
        if (score < 0 || score > 1) {
            sk_fail(err, "%s %g is no probability from 0 to 1", table->header[columns->score], score);
            return sk_table_at(table, row, err);
        }
        scored->score[at] = scores->complement ? 1 - score : score;
        scored->truth[at] = strcmp(sk_table_cell(table, row, columns->truth), scores->positive) == 0;
        if (predicted)
            scored->predicted[at] = strcmp(sk_table_cell(table, row, columns->predicted), scores->positive) == 0;
    }
    return 0;
}

static int collect(struct sk_score_table *scores, const struct classes *classes, bool predicted, struct sk_error *err)
{
    size_t n = 0, at = 0;
    for (size_t f = 0; f < scores->files; f++)
        n += scores->table[f].rows;
    if (sk_scored_alloc(&scores->scored, n, err))
        return -1;
    bool last = !classes->count || strcmp(scores->positive, classes->name[classes->count - 1]) == 0;
    for (size_t f = 0; f < scores->files; f++) {
        const struct sk_table *table = &scores->table[f];
        struct columns columns;
        if (find_columns(&columns, table, scores->positive, predicted, err))
            return -1;
        scores->complement = !columns.by_class && !last;
        if (scores->complement && classes->count > 2)
            return sk_fail(err, "%s: 'score' is the probability of %s; %s needs a column score:%s", table->name,
                           classes->name[classes->count - 1], scores->positive, scores->positive);
        if (fill(scores, table, &columns, predicted, at, err))
            return -1;
        at += table->rows;
    }
    return 0;
}

int sk_score_table_read(struct sk_score_table *scores, char *const *path, size_t files, const char *positive,
                        bool predicted, struct sk_error *err)
{
    struct classes classes = {0};
    *scores = (struct sk_score_table){0};
    scores->table = sk_alloc(files, sizeof *scores->table, err);
    int status = scores->table ? 0 : -1;
    for (; status == 0 && scores->files < files; scores->files += status == 0)
        status = sk_table_read(&scores->table[scores->files], path[scores->files], err);
    if (status == 0 && (same_classes(scores, err) || classes_read(&classes, &scores->table[0], err) ||
                        settle_positive(scores, &classes, positive, predicted, err) ||
                        collect(scores, &classes, predicted, err)))
        status = -1;
    scores->classes = classes.count;
    scores->class = classes.name;
    scores->class_text = classes.text;
    if (status)
        sk_score_table_free(scores);
    return status;
}

/* Whether a table has the column score:CLASS. */
static bool has_score(const struct sk_table *table, const char *class)
{
    for (size_t c = 0; c < table->columns; c++)
        if (strncmp(table->header[c], "score:", 6) == 0 && strcmp(table->header[c] + 6, class) == 0)
            return true;
    return false;
}

bool sk_score_table_multiclass(const struct sk_score_table *scores)
{
    for (size_t f = 0; f < scores->files; f++)
        for (size_t c = 0; c < scores->classes; c++)
            if (!has_score(&scores->table[f], scores->class[c]))
                return false;
    return scores->classes > 2;
}

int sk_score_table_versus(const struct sk_score_table *scores, size_t class, struct sk_scored *scored,
                          struct sk_error *err)
{
    struct classes classes = {NULL, scores->class, scores->classes};
    struct sk_score_table one = *scores; /* the same tables, seen for another class */
    one.positive = scores->class[class];
    one.scored = (struct sk_scored){0};
    if (collect(&one, &classes, true, err)) {
        sk_scored_free(&one.scored);
        return -1;
    }
    *scored = one.scored;
    return 0;
}

void sk_score_table_free(struct sk_score_table *scores)
{
    for (size_t f = 0; f < scores->files; f++)
        sk_table_free(&scores->table[f]);
    free(scores->table);
    sk_scored_free(&scores->scored);
    free(scores->positive);
    free(scores->class);
    free(scores->class_text);
    *scores = (struct sk_score_table){0};
}
