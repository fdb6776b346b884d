#include "data/picture_format.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct {
    const char *endings;           /* between bars */
    const char *decoder, *package; /* where netpbm is not enough */
    bool never;
} formats[] = {
    [SK_FORMAT_NONE] = {"", NULL, NULL, true},
    [SK_JPEG] = {"|jpg|jpeg|jpe|jfif|", NULL, NULL, false},
    [SK_PNG] = {"|png|", NULL, NULL, false},
    [SK_PNM] = {"|pnm|ppm|pgm|pbm|pam|", NULL, NULL, false},
    [SK_BMP] = {"|bmp|dib|", NULL, NULL, false},
    [SK_TIFF] = {"|tif|tiff|", NULL, NULL, false},
    [SK_WEBP] = {"|webp|", "dwebp", "webp", false},
    [SK_DICOM] = {"|dcm|dicom|", "dcmj2pnm", "dcmtk", false},
    [SK_GIF] = {"|gif|", NULL, NULL, true},
    [SK_HEIC] = {"|heic|heif|hif|", NULL, NULL, true},
    [SK_AVIF] = {"|avif|", NULL, NULL, true},
    [SK_PDF] = {"|pdf|", NULL, NULL, true},
    [SK_JPEG2000] = {"|jp2|j2k|jpx|jpf|", NULL, NULL, true},
    [SK_JPEGXL] = {"|jxl|", NULL, NULL, true},
    [SK_PSD] = {"|psd|", NULL, NULL, true},
    [SK_SVG] = {"|svg|", NULL, NULL, true},
    [SK_RAW] = {"|cr2|cr3|nef|arw|dng|raf|orf|rw2|", NULL, NULL, true},
};

enum { FORMATS = sizeof formats / sizeof *formats };

enum sk_format sk_format_of_name(const char *name)
{
    char barred[16];
    const char *ending = strrchr(name, '.');
    if (!ending || strlen(ending) > 8)
        return SK_FORMAT_NONE;
    snprintf(barred, sizeof barred, "|%s|", ending + 1);
    for (int f = 1; f < FORMATS; f++)
        if (strcasestr(formats[f].endings, barred))
            return (enum sk_format)f;
    return SK_FORMAT_NONE;
}

static bool is_installed(const char *program)
{
    char path[PATH_MAX];
    const char *at = getenv("PATH");
    for (size_t length; at && *at; at += length + (at[length] == ':')) {
        length = strcspn(at, ":");
        int written = snprintf(path, sizeof path, "%.*s/%s", (int)length, at, program);
        if (written > 0 && written < PATH_MAX && access(path, X_OK) == 0)
            return true;
    }
    return false;
}

const char *sk_format_lacks(enum sk_format format)
{
    if (formats[format].never)
        return "";
    return !formats[format].decoder || is_installed(formats[format].decoder) ? NULL : formats[format].package;
}
