#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary.h"

/* --- where a name leads --------------------------------------------------------------- */

enum { MAX_LINKS = 40 }; /* in a chain, as the kernel has it */

/* What an output is to be written to. */
struct place {
    char *target;        /* a regular file, or none yet; NULL: what is there is written to as it stands */
    int descriptor;      /* and through this one of ours; else -1 */
    bool exists;
    struct stat status;  /* of what is there */
};

/* Bytes of the folder in front of a name, with the last slash. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The folder of a path, owned by the caller; NULL with errno. */
static char *folder_of(const char *path)
{
    size_t length = folder_length(path);
    return length ? strndup(path, length) : strdup(".");
}

/* N where the path is /proc/self/fd/N under any of its names, else -1. */
static int own_descriptor(const char *path)
{
    const char *name = path + folder_length(path);
    size_t digits = strspn(name, "0123456789");
    if (digits == 0 || digits > 9 || name[digits] || name == path)
        return -1;
    char *folder = folder_of(path), *real = folder ? realpath(folder, NULL) : NULL, *self = realpath("/proc/self", NULL);
    size_t length = self ? strlen(self) : 0, whole = real ? strlen(real) : 0;
    bool own = length && whole > length + 2 && strncmp(real, self, length) == 0 && real[length] == '/' &&
               strcmp(real + whole - 3, "/fd") == 0;
    free(folder);
    free(real);
    free(self);
    return own ? (int)strtol(name, NULL, 10) : -1; /* nine digits at most */
}

/* A link of procfs leads to an open file, whatever its text says. */
static bool is_of_proc(const struct stat *link)
{
    struct stat proc;
    return stat("/proc", &proc) == 0 && link->st_dev == proc.st_dev;
}

/* The path that a link's text means, owned by the caller; NULL with errno. */
static char *read_link(const char *path)
{
    char text[PATH_MAX], *next;
    ssize_t length = readlink(path, text, sizeof text - 1);
    if (length < 0)
        return NULL;
    text[length] = '\0';
    size_t folder = text[0] == '/' ? 0 : folder_length(path);
    return asprintf(&next, "%.*s%s", (int)folder, path, text) < 0 ? NULL : next;
}

/* Follows the links of a path that stat(2) can follow, or that lead to where nothing is: sets target, or descriptor, or neither where
   an open file of another process is meant. 0, or -1 with errno. */
static int follow(const char *path, struct place *place)
{
    char *here = strdup(path);
    for (int links = 0; here; links++) {
        struct stat status = {0};
        place->descriptor = own_descriptor(here);
        if (place->descriptor >= 0)
            break;
        bool fails = lstat(here, &status) != 0 && errno != ENOENT;
        if (!fails && !S_ISLNK(status.st_mode)) {
            place->target = here;
            return 0;
        }
        if (!fails && is_of_proc(&status))
            break;
        errno = fails ? errno : ELOOP;
        char *next = fails || links == MAX_LINKS ? NULL : read_link(here);
        free(here);
        here = next;
    }
    bool ended = here != NULL;
    free(here);
    return ended ? 0 : -1;
}

static bool ends_in_slash(const char *path)
{
    return *path && path[strlen(path) - 1] == '/';
}

/* 0 with *place filled (its target is the caller's to free), or -1 with errno where nothing can be written there. */
static int find_place(const char *path, struct place *place)
{
    *place = (struct place){.descriptor = -1};
    place->exists = stat(path, &place->status) == 0;
    if ((!place->exists && (errno != ENOENT || !*path)) || follow(path, place))
        return -1;
    int flags = place->descriptor >= 0 ? fcntl(place->descriptor, F_GETFL) : O_WRONLY;
    bool folder = place->exists ? S_ISDIR(place->status.st_mode) : place->target && ends_in_slash(place->target);
    bool special = place->exists && !S_ISREG(place->status.st_mode);
    if (folder || special || flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
        free(place->target);
        place->target = NULL;
    }
    if (flags < 0)
        return -1;
    errno = folder ? EISDIR : EBADF;
    return folder || (flags & O_ACCMODE) == O_RDONLY ? -1 : 0;
}

