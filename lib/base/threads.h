#ifndef SK_BASE_THREADS_H
#define SK_BASE_THREADS_H

/* The threads to take where nobody says how many: the least of the processors that this process may run on (its affinity,
   and OpenMP's places where threads are bound to some), its control groups' quota (see sk_cgroup_cpus, which takes ROOT),
   and what OpenMP was told (OMP_NUM_THREADS, OMP_THREAD_LIMIT). At least 1. */
int sk_threads_default(const char *root);

/* Gives the calling thread all processors that OpenMP's threads may run on. OpenMP has bound the first thread to one of them
   before main where OMP_PROC_BIND, OMP_PLACES or GOMP_CPU_AFFINITY ask for it, and a program started from a bound thread
   would stay on that processor. */
void sk_threads_unbind(void);

/* To be called first in main, with its ARGV, by a program whose threads often wait for each other. Starts the program anew, once,
   where they would spin while they wait, which on a processor shared with anything else (the next tool of a pipe, say) makes a
   training step five times slower; unless the user has chosen (OMP_WAIT_POLICY, GOMP_SPINCOUNT). Some microseconds they do spin, as
   falling asleep at once and being woken takes a tenth of a step of many small layers. Where it cannot start anew it returns, and all
   works as before. */
void sk_threads_wait_passively(char **argv);

#endif
