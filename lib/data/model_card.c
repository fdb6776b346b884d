#include "data/model_card.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "nn/model.h"

struct fact {
    const char *key, *label;
};

static const struct fact data[] = {
    {"classes", "Classes, the last is the positive one"},
    {"images_count", "Images given to train on"},
    {"images_crc32", "CRC-32 of these"},
    {"valid_count", "Images of validation"},
    {"valid_crc32", "CRC-32 of the images that they are of"},
};

static const struct fact network[] = {
    {"architecture", "Architecture"}, {"size", "Side of an image in pixels"}, {"crc32", "CRC-32 of the tensors"},
};

static const struct fact training[] = {
    {"preset", "Preset"},       {"seed", "Seed"},       {"batch", "Images a step"}, {"learning_rate", "Learning rate"},
    {"optimizer", "Optimiser"}, {"step", "Steps done"}, {"steps", "Steps asked for"},
};

static const struct fact results[] = {
    {"snapshot_step", "Step of the snapshot that validation chose"},
    {"valid_auc", "AUC on validation"},
    {"valid_loss", "Loss on validation"},
    {"threshold", "Threshold"},
    {"temperature", "Temperature"},
};

/* An item of a checklist: what in the file answers it, NULL where nothing can. */
struct item {
    const char *number, *name, *key;
};

/* Keys of what tables answer: any, and one by strata. */
static const char any[] = "any table", strata[] = "a table by strata";

static const struct item tripod[] = {
    {"1", "title", NULL}, {"2", "abstract", NULL}, {"3a-c", "clinical background, purpose, inequalities", NULL}, {"4", "aims", NULL},
    {"5a-b", "where and when data were gathered", NULL}, {"6a-c", "setting, eligibility and treatment of patients", NULL},
    {"7", "preparation of data", NULL}, {"8a-c", "the outcome and who judged it", NULL},
    {"9a-c", "choice and measurement of predictors", NULL}, {"10", "reasons for the sample size", NULL},
    {"11", "missing data", NULL}, {"12a-g", "methods of analysis", "architecture"}, {"13", "class imbalance", "balance"},
    {"14", "fairness", strata}, {"15", "what the model gives", "classes"}, {"16", "training against evaluation data", NULL},
    {"17", "ethical approval", NULL}, {"18a-f", "funding, interests, protocol, registration, data, code", NULL},
    {"19", "involvement of patients and public", NULL}, {"20a-c", "patients of each data set", NULL},
    {"21", "numbers in the model's development", "images_count"}, {"22", "the model in full", "crc32"},
    {"23a-b", "performance with intervals, and by group", any}, {"24", "updating", NULL}, {"25", "interpretation", NULL},
    {"26", "limitations of the study", NULL}, {"27a-c", "use in practice", NULL},
};

static const struct item claim[] = {
    {"1-4", "title, abstract, background, aims", NULL}, {"5-6", "kind and goal of the study", NULL}, {"7", "sources of data", NULL},
    {"8", "inclusion and exclusion", NULL}, {"9", "preprocessing", NULL}, {"10", "choice of subsets", NULL},
    {"11", "de-identification", NULL}, {"12", "missing data", NULL}, {"13", "image acquisition", NULL},
    {"14-18", "reference standard, annotations, raters", NULL}, {"19", "partitions", "valid_count"},
    {"20", "level at which partitions are disjoint", NULL}, {"21", "intended sample size", NULL},
    {"22", "description of the model", "architecture"}, {"23", "software and hardware", NULL}, {"24", "initial weights", "init"},
    {"25", "training", "learning_rate"}, {"26", "choice of the final model", "snapshot_step"}, {"27", "ensembles", NULL},
    {"28", "measures of performance", "valid_auc"}, {"29", "statistical uncertainty", any}, {"30", "robustness", NULL},
    {"31", "explanations", NULL}, {"32", "test on internal data", NULL}, {"33", "test on external data", NULL},
    {"34", "trial registration", NULL}, {"35", "numbers included and excluded", NULL}, {"36", "demographics", NULL},
    {"37", "performance on test data", any}, {"38", "precision of these estimates", any}, {"39", "analysis of failures", NULL},
    {"40-41", "limitations and implications", NULL}, {"42", "protocol", NULL}, {"43", "availability of software, model, data", NULL},
    {"44", "funding", NULL},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* On one line and as it stands, whatever a value holds: Markdown takes a character behind a backslash for itself. */
static void write_value(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (strchr("\\`*<&[", *text))
            putc('\\', out);
        putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
    }
}

