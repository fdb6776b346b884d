#include "data/labelled_folder.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "data/class_folders.h"
#include "data/diagnosis.h"
#include "data/split.h"
#include "stat/strata.h"

enum { PATH_SIZE = 4096 };

/* groups.tsv: a path or id, and a group; same.tsv: two of them */
enum list { LIST_GROUPS, LIST_SAME };

/* Whether the first line says what the columns are, and names no image itself. */
static bool has_header(const struct sk_label_tables *t, const struct sk_csv *csv)
{
    static const char names[] = "|path|id|image|image_id|image_name|isic_id|name|file|filename|a|image_a|image_1|";
    char barred[64];
    size_t count, photographs;
    sk_label_tables_sample(t, csv->header[0], &count, &photographs);
    return photographs == 0 && snprintf(barred, sizeof barred, "|%s|", csv->header[0]) < (int)sizeof barred && strcasestr(names, barred);
}

/* The sample that a line names; SIZE_MAX where that photograph is left out. -1 with err where it names none, or several. */
static int named_sample(const struct sk_label_tables *t, const char *name, size_t *sample, struct sk_error *err)
{
    char path[PATH_SIZE];
    size_t count, photographs;
    *sample = sk_label_tables_sample(t, name, &count, &photographs);
    if (count == 1)
        return 0;
    if (count > 1)
        return sk_fail(err, "'%.200s' names %zu images: write their paths", name, count);
    if (photographs > 0 || (*name && snprintf(path, sizeof path, "%s/%s", t->photographs->folder, name) < PATH_SIZE && access(path, F_OK) == 0))
        return 0;
    return sk_fail(err, "'%.200s' names no image", name);
}

static int take_line(struct sk_label_tables *t, enum list list, const char *a, const char *b, struct sk_error *err)
{
    size_t sample[2] = {SIZE_MAX, SIZE_MAX};
    char pair[32];
    if (named_sample(t, a, &sample[0], err) || (list == LIST_SAME && named_sample(t, b, &sample[1], err)))
        return -1;
    if (list == LIST_GROUPS)
        return sample[0] == SIZE_MAX || strcmp(b, "-") == 0 ? 0 : sk_samples_tie(t->samples, sample[0], SK_TIE_GROUP, b, err);
    if (sample[0] == SIZE_MAX || sample[1] == SIZE_MAX)
        return 0;
    snprintf(pair, sizeof pair, "%zu", t->pairs++);
    return sk_samples_tie(t->samples, sample[0], SK_TIE_PAIR, pair, err) || sk_samples_tie(t->samples, sample[1], SK_TIE_PAIR, pair, err) ? -1
                                                                                                                                          : 0;
}

static int take_list(struct sk_label_tables *t, enum list list, const struct sk_csv *csv, struct sk_error *err)
{
    size_t first = sk_csv_column(csv, "path"), second = sk_csv_column(csv, list == LIST_GROUPS ? "group" : "b");
    first = first == SIZE_MAX ? 0 : first;
    second = second == SIZE_MAX ? (first == 0 ? 1 : 0) : second;
    for (size_t row = 0; row < csv->rows; row++)
        if (take_line(t, list, sk_csv_cell(csv, row, first), sk_csv_cell(csv, row, second), err))
            return sk_csv_at(csv, row, err);
    return 0;
}

static int read_list(struct sk_label_tables *t, enum list list, const char *path, struct sk_error *err)
{
    struct sk_csv csv;
    char full[PATH_SIZE];
    snprintf(full, sizeof full, "%s/%s", t->photographs->folder, path);
    if (sk_csv_open(&csv, full, err))
        return -1;
    int status = 0;
    if (csv.columns < 2)
        status = sk_fail(err, "%s: line 1: two columns are needed, with a tab or a comma between them", full);
    if (status == 0)
        status = sk_csv_rows(&csv, NULL, !has_header(t, &csv), err) || take_list(t, list, &csv, err) ? -1 : 0;
    sk_csv_free(&csv);
    return status;
}

static int read_lists(struct sk_label_tables *t, struct sk_error *err)
{
    const struct sk_photographs *p = t->photographs;
    for (size_t i = 0; i < p->tables; i++)
        if ((sk_table_is_called(p->table[i], "groups") && read_list(t, LIST_GROUPS, p->table[i], err)) ||
            (sk_table_is_called(p->table[i], "same") && read_list(t, LIST_SAME, p->table[i], err)))
            return -1;
    return 0;
}

/* Class folders' names become benign and malignant. */
static int fold_folders(struct sk_labelled_folder *l, struct sk_error *err)
{
    struct sk_samples *s = &l->samples;
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        enum sk_dignity dignity = sk_diagnosis_dignity(s->at[i].word);
        if (dignity == SK_UNHEARD_OF)
            return sk_fail(err, "the folder '%.100s' is no diagnosis that is known, to be benign or malignant", s->at[i].word);
        if (dignity == SK_NEITHER) {
            if (sk_leave_out(&l->remarks, s->at[i].photograph->path, "neither benign nor malignant", true, err))
                return -1;
            continue;
        }
        s->at[kept] = s->at[i];
        s->at[kept++].word = sk_dignity_name(dignity);
    }
    s->n = kept;
    return 0;
}

