/* skclassify: a classifier's score for each image of a stream and what it follows from, or its features, or Inception's. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/progress.h"
#include "base/table.h"
#include "base/threads.h"
#include "data/dataset.h"
#include "base/outfile.h"
#include "data/ensemble.h"
#include "data/explanation.h"
#include "data/model_card.h"
#include "data/resize.h"
#include "image/pnm.h"
#include "nn/inception.h"
#include "tensor/tensor_stream.h"

enum { BATCH = 32, INCEPTION_BATCH = 4 /* of which maps stay in cache */ };

/* Images wait until a batch is full; rows are written batch by batch. */
struct scorer {
    const char *truth;
    bool misused; /* the command line is wrong for this model */
    struct sk_progress progress;
    struct sk_ensemble ensemble;
    struct sk_repeats with;         /* models besides the first */
    double threshold;               /* NOT_GIVEN: the models' */
    struct sk_net *inception;       /* in the ensemble's place: features, no scores */
    float *batch;
    double *probability; /* [BATCH][classes] */
    size_t filled, done;
    const char *features_path; /* NULL: none are wanted */
    float *features;           /* [BATCH][dim] */
    size_t dim;
    struct sk_tensor_stream out;
    const char *explain_path; /* NULL: no heat maps are wanted */
    struct sk_explainer explainer;
    float *heat;              /* of an image */
    struct sk_image picture;
    struct sk_outfile pictures;
    bool card; /* a model card, and nothing else */
};

enum { NOT_GIVEN = -1 };

static const struct scorer defaults = {.truth = "-", .threshold = NOT_GIVEN};

static const struct sk_option option_table[] = {
    {'l', "truth", SK_TEXT(struct scorer, truth), "LABEL", "the true class of all these images, for the table"},
    {0, "features", SK_FILE(struct scorer, features_path), "FILE",
     "write the features (last map, averaged) to a weights file; with Inception v3 for a model the features alone"},
    {0, "explain", SK_FILE(struct scorer, explain_path), "FILE",
     "write heat maps over the images: what speaks for the class that is predicted"},
    {0, "tta", SK_FLAG(struct scorer, ensemble.turns), "score each image's quarter turns and mirror images, and take the mean"},
    {0, "threshold", SK_NUMBER(struct scorer, threshold, 0, 1), "X", "the score from which on the last of two classes is predicted",
     "the model's, or 0.5"},
    {0, "card", SK_FLAG(struct scorer, card), "write a model card from what the model's file says, and tables of skmetrics score; score nothing"},
    {0, "with", SK_REPEAT(struct scorer, with), "MODEL", "the mean with this model's probabilities; may be repeated"},
};

static const struct sk_options options = {
    .usage = "usage: skclassify [-l truth] [--features file] [--explain file] [--tta] [--threshold X] [--with model]... model\n"
             "       [stream...]\n"
             "       skclassify --card model [metrics.tsv...]\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
    .quiet = "no progress, no warnings",
};

/* Image i of the batch: the last class's probability, what is predicted, and of more than two classes each one's. */
static void print_row(const struct scorer *s, size_t i)
{
    const struct sk_ensemble *e = &s->ensemble;
    const double *probability = s->probability + i * e->classes;
    char text[SK_NUMBER_SIZE];
    printf("%zu\t%s\t%s\t%s", s->done + i, s->truth, sk_number_text(text, probability[e->classes - 1]),
           e->class_name[sk_ensemble_predicted(e, probability)]);
    for (size_t c = 0; c < e->classes && e->classes > 2; c++)
        printf("\t%s", sk_number_text(text, probability[c]));
    putchar('\n');
}

/* No scores, and no features, are made of numbers that have outgrown single precision. */
static int check_finite(const struct scorer *s, struct sk_error *err)
{
    for (size_t i = 0; i < s->filled; i++) {
        bool finite = true;
        for (size_t k = 0; s->features && k < s->dim; k++)
            finite = finite && isfinite(s->features[i * s->dim + k]);
        for (size_t c = 0; s->probability && c < s->ensemble.classes; c++)
            finite = finite && isfinite(s->probability[i * s->ensemble.classes + c]);
        if (!finite) {
            sk_fail(err, "image %zu: what the network makes of it is not finite", s->done + i);
            err->code = ERANGE; /* the image is named */
            return -1;
        }
    }
    return 0;
}

