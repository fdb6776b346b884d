/* skeach: runs a program for each image of a stream. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/tool.h"
#include "image/each.h"

static const char usage[] =
    "usage: skeach [options] program [argument...]\n"
    "Runs the program for each image of standard input, which it gets on its own, and writes what they print, in\n"
    "the images' order, to standard output. SK_IMAGE is the image's number, from 0, in the program's environment.\n"
    "  -j, --jobs N         programs at a time (all processors, or SK_THREADS)\n"
    "  -q, --quiet          no warnings\n"
    "  -h, --help           this text\n"
    "  -V, --version        version and build\n";

/* A program that closes its input early is to give us EPIPE; our own reader's going ends us as ever (end_by_sigpipe). */
static void start_signals(sigset_t *before)
{
    const struct sigaction wait_for_children = {.sa_handler = SIG_DFL};
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigprocmask(SIG_BLOCK, &pipe, before);
    sigaction(SIGCHLD, &wait_for_children, NULL); /* ignored, it would take the exit statuses with it */
}

/* Ends by SIGPIPE where that is its action and it was not blocked; else returns. */
static void end_by_sigpipe(const sigset_t *before)
{
    raise(SIGPIPE);
    sigprocmask(SIG_SETMASK, before, NULL);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {SK_COMMON_LONG, {0}};
    struct sk_tool tool;
    if (sk_tool_start(&tool, "skeach", usage))
        return SK_EXIT_USAGE;
    for (int option; (option = getopt_long(argc, argv, "+" SK_COMMON_SHORT, options, NULL)) != -1;) { /* +: stop at PROGRAM */
        int status = sk_tool_common(&tool, option, optarg);
        if (status >= 0)
            return status;
    }
    if (optind == argc)
        return sk_tool_usage(&tool, "no program");

    struct sk_error err;
    sigset_t before;
    start_signals(&before);
    const struct sk_each each = {.argv = argv + optind, .environment = environ, .jobs = tool.jobs, .terminal = isatty(STDOUT_FILENO)};
    int failed = sk_each_image(&each, "-", &before, stdout, &err);
    if (failed && err.code == EPIPE)
        end_by_sigpipe(&before);
    if (failed)
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
