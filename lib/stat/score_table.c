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

/* The columns of one table: the scores of the positive classes, which add up, or a single one. */
struct columns {
    size_t truth, predicted, scores;
    size_t score[MAX_CLASSES];
    bool by_class; /* they are score:CLASS of the positive classes */
};

/* What the labels of all tables are, where "# classes:" does not tell: the first and the last one in alphabetical order, and
   whether there are more. */
struct labels {
    const char *first, *last;
    bool more;
};

static bool is_one_of(const struct labels *labels, const char *label)
{
    return strcmp(labels->first, label) == 0 || strcmp(labels->last, label) == 0;
}

static void add_label(struct labels *labels, const char *label)
{
    if (!labels->last) {
        labels->first = labels->last = label;
        return;
    }
    bool several = strcmp(labels->first, labels->last) != 0;
    labels->more = labels->more || (several && !is_one_of(labels, label));
    if (strcmp(label, labels->first) < 0)
        labels->first = label;
    if (strcmp(label, labels->last) > 0)
        labels->last = label;
}

/* Checks the labels of a column, and adds them to what is known. */
static int scan_labels(struct labels *labels, const struct sk_table *table, const char *name, const struct classes *classes,
                       struct sk_error *err)
{
    size_t column;
    if (sk_table_column(table, name, &column, err))
        return -1;
    for (size_t row = 0; row < table->rows; row++) {
        if (check_label(table, row, column, classes, err))
            return -1;
        add_label(labels, sk_table_cell(table, row, column));
    }
    return 0;
}