/* One picture an image of the batch. */
static int write_explanations(struct scorer *s, struct sk_error *err)
{
    const struct sk_ensemble *e = &s->ensemble;
    for (size_t i = 0; i < s->filled; i++) {
        const float *x = s->batch + i * sk_arch_values(&e->arch, 0);
        const size_t class = sk_ensemble_predicted(e, s->probability + i * e->classes);
        if (sk_explain(&s->explainer, x, class, s->heat, err)) {
            err->code = ERANGE; /* the image is named */
            return sk_prefix(err, "image %zu", s->done + i);
        }
        if (sk_heat_map(e->arch.size, x, s->heat, &s->picture, err) ||
            sk_image_write(s->pictures.stream, s->explain_path, &s->picture, err))
            return -1;
    }
    return 0;
}

/* Scores what waits: an image's numbers are the same bits in a batch of any size. */
static int flush_batch(struct scorer *s, struct sk_error *err)
{
    const size_t count = s->filled;
    if (count == 0)
        return 0;
    if (s->inception)
        sk_net_infer(s->inception, count, s->batch, s->features);
    else {
        sk_ensemble_score(&s->ensemble, count, s->batch, s->probability);
        if (s->features)
            sk_net_features(s->ensemble.member[0].net, count, s->features);
    }
    if (check_finite(s, err))
        return -1;
    for (size_t i = 0; i < count && !s->inception; i++)
        print_row(s, i);
    if (s->explain_path && write_explanations(s, err))
        return -1;
    s->done += count;
    s->filled = 0;
    sk_progress_images(&s->progress, s->done, false);
    if (ferror(stdout))
        return sk_fail_errno(err, "standard output");
    return s->features ? sk_tensor_stream_write(&s->out, s->features, count, err) : 0;
}

static int add_image(struct scorer *s, const struct sk_image *image, struct sk_error *err)
{
    if (s->inception) {
        sk_resize_bilinear(image, SK_INCEPTION_SIZE, s->batch + s->filled * SK_INCEPTION_INPUT);
        return ++s->filled == INCEPTION_BATCH ? flush_batch(s, err) : 0;
    }
    const size_t size = s->ensemble.arch.size;
    if (image->width != size || image->height != size)
        return sk_fail(err, "is %zux%zu, not %zux%zu: scale it with skcrop -w %zu", image->width, image->height, size,
                       size, size);
    sk_dataset_convert(image, s->batch + s->filled * sk_arch_values(&s->ensemble.arch, 0));
    return ++s->filled == BATCH ? flush_batch(s, err) : 0;
}

static int score_stream(struct scorer *s, const char *path, struct sk_error *err)
{
    struct sk_image_reader *reader;
    if (sk_image_reader_open(&reader, path, err))
        return -1;
    struct sk_image image = {0};
    int got;
    while ((got = sk_image_read(reader, &image, err)) == 1)
        if (add_image(s, &image, err)) {
            got = err->code ? -1 : sk_prefix(err, "%s: image %zu", sk_image_reader_name(reader),
                                             sk_image_reader_index(reader));
            break;
        }
    sk_image_free(&image);
    sk_image_reader_close(reader);
    return got;
}

enum { EXTRACTOR = 40 };

