#include "stat/decision.h"

/* The last point of the curve whose threshold is at least p: thresholds fall, and the first one is above everything. */
static size_t point_at(const struct sk_curve *curve, double p)
{
    size_t low = 0, high = curve->points;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (curve->threshold[middle] >= p)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct sk_net_benefit sk_net_benefit(const struct sk_curve *curve, double p)
{
    size_t k = point_at(curve, p);
    double n = curve->positive + curve->negative, odds = p / (1 - p); /* 0 / 0 for no rows */
    return (struct sk_net_benefit){(curve->tp[k] - curve->fp[k] * odds) / n, (curve->positive - curve->negative * odds) / n};
}
