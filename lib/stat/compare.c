#include "stat/compare.h"

#include <math.h>

#include "stat/delong.h"

/* Which of the two classifiers are right about how many images. */
struct agreement {
    size_t both, only_a, only_b, neither;
};

/* Counts the images of true class 0 or 1, or of either (-1). */
static struct agreement agree(const struct sk_scored *a, const struct sk_scored *b, int class)
{
    struct agreement count = {0, 0, 0, 0};
    for (size_t i = 0; i < a->n; i++) {
        int truth = a->truth[i], right_a = a->predicted[i] == truth, right_b = b->predicted[i] == truth;
        if (class >= 0 && truth != class)
            continue;
        (*(right_a ? right_b ? &count.both : &count.only_a : right_b ? &count.only_b : &count.neither))++;
    }
    return count;
}

struct sk_interval sk_newcombe(double both, double only_a, double only_b, double neither)
{
    double n = both + only_a + only_b + neither;
    if (!(n > 0))
        return sk_no_interval;
    double pa = (both + only_a) / n, pb = (both + only_b) / n, difference = pb - pa;
    struct sk_interval a = sk_wilson(both + only_a, n), b = sk_wilson(both + only_b, n);
    double margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither), phi = 0;
    if (margins > 0) { /* the correlation, drawn towards 0 by half an image */
        double product = both * neither - only_a * only_b;
        product = product > n / 2 ? product - n / 2 : fmin(product, 0);
        phi = product / sqrt(margins);
    }
    double below = (pb - b.low) * (pb - b.low) - 2 * phi * (pb - b.low) * (a.high - pa) + (a.high - pa) * (a.high - pa);
    double above = (b.high - pb) * (b.high - pb) - 2 * phi * (b.high - pb) * (pa - a.low) + (pa - a.low) * (pa - a.low);
    return (struct sk_interval){difference - sqrt(fmax(0, below)), difference + sqrt(fmax(0, above))};
}

static struct sk_comparison proportions(const char *name, struct agreement count)
{
    double both = (double)count.both, only_a = (double)count.only_a, only_b = (double)count.only_b;
    double n = both + only_a + only_b + (double)count.neither; /* 0 / 0 is NaN */
    return (struct sk_comparison){
        .name = name,
        .a = (both + only_a) / n,
        .b = (both + only_b) / n,
        .difference = (only_b - only_a) / n,
        .interval = sk_newcombe(both, only_a, only_b, (double)count.neither),
        .p = n > 0 ? sk_mcnemar_p(count.only_a, count.only_b) : NAN,
    };
}

static struct sk_comparison areas(const struct sk_delong_pair *pair)
{
    double variance = pair->a.variance + pair->b.variance - 2 * pair->covariance;
    struct sk_comparison c = {"auc", pair->a.auc, pair->b.auc, pair->b.auc - pair->a.auc, sk_no_interval, NAN};
    if (variance > 0) {
        double error = sqrt(variance);
        c.interval = (struct sk_interval){fmax(-1, c.difference - SK_Z95 * error), fmin(1, c.difference + SK_Z95 * error)};
        c.p = sk_normal_p(c.difference / error);
    }
    return c;
}

int sk_compare(const struct sk_scored *a, const struct sk_scored *b, struct sk_comparison comparison[SK_COMPARISONS],
               struct sk_error *err)
{
    struct sk_delong_pair pair;
    if (sk_delong_paired(a, b, &pair, err))
        return -1;
    comparison[0] = areas(&pair);
    comparison[1] = proportions("accuracy", agree(a, b, -1));
    comparison[2] = proportions("sensitivity", agree(a, b, 1));
    comparison[3] = proportions("specificity", agree(a, b, 0));
    return 0;
}
