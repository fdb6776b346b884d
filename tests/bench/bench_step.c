/* bench_step 4|5|best|resnet|inception BATCH: for every line on standard input one full GAN step of the paper's network by that kernel or
   of the best preset's, or one of a residual classifier or of Inception, its seconds on standard output; so that another program can take turns with it. */
#include <string.h>

#include "base/threads.h"
#include "base/tool.h"
#include "measure.h"

int main(int argc, char **argv)
{
    struct sk_tool tool;
    sk_threads_wait_passively(argv); /* as the tools do */
    long kernel = 0, batch;
    const bool resnet = argc == 3 && strcmp(argv[1], "resnet") == 0, inception = argc == 3 && strcmp(argv[1], "inception") == 0;
    const bool classifier = resnet || inception, best = argc == 3 && strcmp(argv[1], "best") == 0;
    if (sk_tool_start(&tool, "bench_step") || argc != 3 || (!classifier && !best && sk_tool_long(&tool, "kernel", argv[1], 4, 5, &kernel)) ||
        sk_tool_long(&tool, "batch", argv[2], 1, 4096, &batch)) {
        fputs("usage: bench_step 4|5|best|resnet|inception batch\n", stderr);
        return SK_EXIT_USAGE;
    }
    struct sk_gan *gan = classifier ? NULL
                         : best     ? new_best_gan((size_t)batch, tool.jobs)
                                    : new_gan((size_t)kernel, (size_t)batch, tool.jobs);
    struct training training = {0};
    if (classifier)
        training = resnet ? new_residual((size_t)batch, tool.jobs) : new_inception((size_t)batch, tool.jobs);
    for (int c; (c = getchar()) != EOF;) {
        if (c == '\n') {
            printf("%.6f\n", classifier ? time_training(&training) : time_step(gan));
            fflush(stdout);
        }
    }
    sk_gan_free(gan);
    free_training(&training);
    return 0;
}
