#include "data/photographs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "data/diagnosis.h"
#include "data/picture_format.h"

enum { TABLE_DEPTH = 3, LOWER_SIZE = 1024 };

/* A walk through a folder */
struct walk {
    struct sk_photographs *found;
    struct sk_remarks *remarks;
    struct stat skip;
    bool skips;
    size_t prefix; /* of the folder's own name and '/' in fts's paths */
    const char *lacks[SK_PICTURE_FORMATS];
    struct sk_error *err;
};

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

/* For a message: control characters as '?'. */
static void printable(char *text, size_t size, const char *from)
{
    snprintf(text, size, "%s", from);
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

static int check_name(const char *path, struct sk_error *err)
{
    char text[300];
    if (!has_control(path))
        return 0;
    printable(text, sizeof text, path);
    return sk_fail(err, "%s: a file name with a control character cannot stand in a list", text);
}

/* The first bytes say more than the name, where they say anything. -1 with err where it cannot be read. */
static int look_inside(const FTSENT *entry, enum sk_format *format, struct sk_error *err)
{
    unsigned char bytes[SK_FORMAT_BYTES];
    int file = open(entry->fts_accpath, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return sk_fail_errno(err, "%s", entry->fts_path);
    ssize_t got = read(file, bytes, sizeof bytes);
    int status = got < 0 ? sk_fail_errno(err, "%s", entry->fts_path) : 0;
    close(file);
    *format = status ? SK_FORMAT_NONE : sk_format_of_bytes(bytes, (size_t)got);
    if (*format >= SK_PICTURE_FORMATS)
        *format = SK_FORMAT_NONE;
    return status;
}

/* Names without an ending, or with a number for one, as DICOM files have. */
static bool has_no_ending(const char *name)
{
    const char *dot = strrchr(name, '.');
    return !dot || dot[1 + strspn(dot + 1, "0123456789")] == 0;
}

static bool may_be_table(const char *name)
{
    static const char endings[] = "|csv|tsv|tab|txt|";
    char barred[16];
    const char *dot = strrchr(name, '.');
    if (!dot)
        return true;
    return snprintf(barred, sizeof barred, "|%s|", dot + 1) < (int)sizeof barred && strcasestr(endings, barred);
}

static int add_table(struct walk *w, const char *path)
{
    struct sk_photographs *p = w->found;
    const char **moved = sk_grow(p->table, p->tables, &p->table_room, sizeof *moved, w->err);
    if (!moved)
        return -1;
    p->table = moved;
    p->table[p->tables] = sk_dictionary_keep(&p->words, path, w->err);
    return p->table[p->tables++] ? 0 : -1;
}

static int add_photograph(struct walk *w, const FTSENT *entry, const char *path, enum sk_format named)
{
    struct sk_photographs *p = w->found;
    struct sk_photograph *moved = sk_grow(p->at, p->n, &p->room, sizeof *moved, w->err);
    if (!moved)
        return -1;
    p->at = moved;
    const char *kept = sk_dictionary_keep(&p->words, path, w->err), *slash = kept ? strrchr(kept, '/') : NULL;
    const char *name = slash ? slash + 1 : kept, *dot = name ? strrchr(name, '.') : NULL;
    char stem[LOWER_SIZE];
    if (!kept)
        return -1;
    if (named == SK_FORMAT_NONE || !dot)
        dot = name + strlen(name);
    snprintf(stem, sizeof stem, "%.*s", (int)(dot - name), name);
    const struct stat *s = entry->fts_statp;
    moved[p->n] = (struct sk_photograph){.path = kept,
                                         .name = name,
                                         .stem = sk_dictionary_keep(&p->words, stem, w->err),
                                         .same = SIZE_MAX,
                                         .size = s->st_size,
                                         .changed = s->st_mtim,
                                         .jpeg = named == SK_JPEG};
    return moved[p->n++].stem ? 0 : -1;
}

static int leave_out_format(struct walk *w, const char *path, enum sk_format format)
{
    char why[160];
    const char *package = w->lacks[format];
    if (*package)
        snprintf(why, sizeof why, "%s, which the package %s reads (apt-get install %s)", sk_format_name(format), package, package);
    else
        snprintf(why, sizeof why, "%s, which is not read here: convert it to PNG or JPEG", sk_format_name(format));
    return sk_leave_out(w->remarks, path, why, true, w->err);
}

static int take_file(struct walk *w, const FTSENT *entry)
{
    const char *path = entry->fts_path + w->prefix, *name = entry->fts_name;
    const enum sk_format named = sk_format_of_name(name);
    enum sk_format format = SK_FORMAT_NONE;
    if (!S_ISREG(entry->fts_statp->st_mode))
        return 0;
    if (named == SK_FORMAT_NONE && may_be_table(name) && strrchr(name, '.'))
        return entry->fts_level <= TABLE_DEPTH ? add_table(w, path) : 0;
    if (look_inside(entry, &format, w->err))
        return -1;
    if (format == SK_FORMAT_NONE && named == SK_FORMAT_NONE)
        return !strrchr(name, '.') && entry->fts_level <= TABLE_DEPTH && entry->fts_statp->st_size > 0 ? add_table(w, path) : 0;
    if (check_name(path, w->err))
        return -1;
    if (format == SK_FORMAT_NONE)
        format = named;
    if (named == SK_FORMAT_NONE && !has_no_ending(name))
        return sk_leave_out(w->remarks, path, "a picture by its first bytes, but not by its name", true, w->err);
    if (w->lacks[format])
        return leave_out_format(w, path, format);
    return add_photograph(w, entry, path, named);
}

static bool is_skipped(const struct walk *w, const FTSENT *entry)
{
    struct stat other;
    char path[4096];
    if (w->skips && entry->fts_statp->st_ino == w->skip.st_ino && entry->fts_statp->st_dev == w->skip.st_dev)
        return true;
    if (snprintf(path, sizeof path, "%s/.state", entry->fts_accpath) >= (int)sizeof path || stat(path, &other) || !S_ISDIR(other.st_mode))
        return false;
    snprintf(path, sizeof path, "%s/counts.tsv", entry->fts_accpath);
    return stat(path, &other) == 0;
}

static int take_entry(struct walk *w, FTS *tree, FTSENT *entry)
{
    if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
        if (entry->fts_info == FTS_D)
            fts_set(tree, entry, FTS_SKIP);
        return 0;
    }
    switch (entry->fts_info) {
    case FTS_D:
        if (is_skipped(w, entry)) {
            if (entry->fts_level == 0)
                return sk_fail(w->err, "%s: not a folder of photographs but what skdata makes of one", w->found->folder);
            fts_set(tree, entry, FTS_SKIP);
        }
        return 0;
    case FTS_F: return take_file(w, entry);
    case FTS_SLNONE:
        if (sk_format_of_name(entry->fts_name) == SK_FORMAT_NONE)
            return 0;
        return check_name(entry->fts_path + w->prefix, w->err)
                   ? -1
                   : sk_leave_out(w->remarks, entry->fts_path + w->prefix, "a link to what is not there", true, w->err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS: errno = entry->fts_errno; return sk_fail_errno(w->err, "%s", entry->fts_path);
    default: return 0; /* a link to a folder above: what it leads to is seen there */
    }
}

static int walk_folder(struct walk *w, const char *folder)
{
    char *const roots[] = {(char *)folder, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return sk_fail_errno(w->err, "%s", folder);
    int status = 0;
    FTSENT *entry;
    errno = 0;
    while (status == 0 && (entry = fts_read(tree))) {
        status = take_entry(w, tree, entry);
        errno = 0;
    }
    if (status == 0 && errno)
        status = sk_fail_errno(w->err, "%s", folder);
    fts_close(tree);
    return status;
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct sk_photograph *)left)->path, ((const struct sk_photograph *)right)->path);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *lower(char text[LOWER_SIZE], const char *from, size_t length)
{
    size_t i = 0;
    for (; i < length && i + 1 < LOWER_SIZE; i++)
        text[i] = (char)tolower((unsigned char)from[i]);
    text[i] = 0;
    return text;
}

/* Photographs by their stems, the chain of one stem in the order of paths. */
static int index_stems(struct sk_photographs *p, struct sk_error *err)
{
    char stem[LOWER_SIZE];
    sk_dictionary_free(&p->stems);
    free(p->first);
    p->first = sk_alloc(p->n + 1, sizeof *p->first, err);
    if (!p->first)
        return -1;
    for (size_t i = p->n, word; i-- > 0;) {
        size_t before = p->stems.words;
        lower(stem, p->at[i].stem, strlen(p->at[i].stem));
        if (sk_dictionary_add(&p->stems, stem, strlen(stem), &word, err))
            return -1;
        p->at[i].same = word == before ? SIZE_MAX : p->first[word];
        p->first[word] = i;
    }
    return 0;
}

static size_t first_of_stem(const struct sk_photographs *p, const char *stem, size_t length)
{
    char text[LOWER_SIZE];
    size_t word = sk_dictionary_find(&p->stems, lower(text, stem, length));
    return word == SIZE_MAX ? SIZE_MAX : p->first[word];
}

/* --- masks: pictures that belong to a photograph --- */

static const char *const mask_endings[] = {"superpixels", "superpixel", "segmentation", "segmentations", "segmented", "seg", "mask", "masks",
                                           "lesion", "roi", "label", "labels", "groundtruth", "ground truth", "gt", "binary", "contour",
                                           "border"};
static const char *const mask_folders[] = {"superpixels", "segmentation", "segmentations", "mask", "masks", "groundtruth", "lesion",
                                           "roi", "annotation", "annotations"};

/* Length of a name before "_mask" and the like, 0 where there is none of these; ISIC 2018's "_attribute_globules" too. */
static size_t before_mask_ending(const char *stem)
{
    const char *attribute = strcasestr(stem, "_attribute_");
    if (attribute)
        return (size_t)(attribute - stem);
    for (size_t i = 0; i < sizeof mask_endings / sizeof *mask_endings; i++) {
        size_t length = strlen(stem), ending = strlen(mask_endings[i]);
        if (length > ending + 1 && strcasecmp(stem + length - ending, mask_endings[i]) == 0 &&
            strchr("_- .", stem[length - ending - 1]))
            return length - ending - 1;
    }
    return 0;
}

/* Whether a folder on the path is for masks: "masks", "IMD003_roi", "ISIC2018_Task1_Training_GroundTruth". */
static bool in_mask_folder(const struct sk_photograph *p)
{
    char words[SK_WORDS_SIZE], folder[SK_WORDS_SIZE];
    for (const char *part = p->path; part < p->name; part += strcspn(part, "/") + 1) {
        snprintf(folder, sizeof folder, "%.*s", (int)strcspn(part, "/"), part);
        char *rest = (char *)sk_plain_words(words, folder), *word;
        while ((word = strsep(&rest, " ")))
            for (size_t i = 0; i < sizeof mask_folders / sizeof *mask_folders; i++)
                if (strcmp(word, mask_folders[i]) == 0)
                    return true;
    }
    return false;
}

static bool same_folder(const struct sk_photograph *a, const struct sk_photograph *b)
{
    size_t length = (size_t)(a->name - a->path);
    return (size_t)(b->name - b->path) == length && strncmp(a->path, b->path, length) == 0;
}

/* A photograph of that stem that is no mask itself, in the same folder or, where `anywhere`, in any. */
static bool has_photograph(const struct sk_photographs *p, const struct sk_photograph *mask, size_t length, bool anywhere)
{
    for (size_t i = first_of_stem(p, mask->stem, length); i != SIZE_MAX; i = p->at[i].same)
        if (&p->at[i] != mask && (same_folder(&p->at[i], mask) || (anywhere && !in_mask_folder(&p->at[i]))))
            return true;
    return false;
}

/* PH2's folders: IMD003/IMD003_lesion/IMD003_lesion.bmp, IMD003/IMD003_roi/IMD003_R1_Label2.bmp beside IMD003_Dermoscopic_Image/IMD003.bmp */
static bool is_mask(const struct sk_photographs *p, const struct sk_photograph *one)
{
    const bool folder = in_mask_folder(one);
    size_t length = before_mask_ending(one->stem);
    if (length > 0 && has_photograph(p, one, length, folder))
        return true;
    if (!folder)
        return false;
    const char *part = strpbrk(one->stem, "_-");
    return has_photograph(p, one, strlen(one->stem), true) || (part && has_photograph(p, one, (size_t)(part - one->stem), true));
}

static int leave_out_masks(struct sk_photographs *p, struct sk_remarks *remarks, struct sk_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->n; i++)
        p->at[i].taken = is_mask(p, &p->at[i]);
    for (size_t i = 0; i < p->n; i++) {
        if (!p->at[i].taken)
            p->at[kept++] = p->at[i];
        else if (sk_leave_out(remarks, p->at[i].path, "a mask or drawing that belongs to a photograph", true, err))
            return -1;
    }
    bool changed = kept < p->n;
    p->n = kept;
    return changed ? index_stems(p, err) : 0;
}

