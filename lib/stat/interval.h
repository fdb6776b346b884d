#ifndef SK_STAT_INTERVAL_H
#define SK_STAT_INTERVAL_H

#include <stddef.h>

/* A two-sided 95 % confidence interval; both ends NaN where there is none. */
struct sk_interval {
    double low, high;
};

extern const struct sk_interval sk_no_interval;

/* 97.5 % quantile of the standard normal distribution. */
#define SK_Z95 1.959963984540054

/* The standard normal distribution's cumulative function, and its inverse (p in (0, 1)). */
double sk_normal_cdf(double x);
double sk_normal_quantile(double p);

/* Two-sided p value of a standard normal statistic. */
double sk_normal_p(double z);

/* Wilson's score interval of a proportion, `successes` (a fraction is allowed) of `trials` (E. B. Wilson, J. Am. Stat.
   Assoc. 22, 1927). No interval for no trials. */
struct sk_interval sk_wilson(double successes, double trials);

/* Exact two-sided p value of McNemar's test: b and c are the discordant pairs, of which either is as likely as the other
   under the hypothesis, X ~ Binomial(b + c, 1/2). 1 where there are none. */
double sk_mcnemar_p(size_t b, size_t c);

#endif
