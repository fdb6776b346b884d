#include "base/simd.h"

#include <stdlib.h>
#include <string.h>

static const char *const levels[] = {"avx512", "avx2", "baseline"};

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

const char *sk_simd_asked(void)
{
    const char *asked = getenv("SK_SIMD");
    return asked && *asked ? asked : NULL;
}

const char *sk_simd_level(void)
{
    const char *asked = sk_simd_asked();
    const bool follow = asked && sk_simd_has(asked);
    size_t i = 0;
    while (follow ? strcmp(levels[i], asked) != 0 : !sk_simd_has(levels[i]))
        i++;
    return levels[i];
}

const char *sk_simd_arithmetic(void)
{
    return strcmp(sk_simd_level(), "baseline") == 0 ? "baseline" : "fma";
}
