#ifndef SK_TRAIN_FOOTPRINT_H
#define SK_TRAIN_FOOTPRINT_H

#include "base/memory.h"
#include "data/dataset.h"
#include "train/options.h"

/* What a training holds in memory at its peak: networks, optimisers, batches and workspaces by the constructors' own account,
   the best snapshot, a checkpoint that is being written, the images, and the program itself. */
SK_MUST_CHECK int sk_train_footprint(const struct sk_train_options *options, bool classifier, size_t classes, size_t images,
                                     struct sk_account *account, struct sk_error *err);

/* 0 where the machine has the memory that the training will need (sk_memory_limit), else -1 with err: how much of what, and
   what there is. set and valid: the images, or NULL before they are read. */
SK_MUST_CHECK int sk_train_check_memory(const struct sk_train_options *options, bool classifier,
                                        const struct sk_dataset *set, const struct sk_dataset *valid, struct sk_error *err);

#endif
