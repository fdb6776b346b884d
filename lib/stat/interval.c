#include "stat/interval.h"

#include <math.h>

const struct sk_interval sk_no_interval = {NAN, NAN};

double sk_normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

double sk_normal_p(double z)
{
    return erfc(fabs(z) / sqrt(2));
}

/* Bisection: it is called a few times a run, and needs no table of constants. */
double sk_normal_quantile(double p)
{
    double low = -40, high = 40;
    for (int i = 0; i < 70; i++) {
        double middle = (low + high) / 2;
        if (sk_normal_cdf(middle) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct sk_interval sk_wilson(double successes, double trials)
{
    if (!(trials > 0))
        return sk_no_interval;
    double p = successes / trials, z2 = SK_Z95 * SK_Z95;
    double scale = 1 / (1 + z2 / trials);
    double centre = scale * (p + z2 / (2 * trials));
    double half = scale * SK_Z95 * sqrt(p * (1 - p) / trials + z2 / (4 * trials * trials));
    /* at the ends the bound is exact, whatever rounding makes of it */
    return (struct sk_interval){successes <= 0 ? 0 : centre - half, successes >= trials ? 1 : centre + half};
}

double sk_mcnemar_p(size_t b, size_t c)
{
    double n = (double)b + (double)c, less = (double)(b < c ? b : c), tail = 0;
    double whole = lgamma(n + 1) - n * log(2);
    /* from the largest term down, until the terms no longer count */
    for (double k = less; k >= 0; k--) {
        double term = exp(whole - lgamma(k + 1) - lgamma(n - k + 1));
        tail += term;
        if (term < 1e-17 * tail)
            break;
    }
    return fmin(1, 2 * tail);
}
