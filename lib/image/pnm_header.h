#ifndef SK_IMAGE_PNM_HEADER_H
#define SK_IMAGE_PNM_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "image/source.h"

enum { SK_PNM_MAX_HEADER = 1 << 16 }; /* bytes; far more than any program writes, comments and all */

/* What a header says of the raster behind it. */
struct sk_pnm_header {
    size_t width, height;      /* at least 1 */
    unsigned channels, maxval; /* 1 or 3; 1 to 65535 */
    bool alpha;
    int format; /* as libnetpbm has it: PBM_FORMAT, RPBM_FORMAT, ..., PAM_FORMAT */
};

/* Reads headers of one source. Opaque. */
struct sk_pnm_header_reader;

/* NULL with err. The source stays the caller's, and must live as long. */
SK_MUST_CHECK struct sk_pnm_header_reader *sk_pnm_header_open(struct sk_source *source, struct sk_error *err);

/* Takes a header out of the source, from the magic number to the byte before the raster. 0, or -1 with err. */
SK_MUST_CHECK int sk_pnm_header_read(struct sk_pnm_header_reader *reader, struct sk_pnm_header *header,
                                     struct sk_error *err);

/* Frees; NULL is allowed. */
void sk_pnm_header_close(struct sk_pnm_header_reader *reader);

#endif