/* In a folder with the sticky bit, such as /tmp, a file is replaced by its owner or the folder's alone. */
static bool is_kept_by_sticky_folder(const struct place *place)
{
    struct stat status;
    char *folder = folder_of(place->target);
    bool sticky = folder && stat(folder, &status) == 0 && status.st_mode & S_ISVTX;
    free(folder);
    return sticky && geteuid() != 0 && geteuid() != status.st_uid && geteuid() != place->status.st_uid;
}

static int fail_at(const char *path, struct sk_error *err)
{
    return *path ? sk_fail_errno(err, "%s", path) : sk_fail(err, "an empty name is no file's");
}

/* --- writing -------------------------------------------------------------------------- */

static void forget(struct sk_outfile *out)
{
    free(out->path);
    free(out->target);
    *out = (struct sk_outfile){0};
}

/* Opens the temporary of a target. The descriptor, or -1 with errno. */
static int open_temporary(const struct place *place, const char **temporary)
{
    const struct stat *old = &place->status;
    if (place->exists && faccessat(AT_FDCWD, place->target, W_OK, AT_EACCESS) != 0)
        return -1;
    if (place->exists && is_kept_by_sticky_folder(place)) {
        errno = EPERM;
        return -1;
    }
    int fd = sk_temporary_create(place->target, place->exists ? old->st_mode & 0600 : 0666, temporary);
    if (fd >= 0 && place->exists) { /* as far as it is allowed */
        (void)!fchown(fd, old->st_uid, old->st_gid);
        (void)fchmod(fd, old->st_mode & 0777);
    }
    return fd;
}

static int open_as_it_stands(const char *path, const struct place *place)
{
    if (place->descriptor >= 0)
        return fcntl(place->descriptor, F_DUPFD_CLOEXEC, 0);
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0666);
}

static int open_output(struct sk_outfile *out, const char *path, bool growing, struct sk_error *err)
{
    *out = (struct sk_outfile){0};
    if (strcmp(path, "-") == 0) {
        out->stream = stdout;
        return 0;
    }
    struct place place;
    if (find_place(path, &place))
        return fail_at(path, err);
    out->target = place.target;
    out->path = strdup(path);
    int fd = -1;
    if (out->path)
        fd = place.target && !growing ? open_temporary(&place, &out->temporary) : open_as_it_stands(path, &place);
    out->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out->stream)
        return 0;
    sk_fail_errno(err, "%s", path);
    if (fd >= 0)
        close(fd);
    if (out->temporary)
        sk_temporary_remove(out->temporary);
    forget(out);
    return -1;
}

int sk_outfile_open(struct sk_outfile *out, const char *path, struct sk_error *err)
{
    return open_output(out, path, false, err);
}

int sk_outfile_open_growing(struct sk_outfile *out, const char *path, struct sk_error *err)
{
    return open_output(out, path, true, err);
}

const char *sk_outfile_name(const struct sk_outfile *out)
{
    return out->path ? out->path : "standard output";
}

/* Makes the rename itself survive a power cut; a file system that cannot is no failure of ours. */
static void sync_folder(const char *path)
{
    char *name = folder_of(path);
    int folder = name ? open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder >= 0) {
        (void)fsync(folder);
        close(folder);
    }
    free(name);
}

int sk_outfile_commit(struct sk_outfile *out, struct sk_error *err)
{
    if (!out->path) { /* standard output: sk_tool_finish closes it */
        out->stream = NULL;
        return fflush(stdout) == 0 ? 0 : sk_fail_errno(err, "%s", sk_outfile_name(out));
    }
    errno = EIO; /* for an earlier failure, whose errno is lost */
    int failed = ferror(out->stream) || fflush(out->stream) != 0 || (out->temporary && fsync(fileno(out->stream)) != 0);
    if (failed)
        sk_fail_errno(err, "%s", out->path);
    if (fclose(out->stream) != 0 && !failed) {
        failed = 1;
        sk_fail_errno(err, "%s", out->path);
    }
    if (!failed && out->temporary && rename(out->temporary, out->target) != 0) {
        failed = 1;
        sk_fail_errno(err, "%s", out->path);
    }
    if (failed && out->temporary)
        sk_temporary_remove(out->temporary);
    else if (out->temporary) {
        sk_temporary_forget(out->temporary);
        sync_folder(out->target);
    }
    forget(out);
    return failed ? -1 : 0;
}

