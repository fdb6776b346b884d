#ifndef SK_IMAGE_PNM_H
#define SK_IMAGE_PNM_H

#include <stdio.h>
#include <sys/types.h>

#include "base/error.h"
#include "image/image.h"

/* A stream of PNM/PAM images, raw or plain, each gzip-compressed or not, in any mixture. Opaque. */
struct sk_image_reader;

/* Opens a file, or standard input for "-". 0 with *reader set (sk_image_reader_close frees it), or -1 with err. */
SK_MUST_CHECK int sk_image_reader_open(struct sk_image_reader **reader, const char *path, struct sk_error *err);

/* The same for bytes that a function gives, as read(2) does: up to count of them, 0 at the end, -1 with errno. */
SK_MUST_CHECK int sk_image_reader_open_function(struct sk_image_reader **reader, const char *name,
                                                ssize_t (*give)(void *context, void *buffer, size_t count),
                                                void *context, struct sk_error *err);

/* Lets reading end with an error (code ECANCELED) once the file descriptor `stop` is readable, so that
   another thread can end a wait for input. It stays the caller's. */
void sk_image_reader_stop_by(struct sk_image_reader *reader, int stop);

/* Reads the next image: 1 with the image filled, 0 at the end of the stream, -1 with err ("file: image N: what",
   N from 0). Memory grows with the data that is really there, not with what a header claims. */
SK_MUST_CHECK int sk_image_read(struct sk_image_reader *reader, struct sk_image *image, struct sk_error *err);

/* The same, with the image NULL where it is not wanted, and what was read written to `copy`, inflated, flushed: what another program
   may read. A plain image gets the line end behind its last sample that a file would have. */
SK_MUST_CHECK int sk_image_read_copy(struct sk_image_reader *reader, struct sk_image *image, FILE *copy, struct sk_error *err);

/* Position in the stream of the image that sk_image_read gave last, from 0. */
size_t sk_image_reader_index(const struct sk_image_reader *reader);

/* The name to use in messages: the path, or "standard input". */
const char *sk_image_reader_name(const struct sk_image_reader *reader);

/* Closes the file and frees the reader; NULL is allowed. */
void sk_image_reader_close(struct sk_image_reader *reader);

/* Shows each image of a stream ("-" is standard input) to a function, which returns 0, or -1 with err. 0 at the end, or -1 with
   err: the reader's, or the function's with "file: image N: " before it. */
SK_MUST_CHECK int sk_image_visit(const char *path,
                                 int (*visit)(void *context, const struct sk_image *image, struct sk_error *err),
                                 void *context, struct sk_error *err);

/* Writes raw PGM (gray), PPM (RGB) or PAM (with alpha; GRAYSCALE_ALPHA, RGB_ALPHA), at the image's maxval (two bytes
   a sample, big-endian, above 255). name: the stream's, for messages. 0, or -1 with err ("NAME: why"), err->code EPIPE for a gone
   reader. */
SK_MUST_CHECK int sk_image_write(FILE *out, const char *name, const struct sk_image *image, struct sk_error *err);

#endif
