/* Searches in blocks of a gallery, in memory or spooled: whatever the blocks, the same is found. */
#include "sample.h"

#include <stdio.h>
#include <unistd.h>

#include "data/lesions.h"
#include "image/phantom.h"
#include "image/pnm.h"

enum { IMAGES = 37, OTHERS = 35 }; /* more than candidates, of the other stream too */

/* Phantoms of several sizes, each third of them again one of the first ten. */
static struct sk_gallery gallery(size_t count, size_t shift, bool spooled)
{
    char path[] = "/tmp/gallery.XXXXXX";
    FILE *out = fdopen(mkstemp(path), "w");
    struct sk_gallery g;
    struct sk_error err;
    assert_non_null(out);
    for (size_t i = 0; i < count; i++) {
        const struct sk_phantom_spec spec = {sk_phantom_default, i % 2 ? SK_PHANTOM_MALIGNANT : SK_PHANTOM_BENIGN, 7, 32 + i % 3 * 8};
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

static struct result search(const struct sk_gallery *a, const struct sk_gallery *b, size_t block, int jobs)
{
    const struct sk_search how = {.jobs = jobs, .distance = 0.2, .block = block};
    struct result r = {.copies = b ? a->n : a->n * SK_DUPLICATE_CANDIDATES};
    struct sk_error err;
    if ((b ? sk_duplicates(a, b, &how, r.copy, &err) : sk_duplicates_within(a, &how, r.copy, &err)) ||
        sk_lesions(a, b, &how, &r.lesion, &r.lesions, &err))
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

static void blocks(void **state)
{
    static const size_t size[] = {1, 33, 1000};
    (void)state;
    struct sk_gallery a = gallery(IMAGES, 0, false), b = gallery(OTHERS, 5, false);
    struct sk_gallery spooled_a = gallery(IMAGES, 0, true), spooled_b = gallery(OTHERS, 5, true);
    for (int two = 0; two < 2; two++) {
        struct result all = search(&a, two ? &b : NULL, 0, 1);
        assert_true(all.lesions > 0);
        for (size_t k = 0; k < COUNT(size); k++) {
            struct result some = k % 2 ? search(&a, two ? &b : NULL, size[k], 2)
                                       : search(&spooled_a, two ? &spooled_b : NULL, size[k], 2);
            same_result(&all, &some);
            free(some.lesion);
        }
        free(all.lesion);
    }
    sk_gallery_free(&a);
    sk_gallery_free(&b);
    sk_gallery_free(&spooled_a);
    sk_gallery_free(&spooled_b);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks), cmocka_unit_test(fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
