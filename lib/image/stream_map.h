#ifndef SK_IMAGE_STREAM_MAP_H
#define SK_IMAGE_STREAM_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "image/pnm.h"

enum { SK_STREAM_MAP_PARTS = 2 };

/* The loop of every filter: each image of each operand, in order, through a function. */
struct sk_stream_map {
    char **path; /* operands: files, "-" for standard input; none means standard input */
    int paths;
    size_t outputs; /* images written for each one read, at least 1 */
    int jobs;       /* threads, at least 1; each holds one image and its result */

    /* Makes output number `output` (from 0) of the image at `position` (from 0, over all operands). Runs in several
       threads at once. out is [SK_STREAM_MAP_PARTS]: out[0] is written, the other is for `written`, such as a mask.
       0, or -1 with err (the file and the image's number are added to it). */
    int (*apply)(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err);
    const void *context;

    /* Where outputs differ from image to image (else NULL): how many that at `position` has, 0 too. Called in order. */
    size_t (*count)(void *state, uint64_t position);
    /* Told of each output that has been written, in order (or NULL), with what apply has made. 0, or -1 with err, which ends the run. */
    int (*written)(void *state, uint64_t position, size_t output, const struct sk_image *out, struct sk_error *err);
    void *state;
};

/* Runs it, writing raw images in order and flushing after each, so that a pipe streams. An image is written before
   the next but `jobs` is read. 0, or -1 with err; what came before the fault has been written. */
SK_MUST_CHECK int sk_stream_map(const struct sk_stream_map *map, FILE *out, struct sk_error *err);

#endif