static void write_facts(const struct sk_tensor_file *model, const char *title, const struct fact *fact, size_t count, FILE *out)
{
    fprintf(out, "\n## %s\n\n", title);
    for (size_t i = 0; i < count; i++) {
        const char *value = sk_tensor_file_get(model, fact[i].key);
        fprintf(out, "- %s (%s): ", fact[i].label, fact[i].key);
        write_value(value ? value : "missing", out);
        putc('\n', out);
    }
}

static bool is_listed(const char *key)
{
    const struct {
        const struct fact *fact;
        size_t count;
    } list[] = {{data, COUNT(data)}, {network, COUNT(network)}, {training, COUNT(training)}, {results, COUNT(results)}};
    for (size_t l = 0; l < COUNT(list); l++)
        for (size_t i = 0; i < list[l].count; i++)
            if (strcmp(list[l].fact[i].key, key) == 0)
                return true;
    return false;
}

/* All that the sections above do not name. */
static void write_others(const struct sk_tensor_file *model, FILE *out)
{
    const cJSON *item;
    fputs("\n## All else that the file says\n\n", out);
    cJSON_ArrayForEach(item, model->metadata)
        if (!is_listed(item->string)) {
            fputs("- ", out);
            write_value(item->string, out);
            fputs(": ", out);
            write_value(item->valuestring, out);
            putc('\n', out);
        }
}

/* Where validation is of the training images' set it was carved out of that. */
static void write_split(const struct sk_tensor_file *model, FILE *out)
{
    const char *images = sk_tensor_file_get(model, "images_crc32"), *valid = sk_tensor_file_get(model, "valid_crc32");
    if (images && valid)
        fputs(strcmp(images, valid) == 0 ? "- Split: validation was carved out of the images given; whether by lesion is not known\n"
                                         : "- Split: validation images were given apart; whether they show other lesions is not known\n",
              out);
    fputs("- Names, lesions, patients and strata of the images: missing\n", out);
}

static void write_results(const struct sk_tensor_file *model, FILE *out)
{
    const char *n = sk_tensor_file_get(model, "valid_count");
    write_facts(model, "Results", results, COUNT(results), out);
    fputs("- These figures are of validation, n = ", out);
    write_value(n ? n : "missing", out);
    fputs(", by which the snapshot was chosen: they are no test\n", out);
}

/* --- tables of skmetrics score ----------------------------------------------------- */

static const char *const columns[] = {"metric", "value", "low", "high"};

static bool is_of_stratum(const struct sk_table *table, size_t column)
{
    for (size_t i = 0; i < COUNT(columns); i++)
        if (strcmp(table->header[column], columns[i]) == 0)
            return false;
    return true;
}

static bool has_strata(const struct sk_table *table)
{
    for (size_t c = 0; c < table->columns; c++)
        if (is_of_stratum(table, c))
            return true;
    return false;
}

/* What stands behind the key, or NULL. */
static const char *after_key(const char *comment, const char *key)
{
    const size_t length = strlen(key);
    return strncmp(comment, key, length) == 0 ? comment + length + strspn(comment + length, " \t") : NULL;
}

/* Figures of another model, or of several, are not this one's. */
static int check_table(const struct sk_tensor_file *model, const struct sk_table *table, struct sk_error *err)
{
    const char *crc = sk_tensor_file_get(model, "crc32");
    for (size_t i = 0; i < COUNT(columns); i++)
        if (!sk_table_has(table, columns[i]))
            return sk_fail(err, "%s: is no table of skmetrics score: it has no column %s", table->name, columns[i]);
    if (!sk_table_comment(table, "model"))
        return sk_fail(err, "%s: does not say which model its figures are of", table->name);
    for (size_t i = 0; i < table->comments; i++) {
        const char *of = after_key(table->comment[i], "model:"), *there = of ? strrchr(of, ':') : NULL;
        if (of && (!there || !crc || strcmp(there + 1, crc) != 0))
            return sk_fail(err, "%s: has figures of another model, %s, not of %s", table->name, of, crc ? crc : "this one");
        if (after_key(table->comment[i], "with:"))
            return sk_fail(err, "%s: has figures of the mean of several models, not of this one", table->name);
    }
    return 0;
}

