/* skdata: which image of a folder of photographs is of which class, and for training, validation or testing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tool.h"
#include "data/lists.h"
#include "image/alike.h"
#include "image/pnm.h"

static const char usage[] =
    "usage: skdata [options] data out\n"
    "       skdata --check names < stream > stream\n"
    "Finds the photographs of the folder data, their classes, groups and strata, by label tables or class folders, and\n"
    "writes lists into out/train, out/valid and out/test, a line an image.\n"
    "  -c, --classes two|dx     benign and malignant, or each diagnosis; folders are classes as they are unless told\n"
    "  -S, --split auto|none    what is not given is divided by a hash (auto); or all is for testing\n"
    "  -n, --dry-run            print what would be in the lists; write nothing\n"
    "  -k, --check NAMES        pass a stream through, and name the images, a line of NAMES each, that are alike in all\n"
    "                           rows or all columns\n"
    "  -j, --jobs N             taken, as by all tools; there is one thread\n"
    "  -q, --quiet              say only what failed\n"
    "  -h, --help    -V, --version\n";

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
    struct sk_bytes table = {0};
    int status = sk_lists_counts(samples, &table, err);
    if (status == 0)
        fwrite(table.at, 1, table.length, stdout); /* sk_tool_finish looks whether it was written */
    sk_bytes_free(&table);
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
    struct sk_bytes bytes = {0};
    char *line = NULL;
    size_t room = 0, images = 0, alike = 0;
    int got = sk_image_reader_open(&reader, "-", err) ? -1 : 1;
    while (got == 1) {
        bytes.length = 0;
        got = sk_image_read_bytes(reader, &image, &bytes, err);
        if (got != 1)
            break;
        const char *name = next_name(names, &line, &room), *what = sk_alike_text(sk_image_alike(&image));
        images++;
        alike += what != NULL;
        if (what && !tool->quiet)
            fprintf(stderr, "%s: %s: %s\n", tool->name, name, what);
        if (fwrite(bytes.at, 1, bytes.length, stdout) != bytes.length)
            got = sk_fail_errno(err, "standard output");
    }
    if (got == 0 && alike > 0 && !tool->quiet)
        fprintf(stderr, "%s: %zu of %zu images have no content in one direction: damaged at the source? They stay in\n", tool->name, alike,
                images);
    free(line);
    sk_image_free(&image);
    sk_bytes_free(&bytes);
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

int main(int argc, char **argv)
{
    static const char *const classes[] = {"two", "dx"}, *const splits[] = {"auto", "none"};
    static const struct option options[] = {{"classes", required_argument, NULL, 'c'},
                                            {"split", required_argument, NULL, 'S'},
                                            {"dry-run", no_argument, NULL, 'n'},
                                            {"check", required_argument, NULL, 'k'},
                                            SK_COMMON_LONG,
                                            {0}};
    struct sk_tool tool;
    struct sk_folder_options wanted = {.classes = SK_CLASSES_AS_GIVEN};
    const char *names = NULL;
    bool dry = false;
    int choice;
    if (sk_tool_start(&tool, "skdata", usage))
        return SK_EXIT_USAGE;
    for (int option; (option = getopt_long(argc, argv, "c:S:nk:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = -1;
        if (option == 'c') {
            if (sk_tool_choice(&tool, "--classes", optarg, classes, 2, &choice))
                return SK_EXIT_USAGE;
            wanted.classes = choice == 0 ? SK_CLASSES_TWO : SK_CLASSES_DX;
        } else if (option == 'S') {
            if (sk_tool_choice(&tool, "--split", optarg, splits, 2, &choice))
                return SK_EXIT_USAGE;
            wanted.all_test = choice == 1;
        } else if (option == 'n') {
            dry = true;
        } else if (option == 'k') {
            names = optarg;
        } else {
            status = sk_tool_common(&tool, option, optarg);
        }
        if (status >= 0)
            return status;
    }
    if (names)
        return argc == optind ? check(&tool, names) : sk_tool_usage(&tool, "--check reads standard input alone");
    if (argc - optind != 2 || !*argv[optind] || !*argv[optind + 1])
        return sk_tool_usage(&tool, "two folders, please: that of the photographs, and that of the lists");
    wanted.folder = argv[optind];
    wanted.skip = argv[optind + 1];

    struct sk_labelled_folder labelled;
    struct sk_error err;
    int status = sk_labelled_folder_read(&labelled, &wanted, &err);
    print_remarks(&tool, &labelled.remarks);
    if (status == 0)
        status = dry ? print_counts(&labelled.samples, &err) : sk_lists_write(&labelled, wanted.skip, &err);
    sk_labelled_folder_free(&labelled);
    return status ? sk_tool_fail(&tool, &err) : sk_tool_finish(&tool);
}
