#include "data/gallery.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/memory_limit.h"
#include "base/temporary.h"

static int open_spool(struct sk_error *err)
{
    int file = sk_temporary_nameless(NULL);
    return file >= 0 ? file : sk_fail_errno(err, "%s: a temporary file", sk_temporary_folder());
}

int sk_gallery_start(struct sk_gallery *g, size_t print_bytes, bool spooled, struct sk_error *err)
{
    const size_t bytes[SK_GALLERY_PARTS] = {SK_ALIGN_PIXELS * sizeof(sk_pixel), SK_RELIEF_PIXELS, print_bytes};
    *g = (struct sk_gallery){.spooled = spooled};
    for (int p = 0; p < SK_GALLERY_PARTS; p++)
        g->part[p] = (struct sk_gallery_store){.bytes = bytes[p], .file = -1};
    for (int p = 0; spooled && p < SK_GALLERY_PARTS; p++) {
        g->part[p].file = open_spool(err);
        if (g->part[p].file < 0) {
            sk_gallery_free(g);
            return -1;
        }
    }
    return 0;
}

/* Doubles the room of one array. */
static int widen(void **array, size_t wanted, size_t size, struct sk_error *err)
{
    size_t bytes;
    void *moved = sk_mul(wanted, size, &bytes) ? realloc(*array, bytes) : NULL;
    if (!moved)
        return sk_fail(err, "no memory for %zu images", wanted);
    *array = moved;
    return 0;
}

static int make_room(struct sk_gallery *g, size_t count, struct sk_error *err)
{
    size_t wanted = g->capacity ? g->capacity : 32, an_image = 0;
    void *sizes = g->size;
    if (g->n + count <= g->capacity)
        return 0;
    while (wanted < g->n + count)
        wanted = sk_product(wanted, 2);
    for (int p = 0; !g->spooled && p < SK_GALLERY_PARTS; p++)
        an_image += g->part[p].bytes;
    if (sk_memory_check(sk_product(wanted, an_image), err))
        return -1;
    for (int p = 0; !g->spooled && p < SK_GALLERY_PARTS; p++)
        if (widen(&g->part[p].memory, wanted, g->part[p].bytes, err))
            return -1;
    if (widen(&sizes, wanted, sizeof *g->size, err))
        return -1;
    g->size = sizes;
    g->capacity = wanted;
    return 0;
}

int sk_gallery_append(struct sk_gallery *g, size_t count, void *const part[SK_GALLERY_PARTS], size_t (*size)[2], struct sk_error *err)
{
    if (count == 0)
        return 0;
    if (make_room(g, count, err))
        return -1;
    for (int p = 0; p < SK_GALLERY_PARTS; p++) {
        const struct sk_gallery_store *to = &g->part[p];
        if (!g->spooled)
            memcpy((char *)to->memory + g->n * to->bytes, part[p], count * to->bytes);
        else if (sk_bytes_write(to->file, part[p], count * to->bytes))
            return sk_fail_errno(err, "temporary file");
    }
    memcpy(g->size + g->n, size, count * sizeof *size);
    g->n += count;
    return 0;
}

const void *sk_gallery_part(const struct sk_gallery *g, enum sk_gallery_part part, size_t first, size_t count, void *buffer,
                            struct sk_error *err)
{
    const struct sk_gallery_store *from = &g->part[part];
    size_t done = 0, bytes = count * from->bytes;
    if (!g->spooled)
        return (const char *)from->memory + first * from->bytes;
    while (done < bytes) {
        ssize_t got = pread(from->file, (char *)buffer + done, bytes - done, (off_t)(first * from->bytes + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            errno = got < 0 ? errno : EIO;
            sk_fail_errno(err, "temporary file");
            return NULL;
        }
        done += (size_t)got;
    }
    return buffer;
}

void sk_gallery_free(struct sk_gallery *g)
{
    for (int p = 0; p < SK_GALLERY_PARTS; p++) {
        free(g->part[p].memory);
        if (g->spooled && g->part[p].file >= 0)
            close(g->part[p].file);
    }
    free(g->size);
    *g = (struct sk_gallery){0};
}
