#include "data/diagnosis.h"

#include <stdbool.h>
#include <string.h>

/* Whole names, as plain words */
static const struct {
    enum sk_dignity dignity;
    const char *names; /* between bars */
} whole[] = {
    {SK_MALIGNANT, "|malignant|mel|mm|melanoma|bcc|scc|sccka|akiec|ak|ack|mal oth|malignant other|cancer|cancerous|"
                   "lentigo maligna|keratoacanthoma|bowen|bowens|bowen disease|bowens disease|morbus bowen|merkel cell carcinoma|"},
    {SK_BENIGN, "|benign|nv|nev|nevus|naevus|nevi|naevi|mole|bkl|sk|sek|sebk|seborrheic keratosis|seborrhoeic keratosis|"
                "keratosis seborrheic|pigmented benign keratosis|benign keratosis|benign keratosis like lesion|"
                "benign keratosis like lesions|verruca|wart|scar|solar lentigo|actinic lentigo|lentigo simplex|lentigo nos|lentigo|"
                "ink spot lentigo|lichen planus like keratosis|lplk|lichenoid keratosis|df|dermatofibroma|vasc|vascular|"
                "vascular lesion|vascular lesions|angioma|hemangioma|haemangioma|cherry angioma|angiokeratoma|pyogenic granuloma|"
                "hemorrhage|cafe au lait macule|melanosis|angiofibroma|angiofibroma or fibrous papule|fibrous papule|neurofibroma|"
                "cyst|trichoblastoma|clear cell acanthoma|acrochordon|sebaceous hyperplasia|"},
    {SK_NEITHER, "||indeterminate|unk|unknown|other|others|oth|misc|miscellaneous|ben oth|benign other|inf|inflammatory|none|na|nan|null|"
                 "atypical melanocytic proliferation|aimp|"},
};

/* Words that decide wherever they stand; the first that is there */
static const struct {
    const char *word;
    enum sk_dignity dignity;
} part[] = {
    {"non melanoma", SK_UNHEARD_OF},         {"no melanoma", SK_UNHEARD_OF},
    {"not melanoma", SK_UNHEARD_OF},         {"melanoma", SK_MALIGNANT},
    {"basal cell carcinoma", SK_MALIGNANT},  {"squamous cell carcinoma", SK_MALIGNANT},
    {"intraepithelial carcinoma", SK_MALIGNANT}, {"actinic keratosis", SK_MALIGNANT},
    {"solar keratosis", SK_MALIGNANT},       {"actinic keratoses", SK_MALIGNANT},
    {"bowens disease", SK_MALIGNANT},        {"bowen disease", SK_MALIGNANT},
    {"nevus", SK_BENIGN},                    {"naevus", SK_BENIGN},
    {"seborrheic keratosis", SK_BENIGN},     {"seborrheic keratoses", SK_BENIGN},
    {"seborrhoeic keratosis", SK_BENIGN},    {"benign keratosis", SK_BENIGN},
    {"dermatofibroma", SK_BENIGN},           {"hemangioma", SK_BENIGN},
    {"haemangioma", SK_BENIGN},              {"solar lentigo", SK_BENIGN},
};

static bool is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

const char *sk_plain_words(char words[SK_WORDS_SIZE], const char *text)
{
    size_t n = 0;
    for (; *text && n + 2 < SK_WORDS_SIZE; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c + ('a' - 'A'));
        if (is_word_byte(c))
            words[n++] = (char)c;
        else if (c != '\'' && n > 0 && words[n - 1] != ' ')
            words[n++] = ' ';
    }
    words[n > 0 && words[n - 1] == ' ' ? n - 1 : n] = 0;
    return words;
}

/* Whether `part` stands in `words` between spaces or the ends. */
static bool has_words(const char *words, const char *wanted)
{
    const size_t length = strlen(wanted);
    for (const char *at = words; (at = strstr(at, wanted)); at++)
        if ((at == words || at[-1] == ' ') && (at[length] == 0 || at[length] == ' '))
            return true;
    return false;
}

enum sk_dignity sk_diagnosis_dignity(const char *diagnosis)
{
    char words[SK_WORDS_SIZE], barred[SK_WORDS_SIZE + 2] = "|";
    strcat(strcat(barred, sk_plain_words(words, diagnosis)), "|");
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strstr(whole[i].names, barred))
            return whole[i].dignity;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (has_words(words, part[i].word))
            return part[i].dignity;
    return SK_UNHEARD_OF;
}

const char *sk_dignity_name(enum sk_dignity dignity)
{
    return dignity == SK_BENIGN ? "benign" : dignity == SK_MALIGNANT ? "malignant" : NULL;
}
