/* skcrop: crops every image of a stream to its central square and scales that. */
#include <stdio.h>

#include "base/tool.h"
#include "image/crop.h"
#include "image/stream_map.h"

static const char usage[] =
    "usage: skcrop [options] [stream...]\n"
    "Cuts the central square out of every image of the streams (standard input without any) and scales it\n"
    "(area average down, bicubic up), to standard output.\n"
    "  -w, --width PIXELS   of the result, which is square, 1 to 16384 (64)\n"
    "  -j, --jobs N         threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet          no warnings\n"
    "  -h, --help           this text\n"
    "  -V, --version        version and build\n";

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const long *width = context;
    (void)position;
    (void)output;
    return sk_image_crop(in, (size_t)*width, out, err);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"width", required_argument, NULL, 'w'}, SK_COMMON_LONG, {0}};
    struct sk_tool tool;
    long width = 64;
    if (sk_tool_start(&tool, "skcrop", usage))
        return SK_EXIT_USAGE;
    for (int option; (option = getopt_long(argc, argv, "w:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = option == 'w' ? sk_tool_long(&tool, "--width", optarg, 1, 16384, &width)
                                   : sk_tool_common(&tool, option, optarg);
        if (status >= 0 && !(option == 'w' && status == 0))
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
                                      .context = &width};
    if (sk_stream_map(&map, stdout, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
