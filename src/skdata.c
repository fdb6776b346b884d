/* skdata: which image of a folder of photographs is of which class, and for training, validation or testing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "data/lists.h"
#include "image/alike.h"
#include "image/pnm.h"

enum split { AUTO, NONE, SPLITS };
static const char *const classes[] = {"two", "dx"}, *const splits[SPLITS] = {"auto", "none"};

struct values {
    const char *classes; /* NULL: as given */
    enum split split;
    bool dry_run;
    const char *names; /* of --check, or NULL */
};

static const struct values defaults = {.split = AUTO};

static const struct sk_option option_table[] = {
    {'c', "classes", SK_NAME(struct values, classes, classes, 2), "NAME", "benign and malignant, or each diagnosis",
     "two for tables, folders as they are"},
    {'S', "split", SK_CHOICE(struct values, split, splits, SPLITS), "NAME",
     "what is not given is divided by a hash, or all is for testing"},
    {'n', "dry-run", SK_FLAG(struct values, dry_run), "print what would be in the lists; write nothing"},
    {'k', "check", SK_FILE(struct values, names), "NAMES",
     "pass a stream through, and name the images, a line of NAMES each, that are alike in all rows or all columns"},
};

static const struct sk_options options = {
    .usage = "usage: skdata [options] data out\n"
             "       skdata --check names < stream > stream\n"
             "Finds the photographs of the folder data, their classes, groups and strata, by label tables or class folders,\n"
             "and writes lists into out/train, out/valid and out/test, a line an image.\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
    .jobs = "threads, though there is one here",
    .quiet = "say only what failed",
};

/* What the remarks say, a line each */
static void print_remarks(const struct sk_tool *tool, const struct sk_remarks *remarks)
{
    const char *text = (const char *)remarks->text.at;
    size_t left = tool->quiet ? 0 : remarks->text.length;
    for (size_t length; left > 0; text += length, left -= length) {
        length = (size_t)((const char *)memchr(text, '\n', left) - text) + 1;
        fprintf(stderr, "%s: %.*s", tool->name, (int)length, text);
    }
}

static int print_counts(const struct sk_samples *samples, struct sk_error *err)
{
    struct sk_bytes counts = {0};
    int status = sk_lists_counts(samples, &counts, err);
    if (status == 0)
        fwrite(counts.at, 1, counts.length, stdout); /* sk_tool_finish looks whether it was written */
    sk_bytes_free(&counts);
    return status;
}

/* The next line of the names, without its end; "" behind the last. */
static const char *next_name(FILE *names, char **line, size_t *room)
{
    ssize_t length = getline(line, room, names);
    if (length > 0 && (*line)[length - 1] == '\n')
        (*line)[--length] = 0;
    return length > 0 ? *line : "";
}

static int pass_stream(const struct sk_tool *tool, FILE *names, struct sk_error *err)
{
    struct sk_image_reader *reader = NULL;
    struct sk_image image = {0};
    char *line = NULL, *bytes = NULL;
    size_t room = 0, length = 0, images = 0, alike = 0;
    FILE *copy = open_memstream(&bytes, &length);
    if (!copy)
        return sk_fail_errno(err, "a copy of the image");
    int got = sk_image_reader_open(&reader, "-", err) ? -1 : 1;
    while (got == 1) {
        rewind(copy);
        got = sk_image_read_copy(reader, &image, copy, err);
        if (got != 1)
            break;
        const char *name = next_name(names, &line, &room), *what = sk_alike_text(sk_image_alike(&image));
        images++;
        alike += what != NULL;
        if (what && !tool->quiet)
            fprintf(stderr, "%s: %s: %s\n", tool->name, name, what);
        if (fwrite(bytes, 1, length, stdout) != length)
            got = sk_fail_errno(err, "standard output");
    }
    if (got == 0 && alike > 0 && !tool->quiet)
        fprintf(stderr, "%s: %zu of %zu images have no content in one direction: damaged at the source? They stay in\n", tool->name, alike,
                images);
    fclose(copy);
    free(bytes);
    free(line);
    sk_image_free(&image);
    sk_image_reader_close(reader);
    return got;
}

/* skdata --check */
static int check(const struct sk_tool *tool, const char *path)
{
    struct sk_error err;
    if (sk_tool_binary_stdout(tool))
        return SK_EXIT_USAGE;
    FILE *names = fopen(path, "rb");
    int status = names ? pass_stream(tool, names, &err) : sk_fail_errno(&err, "%s", path);
    if (names)
        fclose(names);
    return status ? sk_tool_fail(tool, &err) : sk_tool_finish(tool);
}

static enum sk_classes wanted_classes(const struct values *v)
{
    if (!v->classes)
        return SK_CLASSES_AS_GIVEN;
    return strcmp(v->classes, "dx") == 0 ? SK_CLASSES_DX : SK_CLASSES_TWO;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct values values = defaults;
    struct sk_arguments arguments;
    if (sk_tool_start(&tool, "skdata"))
        return SK_EXIT_USAGE;
    int status = sk_options_parse(&tool, &options, argc, argv, &values, &arguments);
    if (status >= 0)
        return status;
    char **operand = arguments.operand;
    if (values.names)
        return arguments.operands == 0 ? check(&tool, values.names) : sk_tool_usage(&tool, "--check reads standard input alone");
    if (arguments.operands != 2 || !*operand[0] || !*operand[1])
        return sk_tool_usage(&tool, "two folders, please: that of the photographs, and that of the lists");
    const struct sk_folder_options wanted = {.folder = operand[0],
                                             .skip = operand[1],
                                             .classes = wanted_classes(&values),
                                             .all_test = values.split == NONE};

    struct sk_labelled_folder labelled;
    struct sk_error err;
    status = sk_labelled_folder_read(&labelled, &wanted, &err);
    print_remarks(&tool, &labelled.remarks);
    if (status == 0)
        status = values.dry_run ? print_counts(&labelled.samples, &err) : sk_lists_write(&labelled, wanted.skip, &err);
    sk_labelled_folder_free(&labelled);
    return status ? sk_tool_fail(&tool, &err) : sk_tool_finish(&tool);
}
