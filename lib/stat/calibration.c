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

/* Scores fall: the first row from `start` on that lies in a bin below `bin`. */
static size_t end_of_bin(const struct sk_scored *scored, size_t start, size_t bin)
{
    size_t low = start, high = scored->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bin_of(scored->score[middle]) < bin)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static struct sk_calibration_bin count_bin(const struct sk_scored *scored, const uint32_t *count, size_t start, size_t end)
{
    struct sk_calibration_bin bin = {0};
    for (size_t i = start; i < end; i++) {
        double times = sk_times(count, i);
        bin.n += times;
        bin.score += times * scored->score[i];
        bin.positive += times * scored->truth[i];
    }
    return bin;
}

struct sk_calibration sk_calibration_of(const struct sk_scored *scored, const uint32_t *count)
{
    struct sk_calibration calibration = {0};
    for (size_t bin = SK_CALIBRATION_BINS, start = 0, end; bin-- > 0; start = end) {
        end = end_of_bin(scored, start, bin);
        calibration.bin[bin] = count_bin(scored, count, start, end);
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
