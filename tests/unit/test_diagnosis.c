/* Diagnoses as people write them, and what they count as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/class_folders.h"
#include "data/diagnosis.h"

static void dignities(void **state)
{
    (void)state;
    static const char *const of[][24] = {
        [SK_BENIGN] = {"nv", "NEV", "nevus", "Naevus", "blue nevus", "Nevus, Spitz", "seborrheic_keratosis", "Seborrheic keratosis", "SEK", "bkl",
                       "df", "Dermatofibroma", "VASC", "vascular lesion", "lentigo NOS", "lichenoid keratosis", "Benign", "melanosis", NULL},
        [SK_MALIGNANT] = {"mel", "Melanoma", "melanoma (in situ)", "Melanoma Invasive", "melanoma metastasis", "lentigo maligna", "bcc",
                          "Basal cell carcinoma", "scc", "SCCKA", "squamous cell carcinoma in situ, Bowen's disease", "akiec", "AK", "ACK",
                          "actinic keratosis", "Solar or actinic keratosis", "Bowen's disease", "MAL_OTH", "malignant", NULL},
        [SK_NEITHER] = {"", "UNK", "unknown", "Indeterminate", "BEN_OTH", "INF", "other", "miscellaneous", "atypical melanocytic proliferation",
                        NULL},
        [SK_UNHEARD_OF] = {"odd", "non-melanoma", "not melanoma", "melanomatosis?", "images", "x", "keratosis", NULL}};
    for (int dignity = SK_BENIGN; dignity <= SK_UNHEARD_OF; dignity++)
        for (size_t i = 0; of[dignity][i]; i++)
            assert_int_equal(sk_diagnosis_dignity(of[dignity][i]), dignity);
    assert_string_equal(sk_dignity_name(SK_BENIGN), "benign");
    assert_null(sk_dignity_name(SK_NEITHER));
}

static void folders(void **state)
{
    (void)state;
    static const char *const none[] = {"images", "IMG", "HAM10000_images_part_1", "ISIC_2019_Training_Input", "part2", "3", "jpg", "data", "Photos",
                                       "imgs_part_1", "-", NULL},
                            *const classes[] = {"benign", "mel", "basal cell carcinoma", "class1", "nevus 2", "grade_3", "Gr\xc3\xb6\xc3\x9f" "e", NULL};
    for (size_t i = 0; none[i]; i++)
        assert_true(sk_folder_is_no_class(none[i]));
    for (size_t i = 0; classes[i]; i++)
        assert_false(sk_folder_is_no_class(classes[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(dignities), cmocka_unit_test(folders)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
