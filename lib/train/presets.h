#ifndef SK_TRAIN_PRESETS_H
#define SK_TRAIN_PRESETS_H

#include "base/options.h"

/* --preset: what sktrain's options are where they are not given. */
enum sk_preset { SK_PRESET_PAPER, SK_PRESET_BEST, SK_PRESETS };

extern const char *const sk_preset_name[SK_PRESETS];

/* The whole table: a column for each preset of a GAN and of a classifier, and of one architecture where its numbers are its own. */
extern const struct sk_presets sk_train_presets;

/* The column of a preset: that of the architecture, or, where none was given (arch < 0), the one that the preset chooses. */
size_t sk_train_preset_column(enum sk_preset preset, bool classifier, int arch);

#endif
