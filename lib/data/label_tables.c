#include "data/label_tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"
#include "data/diagnosis.h"
#include "data/split.h"

enum { NAME_SIZE = 256, COLUMN_SIZE = 64, PATH_SIZE = 4096 };

static const struct sk_label_set own_set = {.name = "labels.tsv",
                                            .needed = "path/id/image/image_id/image_name/isic_id/name/file/filename|class/label",
                                            .id = "path|id|image|image_id|image_name|isic_id|name|file|filename",
                                            .two = "class|label", .dx = "class|label", .split = "split", .open = true};

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool sk_table_is_called(const char *path, const char *name)
{
    const char *file = file_name(path);
    const size_t length = strlen(name);
    return strncasecmp(file, name, length) == 0 && (strcasecmp(file + length, ".tsv") == 0 || strcasecmp(file + length, ".csv") == 0 ||
                                                     strcasecmp(file + length, ".tab") == 0 || strcasecmp(file + length, ".txt") == 0);
}

/* --- opening --- */

/* Of a needed column's alternatives "a/b" one is to be there. */
static bool has_one_of(const struct sk_csv *csv, char *names)
{
    char *name;
    while ((name = strsep(&names, "/")))
        if (sk_csv_column(csv, name) != SIZE_MAX)
            return true;
    return false;
}

static int check_needed(const struct sk_label_table *table, struct sk_error *err)
{
    char name[2 * COLUMN_SIZE], copy[sizeof name];
    const char *list = table->set->needed;
    while ((list = sk_next_column(list, name, sizeof name)))
        if (!has_one_of(&table->csv, strcpy(copy, name)))
            return sk_fail(err, "%s: %s%s lacks the column %s", table->path, table->own ? "" : "a table of ", table->set->name, name);
    return 0;
}

/* The test part of a set may be published without labels. */
static bool lacks_test_labels(const struct sk_label_table *table)
{
    return !table->headerless && strcasestr(file_name(table->path), "test") && table->set->kind == SK_VALUES &&
           sk_label_column(&table->csv, table->set->two) == SIZE_MAX;
}

static int open_table(struct sk_label_tables *t, const char *path, struct sk_error *err)
{
    char full[PATH_SIZE];
    struct sk_label_table *table = &t->at[t->n];
    *table = (struct sk_label_table){.path = path};
    snprintf(full, sizeof full, "%s/%s", t->photographs->folder, path);
    if (sk_table_is_called(path, "groups") || sk_table_is_called(path, "same"))
        return 0;
    table->own = strcasecmp(path, "labels.tsv") == 0;
    if (sk_csv_open(&table->csv, full, err)) /* a text of another kind is none of ours */
        return table->own ? -1 : strcasestr(path, ".csv") ? sk_remark(t->remarks, err, "not used: %s", err->text) : 0;
    table->set = sk_label_set_find(&table->csv, &table->headerless);
    table->own |= sk_table_is_called(path, "labels") && sk_label_column(&table->csv, own_set.id) != SIZE_MAX &&
                  sk_label_column(&table->csv, own_set.two) != SIZE_MAX;
    if (table->own)
        table->set = &own_set;
    if (table->csv.columns < 2 && (!table->set || table->set->kind != SK_ROW_NUMBERS)) {
        sk_csv_free(&table->csv);
        return table->own ? sk_fail(err, "%s: one column alone; needed are path and class, tabs between them", path) : 0;
    }
    t->n++;
    if (table->set && lacks_test_labels(table))
        table->set = NULL;
    return !table->set || table->headerless ? 0 : check_needed(table, err);
}

int sk_label_tables_open(struct sk_label_tables *t, const struct sk_photographs *photographs, struct sk_samples *samples,
                         struct sk_remarks *remarks, enum sk_classes classes, struct sk_error *err)
{
    *t = (struct sk_label_tables){.photographs = photographs, .samples = samples, .remarks = remarks, .classes = classes};
    t->at = sk_alloc(photographs->tables + 1, sizeof *t->at, err);
    t->sample_of = sk_alloc(photographs->n + 1, sizeof *t->sample_of, err);
    int status = t->at && t->sample_of ? 0 : -1;
    for (size_t i = 0; i < photographs->n && status == 0; i++)
        t->sample_of[i] = SIZE_MAX;
    for (size_t i = 0; i < photographs->tables && status == 0; i++)
        status = open_table(t, photographs->table[i], err);
    return status;
}

