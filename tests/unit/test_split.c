/* Splits: the hash, the words that name them, what is a fifth, and groups that stay whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "data/split.h"

/* As awk computed them in doubles for the lists that are in use */
static void hashes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t hash;
    } known[] = {{"", 33673},
                 {"HAM_0001466", 1048329157},
                 {"benign/a name with spaces.png", 1444809144},
                 {"x", 731299724},
                 {"lesion 3", 1784256537},
                 {"images/ISIC_0024306.jpg", 626247307},
                 {"Gr\xc3\xb6\xc3\x9f" "e", 2047425204}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(sk_split_hash(known[i].name), known[i].hash);
}

static void words(void **state)
{
    (void)state;
    static const char *const of[SK_SPLITS + 1][12] = {
        [SK_TRAIN] = {"train", "Train", "TRAIN_SET", "training", "Training Data", "train-images", "trainset", NULL},
        [SK_VALID] = {"valid", "val", "Validation", "validation-set", "DEV", "val_images", "ValSet", NULL},
        [SK_TEST] = {"test", "Test", "testing", "TEST SET", "test_data", "evaluation", NULL},
        [SK_NO_SPLIT] = {"", "benign", "trainer", "contest", "train_test", "ISIC_2019_Training_Input", "data", "set", "invalid", NULL}};
    for (int split = 0; split <= SK_SPLITS; split++)
        for (size_t i = 0; of[split][i]; i++)
            assert_int_equal(sk_split_of_word(of[split][i]), split);
}

/* n images of a class, tied `together` at a time; how many each split has of them. */
static void split_images(int n, int together, enum sk_split given, bool all_test, int count[SK_SPLITS + 1])
{
    static struct sk_photograph photograph[400];
    static char path[400][16];
    struct sk_samples samples = {0};
    struct sk_remarks remarks = {0};
    struct sk_error err;
    for (int i = 0; i < n; i++) {
        char group[16];
        sprintf(path[i], "a/%03d.jpg", i);
        sprintf(group, "g%d", i / together);
        photograph[i] = (struct sk_photograph){.path = path[i]};
        assert_int_equal(sk_samples_add(&samples, &photograph[i], "a", i == 0 ? given : SK_NO_SPLIT, &err), 0);
        if (together > 1)
            assert_int_equal(sk_samples_tie(&samples, (size_t)i, SK_TIE_LESION, group, &err), 0);
    }
    assert_int_equal(sk_samples_group(&samples, &err), 0);
    assert_int_equal(sk_split_samples(&samples, all_test, &remarks, &err), 0);
    memset(count, 0, (SK_SPLITS + 1) * sizeof *count);
    for (int i = 0; i < n; i++) {
        count[samples.at[i].split]++;
        assert_int_equal(samples.at[i].split, samples.at[i - i % together].split);
    }
    sk_samples_free(&samples);
    sk_remarks_free(&remarks);
}

static void shares(void **state)
{
    (void)state;
    static const struct {
        int n, together, test, valid;
    } of[] = {{1, 1, 0, 0}, {2, 1, 1, 0}, {3, 1, 1, 1}, {4, 1, 1, 1}, {5, 1, 1, 1}, {8, 1, 2, 1}, {13, 1, 3, 1}, {100, 1, 20, 8}, {20, 4, 4, 4},
              {400, 4, 80, 32}};
    int count[SK_SPLITS + 1];
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        split_images(of[i].n, of[i].together, SK_NO_SPLIT, false, count);
        assert_int_equal(count[SK_TEST], of[i].test);
        assert_int_equal(count[SK_VALID], of[i].valid);
        assert_int_equal(count[SK_TRAIN], of[i].n - of[i].test - of[i].valid);
        split_images(of[i].n, of[i].together, SK_NO_SPLIT, true, count);
        assert_int_equal(count[SK_TEST], of[i].n);
    }
    split_images(40, 4, SK_TEST, false, count); /* one image is given, and its group with it */
    assert_int_equal(count[SK_TEST], 4);
    split_images(40, 1, SK_VALID, false, count);
    assert_int_equal(count[SK_VALID], 1);
    assert_int_equal(count[SK_TEST], 8);
}

/* Images that share a patient or a lesion are one group, through others too; the patient names it. */
static void ties(void **state)
{
    (void)state;
    static const struct sk_photograph photograph[] = {{.path = "a"}, {.path = "b"}, {.path = "c"}, {.path = "d"}, {.path = "e"}, {.path = "f"}};
    struct sk_samples s = {0};
    struct sk_error err;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(sk_samples_add(&s, &photograph[i], "x", SK_NO_SPLIT, &err), 0);
    assert_int_equal(sk_samples_tie(&s, 0, SK_TIE_LESION, "l", &err) | sk_samples_tie(&s, 1, SK_TIE_LESION, "l", &err) |
                         sk_samples_tie(&s, 1, SK_TIE_PATIENT, "q", &err) | sk_samples_tie(&s, 2, SK_TIE_PATIENT, "q", &err) |
                         sk_samples_tie(&s, 2, SK_TIE_PAIR, "0", &err) | sk_samples_tie(&s, 3, SK_TIE_PAIR, "0", &err) |
                         sk_samples_tie(&s, 3, SK_TIE_LESION, "q", &err) | sk_samples_tie(&s, 4, SK_TIE_PAIR, "1", &err) |
                         sk_samples_tie(&s, 5, SK_TIE_PATIENT, "", &err),
                     0);
    assert_int_equal(sk_samples_group(&s, &err), 0);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(s.at[i].group, "q");
    assert_string_equal(s.at[4].group, "e");
    assert_null(s.at[5].group);
    sk_samples_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hashes), cmocka_unit_test(words), cmocka_unit_test(shares), cmocka_unit_test(ties)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
