#ifndef SK_BASE_THREADS_H
#define SK_BASE_THREADS_H

/* Makes OpenMP's threads sleep while they wait for each other, instead of spinning: on a processor that is shared with
   anything else (the next tool of a pipe, say) spinning makes a training step five times slower, and on an idle one it
   gains some hundredths. libgomp reads the policy before main, and from the environment alone: so this sets
   OMP_WAIT_POLICY=passive and starts the program anew, once, unless the user has chosen (OMP_WAIT_POLICY, GOMP_SPINCOUNT).
   To be called first in main; where it cannot start anew it returns, and all works as before. */
void sk_threads_wait_passively(char **argv);

#endif
