#include "base/file_format.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *what;
    const char *converter; /* the program that makes PNM of it, or what was compressed; or NULL */
} formats[] = {
    [SK_FORMAT_NONE] = {"", "", NULL},
    [SK_JPEG] = {"JPEG", "a JPEG image", "jpegtopnm"},
    [SK_PNG] = {"PNG", "a PNG image", "pngtopnm"},
    [SK_PNM] = {"PNM", "a PNM image", NULL},
    [SK_BMP] = {"BMP", "a BMP image", "bmptopnm"},
    [SK_TIFF] = {"TIFF", "a TIFF image", "tifftopnm"},
    [SK_WEBP] = {"WebP", "a WebP image", "dwebp -ppm"},
    [SK_DICOM] = {"DICOM", "a DICOM file", "dcmj2pnm"},
    [SK_GIF] = {"GIF", "a GIF image", "giftopnm"},
    [SK_HEIC] = {"HEIC", "a HEIC image", "heif-convert"},
    [SK_AVIF] = {"AVIF", "an AVIF image", "heif-convert"},
    [SK_PDF] = {"PDF", "a PDF file", NULL},
    [SK_JPEG2000] = {"JPEG 2000", "a JPEG 2000 image", "opj_decompress"},
    [SK_JPEGXL] = {"JPEG XL", "a JPEG XL image", "djxl"},
    [SK_PSD] = {"PSD", "a PSD file", NULL},
    [SK_SVG] = {"SVG", "an SVG drawing", NULL},
    [SK_RAW] = {"raw", "a raw photograph", NULL},
    [SK_SAFETENSORS] = {"safetensors", "a weights file (safetensors)", NULL},
    [SK_GZIP] = {"gzip", "gzip data", "gunzip"},
    [SK_BZIP2] = {"bzip2", "bzip2 data", "bunzip2"},
    [SK_XZ] = {"xz", "xz data", "unxz"},
    [SK_ZSTD] = {"zstd", "zstd data", "unzstd"},
    [SK_ZIP] = {"zip", "a zip archive, as files of PyTorch and NumPy are", NULL},
    [SK_HDF5] = {"HDF5", "an HDF5 file", NULL},
    [SK_NPY] = {"NPY", "an array of NumPy", NULL},
    [SK_UTF16] = {"UTF-16", "text in UTF-16, not UTF-8", NULL},
    [SK_TEXT] = {"text", "text", NULL},
};

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
    {SK_JPEG2000, 0, 4, "\xff\x4f\xff\x51"}, {SK_JPEGXL, 4, 4, "JXL "},
    {SK_PSD, 0, 4, "8BPS"},              {SK_GZIP, 0, 3, "\x1f\x8b\x08"},     {SK_BZIP2, 0, 3, "BZh"},
    {SK_XZ, 0, 6, "\xfd" "7zXZ\0"},      {SK_ZSTD, 0, 4, "\x28\xb5\x2f\xfd"}, {SK_ZIP, 0, 4, "PK\3\4"},
    {SK_HDF5, 0, 4, "\x89HDF"},          {SK_NPY, 0, 6, "\x93NUMPY"},         {SK_UTF16, 0, 2, "\xff\xfe"},
    {SK_UTF16, 0, 2, "\xfe\xff"},
};

/* "BM", the file's length, and the offset of the pixels, which is small: two letters alone may be any text. */
static bool is_bmp(const unsigned char *bytes, size_t length)
{
    return length >= 26 && memcmp(bytes, "BM", 2) == 0 && bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0;
}

/* The length of a JSON object, in eight bytes of which the highest are 0, and the object. */
static bool is_safetensors(const unsigned char *bytes, size_t length)
{
    return length >= 10 && memcmp(bytes + 4, "\0\0\0\0{", 5) == 0 && strchr("\" }", bytes[9]) && bytes[9];
}

static bool is_text(const unsigned char *bytes, size_t length)
{
    size_t i = 0;
    while (i < length && (bytes[i] >= ' ' || strchr("\t\r\n", bytes[i])) && bytes[i] && bytes[i] != 0x7f)
        i++;
    return length > 0 && i == length;
}

enum sk_format sk_format_of_bytes(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (length >= magics[i].at + magics[i].length && memcmp(bytes + magics[i].at, magics[i].bytes, magics[i].length) == 0)
            return magics[i].format;
    if (length >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' && strchr(" \t\r\n#", bytes[2]) && bytes[2])
        return SK_PNM;
    if (is_bmp(bytes, length))
        return SK_BMP;
    return is_safetensors(bytes, length) ? SK_SAFETENSORS : is_text(bytes, length) ? SK_TEXT : SK_FORMAT_NONE;
}

const char *sk_format_name(enum sk_format format)
{
    return formats[format].name;
}

const char *sk_format_converter(enum sk_format format)
{
    return formats[format].converter;
}

const char *sk_format_instead(char text[SK_FORMAT_TEXT], enum sk_format format)
{
    snprintf(text, SK_FORMAT_TEXT, "%s%s", format == SK_FORMAT_NONE ? "" : ", but ", formats[format].what);
    return text;
}