static int load_inception(struct scorer *s, const struct sk_tool *tool, const struct sk_tensor_file *model,
                          char extractor[EXTRACTOR], struct sk_error *err)
{
    if (!s->features_path)
        return sk_fail(err, "Inception gives features, no scores: say --features FILE");
    const char *const scores = strcmp(s->truth, "-") != 0   ? "--truth"
                               : s->ensemble.turns          ? "--tta"
                               : s->threshold != NOT_GIVEN  ? "--threshold"
                               : s->explain_path          ? "--explain"
                               : s->with.count              ? "--with"
                                                            : NULL;
    s->misused = scores;
    if (s->misused)
        return sk_fail(err, "Inception gives features, no table: %s has no meaning", scores);
    enum sk_inception_variant variant;
    if (sk_inception_open(model, INCEPTION_BATCH, tool->jobs, &s->inception, err) || sk_inception_variant(model, &variant, err))
        return -1;
    snprintf(extractor, EXTRACTOR, "inception-%s:%08" PRIx32, sk_inception_variant_name[variant], sk_inception_crc(s->inception));
    s->dim = SK_INCEPTION_FEATURES;
    s->batch = sk_alloc(INCEPTION_BATCH * SK_INCEPTION_INPUT, sizeof(float), err);
    return s->batch ? 0 : -1;
}

static int load_classifier(struct scorer *s, const struct sk_tool *tool, const struct sk_tensor_file *model,
                           char extractor[EXTRACTOR], struct sk_error *err)
{
    const struct sk_net_use use = {BATCH, false, tool->jobs};
    if (sk_ensemble_add(&s->ensemble, model, &use, err))
        return -1;
    snprintf(extractor, EXTRACTOR, "classifier:%s", s->ensemble.member[0].crc);
    s->dim = sk_net_features_count(s->ensemble.member[0].net);
    s->batch = sk_alloc(BATCH * sk_arch_values(&s->ensemble.arch, 0), sizeof(float), err);
    s->probability = sk_alloc(BATCH, s->ensemble.classes * sizeof *s->probability, err);
    return s->batch && s->probability ? 0 : -1;
}

/* One more model of --with. */
static int load_another(struct scorer *s, const struct sk_tool *tool, const char *path, struct sk_error *err)
{
    const struct sk_net_use use = {BATCH, false, tool->jobs};
    struct sk_tensor_file model;
    if (sk_tensor_file_read(&model, path, err))
        return -1;
    int failed = sk_ensemble_add(&s->ensemble, &model, &use, err);
    sk_tensor_file_free(&model);
    return failed ? sk_prefix(err, "%s", path) : 0;
}

/* What --threshold asks for. */
static int set_threshold(struct scorer *s, struct sk_error *err)
{
    if (s->threshold == NOT_GIVEN)
        return 0;
    s->misused = s->ensemble.classes != 2;
    if (s->misused)
        return sk_fail(err, "--threshold is of two classes, not of %zu", s->ensemble.classes);
    s->ensemble.threshold = s->threshold;
    return 0;
}

static int load(struct scorer *s, const struct sk_tool *tool, const char *path, char extractor[EXTRACTOR],
                struct sk_error *err)
{
    struct sk_tensor_file model;
    if (sk_tensor_file_read(&model, path, err))
        return -1;
    int failed = sk_inception_is(&model) ? load_inception(s, tool, &model, extractor, err)
                                         : load_classifier(s, tool, &model, extractor, err);
    sk_tensor_file_free(&model);
    if (failed)
        return sk_prefix(err, "%s", sk_input_name(path));
    for (int i = 0; i < s->with.count && !s->inception; i++)
        if (load_another(s, tool, s->with.text[i], err))
            return -1;
    return s->inception ? 0 : set_threshold(s, err);
}

/* A label that no class has will not be found right by any measure. */
static void check_truth(const struct scorer *s, const struct sk_tool *tool)
{
    const struct sk_ensemble *e = &s->ensemble;
    char classes[SK_MAX_CLASSES * SK_CLASS_NAME] = "";
    size_t used = 0;
    for (size_t c = 0; c < e->classes; c++) {
        if (strcmp(s->truth, e->class_name[c]) == 0)
            return;
        used += (size_t)snprintf(classes + used, sizeof classes - used, " %s", e->class_name[c]);
    }
    if (strcmp(s->truth, "-") != 0)
        sk_tool_warn(tool, "--truth: '%s' is none of the model's classes:%s", s->truth, classes);
}

