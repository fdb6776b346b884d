#ifndef SK_BASE_TEMPORARY_H
#define SK_BASE_TEMPORARY_H

#include <sys/types.h>

/* Temporary files that no signal leaves behind. A process has at most some at a time, and makes them in its main thread. */

/* Makes a file, for reading and writing, beside the path `beside`, in its folder, under a hidden name that is nobody's (64 random bits; a file that
   is there is never taken), with the permissions `mode` less the umask. Returns the descriptor, the caller's, and sets *path, which
   lasts until it is forgotten; or -1 with errno.
   While there is one, each signal that would end the process by default removes it first, and then ends the process all the same;
   a signal that is ignored, or has a handler, is left to it. What SIGKILL ends leaves its temporary file. */
int sk_temporary_create(const char *beside, mode_t mode, const char **path);

/* The file has another name by now, or none. */
void sk_temporary_forget(const char *path);

/* Removes the file and forgets it. */
void sk_temporary_remove(const char *path);

/* Makes such a file that has no name any more: nothing is left of it once it is closed, however that comes to be; beside NULL: in
   sk_temporary_folder. The descriptor, or -1 with errno. */
int sk_temporary_nameless(const char *beside);

/* TMPDIR, else /tmp. */
const char *sk_temporary_folder(void);

/* Removes all that there are: for a signal handler that is about to end the process. */
void sk_temporary_remove_all(void);

#endif
