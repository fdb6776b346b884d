#include "data/lists.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/outfile.h"

enum { PATH_SIZE = 4096 };

static int put(struct sk_bytes *text, const char *word, char end, struct sk_error *err)
{
    return sk_bytes_append(text, word, strlen(word), err) || sk_bytes_append(text, &end, 1, err) ? -1 : 0;
}

/* --- which classes the splits have --- */

/* A class in a split */
struct part {
    enum sk_split split;
    const char *class;
    size_t images, groups;
};

static int by_name(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    int order = strcmp(sk_split_name[a->split], sk_split_name[b->split]);
    return order ? order : strcmp(a->class, b->class);
}

static int count_groups(const struct sk_samples *s, struct part *part, struct sk_error *err)
{
    struct sk_dictionary groups = {0};
    int status = 0;
    for (size_t i = 0, word; i < s->n && status == 0; i++) {
        const struct sk_sample *one = &s->at[i];
        if (strcmp(one->class, part->class) != 0 || one->split != part->split)
            continue;
        part->images++;
        if (one->group)
            status = sk_dictionary_add(&groups, one->group, strlen(one->group), &word, err);
    }
    part->groups = groups.words;
    sk_dictionary_free(&groups);
    return status;
}

/* The samples' classes, each once: their own strings, class [classes]. NULL with err. */
static const char **find_classes(const struct sk_samples *s, size_t *classes, struct sk_error *err)
{
    struct sk_dictionary seen = {0};
    const char **class = sk_alloc(s->n + 1, sizeof *class, err);
    int status = class ? 0 : -1;
    for (size_t i = 0, word; i < s->n && status == 0; i++) {
        status = sk_dictionary_add(&seen, s->at[i].class, strlen(s->at[i].class), &word, err);
        if (status == 0)
            class[word] = s->at[i].class;
    }
    *classes = seen.words;
    sk_dictionary_free(&seen);
    if (status)
        free(class);
    return status ? NULL : class;
}

/* All parts with images, sorted. *parts (free) is NULL where this fails. */
static int find_parts(const struct sk_samples *s, struct part **parts, size_t *count, struct sk_error *err)
{
    size_t classes;
    *count = 0;
    *parts = NULL;
    const char **class = find_classes(s, &classes, err);
    struct part *part = class ? sk_alloc(classes + 1, SK_SPLITS * sizeof *part, err) : NULL;
    int status = part ? 0 : -1;
    for (size_t c = 0; c < classes && status == 0; c++)
        for (int split = 0; split < SK_SPLITS && status == 0; split++) {
            part[*count] = (struct part){.split = (enum sk_split)split, .class = class[c]};
            status = count_groups(s, &part[*count], err);
            *count += part[*count].images > 0;
        }
    free(class);
    if (status) {
        free(part);
        return -1;
    }
    qsort(part, *count, sizeof *part, by_name);
    *parts = part;
    return 0;
}

int sk_lists_counts(const struct sk_samples *s, struct sk_bytes *table, struct sk_error *err)
{
    struct part *part;
    size_t parts;
    if (find_parts(s, &part, &parts, err))
        return -1;
    int status = put(table, "split\tclass\timages\tgroups", '\n', err);
    for (size_t i = 0; i < parts && status == 0; i++) {
        char line[400], groups[32] = "-";
        if (part[i].groups > 0)
            snprintf(groups, sizeof groups, "%zu", part[i].groups);
        snprintf(line, sizeof line, "%s\t%s\t%zu\t%s", sk_split_name[part[i].split], part[i].class, part[i].images, groups);
        status = put(table, line, '\n', err);
    }
    free(part);
    return status;
}

/* --- files --- */

static bool has_contents(const char *path, const struct sk_bytes *text)
{
    struct stat there;
    FILE *in = fopen(path, "rb");
    bool same = in && fstat(fileno(in), &there) == 0 && S_ISREG(there.st_mode) && (size_t)there.st_size == text->length;
    char buffer[1 << 14];
    for (size_t at = 0, got; same && at < text->length; at += got) {
        got = fread(buffer, 1, sizeof buffer, in);
        same = got > 0 && got <= text->length - at && memcmp(buffer, text->at + at, got) == 0;
    }
    if (in)
        fclose(in);
    return same;
}

