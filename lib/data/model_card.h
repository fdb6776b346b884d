#ifndef SK_DATA_MODEL_CARD_H
#define SK_DATA_MODEL_CARD_H

#include <stdio.h>

#include "base/table.h"
#include "tensor/tensor_file.h"

/* Writes a classifier's model card (Mitchell et al. 2019) as Markdown: each fact is the file's metadata's, those that there are not are
   called missing, and so are the items of TRIPOD+AI (Collins et al. 2024) and CLAIM (Tejani et al. 2024) that no file can know. Beside them
   stand what `skmetrics score` measured, tables with the columns metric, value, low, high and those of strata, which name this model. 0, or
   -1 with err: it is no classifier, a table is none of these or of another model, or writing failed. */
SK_MUST_CHECK int sk_model_card(const struct sk_tensor_file *model, const struct sk_table *measured, size_t tables, FILE *out,
                                struct sk_error *err);

#endif
