#include "base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/simd.h"
#include "base/threads.h"


/* A closed standard stream gets a descriptor that fails where it is used; or the next file opened would take its place. */
static void fill_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the lowest that is free */
}

/* OpenMP has bound the first thread to the first of its places: the tools of a pipe, a thread each, would all run there. */
static void set_jobs(struct sk_tool *tool, long jobs)
{
    tool->jobs = jobs < SK_MAX_JOBS ? (int)jobs : SK_MAX_JOBS;
    if (jobs == 1)
        sk_threads_unbind();
}

/* What is not followed is said: it would be taken for the reason of the results. */
static int check_simd(const struct sk_tool *tool)
{
    static const char *const levels[] = {"avx512", "avx2", "baseline"};
    const char *asked = sk_simd_asked();
    int level;
    if (!asked)
        return 0;
    if (sk_tool_choice(tool, "SK_SIMD", asked, levels, 3, &level))
        return SK_EXIT_USAGE;
    return sk_simd_has(asked) ? 0 : sk_tool_usage(tool, "SK_SIMD: this processor has no %s", asked);
}

int sk_tool_start(struct sk_tool *tool, const char *name)
{
    fill_standard_streams();
    *tool = (struct sk_tool){.name = name, .jobs = 1};
    const char *threads = getenv("SK_THREADS");
    long jobs = 0;
    if (!threads || !*threads)
        jobs = sk_threads_default("");
    else if (sk_tool_long(tool, "SK_THREADS", threads, 1, SK_MAX_JOBS, &jobs))
        return SK_EXIT_USAGE;
    set_jobs(tool, jobs);
    return check_simd(tool);
}

int sk_tool_jobs(struct sk_tool *tool, const char *argument)
{
    long jobs = 0;
    if (sk_tool_long(tool, "--jobs", argument, 1, SK_MAX_JOBS, &jobs))
        return SK_EXIT_USAGE;
    set_jobs(tool, jobs);
    return 0;
}

void sk_tool_version(const struct sk_tool *tool)
{
    printf("%s (%s)\n%s\n%s%sSIMD level %s; threads %d\n", tool->name, sk_version(), sk_build_flags(), tool->blas,
           *tool->blas ? "; " : "", sk_simd_level(), tool->jobs);
}

/* A message is one line, and changes no terminal, whatever the names in it are. */
static void print(const struct sk_tool *tool, const char *kind, const char *text)
{
    char line[sizeof(struct sk_error)];
    const size_t length = strnlen(text, sizeof line - 1);
    for (size_t i = 0; i < length; i++)
        line[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
    line[length] = '\0';
    fprintf(stderr, "%s: %s%s\n", tool->name, kind, line);
}

int sk_tool_fail(const struct sk_tool *tool, const struct sk_error *err)
{
    if (err->code != EPIPE)
        print(tool, "", err->text);
    return SK_EXIT_FAILED;
}

static void say(const struct sk_tool *tool, const char *kind, const char *format, va_list ap)
{
    char text[sizeof(struct sk_error)];
    vsnprintf(text, sizeof text, format, ap);
    print(tool, kind, text);
}

int sk_tool_usage(const struct sk_tool *tool, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    say(tool, "", format, ap);
    va_end(ap);
    fprintf(stderr, "try '%s -h'\n", tool->name);
    return SK_EXIT_USAGE;
}

void sk_tool_warn(const struct sk_tool *tool, const char *format, ...)
{
    if (tool->quiet)
        return;
    va_list ap;
    va_start(ap, format);
    say(tool, "warning: ", format, ap);
    va_end(ap);
}

/* Numbers are written in decimal: strtol and strtod would take blanks, a plus, hexadecimal, nan and inf as well. */
static bool is_decimal(const char *text, const char *characters)
{
    return *text && *text != '+' && text[strspn(text, characters)] == '\0';
}

int sk_tool_long(const struct sk_tool *tool, const char *option, const char *text, long low, long high, long *value)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (!is_decimal(text, "-0123456789") || *end || errno || number < low || number > high)
        return sk_tool_usage(tool, "%s: '%s' is not a whole number from %ld to %ld", option, text, low, high);
    *value = number;
    return 0;
}

int sk_tool_double(const struct sk_tool *tool, const char *option, const char *text, double low, double high,
                   double *value)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (!is_decimal(text, "+-.0123456789eE") || *end || !isfinite(number) || number < low || number > high)
        return sk_tool_usage(tool, "%s: '%s' is not a number from %g to %g", option, text, low, high);
    *value = number + 0.0; /* no negative zero, which a file would show */
    return 0;
}

int sk_tool_seed(const struct sk_tool *tool, const char *option, const char *text, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno)
        return sk_tool_usage(tool, "%s: '%s' is not a whole number from 0 to 18446744073709551615", option, text);
    *value = number;
    return 0;
}

int sk_tool_choice(const struct sk_tool *tool, const char *option, const char *text, const char *const *words,
                   int count, int *value)
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0) {
            *value = i;
            return 0;
        }
    char list[200] = "";
    for (int i = 0; i < count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", words[i]);
    }
    return sk_tool_usage(tool, "%s: '%s' is none of %s", option, text, list);
}

int sk_tool_binary_stdout(const struct sk_tool *tool)
{
    if (isatty(STDOUT_FILENO))
        return sk_tool_usage(tool, "standard output is a terminal: send the data to a file or a pipe");
    return 0;
}

int sk_tool_finish(const struct sk_tool *tool)
{
    struct sk_error err;
    errno = EIO; /* for an earlier failure, whose errno is lost */
    int failed = ferror(stdout);
    if (fclose(stdout) != 0 || failed) {
        sk_fail_errno(&err, "standard output");
        return sk_tool_fail(tool, &err);
    }
    return SK_EXIT_OK;
}
