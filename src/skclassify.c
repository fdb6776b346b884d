/* skclassify: a classifier's score for each image of a stream, or its features, or Inception's. */
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
#include "data/resize.h"
#include "image/pnm.h"
#include "nn/inception.h"
#include "nn/loss.h"
#include "nn/model.h"
#include "nn/recipes.h"
#include "tensor/tensor_stream.h"

enum { BATCH = 32 };

/* Images wait until a batch is full; rows are written batch by batch. */
struct scorer {
    const char *truth;
    bool misused; /* the command line is wrong for this model */
    struct sk_progress progress;
    struct sk_net *net;
    struct sk_inception *inception; /* in its place: features, no scores */
    size_t classes;
    char class_name[SK_MAX_CLASSES][SK_CLASS_NAME]; /* the positive one last */
    float *batch, *logits;
    size_t filled, done;
    const char *features_path; /* NULL: none are wanted */
    float *features;           /* [BATCH][dim] */
    size_t dim;
    struct sk_tensor_stream out;
};

static const struct scorer defaults = {.truth = "-"};

static const struct sk_option option_table[] = {
    {'l', "truth", SK_TEXT(struct scorer, truth), "LABEL", "the true class of all these images, for the table"},
    {0, "features", SK_FILE(struct scorer, features_path), "FILE",
     "write the features (last map, averaged) to a weights file; with Inception v3 for a model the features alone"},
};

static const struct sk_options options = {
    .usage = "usage: skclassify [-l truth] [--features file] model [stream...]\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
    .quiet = "no progress, no warnings",
};

/* Image i of the batch: the last class's probability, what is predicted, and of more than two classes each one's. */
static void print_row(const struct scorer *s, size_t i)
{
    double probability[SK_MAX_CLASSES];
    char text[SK_NUMBER_SIZE];
    sk_class_probabilities(s->classes, s->logits + i * sk_net_outputs(s->net), probability);
    printf("%zu\t%s\t%s\t%s", s->done + i, s->truth, sk_number_text(text, probability[s->classes - 1]),
           s->class_name[sk_class_predicted(s->classes, probability)]);
    for (size_t c = 0; c < s->classes && s->classes > 2; c++)
        printf("\t%s", sk_number_text(text, probability[c]));
    putchar('\n');
}

