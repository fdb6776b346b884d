#ifndef SK_NN_INCEPTION_PLAN_H
#define SK_NN_INCEPTION_PLAN_H

#include <stddef.h>

/* Inception v3 (Szegedy et al., arXiv:1512.00567) as a list of steps; what inception.c runs, and not for others.
   Layers and names are those of torchvision.models.inception_v3. */

enum { SK_INCEPTION_CONVS = 94, SK_INCEPTION_STEPS = 128 };

/* Where a step reads and writes: the block's input, its output (branches side by side), and two in between. */
enum sk_inception_map { SK_MAP_IN, SK_MAP_OUT, SK_MAP_A, SK_MAP_B, SK_MAPS };

enum sk_inception_op { SK_OP_CONV, SK_OP_MAX, SK_OP_AVERAGE, SK_OP_POOL_LAST, SK_OP_END };

struct sk_inception_step {
    enum sk_inception_op op;
    enum sk_inception_map from, to;
    char name[64];                 /* of the convolution, or at SK_OP_END of the block */
    size_t conv;                   /* number of the convolution */
    size_t in_h, in_w, in_c;
    size_t out_h, out_w, out_c;
    size_t kernel_h, kernel_w, stride, pad_h, pad_w;
    size_t offset, pitch;          /* first channel written, and channels of a pixel of `to` */
};

struct sk_inception_plan {
    size_t steps, convs;
    struct sk_inception_step step[SK_INCEPTION_STEPS];
    size_t map_floats; /* of the greatest map */
};

/* Fills the plan: always the same one. POOL_LAST is the pooling in the last block, average or maximum by variant. */
void sk_inception_plan(struct sk_inception_plan *plan);

#endif