void sk_label_tables_free(struct sk_label_tables *t)
{
    for (size_t i = 0; t->at && i < t->n; i++)
        sk_csv_free(&t->at[i].csv);
    free(t->at);
    free(t->sample_of);
    *t = (struct sk_label_tables){0};
}

static bool has_labels(const struct sk_label_table *table)
{
    return table->set && table->set->kind <= SK_LESION_IMAGES;
}

bool sk_label_tables_any(const struct sk_label_tables *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (has_labels(&t->at[i]))
            return true;
    return false;
}

static const struct sk_label_table *find_own(const struct sk_label_tables *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].own)
            return &t->at[i];
    return NULL;
}

/* --- a row --- */

enum { MOST_STRATA = 64 };

/* Columns of a table, by what they are for */
struct columns {
    size_t id, patient, lesion, group, split, other;
    size_t strata, stratum[MOST_STRATA];
};

/* Whether a column is one of a list's, of which a name that ends in '*' is any that begins so. */
static bool is_listed(const char *column, const char *list)
{
    char name[COLUMN_SIZE];
    while ((list = sk_next_column(list, name, sizeof name))) {
        size_t length = strlen(name);
        if (length && name[length - 1] == '*' ? strncasecmp(column, name, length - 1) == 0 : strcasecmp(column, name) == 0)
            return true;
    }
    return false;
}

static bool is_own_stratum(const struct columns *c, size_t column, const struct sk_csv *csv)
{
    const char *name = csv->header[column];
    return *name && column != c->group && column != c->split && !is_listed(name, own_set.id) && !is_listed(name, own_set.two);
}

static struct columns find_columns(const struct sk_label_table *table)
{
    const struct sk_csv *csv = &table->csv;
    const struct sk_label_set *set = table->set;
    struct columns c = {.id = strcmp(set->id, "-") == 0 ? 0 : sk_label_column(csv, set->id),
                        .patient = sk_label_column(csv, set->patient),
                        .lesion = sk_label_column(csv, set->lesion),
                        .group = table->own ? sk_label_column(csv, "group") : SIZE_MAX,
                        .split = sk_label_column(csv, set->split),
                        .other = sk_label_column(csv, set->other)};
    for (size_t i = 0; i < csv->columns && c.strata < MOST_STRATA && !table->headerless; i++)
        if (table->own ? is_own_stratum(&c, i, csv) : is_listed(csv->header[i], set->strata))
            c.stratum[c.strata++] = i;
    return c;
}

/* Reads a table's rows, of the columns that are needed of it. */
static int read_rows(struct sk_label_table *table, struct sk_error *err)
{
    const struct sk_label_set *set = table->set;
    unsigned char *keep = sk_alloc(table->csv.columns, 1, err);
    if (!keep)
        return -1;
    for (size_t i = 0; i < table->csv.columns; i++) {
        const char *name = table->csv.header[i];
        keep[i] = table->own || table->headerless || set->kind == SK_IMAGE_PAIRS || is_listed(name, set->id) || is_listed(name, set->two) ||
                  is_listed(name, set->dx) || is_listed(name, set->patient) || is_listed(name, set->lesion) ||
                  is_listed(name, set->split) || is_listed(name, set->strata) || is_listed(name, set->other);
    }
    int status = sk_csv_rows(&table->csv, keep, table->headerless, err);
    free(keep);
    return status;
}

/* What a value says where numbers stand for classes: "1.0" is the second of the codes. */
static int decode(const struct sk_label_set *set, const char *value, char word[NAME_SIZE], struct sk_error *err)
{
    char *end;
    double number = strtod(value, &end);
    snprintf(word, NAME_SIZE, "%s", value);
    if (!set->codes || end == value || *end)
        return 0;
    const char *list = set->codes;
    double code = 0;
    while ((list = sk_next_column(list, word, NAME_SIZE)))
        if (number == code++)
            return 0;
    return sk_fail(err, "'%.40s' is none of the labels %s", value, set->codes);
}

