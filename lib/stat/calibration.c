#include "stat/calibration.h"

#include <math.h>

static size_t bin_of(double score)
{
    size_t bin = (size_t)(score * SK_CALIBRATION_BINS);
    bin = bin < SK_CALIBRATION_BINS ? bin : SK_CALIBRATION_BINS - 1;
    /* a score on a border, as exactly as doubles can say it, belongs to the bin below */
    while (bin > 0 && score <= (double)bin / SK_CALIBRATION_BINS)
        bin--;
    while (bin + 1 < SK_CALIBRATION_BINS && score > (double)(bin + 1) / SK_CALIBRATION_BINS)
        bin++;
    return bin;
}

struct sk_calibration sk_calibration_of(const struct sk_scored *scored, const uint32_t *count)
{
    struct sk_calibration calibration = {0};
    for (size_t i = 0; i < scored->n; i++) {
        struct sk_calibration_bin *bin = &calibration.bin[bin_of(scored->score[i])];
        double times = sk_times(count, i);
        bin->n += times;
        bin->score += times * scored->score[i];
        bin->positive += times * scored->truth[i];
    }
    return calibration;
}

double sk_ece(const struct sk_calibration *calibration)
{
    double gap = 0, n = 0;
    for (size_t i = 0; i < SK_CALIBRATION_BINS; i++) {
        const struct sk_calibration_bin *bin = &calibration->bin[i];
        gap += fabs(bin->score - bin->positive); /* n |mean score - share| */
        n += bin->n;
    }
    return gap / n;
}

double sk_brier(const struct sk_scored *scored, const uint32_t *count)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < scored->n; i++) {
        double error = scored->score[i] - scored->truth[i], times = sk_times(count, i);
        sum += times * error * error;
        n += times;
    }
    return sum / n;
}