/* Whether a label stands in any table's truth, or predicted. */
static bool occurs(const struct sk_score_table *scores, bool predicted, const char *label)
{
    for (size_t f = 0; f < scores->files; f++)
        for (size_t c = 0; c < scores->table[f].columns; c++) {
            const struct sk_table *table = &scores->table[f];
            if (strcmp(table->header[c], "truth") != 0 && !(predicted && strcmp(table->header[c], "predicted") == 0))
                continue;
            for (size_t row = 0; row < table->rows; row++)
                if (strcmp(sk_table_cell(table, row, c), label) == 0)
                    return true;
        }
    return false;
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

/* The classes in "a,b", each one of those there are, and none twice. A name that holds a comma is that name. */
static int settle_names(struct sk_score_table *scores, const struct classes *classes, const struct labels *labels, bool predicted,
                        struct sk_error *err)
{
    const char *file = scores->table[0].name;
    bool whole = classes->count ? is_class(classes, scores->positive) : occurs(scores, predicted, scores->positive);
    scores->positive_class = sk_alloc(MAX_CLASSES, sizeof *scores->positive_class, err);
    if (!scores->positive_class)
        return -1;
    scores->positive_text = strdup(scores->positive);
    if (!scores->positive_text)
        return sk_fail_errno(err, "the class's name");
    char *rest = scores->positive_text, *name;
    while ((name = strsep(&rest, whole ? "" : ","))) {
        /* of tables that hold a single label it may be another one: then there are but negatives */
        bool known = classes->count ? is_class(classes, name)
                                    : occurs(scores, predicted, name) || strcmp(labels->first, labels->last) == 0;
        if (!known || !*name)
            return sk_fail(err, "%s: the positive class '%.80s' is none of its classes", file, name);
        for (size_t i = 0; i < scores->positives; i++)
            if (strcmp(scores->positive_class[i], name) == 0)
                return sk_fail(err, "the positive class '%.80s' is named twice", name);
        if (scores->positives == MAX_CLASSES)
            return sk_fail(err, "more than %d positive classes", MAX_CLASSES);
        scores->positive_class[scores->positives++] = name;
    }
    if (classes->count && scores->positives == classes->count)
        return sk_fail(err, "%s: all of its classes are positive", file);
    return 0;
}

/* Settles the positive class by the rule above. */
static int settle_positive(struct sk_score_table *scores, const struct classes *classes, const char *asked,
                           bool predicted, struct sk_error *err)
{
    struct labels labels = {0};
    for (size_t f = 0; f < scores->files; f++)
        if (scan_labels(&labels, &scores->table[f], "truth", classes, err) ||
            (predicted && scan_labels(&labels, &scores->table[f], "predicted", classes, err)))
            return -1;
    if (!labels.last)
        return sk_fail(err, "%s: no rows to score", scores->table[0].name);
    const char *positive = asked ? asked : classes->count ? classes->name[classes->count - 1] : labels.last;
    scores->positive = strdup(positive);
    if (!scores->positive)
        return sk_fail_errno(err, "the class's name");
    if (!classes->count && !labels.more && strcmp(labels.first, labels.last) != 0 && is_one_of(&labels, positive)) {
        scores->other = strdup(strcmp(labels.first, positive) == 0 ? labels.last : labels.first);
        if (!scores->other)
            return sk_fail_errno(err, "the class's name");
    }
    return settle_names(scores, classes, &labels, predicted, err);
}

static int find_class_score(const struct sk_table *table, const char *class, bool *found, size_t *column, struct sk_error *err)
{
    char *name;
    if (asprintf(&name, "score:%s", class) < 0)
        return sk_fail_errno(err, "%s", table->name);
    *found = sk_table_has(table, name);
    int status = *found ? sk_table_column(table, name, column, err) : 0;
    free(name);
    return status;
}

static int find_columns(struct columns *columns, const struct sk_table *table, const struct sk_score_table *scores,
                        bool predicted, struct sk_error *err)
{
    const char *missing = NULL;
    columns->scores = 0;
    if (sk_table_column(table, "truth", &columns->truth, err) ||
        (predicted && sk_table_column(table, "predicted", &columns->predicted, err)))
        return -1;
    for (size_t i = 0; i < scores->positives; i++) {
        bool found;
        if (find_class_score(table, scores->positive_class[i], &found, &columns->score[columns->scores], err))
            return -1;
        columns->scores += found;
        missing = found ? missing : scores->positive_class[i];
    }
    columns->by_class = !missing;
    if (!missing)
        return 0;
    if (columns->scores > 0)
        return sk_fail(err, "%s: no column score:%s", table->name, missing);
    columns->scores = 1;
    return sk_table_column(table, "score", &columns->score[0], err);
}

static const double beyond = 1e-6;         /* a score in single precision may be so far beyond 1, or 0 */
static const double rounded_by = 0.005; /* of each score in a sum: two decimals */

/* The probability in a cell. */
static int read_score(const struct sk_table *table, size_t row, size_t column, double *score, struct sk_error *err)
{
    const char *cell = sk_table_cell(table, row, column);
    if (sk_table_missing(cell)) {
        sk_fail(err, "no %s: a row without it cannot be scored", table->header[column]);
        return sk_table_at(table, row, err);
    }
    if (sk_table_number(table, row, column, score, err))
        return -1;
    if (*score < -beyond || *score > 1 + beyond) {
        sk_fail(err, "%s %.40s is no probability from 0 to 1", table->header[column], cell);
        return sk_table_at(table, row, err);
    }
    *score = *score < 0 ? 0 : *score > 1 ? 1 : *score;
    return 0;
}

static bool is_positive(const struct sk_score_table *scores, const char *label)
{
    for (size_t i = 0; i < scores->positives; i++)
        if (strcmp(scores->positive_class[i], label) == 0)
            return true;
    return false;
}

/* A sum of decimal numbers as the decimal number it is: 0.1 and 0.2 are 0.3, and tie with it. */
static double decimal(double sum)
{
    char text[SK_NUMBER_SIZE];
    snprintf(text, sizeof text, "%.15g", sum);
    return strtod(text, NULL);
}

/* Fills the rows from `at` on with those of one table. */
static int fill(struct sk_score_table *scores, const struct sk_table *table, const struct columns *columns,
                bool predicted, size_t at, struct sk_error *err)
{
    struct sk_scored *scored = &scores->scored;
    for (size_t row = 0; row < table->rows; row++, at++) {
        double sum = 0, score;
        for (size_t i = 0; i < columns->scores; i++) {
            if (read_score(table, row, columns->score[i], &score, err))
                return -1;
            sum += score;
        }
        if (sum > 1 + rounded_by * (double)columns->scores) {
            sk_fail(err, "the scores of %.80s add up to %.9g, beyond 1", scores->positive, sum);
            return sk_table_at(table, row, err);
        }
        if (columns->scores > 1)
            sum = sum > 1 ? 1 : decimal(sum);
        scored->score[at] = scores->complement ? 1 - sum : sum;
        scored->truth[at] = is_positive(scores, sk_table_cell(table, row, columns->truth));
        if (predicted)
            scored->predicted[at] = is_positive(scores, sk_table_cell(table, row, columns->predicted));
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
        if (find_columns(&columns, table, scores, predicted, err))
            return -1;
        scores->complement = !columns.by_class && !last;
        if (scores->complement && classes->count > 2)
            return sk_fail(err, "%s: 'score' is the probability of %s; %s needs a column score:%s", table->name,
                           classes->name[classes->count - 1], scores->positive, scores->positive_class[0]);
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

int sk_score_table_versus(const struct sk_score_table *scores, size_t class, bool predicted, struct sk_scored *scored,
                          struct sk_error *err)
{
    struct classes classes = {NULL, scores->class, scores->classes};
    struct sk_score_table one = *scores; /* the same tables, seen for another class */
    one.positive = scores->class[class];
    one.positives = 1;
    one.positive_class = &scores->class[class];
    one.scored = (struct sk_scored){0};
    if (collect(&one, &classes, predicted, err)) {
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
    free(scores->positive_class);
    free(scores->positive_text);
    free(scores->other);
    free(scores->class);
    free(scores->class_text);
    *scores = (struct sk_score_table){0};
}
