#ifndef SK_IMAGE_BORDER_H
#define SK_IMAGE_BORDER_H

#include <stddef.h>

/* The index in 0..n-1 that stands for i in a line reflected about its outermost pixels (2 1 | 0 1 2 3 | 2 1), as often as
   it takes; OpenCV's BORDER_REFLECT_101. */
static inline ptrdiff_t sk_reflect(ptrdiff_t i, ptrdiff_t n)
{
    if (i >= 0 && i < n)
        return i;
    if (i < 0 && i > -n)
        return -i;
    if (i >= n && i < 2 * n - 1)
        return 2 * (n - 1) - i;
    if (n == 1)
        return 0;
    const ptrdiff_t period = 2 * (n - 1);
    i %= period;
    if (i < 0)
        i += period;
    return i < n ? i : period - i;
}

#endif
