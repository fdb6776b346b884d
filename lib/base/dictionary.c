#include "base/dictionary.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { PAGE = 1 << 16, FIRST_SLOTS = 64 };

struct sk_dictionary_page {
    struct sk_dictionary_page *before;
    size_t used, size;
    char text[];
};

/* FNV-1a, 64 bits (Fowler, Noll, Vo) */
static uint64_t hash(const char *text, size_t length)
{
    uint64_t h = 0xcbf29ce484222325U;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001b3U;
    return h ^ h >> 32;
}

/* The slot of a word, or the free one where it would be. */
static size_t find_slot(const struct sk_dictionary *d, const char *word, size_t length)
{
    size_t at = (size_t)hash(word, length) & (d->slots - 1);
    for (; d->slot[at]; at = (at + 1) & (d->slots - 1)) {
        const char *there = d->word[d->slot[at] - 1];
        if (strncmp(there, word, length) == 0 && there[length] == 0)
            break;
    }
    return at;
}

static int make_slots(struct sk_dictionary *d, size_t slots, struct sk_error *err)
{
    uint32_t *slot = slots < UINT32_MAX ? sk_alloc(slots, sizeof *slot, err) : NULL;
    if (!slot)
        return slots < UINT32_MAX ? -1 : sk_fail(err, "too many words");
    free(d->slot);
    d->slot = slot;
    d->slots = slots;
    for (size_t i = 0; i < d->words; i++)
        slot[find_slot(d, d->word[i], strlen(d->word[i]))] = (uint32_t)i + 1;
    return 0;
}

static char *keep_text(struct sk_dictionary *d, const char *word, size_t length, struct sk_error *err)
{
    struct sk_dictionary_page *page = d->page;
    if (!page || page->size - page->used <= length) {
        size_t size = length < PAGE ? PAGE : length + 1;
        page = malloc(sizeof *page + size);
        if (!page) {
            sk_fail_errno(err, "%zu bytes", size);
            return NULL;
        }
        *page = (struct sk_dictionary_page){.before = d->page, .size = size};
        d->page = page;
    }
    char *text = page->text + page->used;
    memcpy(text, word, length);
    text[length] = 0;
    page->used += length + 1;
    return text;
}

int sk_dictionary_add(struct sk_dictionary *d, const char *word, size_t length, size_t *number, struct sk_error *err)
{
    if (2 * (d->words + 1) > d->slots && make_slots(d, d->slots ? 2 * d->slots : FIRST_SLOTS, err))
        return -1;
    size_t at = find_slot(d, word, length);
    if (d->slot[at]) {
        *number = d->slot[at] - 1;
        return 0;
    }
    const char **moved = sk_grow(d->word, d->words, &d->capacity, sizeof *moved, err);
    if (!moved)
        return -1;
    d->word = moved;
    char *text = keep_text(d, word, length, err);
    if (!text)
        return -1;
    *number = d->words;
    d->word[d->words++] = text;
    d->slot[at] = (uint32_t)d->words;
    return 0;
}

const char *sk_dictionary_keep(struct sk_dictionary *d, const char *word, struct sk_error *err)
{
    size_t number;
    return sk_dictionary_add(d, word, strlen(word), &number, err) ? NULL : d->word[number];
}

size_t sk_dictionary_find(const struct sk_dictionary *d, const char *word)
{
    if (!d->slots)
        return SIZE_MAX;
    size_t at = find_slot(d, word, strlen(word));
    return d->slot[at] ? d->slot[at] - 1 : SIZE_MAX;
}

void sk_dictionary_free(struct sk_dictionary *d)
{
    for (struct sk_dictionary_page *page = d->page, *before; page; page = before) {
        before = page->before;
        free(page);
    }
    free(d->word);
    free(d->slot);
    *d = (struct sk_dictionary){0};
}
