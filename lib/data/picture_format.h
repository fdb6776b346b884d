#ifndef SK_DATA_PICTURE_FORMAT_H
#define SK_DATA_PICTURE_FORMAT_H

#include "base/file_format.h"

/* By the ending of a file's name; NONE where it says nothing. */
enum sk_format sk_format_of_name(const char *name);

/* The package whose decoder is missing (a constant), "" where the format is never read, or NULL where it can be read. */
const char *sk_format_lacks(enum sk_format format);

#endif
