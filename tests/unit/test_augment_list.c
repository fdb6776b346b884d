/* --augment's lists: names, strengths, one spelling of all that draw the same, and what is no list. */
#include "check.h"
#include "image/augment_list.h"

static void becomes(const char *list, const char *want)
{
    struct sk_augment_range range;
    struct sk_error err;
    char text[SK_AUGMENT_LIST_TEXT];
    if (sk_augment_list_parse(&range, list, &err))
        fail_msg("'%s': %s", list, err.text);
    sk_augment_list_text(&range, text);
    assert_string_equal(text, want);
    assert_int_equal(sk_augment_any(&range), strcmp(want, "none") != 0);
    struct sk_augment_range again; /* the text is a list too */
    assert_int_equal(sk_augment_list_parse(&again, text, &err), 0);
    assert_memory_equal(&again, &range, sizeof range);
}

static void lists(void **state)
{
    (void)state;
    becomes("none", "none");
    becomes("flip", "flip");
    becomes("rotate", "rotate=180");
    becomes("zoom=0.25,flip,rotate=90", "flip,rotate=90,zoom=0.25");
    becomes("colour", "brightness=0.08,contrast=0.2,hue=5");
    becomes("hue=0,zoom=0", "none");
    becomes("ruler=1,corners=.5,hairs,ink=1e-2", "ink=0.01,hairs=0.1,ruler=1,corners=0.5");
    becomes("flip,rotate=360,shear=10,zoom=0.123456789,shift=0.123456789,brightness=0.123456789,contrast=0.123456789,hue=123.456789,"
            "ink=0.123456789,hairs=0.123456789,ruler=0.123456789,corners=0.123456789",
            "flip,rotate=360,shear=10,zoom=0.123456789,shift=0.123456789,brightness=0.123456789,contrast=0.123456789,hue=123.456789,"
            "ink=0.123456789,hairs=0.123456789,ruler=0.123456789,corners=0.123456789");
}

static void what_is_no_list(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", ",", "flip,", ",flip", "turn", "Flip", "flip=1", "colour=1", "flip,none", "none,flip", "none=1",
                                        "rotate=", "rotate=-1", "rotate=361", "rotate=9x", "rotate= 9", "rotate=+9", "rotate=0x9",
                                        "rotate=nan", "zoom=inf", "zoom=0.91", "ink=1.1", "hue=5=5", "flip,flip", "colour,hue",
                                        "hue,colour", "zoom=0.1,zoom=0.1", "flip rotate", "rotate=00000000000000000000000000000000000009",
                                        "shear=1e999", "shear=-", "shear=."};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sk_augment_range range;
        struct sk_error err = {0};
        if (sk_augment_list_parse(&range, wrong[i], &err) == 0)
            fail_msg("'%s' was taken", wrong[i]);
        assert_true(*err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(what_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