/* What the scores are of stands above them. */
static void print_header(const struct scorer *s, const char *extractor)
{
    const struct sk_ensemble *e = &s->ensemble;
    char text[SK_NUMBER_SIZE];
    fputs("# classes:", stdout);
    for (size_t c = 0; c < e->classes; c++)
        printf(" %s", e->class_name[c]);
    printf("\n# model: %s\n", extractor);
    for (size_t m = 1; m < e->members; m++)
        printf("# with: classifier:%s\n", e->member[m].crc);
    if (e->turns)
        printf("# turns: %d\n", SK_TURNS);
    if (e->classes == 2 && (e->calibrated || s->threshold != NOT_GIVEN))
        printf("# threshold: %s\n", sk_exact_text(text, e->threshold));
    fputs("image\ttruth\tscore\tpredicted", stdout);
    for (size_t c = 0; c < e->classes && e->classes > 2; c++)
        printf("\tscore:%s", e->class_name[c]);
    putchar('\n');
}

/* Before the first image: what features and heat maps go to must be no file that is read, nor the table's, nor each other's. */
static int check_outputs(const struct scorer *s, char **operands, int count, struct sk_error *err)
{
    const char *const table = s->inception ? NULL : "-", *const outputs[] = {table, s->features_path, s->explain_path};
    const char *const only = count > 1 ? NULL : "-";
    return sk_outfile_distinct(outputs, 3, (const char *const *)operands, (size_t)count, err) ||
                   sk_outfile_distinct(outputs + 1, 2, (const char *const *)s->with.text, (size_t)s->with.count, err) ||
                   sk_outfile_distinct(outputs + 1, 2, &only, 1, err) ? -1 : 0;
}

static int open_features(struct scorer *s, struct sk_error *err)
{
    s->features = sk_alloc(BATCH * s->dim, sizeof(float), err);
    return s->features ? sk_tensor_stream_open(&s->out, s->features_path, "features", s->dim, err) : -1;
}

static int open_explanations(struct scorer *s, const struct sk_tool *tool, struct sk_error *err)
{
    const size_t size = s->ensemble.arch.size;
    if (sk_explainer_open(&s->explainer, &s->ensemble, tool->jobs, err) || !(s->heat = sk_alloc(size * size, sizeof *s->heat, err)))
        return -1;
    return sk_outfile_open(&s->pictures, s->explain_path, err);
}

static int close_features(struct scorer *s, const char *extractor, struct sk_error *err)
{
    struct sk_tensor_file about = {0};
    int failed = sk_tensor_file_set(&about, err, "kind", "features") ||
                 sk_tensor_file_set(&about, err, "extractor", "%s", extractor) || sk_tensor_stream_commit(&s->out, &about, err);
    sk_tensor_file_free(&about);
    return failed ? -1 : 0;
}

static int run(struct scorer *s, const struct sk_tool *tool, char **operands, int count, struct sk_error *err)
{
    char extractor[EXTRACTOR];
    if (load(s, tool, operands[0], extractor, err) || check_outputs(s, operands, count, err) ||
        (s->features_path && open_features(s, err)) || (s->explain_path && open_explanations(s, tool, err)))
        return -1;
    if (!s->inception) {
        check_truth(s, tool);
        print_header(s, extractor);
    }
    sk_progress_start_images(&s->progress, tool->name, tool->quiet);
    char standard_input[] = "-";
    char *only[] = {standard_input};
    char **streams = count > 1 ? operands + 1 : only;
    for (int i = 0; i < (count > 1 ? count - 1 : 1); i++)
        if (score_stream(s, streams[i], err)) {
            struct sk_error ignored;
            (void)!flush_batch(s, &ignored); /* what came before the damaged image has been scored */
            return -1;
        }
    if (flush_batch(s, err))
        return -1;
    sk_progress_images(&s->progress, s->done, true);
    if (fflush(stdout) != 0) /* else features and heat maps would appear beside a table that does not */
        return sk_fail_errno(err, "standard output");
    if (s->features_path && close_features(s, extractor, err))
        return -1;
    return s->explain_path ? sk_outfile_commit(&s->pictures, err) : 0;
}

static int write_card(const char *path, const struct sk_table *measured, size_t tables, struct sk_error *err)
{
    struct sk_tensor_file model;
    if (sk_tensor_file_read(&model, path, err))
        return -1;
    const int failed = sk_model_card(&model, measured, tables, stdout, err);
    sk_tensor_file_free(&model);
    return failed ? sk_prefix(err, "%s", sk_input_name(path)) : 0;
}

