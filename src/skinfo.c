/* skinfo: what a weights file is, its tensors, and their numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "base/tool.h"
#include "tensor/tensor_file.h"

static const char usage[] =
    "usage: skinfo [-t | -d tensor] file\n"
    "Prints the metadata of a weights file, a key and its value a line; the file is checked whole.\n"
    "  -t, --tensors        its tensors instead: name, type, shape, number of values\n"
    "  -d, --dump TENSOR    a tensor's numbers instead, a row of its last dimension a line\n"
    "  -j, --jobs N         taken, as by all tools; there is one thread\n"
    "  -q, --quiet          no warnings\n"
    "  -h, --help    -V, --version\n";

/* A value may hold anything; a line and a tab are what the table is made of. */
static void print_escaped(const char *text)
{
    static const char special[] = "\\\n\t\r", letter[] = "\\ntr";
    for (; *text; text++) {
        const char *found = strchr(special, *text);
        if (found)
            printf("\\%c", letter[found - special]);
        else if ((unsigned char)*text < ' ' || *text == 0x7f)
            printf("\\x%02x", (unsigned)*text);
        else
            putchar(*text);
    }
}

static void print_metadata(const struct sk_tensor_file *file)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, file->metadata)
    {
        print_escaped(item->string);
        putchar('\t');
        print_escaped(item->valuestring);
        putchar('\n');
    }
}

static void print_tensors(const struct sk_tensor_file *file)
{
    puts("name\ttype\tshape\tvalues");
    for (size_t i = 0; i < file->count; i++) {
        const struct sk_tensor *t = &file->tensor[i];
        printf("%s\t%s\t", t->name, sk_tensor_type(t));
        for (int k = 0; k < t->rank; k++)
            printf("%s%zu", k ? "x" : "", t->dim[k]);
        printf("%s\t%zu\n", t->rank ? "" : "-", sk_tensor_elements(t));
    }
}

/* Digits enough to read the same number back. */
static void print_value(const struct sk_tensor *t, size_t i)
{
    char text[SK_NUMBER_SIZE];
    switch (t->dtype) {
    case SK_F32: fputs(sk_number_text(text, (double)((const float *)t->data)[i]), stdout); break;
    case SK_I64: printf("%" PRId64, ((const int64_t *)t->data)[i]); break;
    case SK_U8: printf("%u", (unsigned)((const unsigned char *)t->data)[i]); break;
    default: printf("%.17g", ((const double *)t->data)[i]);
    }
}

static int dump(const struct sk_tensor_file *file, const char *name, struct sk_error *err)
{
    struct sk_tensor *t = sk_tensor_file_find(file, name);
    if (!t)
        return sk_fail(err, "no tensor '%.96s'; skinfo -t lists those there are", name);
    if (t->dtype == SK_OPAQUE)
        return sk_fail(err, "tensor '%.96s' is of type %s, whose numbers are not known here", name, sk_tensor_type(t));
    if ((t->dtype == SK_F16 || t->dtype == SK_BF16) && sk_tensor_to_float(t, err)) /* each of them is a float */
        return -1;
    const size_t count = sk_tensor_elements(t), row = t->rank ? t->dim[t->rank - 1] : 1;
    for (size_t i = 0; i < count; i++) {
        print_value(t, i);
        putchar((i + 1) % row ? '\t' : '\n');
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"tensors", no_argument, NULL, 't'}, {"dump", required_argument, NULL, 'd'}, SK_COMMON_LONG, {0}};
    struct sk_tool tool;
    bool tensors = false;
    const char *tensor = NULL;
    if (sk_tool_start(&tool, "skinfo", usage))
        return SK_EXIT_USAGE;
    for (int option; (option = getopt_long(argc, argv, "td:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = -1;
        if (option == 't')
            tensors = true;
        else if (option == 'd')
            tensor = optarg;
        else
            status = sk_tool_common(&tool, option, optarg);
        if (status >= 0)
            return status;
    }
    if (argc - optind > 1)
        return sk_tool_usage(&tool, "one file, please");
    if (tensors && tensor)
        return sk_tool_usage(&tool, "either --tensors or --dump");

    struct sk_tensor_file file;
    struct sk_error err;
    const char *path = optind < argc ? argv[optind] : "-";
    if (sk_tensor_file_read(&file, path, &err))
        return sk_tool_fail(&tool, &err);
    int failed = 0;
    if (tensor)
        failed = dump(&file, tensor, &err) ? sk_prefix(&err, "%s", strcmp(path, "-") == 0 ? "standard input" : path) : 0;
    else if (tensors)
        print_tensors(&file);
    else
        print_metadata(&file);
    sk_tensor_file_free(&file);
    return failed ? sk_tool_fail(&tool, &err) : sk_tool_finish(&tool);
}
