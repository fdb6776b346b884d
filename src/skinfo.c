/* skinfo: what a weights file is, its tensors, and their numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "base/table.h"
#include "tensor/tensor_file.h"

struct values {
    bool tensors;
    const char *tensor; /* to dump, or NULL */
};

static const struct values defaults = {false, NULL};

static const struct sk_option option_table[] = {
    {'t', "tensors", SK_FLAG(struct values, tensors), "its tensors instead: name, type, shape, number of values"},
    {'d', "dump", SK_TEXT(struct values, tensor), "TENSOR", "a tensor's numbers instead, a row of its last dimension a line"},
};

static const struct sk_options options = {
    .usage = "usage: skinfo [-t | -d tensor] file\n"
             "Prints the metadata of a weights file, a key and its value a line; the file is checked whole.\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
    .jobs = "threads, though there is one here",
};

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
    struct sk_tool tool;
    struct values values = defaults;
    struct sk_arguments arguments;
    if (sk_tool_start(&tool, "skinfo"))
        return SK_EXIT_USAGE;
    int status = sk_options_parse(&tool, &options, argc, argv, &values, &arguments);
    if (status >= 0)
        return status;
    if (arguments.operands > 1)
        return sk_tool_usage(&tool, "one file, please");
    if (values.tensors && values.tensor)
        return sk_tool_usage(&tool, "either --tensors or --dump");

    struct sk_tensor_file file;
    struct sk_error err;
    const char *path = arguments.operands ? arguments.operand[0] : "-";
    if (sk_tensor_file_read(&file, path, &err))
        return sk_tool_fail(&tool, &err);
    int failed = 0;
    if (values.tensor)
        failed = dump(&file, values.tensor, &err) ? sk_prefix(&err, "%s", sk_input_name(path)) : 0;
    else if (values.tensors)
        print_tensors(&file);
    else
        print_metadata(&file);
    sk_tensor_file_free(&file);
    return failed ? sk_tool_fail(&tool, &err) : sk_tool_finish(&tool);
}
