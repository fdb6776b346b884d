/* skgamma: gamma correction of every image of a stream. */
#include <stdio.h>

#include "base/tool.h"
#include "image/gamma.h"
#include "image/stream_map.h"

static const char usage[] =
    "usage: skgamma [options] [stream...]\n"
    "Corrects every image of the streams (standard input without any) by O = maxval (I / maxval)^(1 / G),\n"
    "to standard output.\n"
    "  -g, --gamma G   above 1 brightens, below 1 darkens, 0.01 to 100 (1.5)\n"
    "  -j, --jobs N    threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet     no warnings\n"
    "  -h, --help      this text\n"
    "  -V, --version   version and build\n";

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const double *gamma = context;
    (void)position;
    (void)output;
    return sk_image_gamma(in, *gamma, out, err);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"gamma", required_argument, NULL, 'g'}, SK_COMMON_LONG, {0}};
    struct sk_tool tool;
    double gamma = 1.5;
    if (sk_tool_start(&tool, "skgamma", usage))
        return SK_EXIT_USAGE;
    for (int option; (option = getopt_long(argc, argv, "g:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = option == 'g' ? sk_tool_double(&tool, "--gamma", optarg, 0.01, 100, &gamma)
                                   : sk_tool_common(&tool, option, optarg);
        if (status >= 0 && !(option == 'g' && status == 0))
            return status;
    }
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    const struct sk_stream_map map = {.path = argv + optind,
                                      .paths = argc - optind,
                                      .outputs = 1,
                                      .jobs = tool.jobs,
                                      .apply = apply,
                                      .context = &gamma};
    if (sk_stream_map(&map, stdout, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