/* The operands behind the model. */
static int read_measured(const struct sk_arguments *arguments, struct sk_table **measured, size_t *tables, struct sk_error *err)
{
    *tables = 0;
    *measured = sk_alloc((size_t)arguments->operands, sizeof **measured, err);
    for (int i = 1; *measured && i < arguments->operands; i++) {
        if (sk_table_read(&(*measured)[*tables], arguments->operand[i], err))
            return -1;
        ++*tables;
    }
    return *measured ? 0 : -1;
}

/* What stands beside --card where nothing is scored; NULL: nothing. */
static const char *beside_card(const struct sk_arguments *arguments)
{
    for (size_t i = 0; i < options.count; i++)
        if (arguments->given[i] && strcmp(option_table[i].name, "card") != 0)
            return option_table[i].name;
    return NULL;
}

static int card(const struct sk_tool *tool, const struct sk_arguments *arguments)
{
    struct sk_error err;
    const char *beside = beside_card(arguments);
    if (beside)
        return sk_tool_usage(tool, "--card scores nothing: --%s has no meaning", beside);
    struct sk_table *measured;
    size_t tables;
    const int failed = read_measured(arguments, &measured, &tables, &err) || write_card(arguments->operand[0], measured, tables, &err);
    for (size_t i = 0; i < tables; i++)
        sk_table_free(&measured[i]);
    free(measured);
    return failed ? sk_tool_fail(tool, &err) : sk_tool_finish(tool);
}

/* Standard input is one model, or images: what is read from it after a model would be none. */
static bool reads_twice(const struct scorer *s, const struct sk_arguments *a)
{
    int models = strcmp(a->operand[0], "-") == 0, streams = a->operands == 1;
    for (int i = 0; i < s->with.count; i++)
        models += strcmp(s->with.text[i], "-") == 0;
    for (int i = 1; i < a->operands; i++)
        streams += strcmp(a->operand[i], "-") == 0;
    return models > 1 || (models == 1 && streams > 0);
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct scorer scorer = defaults;
    struct sk_arguments arguments;
    struct sk_error err;
    sk_threads_wait_passively(argv);
    int status = sk_tool_start(&tool, "skclassify");
    if (status)
        return status;
    status = sk_options_parse(&tool, &options, argc, argv, &scorer, &arguments);
    if (status >= 0)
        return status;
    if (arguments.operands == 0)
        return sk_tool_usage(&tool, "no model");
    if (scorer.card)
        return card(&tool, &arguments);
    if (reads_twice(&scorer, &arguments))
        return sk_tool_usage(&tool, "standard input is a model: images, and other models, come from elsewhere");
    if (scorer.features_path && strcmp(scorer.features_path, "-") == 0)
        return sk_tool_usage(&tool, "--features wants a file: the table is on standard output");
    if (scorer.explain_path && strcmp(scorer.explain_path, "-") == 0)
        return sk_tool_usage(&tool, "--explain wants a file: the table is on standard output");
    if (strpbrk(scorer.truth, "\t\n") || !*scorer.truth)
        return sk_tool_usage(&tool, "--truth: '%s' is no word for a table", scorer.truth);
    int failed = run(&scorer, &tool, arguments.operand, arguments.operands, &err);
    sk_progress_break(&scorer.progress);
    sk_tensor_stream_abandon(&scorer.out);
    sk_outfile_abandon(&scorer.pictures);
    sk_explainer_free(&scorer.explainer);
    sk_ensemble_free(&scorer.ensemble);
    sk_net_free(scorer.inception);
    free(scorer.batch);
    free(scorer.probability);
    free(scorer.features);
    free(scorer.heat);
    sk_image_free(&scorer.picture);
    if (failed) {
        (void)fflush(stdout);
        return sk_tool_fail(&tool, &err) && scorer.misused ? SK_EXIT_USAGE : SK_EXIT_FAILED;
    }
    return sk_tool_finish(&tool);
}
