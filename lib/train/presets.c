#include "train/presets.h"

#include <string.h>

#include "nn/recipes.h"

const char *const sk_preset_name[SK_PRESETS] = {[SK_PRESET_PAPER] = "paper", [SK_PRESET_BEST] = "best"};

enum { PAPER_GAN, PAPER_CLASSIFIER, BEST_GAN, BEST_DCGAN_GAN, BEST_RESNET, BEST_DCGAN, BEST_INCEPTION, COLUMNS };

static const char *const column_name[COLUMNS] = {
    [PAPER_GAN] = "gan --preset paper",
    [PAPER_CLASSIFIER] = "classifier --preset paper",
    [BEST_GAN] = "gan --preset best",
    [BEST_DCGAN_GAN] = "gan --preset best --arch dcgan",
    [BEST_RESNET] = "classifier --preset best",
    [BEST_DCGAN] = "classifier --preset best --arch dcgan",
    [BEST_INCEPTION] = "classifier --preset best --arch inception",
};

/* The paper's choices, see sktools(7), and what has been measured to be best. NULL: the option is not of the command or the architecture,
   or is nothing. */
static const struct sk_preset_row rows[] = {
    /*                  paper: gan   classifier   best: gan resnet dcgan            classifier resnet dcgan      inception */
    {"arch",            {"dcgan",     "dcgan",     "resnet",        "dcgan",         "resnet",         "dcgan",   "inception"}},
    {"width",           {"64",        "64",        "16",            "64",            "32",             "64",      NULL}},
    {"kernel",          {"5",         "5",         NULL,            "4",             NULL,             "5",       NULL}},
    {"upsampling",      {NULL,        NULL,        "bilinear",      NULL,            NULL,             NULL,      NULL}},
    {"epochs",          {NULL,        "60",        NULL,            NULL,            "60",             "60",      "7"}},
    {"steps",           {"3000",      NULL,        "10000",         "10000",         NULL,             NULL,      NULL}},
    {"batch",           {"128",       "128",       "32",            "64",            "64",             "64",      "32"}},
    {"learning-rate",   {"0.0002",    "0.0002",    "0.0006",        "0.0004",        "0.001",          "0.0005",  "0.0001"}},
    {"beta1",           {"0.5",       "0.5",       "0",             "0",             "0.9",            "0.9",     "0.9"}},
    {"beta2",           {"0.999",     "0.999",     "0.99",          "0.99",          "0.999",          "0.999",   "0.999"}},
    {"clip",            {"0",         "0",         "1",             "1",             "0",              "0",       "0"}},
    {"optimizer",       {"adam",      "adam",      "adam",          "adam",          "adamw",          "adamw",   "adamw"}},
    {"weight-decay",    {NULL,        NULL,        NULL,            NULL,            "0.05",           "0.05",    "0.05"}},
    {"schedule",        {"constant",  "constant",  "cosine",        "cosine",        "cosine",         "cosine",  "cosine"}},
    {"warmup",          {"0",         "0",         "0",             "0",             "3%",             "3%",      "3%"}},
    {"ema",             {NULL,        NULL,        "2.5%",          "2.5%",          "2.5%",           "2.5%",    "2.5%"}},
    {"loss",            {"bce",       NULL,        "relativistic",  "relativistic",  NULL,             NULL,      NULL}},
    {"penalty",         {"0",         NULL,        "100",           "100",           NULL,             NULL,      NULL}},
    {"dropout",         {NULL,        "0.5",       NULL,            NULL,            "0.2",            "0.5",     "0.2"}},
    {"smoothing",       {NULL,        "0",         NULL,            NULL,            "0.05",           "0.05",    "0.05"}},
    {"balance",         {NULL,        NULL,        NULL,            NULL,            "",               "",        ""}},
    {"calibrate",       {NULL,        NULL,        NULL,            NULL,            "",               "",        ""}}, /* with --valid */
    {"augment",         {NULL, NULL, "flip,turn,translate,cutout,colour", "flip,turn,translate,cutout,colour",
                         "flip,rotate,zoom,shift,colour", "flip,rotate,zoom,shift,colour", "flip,rotate,zoom,shift,colour"}},
};

const struct sk_presets sk_train_presets = {column_name, COLUMNS, rows, sizeof rows / sizeof *rows};

size_t sk_train_preset_column(enum sk_preset preset, bool classifier, int arch)
{
    static const size_t of_classifier[] = {BEST_RESNET, BEST_DCGAN, BEST_INCEPTION}, of_gan[] = {BEST_GAN, BEST_DCGAN_GAN};
    if (preset == SK_PRESET_PAPER)
        return classifier ? PAPER_CLASSIFIER : PAPER_GAN;
    const size_t *of = classifier ? of_classifier : of_gan; /* the first is the preset's own choice */
    const size_t columns = classifier ? sizeof of_classifier / sizeof *of : sizeof of_gan / sizeof *of;
    for (size_t i = 0; arch >= 0 && i < columns; i++)
        if (strcmp(rows[0].value[of[i]], sk_architecture_name[arch]) == 0) /* that of --arch */
            return of[i];
    return of[0];
}