/* The first value of a list's columns that is not empty; all agree where the set says so. */
static int read_value(const struct sk_label_table *table, size_t row, const char *list, char word[NAME_SIZE], struct sk_error *err)
{
    char name[COLUMN_SIZE], next[NAME_SIZE];
    *word = 0;
    if (table->headerless)
        return decode(table->set, sk_csv_cell(&table->csv, row, 1), word, err);
    while ((list = sk_next_column(list, name, sizeof name))) {
        const char *value = sk_csv_cell(&table->csv, row, sk_csv_column(&table->csv, name));
        if (!*value)
            continue;
        if (decode(table->set, value, next, err))
            return -1;
        if (!*word)
            strcpy(word, next);
        else if (table->set->agree && sk_diagnosis_dignity(word) != sk_diagnosis_dignity(next))
            return sk_fail(err, "%s and %s in one row", word, next);
        if (!table->set->agree)
            break;
    }
    return 0;
}

/* The column that is 1. *ones is how many are. */
static int read_one_hot(const struct sk_label_table *table, size_t row, const char *list, char word[NAME_SIZE], int *ones,
                        struct sk_error *err)
{
    char name[COLUMN_SIZE];
    *ones = 0;
    *word = 0;
    while ((list = sk_next_column(list, name, sizeof name))) {
        size_t column = sk_csv_column(&table->csv, name);
        const char *value = sk_csv_cell(&table->csv, row, column);
        if (column == SIZE_MAX)
            continue;
        char *end;
        double number = strtod(value, &end);
        if (end == value || *end || (number != 0 && number != 1))
            return sk_fail(err, "%s: '%.40s' is neither 0 nor 1", table->csv.header[column], value);
        if (number == 1) {
            ++*ones;
            strcpy(word, name);
        }
    }
    if (*ones == 0 && table->set->rest) {
        strcpy(word, table->set->rest);
        *ones = 1;
    }
    return 0;
}

static void to_lower(char *text)
{
    for (; *text; text++)
        *text = (char)(*text >= 'A' && *text <= 'Z' ? *text + ('a' - 'A') : *text);
}

/* The class that a diagnosis becomes: word is replaced by it. Empty, and a reason in why, where the image is in none. */
static int classify(const struct sk_label_tables *t, const struct sk_label_table *table, char word[NAME_SIZE], char why[NAME_SIZE],
                    struct sk_error *err)
{
    const enum sk_dignity dignity = sk_diagnosis_dignity(word);
    const bool as_given = table->own && t->classes != SK_CLASSES_TWO;
    *why = 0;
    if (!*word || strcmp(word, "-") == 0) {
        *word = 0;
        snprintf(why, NAME_SIZE, "no diagnosis");
    } else if (as_given) {
        return 0;
    } else if (dignity == SK_UNHEARD_OF && !(table->set->open && t->classes == SK_CLASSES_DX)) {
        return sk_fail(err, "unknown diagnosis '%.80s'; " SK_WRITE_LABELS, word);
    } else if (t->classes == SK_CLASSES_DX) {
        if (dignity == SK_NEITHER && (strcasecmp(word, "unk") == 0 || strncasecmp(word, "unknown", 7) == 0)) {
            snprintf(why, NAME_SIZE, "unknown diagnosis (%.80s)", word);
            *word = 0;
        }
        to_lower(word);
    } else if (dignity == SK_NEITHER) {
        snprintf(why, NAME_SIZE, "neither benign nor malignant (%.80s)", word);
        *word = 0;
    } else {
        strcpy(word, sk_dignity_name(dignity));
    }
    return 0;
}

/* A row's class; empty, and a reason in why, where there is none. */
static int read_class(const struct sk_label_tables *t, const struct sk_label_table *table, size_t row, char word[NAME_SIZE],
                      char why[NAME_SIZE], struct sk_error *err)
{
    const struct sk_label_set *set = table->set;
    const char *list = t->classes == SK_CLASSES_DX ? set->dx : set->two;
    int ones = 1;
    if (set->kind == SK_ONE_HOT || set->kind == SK_LESION_LABELS) {
        if (read_one_hot(table, row, list, word, &ones, err))
            return -1;
    } else if (read_value(table, row, list, word, err)) {
        return -1;
    }
    if (ones != 1) {
        *word = 0;
        snprintf(why, NAME_SIZE, "%s diagnosis is marked in its row", ones ? "more than one" : "no");
        return 0;
    }
    return classify(t, table, word, why, err);
}

/* --- from rows to samples --- */

static const char *without_downsampled(const char *id, char text[PATH_SIZE])
{
    static const char ending[] = "_downsampled";
    size_t length = strlen(id), tail = sizeof ending - 1;
    if (length <= tail || strcasecmp(id + length - tail, ending) != 0)
        snprintf(text, PATH_SIZE, "%s%s", id, ending);
    else
        snprintf(text, PATH_SIZE, "%.*s", (int)(length - tail), id);
    return text;
}

