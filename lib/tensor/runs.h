#ifndef SK_TENSOR_RUNS_H
#define SK_TENSOR_RUNS_H

#include <stddef.h>

/* `count` things in runs of at most `most`, as equally long and as many for each thread as can be: small maps, too, keep all
   threads busy. For what does not depend on where runs begin. */
struct sk_runs {
    size_t count, runs;
};

static inline struct sk_runs sk_runs_of(size_t count, size_t most, int jobs)
{
    const size_t least = (count + most - 1) / most, threads = (size_t)jobs;
    const size_t runs = (least + threads - 1) / threads * threads;
    return (struct sk_runs){count, runs < count ? runs : count};
}

/* Where run k begins, and run k - 1 ends. */
static inline size_t sk_run_at(struct sk_runs r, size_t k)
{
    return k * (r.count / r.runs) + (k < r.count % r.runs ? k : r.count % r.runs);
}

#endif
