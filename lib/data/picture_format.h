#ifndef SK_DATA_PICTURE_FORMAT_H
#define SK_DATA_PICTURE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

/* Kinds of picture files. */
enum sk_format {
    SK_FORMAT_NONE, /* none that is known here */
    SK_JPEG,
    SK_PNG,
    SK_PNM,
    SK_BMP,
    SK_TIFF,
    SK_WEBP,
    SK_DICOM,
    SK_GIF, /* from here on: never read */
    SK_HEIC,
    SK_AVIF,
    SK_PDF,
    SK_JPEG2000,
    SK_JPEGXL,
    SK_PSD,
    SK_SVG,
    SK_RAW
};

enum { SK_FORMAT_BYTES = 132 }; /* of a file's beginning, by which it is known */

/* By the ending of a file's name; NONE where it says nothing. */
enum sk_format sk_format_of_name(const char *name);

/* By a file's first bytes; NONE where they are of none of these. */
enum sk_format sk_format_of_bytes(const unsigned char *bytes, size_t length);

/* "JPEG" */
const char *sk_format_name(enum sk_format format);

/* The package whose decoder is missing (a constant), "" where the format is never read, or NULL where it can be read. */
const char *sk_format_lacks(enum sk_format format);

#endif
