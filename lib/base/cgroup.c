#include "base/cgroup.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t NO_LIMIT = UINT64_MAX;

/* A controller: its name, and its limit as the files of one group's folder have it, in version 1 and 2. */
struct controller {
    const char *name;
    uint64_t (*limit[2])(const char *folder);
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* --- the files of a group ------------------------------------------------------------- */

/* Up to COUNT numbers, alone in a file; those read ("max", -1 and all else that is no plain number end it). */
static int read_numbers(const char *folder, const char *name, int count, uint64_t *value)
{
    char *path, line[100] = "";
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return 0;
    FILE *f = fopen(path, "re");
    free(path);
    if (!f)
        return 0;
    char *at = fgets(line, sizeof line, f) ? line : line + strlen(line);
    fclose(f);
    int n = 0;
    while (n < count && *at >= '0' && *at <= '9') {
        value[n] = strtoull(at, &at, 10);
        if (*at && !strchr(" \n", *at))
            break;
        at += *at == ' ';
        n++;
    }
    return n;
}

static uint64_t processors(uint64_t quota, uint64_t period)
{
    return quota && period ? quota / period + (quota % period != 0) : NO_LIMIT;
}

static uint64_t cpus_1(const char *folder)
{
    uint64_t quota, period;
    if (read_numbers(folder, "cpu.cfs_quota_us", 1, &quota) < 1 || read_numbers(folder, "cpu.cfs_period_us", 1, &period) < 1)
        return NO_LIMIT;
    return processors(quota, period);
}

static uint64_t cpus_2(const char *folder)
{
    uint64_t value[2];
    return read_numbers(folder, "cpu.max", 2, value) < 2 ? NO_LIMIT : processors(value[0], value[1]);
}

/* Version 1 says "no limit" by the largest multiple of a page that a signed 64-bit number holds. */
static uint64_t memory_1(const char *folder)
{
    uint64_t bytes;
    return read_numbers(folder, "memory.limit_in_bytes", 1, &bytes) < 1 || bytes >> 62 ? NO_LIMIT : bytes;
}

static uint64_t memory_2(const char *folder)
{
    uint64_t bytes;
    return read_numbers(folder, "memory.max", 1, &bytes) < 1 ? NO_LIMIT : bytes;
}

/* --- where the folders are ------------------------------------------------------------ */

/* Whether a list "rw,cpu,cpuacct" has the word. */
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (; list; list = strchr(list, ',')) {
        list += *list == ',';
        if (strncmp(list, word, length) == 0 && (!list[length] || list[length] == ','))
            return true;
    }
    return false;
}

static FILE *open_proc(const char *root, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/proc/self/%s", root, name) < 0)
        return NULL;
    FILE *f = fopen(path, "re");
    free(path);
    return f;
}

/* The path of this process's group in the hierarchy of a controller of version 1, or of version 2: a line
   "4:cpu,cpuacct:/a/b" or "0::/a/b" of /proc/self/cgroup. To be freed; NULL where there is none. */
static char *own_group(const char *root, int version, const char *controller)
{
    char *line = NULL, *group = NULL;
    size_t size = 0;
    FILE *f = open_proc(root, "cgroup");
    if (!f)
        return NULL;
    while (!group && getline(&line, &size, f) > 0) {
        char *path = line;
        strsep(&path, ":");
        const char *names = strsep(&path, ":");
        if (path && (version == 1 ? has_word(names, controller) : !*names)) {
            path[strcspn(path, "\n")] = '\0';
            group = strdup(path);
        }
    }
    free(line);
    fclose(f);
    return group;
}

/* Spaces, tabs, newlines and backslashes stand as three octal digits in mountinfo. */
static void decode_octal(char *text)
{
    char *to = text;
    for (; *text; to++)
        if (*text == '\\' && strspn(text + 1, "01234567") >= 3) {
            *to = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0');
            text += 4;
        } else
            *to = *text++;
    *to = '\0';
}

struct mount {
    char *root;    /* the group that its top shows */
    char *point;   /* where */
    char *type;    /* "cgroup", "cgroup2" */
    char *options; /* of the file system: a version 1 hierarchy's controllers among them */
};

/* A line "36 25 0:31 ROOT POINT rw,... [shared:1 ...] - TYPE SOURCE OPTIONS" of /proc/self/mountinfo, cut in place. */
static bool parse_mount(char *line, struct mount *mount)
{
    char *field[6], *word;
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < 6; i++)
        if (!(field[i] = strsep(&line, " ")))
            return false;
    while ((word = strsep(&line, " ")) && strcmp(word, "-") != 0)
        ;
    mount->type = strsep(&line, " ");
    strsep(&line, " ");
    mount->root = field[3];
    mount->point = field[4];
    mount->options = line;
    if (!line)
        return false;
    decode_octal(mount->root);
    decode_octal(mount->point);
    return true;
}

/* The part of a group's path below a mount's root, "" or "/a/b"; NULL where the mount does not show the group, or the
   path leads out of a namespace ("/../.."). */
static const char *below(const char *group, const char *root)
{
    const size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(group, root, length) != 0 || (group[length] && group[length] != '/'))
        return NULL;
    group += length;
    if (strstr(group, "/../") || (strlen(group) >= 3 && strcmp(group + strlen(group) - 3, "/..") == 0))
        return NULL;
    return strcmp(group, "/") == 0 ? "" : group;
}

/* The least limit from a group's folder up to the mount point. */
static uint64_t climb(const char *root, const char *point, const char *group, uint64_t (*limit)(const char *folder))
{
    char *folder;
    if (asprintf(&folder, "%s%s%s", root, point, group) < 0)
        return NO_LIMIT;
    const size_t top = strlen(root) + strlen(point);
    uint64_t value = limit(folder);
    while (strlen(folder) > top) {
        *strrchr(folder, '/') = '\0';
        value = least(value, limit(folder));
    }
    free(folder);
    return value;
}

/* Of the mounts that show this process's group; where none does (a namespace without a mount of its own), of what the
   mounts have at their top. */
static uint64_t limit_of(const char *root, int version, const struct controller *c)
{
    uint64_t shown = NO_LIMIT, tops = NO_LIMIT;
    bool any = false;
    char *line = NULL, *group = own_group(root, version, c->name);
    size_t size = 0;
    FILE *f = group ? open_proc(root, "mountinfo") : NULL;
    while (f && getline(&line, &size, f) > 0) {
        struct mount m;
        if (!parse_mount(line, &m) || strcmp(m.type, version == 1 ? "cgroup" : "cgroup2") != 0 ||
            (version == 1 && !has_word(m.options, c->name)))
            continue;
        const char *rest = below(group, m.root);
        if (rest) {
            shown = least(shown, climb(root, m.point, rest, c->limit[version - 1]));
            any = true;
        } else
            tops = least(tops, climb(root, m.point, "", c->limit[version - 1]));
    }
    if (f)
        fclose(f);
    free(line);
    free(group);
    return any ? shown : tops;
}

int sk_cgroup_cpus(const char *root)
{
    static const struct controller cpu = {"cpu", {cpus_1, cpus_2}};
    uint64_t cpus = least(limit_of(root, 1, &cpu), limit_of(root, 2, &cpu));
    return cpus < INT_MAX ? (int)cpus : INT_MAX;
}

uint64_t sk_cgroup_memory(const char *root)
{
    static const struct controller memory = {"memory", {memory_1, memory_2}};
    return least(limit_of(root, 1, &memory), limit_of(root, 2, &memory));
}
