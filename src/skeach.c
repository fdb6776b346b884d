/* skeach: runs a program for each image of a stream. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/options.h"
#include "image/each.h"

static const struct sk_options options = {
    .usage = "usage: skeach [options] program [argument...]\n"
             "Runs the program for each image of standard input, which it gets on its own, and writes what they print, in\n"
             "the images' order, to standard output. SK_IMAGE is the image's number, from 0, in the program's environment.\n",
    .ends_at_operand = true,
    .jobs = "programs at a time",
};

/* A write that fails is to say so: our reader's going ends us as ever once the programs have ended (end_by_sigpipe), and a limit of file
   sizes is told. */
static void start_signals(sigset_t *before)
{
    const struct sigaction wait_for_children = {.sa_handler = SIG_DFL};
    sigset_t writing;
    sigemptyset(&writing);
    sigaddset(&writing, SIGPIPE);
    sigaddset(&writing, SIGXFSZ);
    sigprocmask(SIG_BLOCK, &writing, before);
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
    struct sk_tool tool;
    struct sk_arguments arguments;
    if (sk_tool_start(&tool, "skeach"))
        return SK_EXIT_USAGE;
    int status = sk_options_parse(&tool, &options, argc, argv, NULL, &arguments);
    if (status >= 0)
        return status;
    if (arguments.operands == 0)
        return sk_tool_usage(&tool, "no program");

    struct sk_error err;
    sigset_t before;
    start_signals(&before);
    const struct sk_each each = {.argv = arguments.operand, .environment = environ, .jobs = tool.jobs, .terminal = isatty(STDOUT_FILENO)};
    int failed = sk_each_image(&each, "-", &before, STDOUT_FILENO, &err);
    if (failed && err.code == EPIPE)
        end_by_sigpipe(&before);
    if (failed)
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
