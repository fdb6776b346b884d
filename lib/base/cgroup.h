#ifndef SK_BASE_CGROUP_H
#define SK_BASE_CGROUP_H

#include <stdint.h>

/* What the control groups (cgroups(7)) of this process leave it, as a batch system, systemd or a container sets them:
   the least over its own group and all ancestors that can be seen, of version 2, version 1 or both at once.
   ROOT stands before every path read, /proc among them: "" is the machine itself, else a tree made for a test.
   What is missing, cannot be read or is no number limits nothing. */

/* Processors' worth of time a period: the quota over the period, rounded up. INT_MAX where nothing limits it. */
int sk_cgroup_cpus(const char *root);

/* Bytes of memory. UINT64_MAX where nothing limits it. */
uint64_t sk_cgroup_memory(const char *root);

#endif
