#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void forget(struct sk_outfile *out)
{
    free(out->path);
    free(out->temporary);
    *out = (struct sk_outfile){0};
}

/* A device or a pipe is written as it is: renaming would put a file in its place. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

int sk_outfile_open(struct sk_outfile *out, const char *path, struct sk_error *err)
{
    *out = (struct sk_outfile){0};
    if (strcmp(path, "-") == 0) {
        out->stream = stdout;
        return 0;
    }
    out->path = strdup(path);
    if (!out->path || (!is_special(path) && asprintf(&out->temporary, "%s.tmp", path) < 0)) {
        out->temporary = NULL;
        forget(out);
        errno = ENOMEM;
        return sk_fail_errno(err, "%s", path);
    }
    const char *name = out->temporary ? out->temporary : path;
    out->stream = fopen(name, "wb");
    if (!out->stream) {
        sk_fail_errno(err, "%s", name);
        forget(out);
        return -1;
    }
    return 0;
}

/* What the stream is, and what has the name that it will get. */
static int identities(const struct sk_outfile *out, struct stat status[2])
{
    int n = 0;
    if (out->stream && fileno(out->stream) >= 0 && fstat(fileno(out->stream), &status[n]) == 0)
        n++;
    if (out->path && stat(out->path, &status[n]) == 0)
        n++;
    return n;
}

bool sk_outfile_same(const struct sk_outfile *a, const struct sk_outfile *b)
{
    struct stat one[2], other[2];
    int ones = identities(a, one), others = identities(b, other);
    for (int i = 0; i < ones; i++)
        for (int k = 0; k < others; k++)
            if (one[i].st_dev == other[k].st_dev && one[i].st_ino == other[k].st_ino && !S_ISCHR(one[i].st_mode))
                return true;
    return false;
}

/* Makes the rename itself survive a power cut; a file system that cannot is no failure of ours. */
static void sync_folder(char *path)
{
    int folder = open(dirname(path), O_RDONLY | O_DIRECTORY);
    if (folder >= 0) {
        (void)fsync(folder);
        close(folder);
    }
}

int sk_outfile_commit(struct sk_outfile *out, struct sk_error *err)
{
    if (!out->path) { /* standard output: sk_tool_finish closes it */
        out->stream = NULL;
        return fflush(stdout) == 0 ? 0 : sk_fail_errno(err, "standard output");
    }
    errno = EIO; /* for an earlier failure, whose errno is lost */
    int failed = ferror(out->stream) || fflush(out->stream) != 0 || (out->temporary && fsync(fileno(out->stream)) != 0);
    if (failed)
        sk_fail_errno(err, "%s", out->path);
    if (fclose(out->stream) != 0 && !failed) {
        failed = 1;
        sk_fail_errno(err, "%s", out->path);
    }
    if (!failed && out->temporary && rename(out->temporary, out->path) != 0) {
        failed = 1;
        sk_fail_errno(err, "%s", out->path);
    }
    if (failed && out->temporary)
        (void)unlink(out->temporary);
    else if (out->temporary)
        sync_folder(out->path);
    forget(out);
    return failed ? -1 : 0;
}

void sk_outfile_abandon(struct sk_outfile *out)
{
    if (out->path) {
        fclose(out->stream);
        if (out->temporary)
            (void)unlink(out->temporary);
    }
    forget(out);
}