/* The photograph that an id means: of several copies the first JPEG, or the first; the others are left out. SIZE_MAX: none. */
static int choose_photograph(struct sk_label_tables *t, const char *id, size_t *chosen, struct sk_error *err)
{
    const struct sk_photographs *p = t->photographs;
    char other[PATH_SIZE];
    size_t first;
    if (sk_photographs_named(p, id, &first) == 0)
        sk_photographs_named(p, id = without_downsampled(id, other), &first);
    *chosen = first;
    for (size_t i = first; i != SIZE_MAX; i = sk_photographs_next(p, id, i))
        if (t->sample_of[i] != SIZE_MAX) {
            *chosen = i;
            return 0;
        }
    for (size_t i = first; i != SIZE_MAX; i = sk_photographs_next(p, id, i))
        if (p->at[i].jpeg && !p->at[*chosen].jpeg)
            *chosen = i;
    for (size_t i = first; i != SIZE_MAX; i = sk_photographs_next(p, id, i)) {
        bool seen = p->at[i].taken;
        p->at[i].taken = true;
        if (i != *chosen && !seen && sk_leave_out(t->remarks, p->at[i].path, "a copy of an image that is taken, or of its name", true, err))
            return -1;
    }
    return 0;
}

static enum sk_split part_of(const char *path)
{
    const char *name = file_name(path);
    return strcasestr(name, "test") ? SK_TEST : strcasestr(name, "valid") ? SK_VALID : strcasestr(name, "train") ? SK_TRAIN : SK_NO_SPLIT;
}

static int read_split(const struct sk_label_table *table, const struct columns *c, size_t row, enum sk_split *split, struct sk_error *err)
{
    const char *word = sk_csv_cell(&table->csv, row, c->split);
    *split = table->set->parts ? part_of(table->path) : SK_NO_SPLIT;
    if (!*word || strcmp(word, "-") == 0)
        return 0;
    *split = sk_split_of_word(word);
    return *split == SK_NO_SPLIT ? sk_fail(err, "split '%.40s' is none of train, valid, test", word) : 0;
}

/* What a row knows of a sample beside its class. */
static int tie_and_note(struct sk_label_tables *t, const struct sk_label_table *table, const struct columns *c, size_t row, size_t sample,
                        bool notes, struct sk_error *err)
{
    const struct sk_csv *csv = &table->csv;
    const struct {
        enum sk_tie kind;
        size_t column;
    } tie[] = {{SK_TIE_GROUP, c->group}, {SK_TIE_PATIENT, c->patient}, {SK_TIE_LESION, c->lesion}};
    for (size_t i = 0; i < 3; i++) {
        const char *name = sk_csv_cell(csv, row, tie[i].column);
        if (strcmp(name, "-") != 0 && sk_samples_tie(t->samples, sample, tie[i].kind, name, err))
            return -1;
    }
    for (size_t i = 0; i < c->strata && notes; i++) {
        const char *value = sk_csv_cell(csv, row, c->stratum[i]), *name = csv->header[c->stratum[i]];
        if (strncasecmp(name, "monet_", 6) == 0 && *value)
            value = strtod(value, NULL) < 0.5 ? "below 0.5" : "from 0.5";
        if (*value && strcasecmp(value, "unknown") != 0 && strcasecmp(value, "nan") != 0 && strcasecmp(value, "na") != 0 &&
            sk_samples_note(t->samples, sample, name, value, err))
            return -1;
    }
    return 0;
}

/* The sample of a photograph with a class: a new one, or the one it is already, of the same class. */
static int enter_sample(struct sk_label_tables *t, size_t photograph, const char *class, enum sk_split split, size_t *sample,
                        struct sk_error *err)
{
    *sample = t->sample_of[photograph];
    if (*sample != SIZE_MAX) {
        struct sk_sample *there = &t->samples->at[*sample];
        if (strcmp(there->word, class) != 0)
            return sk_fail(err, "%s is %.80s here, and %.80s elsewhere", there->photograph->name, class, there->word);
        if (there->given != split && split != SK_NO_SPLIT && there->given != SK_NO_SPLIT)
            return sk_fail(err, "%s is for %s here, and for %s elsewhere", there->photograph->name, sk_split_name[split],
                           sk_split_name[there->given]);
        there->given = split == SK_NO_SPLIT ? there->given : split;
        return 0;
    }
    *sample = t->sample_of[photograph] = t->samples->n;
    return sk_samples_add(t->samples, &t->photographs->at[photograph], class, split, err);
}