/* Writes a file, unless it says that already. */
static int update(const char *path, const struct sk_bytes *text, struct sk_error *err)
{
    struct sk_outfile out;
    if (has_contents(path, text))
        return 0;
    if (sk_outfile_open(&out, path, err))
        return -1;
    if (fwrite(text->at, 1, text->length, out.stream) != text->length) {
        sk_fail_errno(err, "%s", path);
        sk_outfile_abandon(&out);
        return -1;
    }
    return sk_outfile_commit(&out, err);
}

static int remove_file(const char *path, struct sk_error *err)
{
    return unlink(path) && errno != ENOENT ? sk_fail_errno(err, "%s", path) : 0;
}

static int make_folder(const char *path, struct sk_error *err)
{
    char upper[PATH_SIZE];
    struct stat there;
    if (stat(path, &there) == 0)
        return S_ISDIR(there.st_mode) ? 0 : sk_fail(err, "%s: not a folder", path);
    if (snprintf(upper, sizeof upper, "%s", path) >= PATH_SIZE)
        return sk_fail(err, "%.100s...: too long a path", path);
    char *slash = strrchr(upper, '/');
    if (slash && slash != upper) {
        *slash = 0;
        if (make_folder(upper, err))
            return -1;
    }
    return mkdir(path, 0777) && errno != EEXIST ? sk_fail_errno(err, "%s", path) : 0;
}

static int make_path(char path[PATH_SIZE], struct sk_error *err, const char *format, const char *a, const char *b, const char *c)
{
    if (snprintf(path, PATH_SIZE, format, a, b, c) >= PATH_SIZE)
        return sk_fail(err, "%.100s...: too long a path", path);
    return 0;
}

/* --- the lists of one part --- */

struct lists {
    struct sk_bytes names, groups, strata, state;
};

static int add_state(struct lists *lists, const struct sk_sample *one, struct sk_error *err)
{
    char line[64]; /* ten decimals, as find -printf %T@ has them */
    const struct sk_photograph *p = one->photograph;
    snprintf(line, sizeof line, "%lld\t%lld.%09ld0", p->size, (long long)p->changed.tv_sec, p->changed.tv_nsec);
    return put(&lists->state, p->path, '\t', err) || put(&lists->state, one->group ? one->group : "-", '\t', err) ||
                   put(&lists->state, line, '\n', err)
               ? -1
               : 0;
}

static int fill_lists(const struct sk_samples *s, const struct part *part, struct lists *lists, struct sk_error *err)
{
    int status = 0;
    for (size_t k = 0; k < s->strata && status == 0; k++)
        status = put(&lists->strata, s->stratum[k], k + 1 < s->strata ? '\t' : '\n', err);
    for (size_t i = 0; i < s->n && status == 0; i++) {
        const struct sk_sample *one = &s->at[i];
        if (strcmp(one->class, part->class) != 0 || one->split != part->split)
            continue;
        status = put(&lists->names, one->photograph->path, '\n', err) ||
                         put(&lists->groups, one->group ? one->group : one->photograph->path, '\n', err) || add_state(lists, one, err)
                     ? -1
                     : 0;
        for (size_t k = 0; k < s->strata && status == 0; k++)
            status = put(&lists->strata, s->value[i * s->strata + k], k + 1 < s->strata ? '\t' : '\n', err);
    }
    return status;
}

/* The list, or no file where it is not wanted. */
static int update_list(const char *folder, const char *class, const char *ending, const struct sk_bytes *text, bool wanted,
                       struct sk_error *err)
{
    char path[PATH_SIZE];
    if (make_path(path, err, "%s/%s.%s", folder, class, ending))
        return -1;
    return wanted ? update(path, text, err) : remove_file(path, err);
}

