#include "data/class_folders.h"

#include <stdio.h>
#include <string.h>

#include "data/diagnosis.h"
#include "data/split.h"

enum { PATH_SIZE = 4096, NAME_SIZE = 256 };

/* The folders at one level: those that come next in the paths that begin with `prefix` */
struct level {
    struct sk_dictionary folders;
    size_t loose; /* photographs in none of them */
};

static int look_at_level(const struct sk_photographs *p, const char *prefix, struct level *level, struct sk_error *err)
{
    const size_t length = strlen(prefix);
    *level = (struct level){0};
    for (size_t i = 0, word; i < p->n; i++) {
        if (strncmp(p->at[i].path, prefix, length) != 0)
            continue;
        const char *rest = p->at[i].path + length, *slash = strchr(rest, '/');
        if (!slash)
            level->loose++;
        else if (sk_dictionary_add(&level->folders, rest, (size_t)(slash - rest), &word, err))
            return -1;
    }
    return 0;
}

static void free_level(struct level *level)
{
    sk_dictionary_free(&level->folders);
}

/* Whether a word is a number, or one of these with a number behind it. */
static bool is_empty_word(const char *word)
{
    static const char empty[] =
        "|image|images|img|imgs|pic|pics|picture|pictures|photo|photos|jpg|jpeg|png|bmp|tif|tiff|dcm|dicom|webp|file|files|folder|"
        "folders|data|dataset|datasets|input|inputs|part|parts|p|batch|fold|chunk|shard|volume|vol|set|all|raw|original|originals|"
        "resized|crop|cropped|archive|new|untitled|download|downloads|export|camera|dermoscopy|dermoscopic|dermatoscopic|clinical|"
        "isic|isbi|ham|bcn|ph|milk|mskcc|pad|ufes|derm|pt|task|v|release|k|";
    char barred[NAME_SIZE + 2];
    size_t letters = strcspn(word, "0123456789");
    if (word[letters + strspn(word + letters, "0123456789")] != 0 && strcmp(word + letters + strspn(word + letters, "0123456789"), "k") != 0)
        return false;
    if (letters == 0)
        return true;
    snprintf(barred, sizeof barred, "|%.*s|", (int)letters, word);
    return strstr(empty, barred) || sk_split_of_word(word) != SK_NO_SPLIT;
}

bool sk_folder_is_no_class(const char *name)
{
    char words[SK_WORDS_SIZE], *rest = (char *)sk_plain_words(words, name), *word;
    if (!*rest)
        return true;
    while ((word = strsep(&rest, " ")))
        if (!is_empty_word(word))
            return false;
    return true;
}

/* Folders named 0 and 1 alone are what some write for labels. */
static bool are_zero_and_one(const struct level *level)
{
    return level->folders.words == 2 && sk_dictionary_find(&level->folders, "0") != SIZE_MAX &&
           sk_dictionary_find(&level->folders, "1") != SIZE_MAX;
}

static int append(char prefix[PATH_SIZE], const char *folder, struct sk_error *err)
{
    size_t used = strlen(prefix);
    if (snprintf(prefix + used, PATH_SIZE - used, "%s/", folder) >= (int)(PATH_SIZE - used))
        return sk_fail(err, "%.100s...: too long a path", prefix);
    return 0;
}

static bool has_split_folder(const struct level *level)
{
    for (size_t i = 0; i < level->folders.words; i++)
        if (sk_split_of_word(level->folders.word[i]) != SK_NO_SPLIT)
            return true;
    return false;
}

static bool are_diagnoses(const struct level *level)
{
    for (size_t i = 0; i < level->folders.words; i++)
        if (sk_diagnosis_dignity(level->folders.word[i]) == SK_UNHEARD_OF)
            return false;
    return true;
}

/* Whether a name has a word like "dataset" or "images". */
static bool has_empty_word(const char *name)
{
    char words[SK_WORDS_SIZE], *rest = (char *)sk_plain_words(words, name), *word;
    while ((word = strsep(&rest, " ")))
        if (is_empty_word(word))
            return true;
    return false;
}

/* Whether the only folder at a level but wraps what is in it: folders, and no photographs beside them. One that may be a class does where
   the folders in it are splits or diagnoses. Inside a split's folder (`within`) only its own name once more or one that says
   nothing does. */
