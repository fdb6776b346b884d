#ifndef SK_DATA_GALLERY_H
#define SK_DATA_GALLERY_H

#include <stdint.h>

#include "base/error.h"
#include "image/align.h"
#include "image/relief.h"

/* The images of a stream, ready to be searched for those of another: in memory, or all but their sizes in temporary files
   without a name in TMPDIR, else /tmp. */
enum sk_gallery_part {
    SK_GALLERY_PICTURE, /* sk_pixel [SK_ALIGN_PIXELS] */
    SK_GALLERY_RELIEF,  /* int8_t [SK_RELIEF_PIXELS], see image/relief.h */
    SK_GALLERY_PRINT,   /* float [discs][values]: Zernike moments of the whole picture, and of smaller discs on it */
    SK_GALLERY_PARTS
};

struct sk_gallery {
    size_t n;
    size_t (*size)[2]; /* [n]: width and height of each image */
    bool spooled;
    struct sk_gallery_store {
        size_t bytes; /* an image */
        void *memory; /* [n] of them; NULL where spooled */
        int file;     /* where spooled */
    } part[SK_GALLERY_PARTS];
    size_t capacity; /* of size, and memory */
};

/* An empty gallery, whose prints have so many bytes. 0, or -1 with err and *gallery empty. */
SK_MUST_CHECK int sk_gallery_start(struct sk_gallery *gallery, size_t print_bytes, bool spooled, struct sk_error *err);

/* Appends `count` images, whose parts lie one after another. 0, or -1 with err. */
SK_MUST_CHECK int sk_gallery_append(struct sk_gallery *gallery, size_t count, void *const part[SK_GALLERY_PARTS], size_t (*size)[2],
                                    struct sk_error *err);

/* A part of the images first to first + count - 1: where it lies in memory, or read into the buffer, the caller's. Threads may do so
   at the same time. NULL with err. */
SK_MUST_CHECK const void *sk_gallery_part(const struct sk_gallery *gallery, enum sk_gallery_part part, size_t first, size_t count,
                                          void *buffer, struct sk_error *err);

/* Frees and closes; of one that is all zero, too. */
void sk_gallery_free(struct sk_gallery *gallery);

#endif