void sk_outfile_abandon(struct sk_outfile *out)
{
    if (out->path) {
        fclose(out->stream);
        if (out->temporary)
            sk_temporary_remove(out->temporary);
    }
    forget(out);
}

/* --- before anything is written -------------------------------------------------------- */

int sk_outfile_check(const char *path, bool growing, struct sk_error *err)
{
    if (strcmp(path, "-") == 0)
        return 0;
    struct place place;
    if (find_place(path, &place))
        return fail_at(path, err);
    int failed = place.exists && place.descriptor < 0 && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0;
    if (!failed && place.target && !(growing && place.exists)) {
        const char *temporary;
        int fd = open_temporary(&place, &temporary);
        failed = fd < 0;
        if (fd >= 0) {
            close(fd);
            sk_temporary_remove(temporary);
        }
    }
    if (failed)
        sk_fail_errno(err, "%s", path);
    free(place.target);
    return failed ? -1 : 0;
}

static bool look(const char *path, int standard, struct stat *status)
{
    return (strcmp(path, "-") == 0 ? fstat(standard, status) : stat(path, status)) == 0;
}

/* Whether two outputs of which neither is there yet will be one file: the same name in the same folder. */
static bool same_new_file(const char *a, const char *b)
{
    struct place one, other;
    struct stat status[2];
    bool same = false;
    if (find_place(a, &one))
        return false;
    if (find_place(b, &other) == 0) {
        char *folder[2] = {one.target ? folder_of(one.target) : NULL, other.target ? folder_of(other.target) : NULL};
        same = folder[0] && folder[1] && stat(folder[0], &status[0]) == 0 && stat(folder[1], &status[1]) == 0 &&
               status[0].st_dev == status[1].st_dev && status[0].st_ino == status[1].st_ino &&
               strcmp(one.target + folder_length(one.target), other.target + folder_length(other.target)) == 0;
        free(folder[0]);
        free(folder[1]);
        free(other.target);
    }
    free(one.target);
    return same;
}

/* standard: the descriptor that is b's "-". */
static bool same_file(const char *a, const char *b, int standard)
{
    struct stat one, other;
    bool there = look(a, STDOUT_FILENO, &one);
    if (there != look(b, standard, &other))
        return false;
    if (!there)
        return same_new_file(a, b);
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && !S_ISCHR(one.st_mode);
}

/* Whether what is written would be read again, or lost before it is read. Standard output may be the terminal or the socket that
   standard input is. */
static bool is_read_too(const char *output, const char *input)
{
    struct stat status;
    const bool standard = strcmp(output, "-") == 0;
    return (!standard || (fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode))) && same_file(output, input, STDIN_FILENO);
}

int sk_outfile_distinct(const char *const *output, size_t outputs, const char *const *input, size_t inputs,
                        struct sk_error *err)
{
    for (size_t i = 0; i < outputs; i++) {
        if (!output[i])
            continue;
        for (size_t k = 0; k < i; k++)
            if (output[k] && same_file(output[i], output[k], STDOUT_FILENO))
                return sk_fail(err, "%s: %s goes there too", output[i],
                               strcmp(output[k], "-") == 0 ? "standard output" : output[k]);
        for (size_t k = 0; k < inputs; k++)
            if (input[k] && is_read_too(output[i], input[k]))
                return sk_fail(err, "%s: is read too%s", strcmp(output[i], "-") == 0 ? "standard output" : output[i],
                               strcmp(input[k], "-") == 0 ? ", as standard input" : "");
    }
    return 0;
}