static bool is_wrapper(const char *name, const struct level *inside, enum sk_split within)
{
    if (inside->folders.words == 0 || (inside->loose > 0 && !has_split_folder(inside)))
        return false;
    if (within != SK_NO_SPLIT)
        return sk_split_of_word(name) == within || sk_folder_is_no_class(name);
    if (sk_split_of_word(name) != SK_NO_SPLIT)
        return false;
    return sk_diagnosis_dignity(name) == SK_UNHEARD_OF || has_empty_word(name) || (inside->folders.words > 1 && are_diagnoses(inside));
}

/* Goes down while there is but one folder, and that a wrapper. */
static int enter_wrappers(const struct sk_photographs *p, char prefix[PATH_SIZE], enum sk_split within, struct sk_error *err)
{
    for (bool further = true; further;) {
        struct level level, inside = {0};
        int status = look_at_level(p, prefix, &level, err);
        further = status == 0 && level.folders.words == 1;
        if (further) {
            char deeper[PATH_SIZE];
            snprintf(deeper, sizeof deeper, "%s", prefix);
            status = append(deeper, level.folders.word[0], err) || look_at_level(p, deeper, &inside, err) ? -1 : 0;
            further = status == 0 && is_wrapper(level.folders.word[0], &inside, within);
            if (further)
                strcpy(prefix, deeper);
        }
        free_level(&level);
        free_level(&inside);
        if (status)
            return -1;
    }
    return 0;
}

static int refuse_folder(const char *prefix, const char *name, struct sk_error *err)
{
    return sk_fail(err, "the folder '%s%s' says no class: " SK_WRITE_LABELS, prefix, name);
}

/* The names at a level are to be classes. */
static int check_classes(const char *prefix, const struct level *level, struct sk_error *err)
{
    for (size_t i = 0; i < level->folders.words; i++)
        if (sk_folder_is_no_class(level->folders.word[i]) && !are_zero_and_one(level))
            return refuse_folder(prefix, level->folders.word[i], err);
    return 0;
}

/* Samples of the photographs below a prefix whose next folder is the class. */
static int take_classes(const struct sk_photographs *p, const char *prefix, enum sk_split given, struct sk_samples *samples,
                        struct sk_remarks *remarks, struct sk_error *err)
{
    const size_t length = strlen(prefix);
    struct level level;
    int status = look_at_level(p, prefix, &level, err) || check_classes(prefix, &level, err) ? -1 : 0;
    free_level(&level);
    for (size_t i = 0; i < p->n && status == 0; i++) {
        const char *path = p->at[i].path, *slash;
        char class[NAME_SIZE];
        if (strncmp(path, prefix, length) != 0)
            continue;
        slash = strchr(path + length, '/');
        if (slash && snprintf(class, sizeof class, "%.*s", (int)(slash - path - (ptrdiff_t)length), path + length) >= NAME_SIZE)
            status = sk_fail(err, "%s: too long a name for a class", path);
        else
            status = slash ? sk_samples_add(samples, &p->at[i], class, given, err)
                           : sk_leave_out(remarks, path, "in no class folder", true, err);
    }
    return status;
}

/* What begins with neither a split's folder nor, where there are none, a class folder */
static int leave_out_others(const struct sk_photographs *p, const char *prefix, struct sk_remarks *remarks, struct sk_error *err)
{
    const size_t length = strlen(prefix);
    for (size_t i = 0; i < p->n; i++) {
        const char *path = p->at[i].path, *slash;
        char folder[NAME_SIZE] = "";
        if (strncmp(path, prefix, length) != 0)
            continue;
        slash = strchr(path + length, '/');
        if (slash)
            snprintf(folder, sizeof folder, "%.*s", (int)(slash - path - (ptrdiff_t)length), path + length);
        if (sk_split_of_word(folder) == SK_NO_SPLIT &&
            sk_leave_out(remarks, path, "beside the folders of the splits, in none of them", true, err))
            return -1;
    }
    return 0;
}

/* SPLIT/CLASS */
static int take_splits(const struct sk_photographs *p, const char *prefix, const struct level *level, struct sk_samples *samples,
                       struct sk_remarks *remarks, struct sk_error *err)
{
    size_t folders[SK_SPLITS + 1] = {0};
    for (size_t i = 0; i < level->folders.words; i++)
        folders[sk_split_of_word(level->folders.word[i])]++;
    if (folders[SK_TRAIN] == 0 && folders[SK_NO_SPLIT] > 0)
        return sk_fail(err, "there is a folder of a split, but none for training, and others beside it: put those into train/, or " SK_WRITE_LABELS);
    for (size_t i = 0; i < level->folders.words; i++) {
        const enum sk_split split = sk_split_of_word(level->folders.word[i]);
        char inside[PATH_SIZE];
        snprintf(inside, sizeof inside, "%s", prefix);
        if (split != SK_NO_SPLIT && (append(inside, level->folders.word[i], err) || enter_wrappers(p, inside, split, err) ||
                                     take_classes(p, inside, split, samples, remarks, err)))
            return -1;
        if (split != SK_NO_SPLIT && folders[split] > 1 &&
            sk_remark(remarks, err, "the folder '%s%s' is for %s, as another is", prefix, level->folders.word[i], sk_split_name[split]))
            return -1;
    }
    return leave_out_others(p, prefix, remarks, err);
}

