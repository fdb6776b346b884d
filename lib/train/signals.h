#ifndef SK_TRAIN_SIGNALS_H
#define SK_TRAIN_SIGNALS_H

#include <signal.h>

/* From now on the first signal that would have ended the process is put into *first, which was 0, for the training loop to look at
   between steps: HUP, INT, QUIT, TERM, USR1, USR2, PIPE, XCPU and the like, real-time ones too; none that tells of a fault of the
   program. What is ignored stays ignored, as nohup(1) and the & of a script want it, and what is blocked stays blocked. The second
   INT, QUIT or TERM, of one kind, a tenth of a second or more after the first, ends the process at once, without its temporary
   files. */
void sk_signals_catch(volatile sig_atomic_t *first);

/* Ends the process by a signal that was caught, so that whoever waits for it sees what stopped it, without a core. Returns where
   that does not end it, as in a container's first process: the exit code that a shell would show. */
int sk_signals_end(int signal);

#endif