/* Other photographs of a row, of the same lesion */
static int leave_out_other(struct sk_label_tables *t, const char *name, struct sk_error *err)
{
    size_t i;
    if (!*name || sk_photographs_named(t->photographs, name, &i) == 0 || t->photographs->at[i].taken)
        return 0;
    t->photographs->at[i].taken = true;
    return sk_leave_out(t->remarks, t->photographs->at[i].path, "the clinical photograph of a lesion whose dermoscopic one is taken", true,
                        err);
}

/* Labels of lesions, for the table of their images */
struct lesions {
    struct sk_dictionary names, words;
    struct lesion {
        const char *class, *why; /* words; the class "" where there is none, and why */
    } *at;
    size_t room;
};

static int keep_lesion(struct lesions *lesions, const char *name, const char *class, const char *why, struct sk_error *err)
{
    size_t before = lesions->names.words, number;
    struct lesion *moved = sk_grow(lesions->at, before, &lesions->room, sizeof *moved, err);
    if (!moved)
        return -1;
    lesions->at = moved;
    if (sk_dictionary_add(&lesions->names, name, strlen(name), &number, err))
        return -1;
    if (number != before)
        return strcmp(moved[number].class, class) == 0 ? 0 : sk_fail(err, "lesion %.80s has two labels", name);
    moved[number] = (struct lesion){sk_dictionary_keep(&lesions->words, class, err), sk_dictionary_keep(&lesions->words, why, err)};
    return moved[number].class && moved[number].why ? 0 : -1;
}

static void find_lesion(const struct lesions *lesions, const char *name, char class[NAME_SIZE], char why[NAME_SIZE])
{
    size_t number = sk_dictionary_find(&lesions->names, name);
    snprintf(class, NAME_SIZE, "%s", number == SIZE_MAX ? "" : lesions->at[number].class);
    snprintf(why, NAME_SIZE, "%s", number == SIZE_MAX ? "no label of its lesion" : lesions->at[number].why);
}

static void free_lesions(struct lesions *lesions)
{
    sk_dictionary_free(&lesions->names);
    sk_dictionary_free(&lesions->words);
    free(lesions->at);
}

/* Whether what a table names is a file that is there, if no photograph that is taken. */
static bool is_file(const struct sk_label_tables *t, const char *name)
{
    char path[PATH_SIZE];
    return snprintf(path, sizeof path, "%s/%s", t->photographs->folder, name) < PATH_SIZE && access(path, F_OK) == 0;
}

/* The photograph of a row; SIZE_MAX where it is not there, which is an error of labels.tsv, as it is to mean two. */
static int find_photograph(struct sk_label_tables *t, const struct sk_label_table *table, const char *id, size_t *photograph,
                           struct sk_error *err)
{
    size_t first, count = table->own ? sk_photographs_named(t->photographs, id, &first) : 1;
    if (count > 1)
        return sk_fail(err, "'%.200s' names %zu images", id, count);
    if (count == 0 && !is_file(t, id))
        return sk_fail(err, "'%.200s' names no image", id);
    return choose_photograph(t, id, photograph, err);
}

/* A row of a table with labels. *missing counts images that are not there; *row_sample is what it became. */
static int take_row(struct sk_label_tables *t, const struct sk_label_table *table, const struct columns *c, struct lesions *lesions,
                    size_t row, size_t *missing, size_t *row_sample, struct sk_error *err)
{
    const struct sk_csv *csv = &table->csv;
    const char *id = sk_csv_cell(csv, row, c->id);
    char class[NAME_SIZE], why[NAME_SIZE];
    size_t photograph = SIZE_MAX;
    enum sk_split split;
    if (!*id)
        return sk_fail(err, "no image is named");
    if (table->set->kind == SK_LESION_IMAGES)
        find_lesion(lesions, sk_csv_cell(csv, row, c->lesion), class, why);
    else if (read_class(t, table, row, class, why, err))
        return -1;
    if (table->set->kind == SK_LESION_LABELS)
        return keep_lesion(lesions, id, class, why, err);
    if (read_split(table, c, row, &split, err) || find_photograph(t, table, id, &photograph, err))
        return -1;
    if (photograph == SIZE_MAX) {
        ++*missing;
        return sk_leave_out(t->remarks, id, "in a table, and not there", false, err);
    }
    if (leave_out_other(t, sk_csv_cell(csv, row, c->other), err))
        return -1;
    if (!*class)
        return sk_leave_out(t->remarks, t->photographs->at[photograph].path, why, true, err);
    return enter_sample(t, photograph, class, split, row_sample, err) ? -1 : tie_and_note(t, table, c, row, *row_sample, true, err);
}