/* Of the folders at a level: how many hold folders of splits and nothing else, and how many such folders among others. */
static int count_split_parents(const struct sk_photographs *p, const char *prefix, const struct level *level, size_t *whole,
                               size_t *mixed, struct sk_error *err)
{
    *whole = *mixed = 0;
    for (size_t i = 0; i < level->folders.words; i++) {
        struct level inside;
        char deeper[PATH_SIZE];
        size_t splits = 0;
        snprintf(deeper, sizeof deeper, "%s", prefix);
        if (append(deeper, level->folders.word[i], err) || look_at_level(p, deeper, &inside, err))
            return -1;
        for (size_t k = 0; k < inside.folders.words; k++)
            splits += sk_split_of_word(inside.folders.word[k]) != SK_NO_SPLIT;
        *whole += splits > 0 && splits == inside.folders.words && inside.loose == 0;
        *mixed += splits > 0 && (splits < inside.folders.words || inside.loose > 0);
        free_level(&inside);
    }
    return 0;
}

/* CLASS/SPLIT */
static int take_class_splits(const struct sk_photographs *p, const char *prefix, const struct level *level, struct sk_samples *samples,
                             struct sk_remarks *remarks, struct sk_error *err)
{
    const size_t length = strlen(prefix);
    if (check_classes(prefix, level, err))
        return -1;
    for (size_t i = 0; i < p->n; i++) {
        const char *path = p->at[i].path, *class, *split;
        char name[2][NAME_SIZE];
        if (strncmp(path, prefix, length) != 0)
            continue;
        class = path + length;
        split = strchr(class, '/');
        if (!split) {
            if (sk_leave_out(remarks, path, "in no class folder", true, err))
                return -1;
            continue;
        }
        snprintf(name[0], NAME_SIZE, "%.*s", (int)(split - class), class);
        snprintf(name[1], NAME_SIZE, "%.*s", (int)strcspn(split + 1, "/"), split + 1);
        if (sk_samples_add(samples, &p->at[i], name[0], sk_split_of_word(name[1]), err))
            return -1;
    }
    return 0;
}

static int take_level(const struct sk_photographs *p, const char *prefix, const struct level *level, struct sk_samples *samples,
                      struct sk_remarks *remarks, struct sk_error *err)
{
    size_t whole, mixed;
    if (level->folders.words == 0)
        return sk_fail(err, "%s: no images found in class folders", p->folder);
    if (has_split_folder(level))
        return take_splits(p, prefix, level, samples, remarks, err);
    if (count_split_parents(p, prefix, level, &whole, &mixed, err))
        return -1;
    if (whole == level->folders.words && mixed == 0)
        return take_class_splits(p, prefix, level, samples, remarks, err);
    if (whole > 0 || mixed > 0)
        return sk_fail(err, "some class folders have folders of splits in them, others have not: " SK_WRITE_LABELS);
    return take_classes(p, prefix, SK_NO_SPLIT, samples, remarks, err);
}

int sk_class_folders(const struct sk_photographs *p, struct sk_samples *samples, struct sk_remarks *remarks, struct sk_error *err)
{
    char prefix[PATH_SIZE] = "";
    struct level level = {0};
    if (p->n == 0)
        return sk_fail(err, "%s: no images found in class folders", p->folder);
    int status = enter_wrappers(p, prefix, SK_NO_SPLIT, err) || look_at_level(p, prefix, &level, err) ? -1 : 0;
    if (status == 0 && *prefix)
        status = sk_remark(remarks, err, "the folder %s is taken for the whole", prefix);
    /* what lies beside the wrapper, loose */
    const size_t length = strlen(prefix);
    for (size_t i = 0; i < p->n && status == 0; i++)
        if (strncmp(p->at[i].path, prefix, length) != 0)
            status = sk_leave_out(remarks, p->at[i].path, "in no class folder", true, err);
    if (status == 0)
        status = take_level(p, prefix, &level, samples, remarks, err);
    free_level(&level);
    return status;
}
