#ifndef SK_BASE_TOOL_H
#define SK_BASE_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* What every tool does alike: common options, numbers out of options, exit codes, stdout.
   These are the library's only functions that print, and tools alone call them. */

enum { SK_EXIT_OK = 0, SK_EXIT_FAILED = 1, SK_EXIT_USAGE = 2 };
enum { SK_MAX_JOBS = 1024 };

struct sk_tool {
    const char *name;  /* "skgamma" */
    bool quiet;        /* -q */
    int jobs;          /* -j: threads, at least 1 */
    char blas[64];     /* what OpenBLAS is in use, for -V; "" where none is */
};

/* Fills the struct; jobs from SK_THREADS, else by sk_threads_default. 0, or 2 (said on
   stderr) when SK_THREADS is no number from 1 to 1024, or SK_SIMD no level of SIMD that the processor has. */
SK_MUST_CHECK int sk_tool_start(struct sk_tool *tool, const char *name);

/* -j: 0, or SK_EXIT_USAGE (said on stderr). */
SK_MUST_CHECK int sk_tool_jobs(struct sk_tool *tool, const char *argument);

/* -V: prints version, build and what the machine is taken for. */
void sk_tool_version(const struct sk_tool *tool);

/* Prints "tool: text" on stderr and returns SK_EXIT_FAILED; silent when the reader of our output has gone (EPIPE). */
int sk_tool_fail(const struct sk_tool *tool, const struct sk_error *err);

/* Prints "tool: message" and a pointer to -h on stderr and returns SK_EXIT_USAGE. */
int sk_tool_usage(const struct sk_tool *tool, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "tool: warning: message" on stderr, unless quiet. */
void sk_tool_warn(const struct sk_tool *tool, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Numbers out of an option's argument: decimal, whole text, finite, low <= value <= high. 0, or SK_EXIT_USAGE (said on stderr,
   with the option's name and the range). */
SK_MUST_CHECK int sk_tool_long(const struct sk_tool *tool, const char *option, const char *text, long low, long high,
                               long *value);
SK_MUST_CHECK int sk_tool_double(const struct sk_tool *tool, const char *option, const char *text, double low,
                                 double high, double *value);
/* A seed: 0 to 2^64-1. */
SK_MUST_CHECK int sk_tool_seed(const struct sk_tool *tool, const char *option, const char *text, uint64_t *value);
/* One of count words, or a usage error that lists them. */
SK_MUST_CHECK int sk_tool_choice(const struct sk_tool *tool, const char *option, const char *text,
                                 const char *const *words, int count, int *value);

/* Refuses to write binary data to a terminal: 0, or SK_EXIT_USAGE (said on stderr). */
SK_MUST_CHECK int sk_tool_binary_stdout(const struct sk_tool *tool);

/* Flushes and closes stdout and returns the exit code: a write that failed, however small, is SK_EXIT_FAILED. */
SK_MUST_CHECK int sk_tool_finish(const struct sk_tool *tool);

/* "sktools 0.1.0", one line; and what it was built with. */
const char *sk_version(void);
const char *sk_build_flags(void);

#endif