/* A table with labels; row_sample [rows], where not NULL, gets what the rows became. */
static int take_table(struct sk_label_tables *t, struct sk_label_table *table, struct lesions *lesions, size_t *row_sample,
                      struct sk_error *err)
{
    const struct columns c = find_columns(table);
    size_t missing = 0;
    if (t->classes == SK_CLASSES_DX && !table->set->dx && table->set->kind != SK_LESION_IMAGES)
        return sk_fail(err, "%s: %s knows no diagnoses, benign and malignant alone", table->path, table->set->name);
    for (size_t row = 0; row < table->csv.rows; row++) {
        size_t sample = SIZE_MAX;
        if (take_row(t, table, &c, lesions, row, &missing, &sample, err))
            return sk_csv_at(&table->csv, row, err);
        if (row_sample)
            row_sample[row] = sample;
    }
    if (table->set->remark && sk_remark(t->remarks, err, "%s: %s", table->set->name, table->set->remark))
        return -1;
    if (missing)
        return sk_remark(t->remarks, err, "%zu images of %s are not there", missing, table->path);
    return 0;
}

/* --- tables beside --- */

size_t sk_label_tables_sample(const struct sk_label_tables *t, const char *name, size_t *count, size_t *photographs)
{
    size_t i, found = SIZE_MAX;
    *count = 0;
    *photographs = sk_photographs_named(t->photographs, name, &i);
    for (; i != SIZE_MAX; i = sk_photographs_next(t->photographs, name, i))
        if (t->sample_of[i] != SIZE_MAX) {
            found = *count == 0 ? t->sample_of[i] : found;
            ++*count;
        }
    return found;
}

/* Ties two samples, if both names mean one. */
static int tie_pair(struct sk_label_tables *t, const char *a, const char *b, size_t *joined, struct sk_error *err)
{
    char name[32];
    size_t count[2], photographs;
    const size_t sample[2] = {sk_label_tables_sample(t, a, &count[0], &photographs), sk_label_tables_sample(t, b, &count[1], &photographs)};
    if (count[0] != 1 || count[1] != 1)
        return 0;
    ++*joined;
    snprintf(name, sizeof name, "%zu", t->pairs++);
    return sk_samples_tie(t->samples, sample[0], SK_TIE_PAIR, name, err) || sk_samples_tie(t->samples, sample[1], SK_TIE_PAIR, name, err) ? -1
                                                                                                                                          : 0;
}

static int take_pairs(struct sk_label_tables *t, struct sk_label_table *table, struct sk_error *err)
{
    size_t joined = 0;
    for (size_t row = 0; row < table->csv.rows; row++)
        if (tie_pair(t, sk_csv_cell(&table->csv, row, 0), sk_csv_cell(&table->csv, row, 1), &joined, err))
            return -1;
    return joined ? sk_remark(t->remarks, err, "%s: %zu pairs of images are kept together", table->path, joined) : 0;
}

/* Pairs of HAM10000 under different lesion_ids that show one lesion, as a review of the set confirmed: K. Abhishek, A. Jain,
   G. Hamarneh, Scientific Data 12:196 (2025). */
static int tie_known_pairs(struct sk_label_tables *t, struct sk_error *err)
{
    static const char *const pairs[][2] = {
        {"ISIC_0029036", "ISIC_0027027"}, {"ISIC_0027689", "ISIC_0032647"}, {"ISIC_0033391", "ISIC_0034186"},
        {"ISIC_0024770", "ISIC_0027811"}, {"ISIC_0024602", "ISIC_0032283"}, {"ISIC_0024437", "ISIC_0031299"}};
    size_t joined = 0;
    bool ham = false;
    for (size_t i = 0; i < t->n; i++)
        ham |= t->at[i].set && t->at[i].set->ham;
    for (size_t i = 0; ham && i < sizeof pairs / sizeof *pairs; i++)
        if (tie_pair(t, pairs[i][0], pairs[i][1], &joined, err))
            return -1;
    return joined ? sk_remark(t->remarks, err, "%zu pairs of HAM10000 that show one lesion under two lesion_ids are kept together", joined) : 0;
}