/* Tables of images without patients or lesions */
static int remark_ungrouped(struct sk_labelled_folder *l, const struct sk_label_tables *t, struct sk_error *err)
{
    for (size_t i = 0; i < l->samples.n; i++)
        if (l->samples.at[i].group)
            return 0;
    if (!sk_label_tables_any(t))
        return 0;
    return sk_remark(&l->remarks, err, "no patients or lesions are known: photographs of one may stand in two splits; groups.tsv can tell them");
}

static int label(struct sk_labelled_folder *l, struct sk_label_tables *t, enum sk_classes classes, struct sk_error *err)
{
    if (sk_label_tables_any(t))
        return sk_label_tables_read(t, err);
    if (sk_class_folders(&l->photographs, &l->samples, &l->remarks, err) ||
        (classes == SK_CLASSES_TWO && fold_folders(l, err)))
        return -1;
    if (l->samples.n == 0)
        return sk_fail(err, "%s: no images found in class folders", l->photographs.folder);
    return sk_label_tables_apply(t, err);
}

/* How many images of a class a split has, and of how many groups the class is. */
static size_t count_class(const struct sk_samples *s, const char *class, enum sk_split split)
{
    size_t count = 0;
    for (size_t i = 0; i < s->n; i++)
        count += s->at[i].class == class && s->at[i].split == split;
    return count;
}

static bool has_one_group(const struct sk_samples *s, const char *class)
{
    const struct sk_sample *first = NULL;
    for (size_t i = 0; i < s->n; i++) {
        if (s->at[i].class != class)
            continue;
        if (first && (!s->at[i].group || !first->group || strcmp(s->at[i].group, first->group) != 0))
            return false;
        first = &s->at[i];
    }
    return true;
}

/* What a class lacks is said. */
static int remark_class(struct sk_labelled_folder *l, const char *class, bool all_test, struct sk_error *err)
{
    for (int split = 0; split < SK_SPLITS; split++)
        if ((!all_test || split == SK_TEST) && count_class(&l->samples, class, (enum sk_split)split) == 0 &&
            sk_remark(&l->remarks, err, "class %s has no image for %s%s", class, sk_split_name[split],
                      has_one_group(&l->samples, class) ? ": all it has are of one lesion" : ""))
            return -1;
    return 0;
}

static int check_classes(struct sk_labelled_folder *l, bool all_test, struct sk_error *err)
{
    const struct sk_samples *s = &l->samples;
    const char *last = NULL;
    struct sk_dictionary seen = {0};
    int status = 0;
    for (size_t i = 0, word; i < s->n && status == 0; i++) {
        size_t before = seen.words;
        if (s->at[i].class == last)
            continue;
        last = s->at[i].class;
        status = sk_dictionary_add(&seen, last, strlen(last), &word, err);
        if (status == 0 && word == before)
            status = remark_class(l, last, all_test, err);
    }
    if (status == 0 && seen.words < 2)
        status = sk_fail(err, "%s: one class alone, '%.100s': two are needed, as folders or in labels.tsv (path, class); see skdata(1)",
                         l->photographs.folder, s->n ? s->at[0].class : "");
    sk_dictionary_free(&seen);
    return status;
}

static int read_folder(struct sk_labelled_folder *l, struct sk_label_tables *t, const struct sk_folder_options *o, struct sk_error *err)
{
    if (sk_photographs_find(&l->photographs, o->folder, o->skip, &l->remarks, err) ||
        sk_label_tables_open(t, &l->photographs, &l->samples, &l->remarks, o->classes, err) || label(l, t, o->classes, err) ||
        read_lists(t, err) || sk_samples_sort(&l->samples, err) || sk_samples_name_classes(&l->samples, &l->remarks, err) ||
        sk_samples_group(&l->samples, err) || remark_ungrouped(l, t, err) ||
        sk_samples_strata(&l->samples, SK_MOST_STRATA, &l->remarks, err))
        return -1;
    return sk_split_samples(&l->samples, o->all_test, &l->remarks, err) || check_classes(l, o->all_test, err);
}

int sk_labelled_folder_read(struct sk_labelled_folder *l, const struct sk_folder_options *options, struct sk_error *err)
{
    struct sk_label_tables tables = {0};
    *l = (struct sk_labelled_folder){0};
    int status = read_folder(l, &tables, options, err);
    sk_label_tables_free(&tables);
    return status || sk_remarks_count(&l->remarks, err) ? -1 : 0;
}

void sk_labelled_folder_free(struct sk_labelled_folder *l)
{
    sk_samples_free(&l->samples);
    sk_photographs_free(&l->photographs);
    sk_remarks_free(&l->remarks);
}