int sk_photographs_find(struct sk_photographs *p, const char *folder, const char *skip, struct sk_remarks *remarks,
                        struct sk_error *err)
{
    struct stat there;
    *p = (struct sk_photographs){.folder = strdup(folder)};
    struct walk w = {.found = p, .remarks = remarks, .err = err, .prefix = strlen(folder) + (folder[strlen(folder) - 1] != '/')};
    for (int f = 0; f <= SK_RAW; f++)
        w.lacks[f] = sk_format_lacks((enum sk_format)f);
    w.skips = skip && stat(skip, &w.skip) == 0;
    int status = 0;
    if (!p->folder)
        status = sk_fail_errno(err, "%s", folder);
    else if (stat(folder, &there) || !S_ISDIR(there.st_mode))
        status = sk_fail(err, "%s: no such folder", folder);
    if (status == 0)
        status = walk_folder(&w, folder);
    if (status == 0) {
        if (p->n)
            qsort(p->at, p->n, sizeof *p->at, by_path);
        if (p->tables)
            qsort(p->table, p->tables, sizeof *p->table, by_text);
        status = index_stems(p, err) || leave_out_masks(p, remarks, err) ? -1 : 0;
    }
    if (status)
        sk_photographs_free(p);
    return status;
}

void sk_photographs_free(struct sk_photographs *p)
{
    free(p->folder);
    free(p->at);
    free(p->table);
    free(p->first);
    sk_dictionary_free(&p->words);
    sk_dictionary_free(&p->stems);
    *p = (struct sk_photographs){0};
}

