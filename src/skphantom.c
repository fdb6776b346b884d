#include <stdlib.h>

#include "base/memory.h"
#include "base/tool.h"
#include "image/phantom.h"

static const char usage[] =
    "usage: skphantom [options] benign|malignant\n"
    "Writes synthetic dermoscopy lesions that obey the ABCD rule, raw PPM, to standard output.\n"
    "\n"
    "  -n, --count N        images (default 1)\n"
    "  -w, --width PIXELS   width and height (default 64)\n"
    "  -s, --seed N         image i depends on class, seed and i alone (default 1)\n"
    "  -j, --jobs N         threads (default: SK_THREADS, else all processors); the bytes are the same for all\n"
    "  -q, --quiet          no warnings\n"
    "  -h, --help           this text\n"
    "  -V, --version        version and build\n";

enum { MAX_COUNT = 1000000000, WINDOW_SAMPLES = 1 << 27 };

static const char *const class_names[] = {"benign", "malignant"};

/* Images from..from + count - 1 of the stream, in parallel, each into a place of its own. */
static int draw_window(struct sk_image *window, long count, int kind, uint64_t seed, long from, size_t width, int jobs,
                       struct sk_error *err)
{
    int failed = 0;
#pragma omp parallel for num_threads(jobs) schedule(dynamic) if (jobs > 1)
    for (long i = 0; i < count; i++) {
        struct sk_error mine;
        if (sk_phantom_draw(&window[i], (enum sk_phantom_class)kind, seed, (uint64_t)(from + i), width, &mine)) {
#pragma omp critical
            {
                *err = mine;
                failed = -1;
            }
        }
    }
    return failed;
}

/* Writes the stream, a window of images at a time: as many as keep the threads busy, fewer where they are so large
   that the window would not stay within 256 MB, at least one. */
static int write_phantoms(int kind, long count, size_t width, uint64_t seed, int jobs, struct sk_error *err)
{
    long room = (long)(WINDOW_SAMPLES / (3 * width * width)), size = 16L * jobs;
    size = size < room ? size : room > 1 ? room : 1;
    size = size < count ? size : count;
    struct sk_image *window = sk_alloc((size_t)size, sizeof *window, err);
    if (!window)
        return -1;
    int failed = 0;
    for (long from = 0; from < count && !failed; from += size) {
        long drawn = count - from < size ? count - from : size;
        failed = draw_window(window, drawn, kind, seed, from, width, jobs, err);
        for (long i = 0; i < drawn && !failed; i++)
            failed = sk_image_write(stdout, &window[i], err);
    }
    for (long i = 0; i < size; i++)
        sk_image_free(&window[i]);
    free(window);
    return failed;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"count", required_argument, NULL, 'n'}, {"width", required_argument, NULL, 'w'},
        {"seed", required_argument, NULL, 's'},  SK_COMMON_LONG,
        {NULL, 0, NULL, 0},
    };
    struct sk_tool tool;
    int code = sk_tool_start(&tool, "skphantom", usage);
    if (code)
        return code;

    long count = 1, width = 64;
    uint64_t seed = 1;
    for (int option; (option = getopt_long(argc, argv, "n:w:s:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        switch (option) {
        case 'n': code = sk_tool_long(&tool, "--count", optarg, 0, MAX_COUNT, &count); break;
        case 'w': code = sk_tool_long(&tool, "--width", optarg, 1, SK_PHANTOM_MAX_WIDTH, &width); break;
        case 's': code = sk_tool_seed(&tool, "--seed", optarg, &seed); break;
        default: code = sk_tool_common(&tool, option, optarg);
            if (code < 0)
                code = 0;
            else
                return code;
        }
        if (code)
            return code;
    }
    int kind;
    if (argc - optind != 1)
        return sk_tool_usage(&tool, "one class is wanted: benign or malignant");
    if ((code = sk_tool_choice(&tool, "class", argv[optind], class_names, 2, &kind)) != 0 ||
        (code = sk_tool_binary_stdout(&tool)) != 0)
        return code;

    struct sk_error err;
    if (write_phantoms(kind, count, (size_t)width, seed, tool.jobs, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
