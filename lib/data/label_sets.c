#include "data/label_sets.h"

#include <string.h>
#include <strings.h>

/* Columns of the ISIC archive's own tables */
#define ARCHIVE "isic_id|attribution|copyright_license|age_approx|anatom_site_general|sex|lesion_id|patient_id|image_type|"
#define ARCHIVE_STRATA \
    "image_type|age_approx|sex|anatom_site_general|anatom_site_special|fitzpatrick_skin_type|dermoscopic_type|attribution|copyright_license"

/* Left out of the strata on purpose: what gives the label away, such as dx_type, diagnosis_confirm_type, biopsed, concomitant_biopsy,
   iddx_*, mel_*, tbp_lv_dnn_lesion_confidence, seven_point_score, management, and ISIC 2024's lesion_id, which only lesions that were
   looked at have. */
static const struct sk_label_set sets[] = {
    {.name = "HAM10000", .sure = "dx|dx_type|localization", .columns = "lesion_id|image_id|age|sex", .least = 2,
     .needed = "image_id|lesion_id|dx", .id = "image_id", .two = "dx", .dx = "dx", .lesion = "lesion_id",
     .strata = "age|sex|localization|dataset", .parts = true, .ham = true},
    {.name = "ISIC 2016", .sure = "-", .id = "-", .two = "-", .codes = "benign|malignant", .parts = true},
    {.name = "ISIC 2017", .sure = "seborrheic_keratosis", .columns = "image_id|melanoma", .least = 2,
     .needed = "image_id|melanoma|seborrheic_keratosis", .id = "image_id", .kind = SK_ONE_HOT, .two = "melanoma|seborrheic_keratosis",
     .dx = "melanoma|seborrheic_keratosis", .rest = "nevus", .parts = true},
    {.name = "ISIC 2017 metadata", .sure = "age_approximate", .columns = "image_id|sex", .least = 2, .needed = "image_id",
     .id = "image_id", .kind = SK_NO_LABELS, .strata = "age_approximate|sex"},
    {.name = "ISIC 2018", .sure = "mel|akiec", .columns = "image|nv|bcc|bkl|df|vasc", .least = 5,
     .needed = "image|mel|nv|bcc|akiec|bkl|df|vasc", .id = "image", .kind = SK_ONE_HOT, .two = "mel|nv|bcc|akiec|bkl|df|vasc",
     .dx = "mel|nv|bcc|akiec|bkl|df|vasc", .parts = true, .ham = true},
    {.name = "ISIC 2018 lesion groupings", .sure = "diagnosis_confirm_type", .columns = "image|lesion_id", .least = 2,
     .needed = "image|lesion_id", .id = "image", .kind = SK_NO_LABELS, .lesion = "lesion_id"},
    {.name = "ISIC 2019", .sure = "ak|scc", .columns = "image|mel|nv|bcc|bkl|df|vasc|unk", .least = 5,
     .needed = "image|mel|nv|bcc|ak|bkl|df|vasc|scc", .id = "image", .kind = SK_ONE_HOT, .two = "mel|nv|bcc|ak|bkl|df|vasc|scc|unk",
     .dx = "mel|nv|bcc|ak|bkl|df|vasc|scc|unk", .parts = true, .ham = true},
    {.name = "ISIC 2019 metadata", .sure = "image", .columns = "age_approx|anatom_site_general|lesion_id|sex", .least = 3,
     .needed = "image|lesion_id", .id = "image", .kind = SK_NO_LABELS, .lesion = "lesion_id",
     .strata = "age_approx|sex|anatom_site_general"},
    {.name = "ISIC 2020", .sure = "benign_malignant|target|anatom_site_general_challenge",
     .columns = "image_name|patient_id|lesion_id|sex|age_approx|diagnosis", .least = 3, .needed = "image_name|patient_id|benign_malignant/target",
     .id = "image_name", .two = "benign_malignant|target", .dx = "diagnosis", .codes = "benign|malignant", .patient = "patient_id",
     .lesion = "lesion_id", .strata = "age_approx|sex|anatom_site_general_challenge", .agree = true, .open = true},
    {.name = "ISIC 2024", .sure = "target|iddx_full|iddx_1", .columns = ARCHIVE "target|tbp_tile_type|clin_size_long_diam_mm|tbp_lv_*|mel_*|iddx_*",
     .least = 3, .needed = "isic_id|target|patient_id", .id = "isic_id", .two = "target", .codes = "benign|malignant",
     .patient = "patient_id", .strata = "age_approx|sex|anatom_site_general|tbp_tile_type|tbp_lv_location_simple|attribution"},
    {.name = "MILK10k", .sure = "ben_oth|mal_oth|sccka|inf", .columns = "lesion_id|akiec|bcc|bkl|df|mel|nv|vasc", .least = 5,
     .needed = "lesion_id|akiec|bcc|ben_oth|bkl|df|inf|mal_oth|mel|nv|sccka|vasc", .id = "lesion_id", .kind = SK_LESION_LABELS,
     .two = "akiec|bcc|ben_oth|bkl|df|inf|mal_oth|mel|nv|sccka|vasc", .dx = "akiec|bcc|ben_oth|bkl|df|inf|mal_oth|mel|nv|sccka|vasc"},
    {.name = "MILK10k metadata", .sure = "skin_tone_class|site|monet_*", .columns = ARCHIVE "skin_tone_class|site|monet_*", .least = 3,
     .needed = "isic_id|lesion_id", .id = "isic_id", .kind = SK_LESION_IMAGES, .patient = "patient_id", .lesion = "lesion_id",
     .strata = "image_type|age_approx|sex|skin_tone_class|site|monet_*",
     .remark = "two photographs a lesion, one of them clinical: see the stratum image_type"},
    {.name = "ISIC archive", .sure = "isic_id", .columns = ARCHIVE "diagnosis_1|diagnosis_2|diagnosis_3|benign_malignant|diagnosis|fitzpatrick_skin_type",
     .least = 2, .needed = "isic_id|diagnosis_1/benign_malignant/diagnosis", .id = "isic_id", .two = "diagnosis_1|benign_malignant|diagnosis",
     .dx = "diagnosis_3|diagnosis_2|diagnosis", .patient = "patient_id", .lesion = "lesion_id", .strata = ARCHIVE_STRATA, .open = true},
    {.name = "BCN20000", .sure = "bcn_filename", .columns = "age_approx|anatom_site_general|diagnosis|lesion_id|capture_date|sex|split",
     .least = 2, .needed = "bcn_filename|diagnosis|lesion_id", .id = "bcn_filename", .two = "diagnosis", .dx = "diagnosis",
     .lesion = "lesion_id", .split = "split", .strata = "age_approx|sex|anatom_site_general"},
    {.name = "PAD-UFES-20", .sure = "diagnostic|img_id|fitspatrick", .columns = "patient_id|lesion_id|age|gender|region|biopsed",
     .least = 3, .needed = "img_id|diagnostic|patient_id|lesion_id", .id = "img_id", .two = "diagnostic", .dx = "diagnostic",
     .patient = "patient_id", .lesion = "lesion_id", .strata = "age|gender|region|fitspatrick|fitzpatrick",
     .remark = "photographs by phones, not by dermatoscopes"},
    {.name = "PH2", .sure = "clinical diagnosis", .columns = "name|histological diagnosis|asymmetry|pigment network|colors", .least = 2,
     .needed = "name|clinical diagnosis", .id = "name", .two = "clinical diagnosis", .dx = "clinical diagnosis",
     .codes = "common nevus|atypical nevus|melanoma"},
    {.name = "Derm7pt", .sure = "derm|seven_point_score", .columns = "case_num|case_id|diagnosis|clinic|level_of_diagnostic_difficulty",
     .least = 3, .needed = "derm|diagnosis", .id = "derm", .two = "diagnosis", .dx = "diagnosis", .lesion = "case_id|case_num",
     .strata = "sex|location|elevation|level_of_diagnostic_difficulty", .other = "clinic"},
    {.name = "Derm7pt indexes", .sure = "indexes", .least = 1, .needed = "indexes", .id = "indexes", .kind = SK_ROW_NUMBERS, .parts = true},
    {.name = "ISIC 2020 duplicates", .sure = "isic_id_paired|image_name_1|image_name_paired|image_name_2|duplicate_image",
     .columns = "isic_id|image_name_2|image_name", .least = 2, .needed = "", .id = "-", .kind = SK_IMAGE_PAIRS},
};