/* No scores, and no features, are made of numbers that have outgrown single precision. */
static int check_finite(const struct scorer *s, const float *value, size_t an_image, struct sk_error *err)
{
    for (size_t i = 0; value && i < s->filled * an_image; i++)
        if (!isfinite(value[i])) {
            sk_fail(err, "image %zu: what the network makes of it is not finite", s->done + i / an_image);
            err->code = ERANGE; /* the image is named */
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
        sk_inception_forward(s->inception, count, s->batch, s->features);
    else {
        sk_net_infer(s->net, count, s->batch, s->logits);
        if (s->features)
            sk_net_features(s->net, count, s->features);
    }
    if (check_finite(s, s->features, s->dim, err) || (s->net && check_finite(s, s->logits, sk_net_outputs(s->net), err)))
        return -1;
    for (size_t i = 0; i < count && s->net; i++)
        print_row(s, i);
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
        return ++s->filled == BATCH ? flush_batch(s, err) : 0;
    }
    size_t size = s->net->map[0].side;
    if (image->width != size || image->height != size)
        return sk_fail(err, "is %zux%zu, not %zux%zu: scale it with skcrop -w %zu", image->width, image->height, size,
                       size, size);
    float *to = s->batch + s->filled * sk_net_inputs(s->net);
    sk_dataset_convert(image, to);
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

static int read_classes(struct scorer *s, const struct sk_tensor_file *model, struct sk_error *err)
{
    const char *word = sk_tensor_file_get(model, "classes");
    for (size_t length; word && *word; word += length + (word[length] == ' ')) {
        length = strcspn(word, " ");
        if (s->classes == SK_MAX_CLASSES || length == 0 || length >= SK_CLASS_NAME || memchr(word, '\t', length) ||
            memchr(word, '\n', length))
            return sk_fail(err, "metadata 'classes' is no list of at most %d names", SK_MAX_CLASSES);
        memcpy(s->class_name[s->classes++], word, length);
    }
    return s->classes >= 2 ? 0 : sk_fail(err, "metadata 'classes' does not name two classes");
}

enum { EXTRACTOR = 40 };

static int load_inception(struct scorer *s, const struct sk_tool *tool, const struct sk_tensor_file *model,
                          char extractor[EXTRACTOR], struct sk_error *err)
{
    if (!s->features_path)
        return sk_fail(err, "Inception gives features, no scores: say --features FILE");
    s->misused = strcmp(s->truth, "-") != 0;
    if (s->misused)
        return sk_fail(err, "Inception gives features, no table: --truth has no meaning");
    if (sk_inception_open(model, tool->jobs < BATCH ? tool->jobs : BATCH, &s->inception, err))
        return -1;
    snprintf(extractor, EXTRACTOR, "inception-%s:%08" PRIx32,
             sk_inception_variant_name[sk_inception_variant(s->inception)], sk_inception_crc(s->inception));
    s->dim = SK_INCEPTION_FEATURES;
    s->batch = sk_alloc(BATCH * SK_INCEPTION_INPUT, sizeof(float), err);
    return s->batch ? 0 : -1;
}

static int load_classifier(struct scorer *s, const struct sk_tool *tool, const struct sk_tensor_file *model,
                           char extractor[EXTRACTOR], struct sk_error *err)
{
    const struct sk_net_use use = {BATCH, false, tool->jobs};
    struct sk_arch arch;
    if (sk_model_identify(model, "classifier", &arch, err) || read_classes(s, model, err) ||
        sk_net_open(&s->net, sk_recipes_of(&arch)->classifier, &arch, sk_class_logits(s->classes), &use, model, err))
        return -1;
    const char *crc = sk_tensor_file_get(model, "crc32");
    snprintf(extractor, EXTRACTOR, "classifier:%.16s", crc ? crc : "-");
    s->dim = sk_net_features_count(s->net);
    s->batch = sk_alloc(BATCH * sk_arch_values(&arch, 0), sizeof(float), err);
    s->logits = sk_alloc(BATCH, sk_net_outputs(s->net) * sizeof(float), err);
    return s->batch && s->logits ? 0 : -1;
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
    return failed ? sk_prefix(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path) : 0;
}

static void print_header(const struct scorer *s, const char *extractor)
{
    fputs("# classes:", stdout);
    for (size_t c = 0; c < s->classes; c++)
        printf(" %s", s->class_name[c]);
    printf("\n# model: %s\nimage\ttruth\tscore\tpredicted", extractor);
    for (size_t c = 0; c < s->classes && s->classes > 2; c++)
        printf("\tscore:%s", s->class_name[c]);
    putchar('\n');
}

/* Before the first image: what the features go to must be no file that is read, nor the table's. */
static int open_features(struct scorer *s, char **operands, int count, struct sk_error *err)
{
    const char *const table = s->inception ? NULL : "-", *const outputs[] = {table, s->features_path};
    const char *const only = count > 1 ? NULL : "-";
    if (sk_outfile_distinct(outputs, 2, (const char *const *)operands, (size_t)count, err) ||
        sk_outfile_distinct(&s->features_path, 1, &only, 1, err))
        return -1;
    s->features = sk_alloc(BATCH * s->dim, sizeof(float), err);
    return s->features ? sk_tensor_stream_open(&s->out, s->features_path, "features", s->dim, err) : -1;
}

static int close_features(struct scorer *s, const char *extractor, struct sk_error *err)
{
    struct sk_tensor_file about = {0};
    if (fflush(stdout) != 0) /* else the features would appear beside a table that does not */
        return sk_fail_errno(err, "standard output");
    int failed = sk_tensor_file_set(&about, err, "kind", "features") ||
                 sk_tensor_file_set(&about, err, "extractor", "%s", extractor) || sk_tensor_stream_commit(&s->out, &about, err);
    sk_tensor_file_free(&about);
    return failed ? -1 : 0;
}

static int run(struct scorer *s, const struct sk_tool *tool, char **operands, int count, struct sk_error *err)
{
    char extractor[EXTRACTOR];
    if (load(s, tool, operands[0], extractor, err) || (s->features_path && open_features(s, operands, count, err)))
        return -1;
    if (!s->inception)
        print_header(s, extractor);
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
    return s->features_path ? close_features(s, extractor, err) : 0;
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
    if (scorer.features_path && strcmp(scorer.features_path, "-") == 0)
        return sk_tool_usage(&tool, "--features wants a file: the table is on standard output");
    if (strpbrk(scorer.truth, "\t\n") || !*scorer.truth)
        return sk_tool_usage(&tool, "--truth: '%s' is no word for a table", scorer.truth);
    int failed = run(&scorer, &tool, arguments.operand, arguments.operands, &err);
    sk_progress_break(&scorer.progress);
    sk_tensor_stream_abandon(&scorer.out);
    sk_net_free(scorer.net);
    sk_inception_free(scorer.inception);
    free(scorer.batch);
    free(scorer.logits);
    free(scorer.features);
    if (failed) {
        (void)fflush(stdout);
        return sk_tool_fail(&tool, &err) && scorer.misused ? SK_EXIT_USAGE : SK_EXIT_FAILED;
    }
    return sk_tool_finish(&tool);
}