/* Of samples that are there: what a table without labels knows. */
static int take_knowledge(struct sk_label_tables *t, const struct sk_label_table *table, bool notes, struct sk_error *err)
{
    const struct columns c = find_columns(table);
    for (size_t row = 0; row < table->csv.rows; row++) {
        char other[PATH_SIZE];
        const char *id = sk_csv_cell(&table->csv, row, c.id);
        size_t count, photographs, sample = sk_label_tables_sample(t, id, &count, &photographs);
        if (photographs == 0)
            sample = sk_label_tables_sample(t, without_downsampled(id, other), &count, &photographs);
        if (count == 1 && tie_and_note(t, table, &c, row, sample, notes, err))
            return sk_csv_at(&table->csv, row, err);
    }
    return 0;
}

/* Row numbers of a split, of the table whose rows became these samples */
static int take_row_numbers(struct sk_label_tables *t, const struct sk_label_table *table, const size_t *row_sample, size_t rows,
                            struct sk_error *err)
{
    const size_t column = sk_label_column(&table->csv, table->set->id);
    const enum sk_split split = part_of(table->path);
    for (size_t row = 0; row < table->csv.rows && split != SK_NO_SPLIT; row++) {
        char *end;
        const char *text = sk_csv_cell(&table->csv, row, column);
        double number = strtod(text, &end);
        if (end == text || *end || !(number >= 0 && number < (double)rows) || number != floor(number)) {
            sk_fail(err, "'%.40s' is no row of the table of images", text);
            return sk_csv_at(&table->csv, row, err);
        }
        size_t sample = row_sample[(size_t)number];
        if (sample != SIZE_MAX)
            t->samples->at[sample].given = split;
    }
    return 0;
}

/* --- tables of no known set --- */

enum { LOOKED_AT = 400 };

/* The column of a table whose values most often name photographs, and how many of the first rows do. */
static size_t naming_column(const struct sk_label_tables *t, const struct sk_csv *csv, size_t *best)
{
    size_t column = 0;
    *best = 0;
    for (size_t i = 0; i < csv->columns; i++) {
        size_t named = 0, first;
        for (size_t row = 0; row < csv->rows && row < LOOKED_AT; row++)
            named += sk_photographs_named(t->photographs, sk_csv_cell(csv, row, i), &first) > 0;
        if (named > *best) {
            *best = named;
            column = i;
        }
    }
    return column;
}

/* Whether a table says of each image that it names what its folder says. */
static bool says_the_same(const struct sk_label_tables *t, const struct sk_csv *csv, size_t names)
{
    for (size_t i = 0; i < csv->columns; i++) {
        bool same = i != names;
        for (size_t row = 0; row < csv->rows && same; row++) {
            char a[SK_WORDS_SIZE], b[SK_WORDS_SIZE];
            size_t count, photographs, sample = sk_label_tables_sample(t, sk_csv_cell(csv, row, names), &count, &photographs);
            if (sample != SIZE_MAX)
                same = strcmp(sk_plain_words(a, sk_csv_cell(csv, row, i)), sk_plain_words(b, t->samples->at[sample].word)) == 0;
        }
        if (same)
            return true;
    }
    return false;
}

/* Whether all class folders are named by diagnoses that are known. */
static bool are_diagnoses(const struct sk_samples *samples)
{
    for (size_t i = 0; i < samples->n; i++)
        if (sk_diagnosis_dignity(samples->at[i].word) == SK_UNHEARD_OF)
            return false;
    return samples->n > 0;
}

/* A table that names these images, and is not understood: refused, unless the classes are known without it. */
static int weigh_unknown(struct sk_label_tables *t, struct sk_label_table *table, bool known, struct sk_error *err)
{
    size_t named, column;
    if (sk_csv_rows(&table->csv, NULL, false, err))
        return 0; /* no table, then */
    column = naming_column(t, &table->csv, &named);
    if (named < 2 || 2 * named < (table->csv.rows < LOOKED_AT ? table->csv.rows : LOOKED_AT) || says_the_same(t, &table->csv, column))
        return 0;
    if (known || are_diagnoses(t->samples))
        return sk_remark(t->remarks, err, "%s names images, but is of no known set: not used", table->path);
    return sk_fail(err, "%s names these images, but is of no known set: " SK_WRITE_LABELS, table->path);
}

