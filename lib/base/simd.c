#include "base/simd.h"

#include <string.h>

bool sk_simd_has(const char *level)
{
#ifdef __x86_64__
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    if (strcmp(level, "avx512") == 0)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512cd");
    if (strcmp(level, "avx2") == 0)
        return avx2;
#endif
    return strcmp(level, "baseline") == 0;
}

const char *sk_simd_level(void)
{
#ifdef SK_SIMD_CLONES
    if (sk_simd_has("avx512"))
        return "avx512";
    if (sk_simd_has("avx2"))
        return "avx2";
#endif
    return "baseline";
}
