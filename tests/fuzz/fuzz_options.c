/* The command lines of all tools: the first byte of the input chooses one, its second line is SK_THREADS (none where it is
   empty), each line after it is an argument. The linker (targets.mk) sees to it that no file is opened and that a
   filter ends where it would begin to work, so that parsing is all that is done. */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/tool.h"
#include "fuzz.h"

typedef int tool_main(int argc, char **argv);
tool_main skaug_main, skclassify_main, skcrop_main, skfilter_main, skgamma_main, skgen_main, skmetrics_main,
    skphantom_main, sktrain_main;

/* Instead of the functions of these names. */
FILE *__wrap_fopen(const char *path, const char *mode);
int __wrap_open(const char *path, int flags, ...);
int __wrap_fclose(FILE *stream);
int __wrap_sk_tool_binary_stdout(const struct sk_tool *tool);
int __real_fclose(FILE *stream);
FILE *__real_fopen(const char *path, const char *mode);

static bool parsing; /* a tool is at work */

FILE *__wrap_fopen(const char *path, const char *mode)
{
    return parsing ? NULL : __real_fopen(path, mode);
}

int __wrap_open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    return -1;
}

int __wrap_fclose(FILE *stream)
{
    return stream == stdout ? fflush(stdout) : __real_fclose(stream);
}

int __wrap_sk_tool_binary_stdout(const struct sk_tool *tool)
{
    (void)tool;
    return SK_EXIT_USAGE;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setenv("OMP_WAIT_POLICY", "passive", 1); /* or sktrain starts itself again */
    FUZZ_CHECK(freopen("/dev/null", "r", stdin));
    return 0;
}

enum { MAX_ARGUMENTS = 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static tool_main *const mains[] = {skaug_main, skclassify_main, skcrop_main,   skfilter_main, skgamma_main,
                                       skgen_main, skmetrics_main,  skphantom_main, sktrain_main};
    static char name[] = "tool", threads[64];
    char *argv[MAX_ARGUMENTS + 2] = {name};
    int argc = 1;
    if (size == 0)
        return 0;
    tool_main *tool = mains[data[0] % (sizeof mains / sizeof *mains)];
    char *text = malloc(size + 1), *rest = text;
    FUZZ_CHECK(text);
    memcpy(text, data, size);
    text[size] = '\0';
    strsep(&rest, "\n");
    char *line = strsep(&rest, "\n");
    snprintf(threads, sizeof threads, "SK_THREADS=%s", line ? line : "");
    FUZZ_CHECK(putenv(threads) == 0);
    while (argc <= MAX_ARGUMENTS && (line = strsep(&rest, "\n")))
        argv[argc++] = line;

    optind = 0; /* glibc: starts over */
    parsing = true;
    int status = tool(argc, argv);
    parsing = false;
    FUZZ_CHECK(status >= SK_EXIT_OK && status <= SK_EXIT_USAGE);
    clearerr(stdin);
    free(text);
    return 0;
}
