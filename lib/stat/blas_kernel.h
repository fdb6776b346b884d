#ifndef SK_STAT_BLAS_KERNEL_H
#define SK_STAT_BLAS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The kernel that OpenBLAS computes with. It picks one by the processor's model before main, and of a model newer than
   itself it may know nothing: 0.3.21 takes its SSE3 kernel on an Emerald Rapids Xeon, which has AVX-512. */

/* To be called first in main, with its ARGV. Where OpenBLAS has picked a kernel below what the processor and the system
   have (AVX-512, or AVX2 with FMA), starts the program anew with OPENBLAS_CORETYPE set, once, unless the user has set it.
   Where it cannot start anew it returns, and all works as before. */
void sk_blas_start(char **argv);

/* Holds OpenBLAS to one thread a call: threads are ours, so that results do not depend on their number.
   Process-wide; a program calls it once at its start. */
void sk_blas_single_thread(void);

/* Lowers *threads to as many as can call OpenBLAS at a time in the address space that is left (ulimit -v, -d): it maps a buffer
   for each, and where that fails it tries again for ever. -1 with err where there is no room for one. */
SK_MUST_CHECK int sk_blas_fit_threads(int *threads, struct sk_error *err);

/* The kernel's name in this process, such as "Haswell". */
const char *sk_blas_kernel(void);

/* OpenBLAS's version, "0.3.21"; cut where it needs more than size - 1 characters. */
void sk_blas_version(char *version, size_t size);

/* Both for -V: "OpenBLAS 0.3.21, kernel Haswell". */
void sk_blas_describe(char *text, size_t size);

/* The kernel to ask a processor for that can do this, where OpenBLAS has picked `kernel`: NULL where that is no worse. */
const char *sk_blas_better_kernel(const char *kernel, bool avx2, bool avx512);

#endif
