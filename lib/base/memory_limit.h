#ifndef SK_BASE_MEMORY_LIMIT_H
#define SK_BASE_MEMORY_LIMIT_H

#include <stdint.h>

#include "base/error.h"

/* The most memory that this process can have. Neither swap nor what other programs hold at the moment counts: the first is too
   slow for what is read again and again, the second may be gone in a minute. */
struct sk_memory_limit {
    uint64_t bytes;    /* UINT64_MAX where nothing is known */
    const char *whose; /* "this machine has", "its control group allows", ... */
};

/* The least of the machine's memory (MemTotal), what the control groups allow (cgroup.h) and the limits on address space and
   data (setrlimit(2), ulimit -v and -d). ROOT stands before /proc and the rest as in cgroup.h: "" is the machine itself. */
struct sk_memory_limit sk_memory_limit(const char *root);

/* Whether `more` bytes beside what the process holds are to be had: 0, or -1 with err: "needs 61.3 GiB of memory, this machine
   has 23.4 GiB". For what is large and known before it is asked for: where memory is overcommitted, asking fails too late. */
SK_MUST_CHECK int sk_memory_check(uint64_t more, struct sk_error *err);

/* "61.3 GiB", "512 MiB" */
void sk_memory_text(uint64_t bytes, char text[32]);

#endif
