/* skmetrics conformal: sets of classes that hold the true one as often as is asked for. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"
#include "stat/conformal.h"

/* How many classes the scores tell apart; 0 where they do not say which ones. */
static size_t classes_of(const struct sk_score_table *scores)
{
    return scores->classes ? scores->classes : scores->other ? 2 : 0;
}

static const char *class_name(const struct sk_score_table *scores, size_t c)
{
    return scores->classes ? scores->class[c] : c == 0 ? scores->other : scores->positive;
}

/* Adds the probabilities and the truth of class c. */
static void add_class(struct sk_labelled *l, const struct sk_scored *scored, size_t c, bool complement)
{
    for (size_t i = 0; i < l->n; i++) {
        l->probability[i * l->classes + c] = complement ? 1 - scored->score[i] : scored->score[i];
        if ((scored->truth[i] != 0) != complement)
            l->truth[i] = (uint32_t)c;
    }
}

static int label(struct sk_labelled *l, const struct sk_score_table *scores, struct sk_error *err)
{
    size_t classes = classes_of(scores);
    if (classes == 0)
        return sk_fail(err, "%s: which classes there are is not known: no line '# classes:', nor two labels",
                       scores->table[0].name);
    if (sk_labelled_alloc(l, scores->scored.n, classes, err))
        return -1;
    int status = 0;
    for (size_t c = 0; c < classes && status == 0; c++) {
        struct sk_scored versus;
        if (classes == 2) { /* by one score, so that the other one's is its complement to the bit */
            add_class(l, &scores->scored, c, c == 0);
        } else if ((status = sk_score_table_versus(scores, c, false, &versus, err)) == 0) {
            add_class(l, &versus, c, false);
            sk_scored_free(&versus);
        }
    }
    if (status)
        sk_labelled_free(l);
    return status;
}

static int same_classes(const struct sk_score_table *a, const struct sk_score_table *b, struct sk_error *err)
{
    bool same = classes_of(a) == classes_of(b);
    for (size_t c = 0; same && c < classes_of(a); c++)
        same = strcmp(class_name(a, c), class_name(b, c)) == 0;
    return same ? 0 : sk_fail(err, "%s: other classes than %s", b->table[0].name, a->table[0].name);
}

static void print_head(const struct options *o, const struct sk_score_table *valid, const struct sk_score_table *test,
                       const double *bound)
{
    char text[SK_NUMBER_SIZE];
    skmetrics_provenance(valid, "calibration: scores");
    skmetrics_provenance(test, "test: scores");
    printf("# split conformal prediction class by class, level %s; "
           "abstained: the share of images whose set is not a single class\n", sk_number_text(text, o->level));
    for (size_t c = 0; c < classes_of(valid); c++)
        if (bound[c] >= 0)
            printf("# sets hold %s from a probability of %s on\n", class_name(valid, c), sk_exact_text(text, bound[c]));
        else
            printf("# all sets hold %s: too few of the calibration images are of it\n", class_name(valid, c));
    puts("class\tn\tcoverage\tmean_set_size\tabstained");
}

static int print_sets(const char *name, const struct sk_conformal *r, struct sk_error *err)
{
    if (fputs(name, stdout) < 0 || putchar('\t') == EOF)
        return sk_fail_errno(err, "cannot write");
    double row[] = {r->n, r->covered / r->n, r->size / r->n, r->abstained / r->n}; /* 0 / 0: no value */
    return skmetrics_numbers(row, 4, 0, err);
}

static int conformal(const struct options *o, const struct sk_score_table *valid, const struct sk_score_table *test,
                     struct sk_error *err)
{
    struct sk_labelled calibration = {0}, tested = {0};
    size_t classes = classes_of(valid);
    double *bound = sk_alloc(classes, sizeof *bound, err);
    struct sk_conformal *result = bound ? sk_alloc(classes, sizeof *result, err) : NULL, all = {0};
    int status = result ? 0 : -1;
    if (status == 0 && (label(&calibration, valid, err) || label(&tested, test, err) || same_classes(valid, test, err) ||
                        sk_conformal_bounds(&calibration, o->level, bound, err)))
        status = -1;
    if (status == 0) {
        sk_conformal_sets(&tested, bound, result);
        print_head(o, valid, test, bound);
    }
    for (size_t c = 0; c < classes && status == 0; c++) {
        all.n += result[c].n;
        all.covered += result[c].covered;
        all.size += result[c].size;
        all.abstained += result[c].abstained;
        status = print_sets(class_name(valid, c), &result[c], err);
    }
    if (status == 0)
        status = print_sets("all", &all, err);
    sk_labelled_free(&calibration);
    sk_labelled_free(&tested);
    free(bound);
    free(result);
    return status;
}

int skmetrics_conformal(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table valid, test;
    char *path[] = {(char *)o->calibration};
    if (sk_score_table_read(&valid, path, 1, NULL, false, err))
        return -1;
    int status = sk_score_table_read(&test, operand, operands, NULL, false, err);
    if (status == 0) {
        skmetrics_warn_of_others(o, &valid.table[0], test.table, test.files);
        status = conformal(o, &valid, &test, err);
        sk_score_table_free(&test);
    }
    sk_score_table_free(&valid);
    return status;
}
