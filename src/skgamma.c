/* skgamma: gamma correction of every image of a stream. */
#include <stdio.h>

#include "base/options.h"
#include "image/gamma.h"
#include "image/stream_map.h"

struct values {
    double gamma;
};

static const struct values defaults = {1.5};

static const struct sk_option option_table[] = {
    {'g', "gamma", SK_NUMBER(struct values, gamma, 0.01, 100), "G", "above 1 brightens, below 1 darkens"},
};

static const struct sk_options options = {
    .usage = "usage: skgamma [options] [stream...]\n"
             "Corrects every image of the streams (standard input without any) by O = maxval (I / maxval)^(1 / G),\n"
             "to standard output.\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
};

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const struct values *v = context;
    (void)position;
    (void)output;
    return sk_image_gamma(in, v->gamma, out, err);
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct values values = defaults;
    struct sk_arguments arguments;
    if (sk_tool_start(&tool, "skgamma"))
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