static int weigh_all_unknown(struct sk_label_tables *t, bool known, struct sk_error *err)
{
    int status = 0;
    for (size_t i = 0; i < t->n && status == 0; i++)
        if (!t->at[i].set)
            status = weigh_unknown(t, &t->at[i], known, err);
    return status;
}

/* --- all of them --- */

/* Reads the tables with labels: lesions' before those of their images. */
static int take_labels(struct sk_label_tables *t, const struct sk_label_table *own, struct sk_error *err)
{
    struct lesions lesions = {0};
    size_t *row_sample = NULL, rows = 0;
    int status = 0;
    for (int pass = 0; pass < 2 && status == 0; pass++)
        for (size_t i = 0; i < t->n && status == 0; i++) {
            struct sk_label_table *table = &t->at[i];
            if (!has_labels(table) || (own && table != own) || (table->set->kind == SK_LESION_LABELS) != (pass == 0))
                continue;
            status = read_rows(table, err);
            if (status == 0 && table->set->other) { /* Derm7pt: its splits are by rows */
                free(row_sample);
                rows = table->csv.rows;
                row_sample = sk_alloc(rows + 1, sizeof *row_sample, err);
                for (size_t k = 0; row_sample && k < rows; k++)
                    row_sample[k] = SIZE_MAX;
                status = row_sample ? 0 : -1;
            }
            if (status == 0)
                status = take_table(t, table, &lesions, table->set->other ? row_sample : NULL, err);
        }
    for (size_t i = 0; i < t->n && status == 0 && row_sample; i++)
        if (t->at[i].set && t->at[i].set->kind == SK_ROW_NUMBERS) {
            status = read_rows(&t->at[i], err);
            if (status == 0)
                status = take_row_numbers(t, &t->at[i], row_sample, rows, err);
        }
    if (status == 0 && lesions.names.words && t->samples->n == 0)
        status = sk_fail(err, "MILK10k: lesions have labels, but the table of their images is missing, or names none that is there");
    free_lesions(&lesions);
    free(row_sample);
    return status;
}

/* What tables without labels know; of labels.tsv's images those with labels as well, groups alone. */
static int take_all_knowledge(struct sk_label_tables *t, const struct sk_label_table *own, struct sk_error *err)
{
    int status = 0;
    for (size_t i = 0; i < t->n && status == 0; i++) {
        struct sk_label_table *table = &t->at[i];
        bool beside = own && table != own && has_labels(table) && table->set->kind != SK_LESION_LABELS;
        if (!table->set || (beside && sk_csv_column(&own->csv, "group") != SIZE_MAX))
            continue;
        if (table->set->kind == SK_NO_LABELS || table->set->kind == SK_IMAGE_PAIRS || beside)
            status = read_rows(table, err);
        if (status == 0 && table->set->kind == SK_IMAGE_PAIRS)
            status = take_pairs(t, table, err);
        else if (status == 0 && (table->set->kind == SK_NO_LABELS || beside))
            status = take_knowledge(t, table, !own, err);
        if (status == 0 && beside)
            status = sk_remark(t->remarks, err, "%s: its labels are not used, as there is %s", table->path, own->path);
    }
    return status;
}

int sk_label_tables_read(struct sk_label_tables *t, struct sk_error *err)
{
    const struct sk_label_table *own = find_own(t);
    const struct sk_photographs *p = t->photographs;
    for (size_t i = 0; i < p->n; i++)
        p->at[i].taken = false;
    if (take_labels(t, own, err) || (!own && tie_known_pairs(t, err)) || take_all_knowledge(t, own, err) || weigh_all_unknown(t, true, err))
        return -1;
    if (t->samples->n == 0)
        return sk_fail(err, "%s: no image there has a class in its tables", p->folder);
    for (size_t i = 0; i < p->n; i++)
        if (!p->at[i].taken && sk_leave_out(t->remarks, p->at[i].path, "in no table with labels", true, err))
            return -1;
    return 0;
}

int sk_label_tables_apply(struct sk_label_tables *t, struct sk_error *err)
{
    for (size_t i = 0; i < t->samples->n; i++)
        t->sample_of[t->samples->at[i].photograph - t->photographs->at] = i;
    return take_all_knowledge(t, NULL, err) || weigh_all_unknown(t, false, err) ? -1 : 0;
}
