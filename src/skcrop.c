/* skcrop: crops every image of a stream to its central square and scales that. */
#include <stdio.h>

#include "base/options.h"
#include "image/crop.h"
#include "image/stream_map.h"

struct values {
    size_t width;
};

static const struct values defaults = {64};

static const struct sk_option option_table[] = {
    {'w', "width", SK_NUMBER(struct values, width, 1, 16384), "PIXELS", "of the result, which is square"},
    {0, "size", SK_NUMBER(struct values, width, 1, 16384), "PIXELS", "the same as --width"},
};

static const struct sk_options options = {
    .usage = "usage: skcrop [options] [stream...]\n"
             "Cuts the central square out of every image of the streams (standard input without any) and scales it\n"
             "(area average down, bicubic up), to standard output.\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
};

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const struct values *v = context;
    (void)position;
    (void)output;
    return sk_image_crop(in, v->width, out, err);
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct values values = defaults;
    struct sk_arguments arguments;
    if (sk_tool_start(&tool, "skcrop"))
        return SK_EXIT_USAGE;
    int status = sk_options_parse(&tool, &options, argc, argv, &values, &arguments);
    if (status >= 0)
        return status;
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    const struct sk_stream_map map = {.path = arguments.operand,
                                      .paths = arguments.operands,
                                      .outputs = 1,
                                      .jobs = tool.jobs,
                                      .apply = apply,
                                      .context = &values};
    if (sk_stream_map(&map, stdout, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
