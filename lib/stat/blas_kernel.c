#include "stat/blas_kernel.h"

#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "base/memory_limit.h"
#include "base/restart.h"

const char *sk_blas_kernel(void)
{
    return openblas_get_corename();
}

/* From "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...". */
void sk_blas_version(char *version, size_t size)
{
    const char *word = strchr(openblas_get_config(), ' ');
    word = word ? word + 1 : "unknown";
    size_t length = strcspn(word, " ");
    length = length < size ? length : size - 1;
    memcpy(version, word, length);
    version[length] = '\0';
}

void sk_blas_describe(char *text, size_t size)
{
    char version[32];
    sk_blas_version(version, sizeof version);
    snprintf(text, size, "OpenBLAS %s, kernel %s", version, sk_blas_kernel());
}

/* Kernels not named here are newer than these, or of other machines. */
const char *sk_blas_better_kernel(const char *kernel, bool avx2, bool avx512)
{
    static const char *const of_avx2[] = {"Haswell", "Zen"};
    static const char *const older[] = {
        "Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Sandybridge", "Atom", "Nano", "Katmai", "Coppermine",
        "Northwood", "Banias", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat", "Bulldozer", "Piledriver",
        "Steamroller", "Excavator", "Generic", "Unknown",
    };
    bool is_avx2 = false, is_older = false;
    for (size_t i = 0; i < sizeof of_avx2 / sizeof *of_avx2; i++)
        is_avx2 = is_avx2 || strcasecmp(kernel, of_avx2[i]) == 0;
    for (size_t i = 0; i < sizeof older / sizeof *older; i++)
        is_older = is_older || strcasecmp(kernel, older[i]) == 0;
    if (avx512 && (is_avx2 || is_older))
        return "SkylakeX";
    return avx2 && is_older ? "Haswell" : NULL;
}

/* Whether processor and system have what the kernels need: Haswell's, SkylakeX's. */
static void processor_has(bool *avx2, bool *avx512)
{
#ifdef __x86_64__
    *avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    *avx512 = *avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
              __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
    *avx2 = *avx512 = false;
#endif
}

void sk_blas_start(char **argv)
{
    if (sk_restarted())
        return;
    bool avx2, avx512;
    processor_has(&avx2, &avx512);
    const char *better = sk_blas_better_kernel(sk_blas_kernel(), avx2, avx512);
    if (!better || getenv("OPENBLAS_CORETYPE") || !strstr(openblas_get_config(), "DYNAMIC_ARCH"))
        return;
    const struct sk_variable wanted[] = {{"OPENBLAS_CORETYPE", better},
                                         {"OPENBLAS_NUM_THREADS", "1"}}; /* no threads of its own: they are ours */
    sk_restart(argv, wanted, 2);
}

void sk_blas_single_thread(void)
{
    openblas_set_num_threads(1);
}

static size_t stack_size(void)
{
    pthread_attr_t attributes;
    size_t size = 0;
    if (pthread_getattr_default_np(&attributes) == 0) {
        (void)pthread_attr_getstacksize(&attributes, &size);
        (void)pthread_attr_destroy(&attributes);
    }
    return size;
}

/* Whether so many bytes can be mapped. */
static bool have_room(size_t bytes)
{
    void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return room != MAP_FAILED && munmap(room, bytes) == 0;
}

int sk_blas_fit_threads(int *threads, struct sk_error *err)
{
    enum { BUFFER = 1 << 27, WORK = 1 << 25 }; /* OpenBLAS's where it is largest, on x86-64; and what small things are made in */
    const size_t each = BUFFER + stack_size();
    char needed[32];
    for (int fit = *threads; fit > 0; fit--)
        if (have_room((size_t)fit * each + WORK)) {
            *threads = fit;
            return 0;
        }
    sk_memory_text(each + WORK, needed);
    return sk_fail(err, "needs %s of address space for a thread, more than is left (ulimit -v, -d)", needed);
}