static int write_part(const struct sk_samples *s, const struct part *part, const char *out, bool groups, struct sk_error *err)
{
    char folder[PATH_SIZE], state[PATH_SIZE];
    struct lists lists = {0};
    int status = make_path(folder, err, "%s/%s%s", out, sk_split_name[part->split], "") ||
                         make_path(state, err, "%s/.state/%s.%s", out, sk_split_name[part->split], part->class) ||
                         make_folder(folder, err) || fill_lists(s, part, &lists, err) ||
                         update_list(folder, part->class, "names", &lists.names, true, err) ||
                         update_list(folder, part->class, "groups", &lists.groups, groups, err) ||
                         update_list(folder, part->class, "strata", &lists.strata, s->strata > 0, err) || update(state, &lists.state, err)
                     ? -1
                     : 0;
    sk_bytes_free(&lists.names);
    sk_bytes_free(&lists.groups);
    sk_bytes_free(&lists.strata);
    sk_bytes_free(&lists.state);
    return status;
}

/* Removes what was written for a class that a split no longer has, by its state's name "SPLIT.CLASS". */
static int remove_part(const char *out, const char *name, struct sk_error *err)
{
    static const char *const endings[] = {"names", "groups", "strata", "ppm"};
    char path[PATH_SIZE], split[16];
    const char *dot = strchr(name, '.');
    if (!dot || dot - name >= (ptrdiff_t)sizeof split)
        return 0;
    snprintf(split, sizeof split, "%.*s", (int)(dot - name), name);
    if (make_path(path, err, "%s/%s%s", out, split, ""))
        return -1;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (update_list(path, dot + 1, endings[i], NULL, false, err))
            return -1;
    return make_path(path, err, "%s/.state/%s%s", out, name, "") || remove_file(path, err) ? -1 : 0;
}

static bool is_part(const struct part *part, size_t parts, const char *name)
{
    for (size_t i = 0; i < parts; i++) {
        size_t length = strlen(sk_split_name[part[i].split]);
        if (strncmp(name, sk_split_name[part[i].split], length) == 0 && name[length] == '.' && strcmp(name + length + 1, part[i].class) == 0)
            return true;
    }
    return false;
}

static int remove_others(const char *out, const struct part *part, size_t parts, struct sk_error *err)
{
    char path[PATH_SIZE];
    if (make_path(path, err, "%s/.state%s%s", out, "", ""))
        return -1;
    DIR *folder = opendir(path);
    if (!folder)
        return sk_fail_errno(err, "%s", path);
    int status = 0;
    for (struct dirent *entry; status == 0 && (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && !is_part(part, parts, entry->d_name))
            status = remove_part(out, entry->d_name, err);
    closedir(folder);
    return status;
}

static int write_tables(struct sk_labelled_folder *l, const char *out, struct sk_error *err)
{
    char path[PATH_SIZE];
    struct sk_bytes left_out = {0}, counts = {0};
    int status = sk_remarks_table(&l->remarks, &left_out, err) || sk_lists_counts(&l->samples, &counts, err) ||
                         make_path(path, err, "%s/left-out.tsv%s%s", out, "", "") || update(path, &left_out, err) ||
                         make_path(path, err, "%s/counts.tsv%s%s", out, "", "") || update(path, &counts, err)
                     ? -1
                     : 0;
    sk_bytes_free(&left_out);
    sk_bytes_free(&counts);
    return status;
}

int sk_lists_write(struct sk_labelled_folder *l, const char *out, struct sk_error *err)
{
    const struct sk_samples *s = &l->samples;
    char path[PATH_SIZE];
    struct part *part;
    size_t parts;
    bool groups = false;
    for (size_t i = 0; i < s->n; i++)
        groups |= s->at[i].group != NULL && s->at[i].split != SK_NO_SPLIT;
    if (find_parts(s, &part, &parts, err))
        return -1;
    int status = make_path(path, err, "%s/.state%s%s", out, "", "") || make_folder(path, err) ? -1 : 0;
    for (size_t i = 0; i < parts && status == 0; i++)
        status = write_part(s, &part[i], out, groups, err);
    if (status == 0)
        status = remove_others(out, part, parts, err) || write_tables(l, out, err) ? -1 : 0;
    free(part);
    return status;
}
