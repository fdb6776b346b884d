/* Searches in blocks of a gallery, in memory or spooled: whatever the blocks, the same is found. */
#include "sample.h"

#include <stdio.h>
#include <unistd.h>

#include "data/lesions.h"
#include "image/phantom.h"
#include "image/pnm.h"

enum { IMAGES = 34, SOME = 13, QUERIES = 4 }; /* more than candidates, within the stream too; few, where others compete for those */

/* Phantoms of several sizes, each third of them again one of the first ten. */
static struct sk_gallery gallery(size_t count, size_t shift, bool spooled)
{
    char path[] = "/tmp/gallery.XXXXXX";
    FILE *out = fdopen(mkstemp(path), "w");
    struct sk_gallery g;
    struct sk_error err;
    assert_non_null(out);
    for (size_t i = 0; i < count; i++) {
        const struct sk_phantom_spec spec = {sk_phantom_default, i % 2 ? SK_PHANTOM_MALIGNANT : SK_PHANTOM_BENIGN, 7, 32 + i % 4 * 8};
        struct sk_image image = {0};
        assert_int_equal(sk_phantom_draw(&image, NULL, &spec, i % 3 ? i + shift : i % 10, &err), 0);
        assert_int_equal(sk_image_write(out, path, &image, &err), 0);
        sk_image_free(&image);
    }
    assert_int_equal(fclose(out), 0);
    if (sk_gallery_read(&g, path, &(struct sk_search){.jobs = 1, .spooled = spooled}, &err))
        fail_msg("%s", err.text);
    unlink(path);
    return g;
}

struct result {
    struct sk_duplicate copy[IMAGES * SK_DUPLICATE_CANDIDATES];
    struct sk_lesion_pair *lesion;
    size_t copies, lesions;
};

/* Of all images within their stream only the copies, for the time that lesions take there: few against all choose among as many. */
static struct result search(const struct sk_gallery *a, const struct sk_gallery *b, size_t block, int jobs)
{
    const struct sk_search how = {.jobs = jobs, .distance = 0.2, .block = block};
    struct result r = {.copies = b ? a->n : a->n * SK_DUPLICATE_CANDIDATES};
    struct sk_error err;
    if ((b ? sk_duplicates(a, b, &how, r.copy, &err) : sk_duplicates_within(a, &how, r.copy, &err)) ||
        (a->n < IMAGES && sk_lesions(a, b, &how, &r.lesion, &r.lesions, &err)))
        fail_msg("%s", err.text);
    return r;
}

static void same_map(const struct sk_similarity *a, const struct sk_similarity *b)
{
    assert_true(a->mirror == b->mirror && a->a == b->a && a->b == b->b && a->c == b->c && a->d == b->d);
}

static void same_result(const struct result *a, const struct result *b)
{
    assert_int_equal(a->lesions, b->lesions);
    for (size_t i = 0; i < a->copies; i++) {
        assert_int_equal(a->copy[i].index, b->copy[i].index);
        if (a->copy[i].index == SIZE_MAX)
            continue;
        assert_true(a->copy[i].alignment.distance == b->copy[i].alignment.distance);
        same_map(&a->copy[i].alignment.map, &b->copy[i].alignment.map);
    }
    for (size_t i = 0; i < a->lesions; i++) {
        assert_true(a->lesion[i].a == b->lesion[i].a && a->lesion[i].b == b->lesion[i].b);
        assert_true(a->lesion[i].distance == b->lesion[i].distance);
        same_map(&a->lesion[i].map, &b->lesion[i].map);
    }
}

/* Whatever the blocks, in memory and spooled, on one thread or two. */
static void same_in_blocks(const struct sk_gallery *a, const struct sk_gallery *b, const struct sk_gallery *spooled_a,
                           const struct sk_gallery *spooled_b, size_t spooled_block, size_t block)
{
    struct result all = search(a, b, 0, 1), spooled = search(spooled_a, spooled_b, spooled_block, 2), some = search(a, b, block, 2);
    assert_true(all.lesions > 0 || a->n == IMAGES);
    same_result(&all, &spooled);
    same_result(&all, &some);
    free(all.lesion);
    free(spooled.lesion);
    free(some.lesion);
}

/* The first images of a gallery; not to be freed. */
static struct sk_gallery first_of(const struct sk_gallery *g, size_t count)
{
    struct sk_gallery first = *g;
    first.n = count;
    return first;
}

static void blocks(void **state)
{
    (void)state;
    struct sk_gallery all = gallery(IMAGES, 0, false), spooled = gallery(IMAGES, 0, true);
    const struct sk_gallery few = first_of(&all, QUERIES), spooled_few = first_of(&spooled, QUERIES);
    const struct sk_gallery some = first_of(&all, SOME), spooled_some = first_of(&spooled, SOME);
    same_in_blocks(&all, NULL, &spooled, NULL, IMAGES - 1, 1000);
    same_in_blocks(&some, NULL, &spooled_some, NULL, 1, 5);
    same_in_blocks(&few, &all, &spooled_few, &spooled, 1, IMAGES - 1);
    sk_gallery_free(&all);
    sk_gallery_free(&spooled);
}

/* Images done so far, and the most that were done at once. */
struct done {
    size_t images, most;
};

static void on_advance(void *context, size_t images)
{
    struct done *done = context;
    done->images += images;
    done->most = images > done->most ? images : done->most;
}

/* Of many blocks it is not the last one alone that goes on: of 16 images that are searched for together no more than two are done at
   once. */
static void pace(void **state)
{
    (void)state;
    enum { FEW = 18 };
    struct sk_gallery a = gallery(FEW, 0, false);
    static struct sk_duplicate copy[FEW * SK_DUPLICATE_CANDIDATES];
    struct sk_lesion_pair *lesion;
    size_t lesions;
    struct sk_error err;
    for (size_t block = 0; block < 2; block++) {
        struct done copies = {0}, all = {0};
        struct sk_search how = {.jobs = 2, .distance = 0.1, .block = block, .advance = on_advance, .context = &copies};
        assert_int_equal(sk_duplicates_within(&a, &how, copy, &err), 0);
        how.context = &all;
        assert_int_equal(sk_lesions(&a, &a, &how, &lesion, &lesions, &err), 0);
        free(lesion);
        assert_int_equal(copies.images, FEW);
        assert_int_equal(all.images, 2 * FEW);
        assert_in_range(copies.most, block ? 1 : 16, block ? 2 : 16);
        assert_in_range(all.most, block ? 1 : 16, block ? 2 : 16);
    }
    sk_gallery_free(&a);
}

/* The block is what memory leaves; too little is refused. */
static void fit(void **state)
{
    const struct sk_gallery some = {.n = 1000}, many = {.n = 1000000};
    struct sk_search how = {.jobs = 1};
    struct sk_error err;
    (void)state;
    assert_int_equal(sk_search_fit(&how, &some, NULL, (uint64_t)128 << 20, &err), 0);
    const size_t least = how.block;
    assert_true(least > 0);
    assert_int_equal(sk_search_fit(&how, &some, &some, (uint64_t)256 << 20, &err), 0);
    assert_true(how.block > least);
    assert_int_equal(sk_search_fit(&how, &many, NULL, (uint64_t)128 << 20, &err), -1);
    assert_non_null(strstr(err.text, "of memory, 128 MiB are allowed"));
    assert_int_equal(sk_search_fit(&how, &some, &many, (uint64_t)128 << 20, &err), -1);
    assert_int_equal(sk_search_fit(&how, &many, NULL, (uint64_t)8 << 30, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks), cmocka_unit_test(pace), cmocka_unit_test(fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