enum { SETS = sizeof sets / sizeof *sets, NAME_SIZE = 64 };

const char *sk_next_column(const char *list, char *name, size_t size)
{
    if (!list || !*list)
        return NULL;
    const size_t length = strcspn(list, "|"), copied = length < size ? length : size - 1;
    memcpy(name, list, copied);
    name[copied] = 0;
    return list + length + (list[length] == '|');
}

static bool has_column(const struct sk_csv *csv, const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || name[length - 1] != '*')
        return sk_csv_column(csv, name) != SIZE_MAX;
    for (size_t i = 0; i < csv->columns; i++)
        if (strncasecmp(csv->header[i], name, length - 1) == 0)
            return true;
    return false;
}

static size_t count_columns(const struct sk_csv *csv, const char *list)
{
    char name[NAME_SIZE];
    size_t count = 0;
    while ((list = sk_next_column(list, name, sizeof name)))
        count += has_column(csv, name);
    return count;
}

size_t sk_label_column(const struct sk_csv *csv, const char *list)
{
    char name[NAME_SIZE];
    while ((list = sk_next_column(list, name, sizeof name)))
        if (sk_csv_column(csv, name) != SIZE_MAX)
            return sk_csv_column(csv, name);
    return SIZE_MAX;
}

static const struct sk_label_set *set_named(const char *name)
{
    for (int i = 0; i < SETS; i++)
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    return NULL;
}

/* An image of the ISIC archive, by its name */
static bool is_isic_image(const char *text)
{
    return strncasecmp(text, "ISIC_", 5) == 0 && text[5] >= '0' && text[5] <= '9';
}

static bool is_label(const char *text)
{
    static const char *const labels[] = {"benign", "malignant", "0", "1", "0.0", "1.0"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcasecmp(text, labels[i]) == 0)
            return true;
    return false;
}

const struct sk_label_set *sk_label_set_find(const struct sk_csv *csv, bool *headerless)
{
    const struct sk_label_set *best = NULL;
    size_t most = 0;
    *headerless = csv->columns == 2 && is_isic_image(csv->header[0]) && (is_label(csv->header[1]) || is_isic_image(csv->header[1]));
    if (*headerless)
        return set_named(is_label(csv->header[1]) ? "ISIC 2016" : "ISIC 2020 duplicates");
    if (csv->columns == 2 && strcasestr(csv->path, "duplicate"))
        return set_named("ISIC 2020 duplicates");
    for (int i = 0; i < SETS; i++) {
        size_t sure = count_columns(csv, sets[i].sure), count = sure + count_columns(csv, sets[i].columns);
        if (sure > 0 && count >= sets[i].least && count > most) {
            most = count;
            best = &sets[i];
        }
    }
    return best;
}
