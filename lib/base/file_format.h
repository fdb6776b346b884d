#ifndef SK_BASE_FILE_FORMAT_H
#define SK_BASE_FILE_FORMAT_H

#include <stddef.h>

/* Formats of files that people have. */
enum sk_format {
    SK_FORMAT_NONE, /* none that is known here */
    SK_JPEG,
    SK_PNG,
    SK_PNM,
    SK_BMP,
    SK_TIFF,
    SK_WEBP,
    SK_DICOM,
    SK_GIF, /* from here on: never read as photographs */
    SK_HEIC,
    SK_AVIF,
    SK_PDF,
    SK_JPEG2000,
    SK_JPEGXL,
    SK_PSD,
    SK_SVG,
    SK_RAW,
    SK_PICTURE_FORMATS, /* from here on: no pictures */
    SK_SAFETENSORS = SK_PICTURE_FORMATS,
    SK_GZIP,
    SK_BZIP2,
    SK_XZ,
    SK_ZSTD,
    SK_ZIP,
    SK_HDF5,
    SK_NPY,
    SK_UTF16,
    SK_TEXT
};

enum { SK_FORMAT_BYTES = 132 }; /* of a file's beginning, by which it is known */

/* By a file's first bytes; NONE where they are of none of these. */
enum sk_format sk_format_of_bytes(const unsigned char *bytes, size_t length);

/* "JPEG" */
const char *sk_format_name(enum sk_format format);

/* The program that makes a PNM image of it, or what was compressed; NULL where there is none to name. */
const char *sk_format_converter(enum sk_format format);

enum { SK_FORMAT_TEXT = 80 };

/* For the message of a reader that wants something else: ", but a JPEG image" into text; "" of NONE. Returns text. */
const char *sk_format_instead(char text[SK_FORMAT_TEXT], enum sk_format format);

#endif
