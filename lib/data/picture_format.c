#include "data/picture_format.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *endings;           /* between bars */
    const char *decoder, *package; /* where netpbm is not enough */
    bool never;
} formats[] = {
    [SK_FORMAT_NONE] = {"", "", NULL, NULL, true},
    [SK_JPEG] = {"JPEG", "|jpg|jpeg|jpe|jfif|", NULL, NULL, false},
    [SK_PNG] = {"PNG", "|png|", NULL, NULL, false},
    [SK_PNM] = {"PNM", "|pnm|ppm|pgm|pbm|pam|", NULL, NULL, false},
    [SK_BMP] = {"BMP", "|bmp|dib|", NULL, NULL, false},
    [SK_TIFF] = {"TIFF", "|tif|tiff|", NULL, NULL, false},
    [SK_WEBP] = {"WebP", "|webp|", "dwebp", "webp", false},
    [SK_DICOM] = {"DICOM", "|dcm|dicom|", "dcmj2pnm", "dcmtk", false},
    [SK_GIF] = {"GIF", "|gif|", NULL, NULL, true},
    [SK_HEIC] = {"HEIC", "|heic|heif|hif|", NULL, NULL, true},
    [SK_AVIF] = {"AVIF", "|avif|", NULL, NULL, true},
    [SK_PDF] = {"PDF", "|pdf|", NULL, NULL, true},
    [SK_JPEG2000] = {"JPEG 2000", "|jp2|j2k|jpx|jpf|", NULL, NULL, true},
    [SK_JPEGXL] = {"JPEG XL", "|jxl|", NULL, NULL, true},
    [SK_PSD] = {"PSD", "|psd|", NULL, NULL, true},
    [SK_SVG] = {"SVG", "|svg|", NULL, NULL, true},
    [SK_RAW] = {"raw", "|cr2|cr3|nef|arw|dng|raf|orf|rw2|", NULL, NULL, true},
};

enum { FORMATS = sizeof formats / sizeof *formats };

static const struct {
    enum sk_format format;
    size_t at, length;
    const char *bytes;
} magics[] = {
    {SK_JPEG, 0, 3, "\xff\xd8\xff"},     {SK_PNG, 0, 4, "\x89PNG"},           {SK_TIFF, 0, 4, "II*\0"},
    {SK_TIFF, 0, 4, "MM\0*"},            {SK_WEBP, 8, 4, "WEBP"},             {SK_DICOM, 128, 4, "DICM"},
    {SK_GIF, 0, 4, "GIF8"},              {SK_HEIC, 4, 8, "ftypheic"},         {SK_HEIC, 4, 8, "ftypheix"},
    {SK_HEIC, 4, 8, "ftypmif1"},         {SK_HEIC, 4, 8, "ftypmsf1"},         {SK_HEIC, 4, 8, "ftyphevc"},
    {SK_AVIF, 4, 8, "ftypavif"},         {SK_PDF, 0, 5, "%PDF-"},             {SK_JPEG2000, 4, 4, "jP  "},
    {SK_JPEG2000, 0, 4, "\xff\x4f\xff\x51"}, {SK_JPEGXL, 4, 4, "JXL "},       {SK_PSD, 0, 4, "8BPS"},
};

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

/* "BM", the file's length, and the offset of the pixels, which is small: two letters alone may be any text. */
static bool is_bmp(const unsigned char *bytes, size_t length)
{
    return length >= 26 && memcmp(bytes, "BM", 2) == 0 && bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0;
}

enum sk_format sk_format_of_bytes(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (length >= magics[i].at + magics[i].length && memcmp(bytes + magics[i].at, magics[i].bytes, magics[i].length) == 0)
            return magics[i].format;
    if (length >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' && strchr(" \t\r\n#", bytes[2]) && bytes[2])
        return SK_PNM;
    return is_bmp(bytes, length) ? SK_BMP : SK_FORMAT_NONE;
}

const char *sk_format_name(enum sk_format format)
{
    return formats[format].name;
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