/* --- photographs by name --- */

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* Without the ending of a picture's name */
static size_t stem_length(const char *name)
{
    return sk_format_of_name(name) == SK_FORMAT_NONE ? strlen(name) : (size_t)(strrchr(name, '.') - name);
}

/* How well a name means a photograph: 3 its path, 2 the end of its path, 1 that but for case, 0 not. */
static int means(const struct sk_photograph *p, const char *name)
{
    while (strncmp(name, "./", 2) == 0)
        name += 2;
    if (strcmp(p->path, name) == 0)
        return 3;
    const bool ending = sk_format_of_name(name) != SK_FORMAT_NONE;
    const size_t path = ending ? strlen(p->path) : (size_t)(p->name - p->path) + strlen(p->stem), length = strlen(name);
    if (path < length || (path > length && p->path[path - length - 1] != '/') || strncasecmp(p->path + path - length, name, length) != 0)
        return 0;
    return strncmp(p->path + path - length, name, length) == 0 ? 2 : 1;
}

static size_t next_meant(const struct sk_photographs *p, const char *name, size_t i, int least)
{
    while (i != SIZE_MAX && means(&p->at[i], name) < least)
        i = p->at[i].same;
    return i;
}

/* The best way in which a name means any photograph of its stem. */
static int best_meaning(const struct sk_photographs *p, const char *name, size_t first)
{
    int best = 0;
    for (size_t i = first; i != SIZE_MAX && best < 3; i = p->at[i].same) {
        int here = means(&p->at[i], name);
        best = here > best ? here : best;
    }
    return best;
}

size_t sk_photographs_named(const struct sk_photographs *p, const char *name, size_t *first)
{
    const char *last = last_part(name);
    size_t start = first_of_stem(p, last, stem_length(last)), count = 0;
    int best = best_meaning(p, name, start);
    *first = best > 0 ? next_meant(p, name, start, best) : SIZE_MAX;
    for (size_t i = *first; i != SIZE_MAX; i = next_meant(p, name, p->at[i].same, best))
        count++;
    return count;
}

size_t sk_photographs_next(const struct sk_photographs *p, const char *name, size_t i)
{
    return next_meant(p, name, p->at[i].same, means(&p->at[i], name));
}
