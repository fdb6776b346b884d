/* skfilter: smooths every image of a stream (bilateral, Gaussian, median). */
#include <stdio.h>

#include "base/options.h"
#include "image/filter.h"
#include "image/stream_map.h"

enum method { BILATERAL, GAUSSIAN, MEDIAN, METHODS };
static const char *const methods[METHODS] = {"bilateral", "gaussian", "median"};

struct filter {
    enum method method;
    long diameter;
    double sigma_color, sigma_space; /* 0: the method's default */
};

static const struct filter defaults = {.method = BILATERAL, .diameter = 9};

static const struct sk_option option_table[] = {
    {'m', "method", SK_CHOICE(struct filter, method, methods, METHODS), "NAME", ""},
    {'d', "diameter", SK_NUMBER(struct filter, diameter, 0, SK_FILTER_MAX_DIAMETER), "PIXELS",
     "of the window (odd for gaussian and median; 0 is as wide as sigma-space asks for)"},
    {'c', "sigma-color", SK_NUMBER(struct filter, sigma_color, 0.001, 1e6), "VALUE",
     "bilateral: colour difference, of 255, that is still smoothed", "75"},
    {'g', "sigma-space", SK_NUMBER(struct filter, sigma_space, 0.001, 1e6), "PIXELS", "bilateral, gaussian: reach",
     "75; gaussian as OpenCV's sigma 0: by the diameter"},
};

static const struct sk_options options = {
    .usage = "usage: skfilter [options] [stream...]\n"
             "Smooths every image of the streams (standard input without any), to standard output.\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
};

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const struct filter *f = context;
    (void)position;
    (void)output;
    switch (f->method) {
    case GAUSSIAN:
        return sk_filter_gaussian(in, (int)f->diameter, f->sigma_space, out, err);
    case MEDIAN:
        return sk_filter_median(in, (int)f->diameter, out, err);
    default:
        return sk_filter_bilateral(in, (int)f->diameter, f->sigma_color > 0 ? f->sigma_color : 75,
                                   f->sigma_space > 0 ? f->sigma_space : 75, out, err);
    }
}

/* What one option means to another: 0, or SK_EXIT_USAGE, said. */
static int check(const struct sk_tool *tool, const struct filter *f)
{
    if (f->method != BILATERAL && f->sigma_color > 0)
        return sk_tool_usage(tool, "--sigma-color has no meaning for %s", methods[f->method]);
    if (f->method == MEDIAN && f->sigma_space > 0)
        return sk_tool_usage(tool, "--sigma-space has no meaning for median");
    const bool by_sigma = f->method == GAUSSIAN && f->diameter == 0;
    if (by_sigma && f->sigma_space <= 0)
        return sk_tool_usage(tool, "--diameter: 0 takes gaussian's window from --sigma-space, which is not given");
    if (f->method != BILATERAL && f->diameter % 2 == 0 && !by_sigma)
        return sk_tool_usage(tool, "--diameter: %s wants an odd one, not %ld", methods[f->method], f->diameter);
    return 0;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct filter filter = defaults;
    struct sk_arguments arguments;
    if (sk_tool_start(&tool, "skfilter"))
        return SK_EXIT_USAGE;
    int status = sk_options_parse(&tool, &options, argc, argv, &filter, &arguments);
    if (status >= 0)
        return status;
    if (check(&tool, &filter) || sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    const struct sk_stream_map map = {.path = arguments.operand,
                                      .paths = arguments.operands,
                                      .outputs = 1,
                                      .jobs = tool.jobs,
                                      .apply = apply,
                                      .context = &filter};
    if (sk_stream_map(&map, stdout, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