static void write_row(const struct sk_table *table, size_t row, FILE *out)
{
    const char *cell[COUNT(columns)] = {"-", "-", "-", "-"};
    for (size_t c = 0; c < table->columns; c++)
        for (size_t i = 0; i < COUNT(columns); i++)
            if (strcmp(table->header[c], columns[i]) == 0)
                cell[i] = sk_table_cell(table, row, c);
    fputs("- ", out);
    write_value(cell[0], out);
    for (size_t c = 0; c < table->columns; c++)
        if (is_of_stratum(table, c)) {
            fputs(", ", out);
            write_value(table->header[c], out);
            putc(' ', out);
            write_value(sk_table_cell(table, row, c), out);
        }
    fputs(": ", out);
    write_value(cell[1], out);
    if (!sk_table_missing(cell[2])) {
        fputs(" (", out);
        write_value(cell[2], out);
        fputs(" to ", out);
        write_value(cell[3], out);
        putc(')', out);
    }
    putc('\n', out);
}

static void write_table(const struct sk_table *table, FILE *out)
{
    fputs("\n## Measured: ", out);
    write_value(table->name, out);
    fputs("\n\n", out);
    for (size_t i = 0; i < table->comments; i++) {
        fputs("- ", out);
        write_value(table->comment[i], out);
        putc('\n', out);
    }
    for (size_t row = 0; row < table->rows; row++)
        write_row(table, row, out);
}

static void write_tables(const struct sk_table *measured, size_t tables, FILE *out)
{
    for (size_t i = 0; i < tables; i++)
        write_table(&measured[i], out);
    if (tables == 0)
        fputs("- Intervals, strata, figures of a test set: missing (skmetrics score)\n", out);
}

/* What answers an item that tables do; NULL: none of them. */
static const struct sk_table *answering(const char *key, const struct sk_table *measured, size_t tables)
{
    for (size_t i = 0; i < tables; i++)
        if (key == any || has_strata(&measured[i]))
            return &measured[i];
    return NULL;
}

static void write_checklist(const struct sk_tensor_file *model, const struct sk_table *measured, size_t tables, const char *title,
                            const struct item *item, size_t count, FILE *out)
{
    fprintf(out, "\n## %s\n\n", title);
    for (size_t i = 0; i < count; i++) {
        const char *key = item[i].key;
        const struct sk_table *table = key == any || key == strata ? answering(key, measured, tables) : NULL;
        fprintf(out, "- %s %s: ", item[i].number, item[i].name);
        if (table) {
            fputs("in part, see ", out);
            write_value(table->name, out);
        } else if (key && sk_tensor_file_get(model, key))
            fprintf(out, "in part, see %s", key);
        else
            fputs("missing", out);
        putc('\n', out);
    }
}

int sk_model_card(const struct sk_tensor_file *model, const struct sk_table *measured, size_t tables, FILE *out, struct sk_error *err)
{
    struct sk_arch arch;
    if (sk_model_identify(model, "classifier", &arch, err))
        return -1;
    for (size_t i = 0; i < tables; i++)
        if (check_table(model, &measured[i], err))
            return -1;
    fputs("# Model card\n", out);
    write_facts(model, "Data", data, COUNT(data), out);
    write_split(model, out);
    write_facts(model, "Network", network, COUNT(network), out);
    write_facts(model, "Training", training, COUNT(training), out);
    write_others(model, out);
    write_results(model, out);
    write_tables(measured, tables, out);
    fputs("\n## Intended use\n\n- Research on the classification of dermoscopy images, and teaching\n"
          "\n## Limits\n\n- This is no medical device; a score is no diagnosis\n"
          "- Images must have gone through what the training images went through\n", out);
    write_checklist(model, measured, tables, "TRIPOD+AI", tripod, COUNT(tripod), out);
    write_checklist(model, measured, tables, "CLAIM 2024", claim, COUNT(claim), out);
    return ferror(out) ? sk_fail_errno(err, "standard output") : 0;
}
