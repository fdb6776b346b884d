/* ROC and precision-recall curves against their definitions, written out in O(n^2). */
#include "sample.h"

#include "base/random.h"
#include "stat/delong.h"
#include "stat/multiclass.h"
#include "stat/roc.h"

static double wins(double positive, double negative)
{
    return positive > negative ? 1 : positive == negative ? 0.5 : 0;
}

/* P(S+ > S-) + P(S+ = S-) / 2 over all pairs. */
static double naive_auc(const struct sk_scored *s)
{
    double sum = 0, pairs = 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            if (s->truth[i] && !s->truth[j]) {
                sum += wins(s->score[i], s->score[j]);
                pairs++;
            }
    return sum / pairs;
}

/* Covariance of two AUCs over one class, from the placements of its rows among the other class. */
static double naive_part(const struct sk_scored *a, const struct sk_scored *b, int class)
{
    double members = 0, others = 0, sum = 0, mean_a = naive_auc(a), mean_b = naive_auc(b);
    for (size_t i = 0; i < a->n; i++)
        *(a->truth[i] == class ? &members : &others) += 1;
    for (size_t i = 0; i < a->n; i++) {
        double va = 0, vb = 0;
        for (size_t j = 0; a->truth[i] == class && j < a->n; j++)
            if (a->truth[j] != class) {
                va += class ? wins(a->score[i], a->score[j]) : wins(a->score[j], a->score[i]);
                vb += class ? wins(b->score[i], b->score[j]) : wins(b->score[j], b->score[i]);
            }
        if (a->truth[i] == class)
            sum += (va / others - mean_a) * (vb / others - mean_b);
    }
    return sum / (members - 1) / members;
}

static double naive_covariance(const struct sk_scored *a, const struct sk_scored *b)
{
    return naive_part(a, b, 0) + naive_part(a, b, 1);
}

static void auc_and_delong(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct sk_scored s = sample(seed, 20 + 3 * seed, seed % 3 ? 10 : 100000, 0.4);
        struct sk_error err;
        struct sk_delong delong;
        double auc = naive_auc(&s), variance = naive_covariance(&s, &s);
        assert_int_equal(sk_scored_sort(&s, &err), 0);
        assert_int_equal(sk_delong(&s, &delong, &err), 0);
        close_to(delong.auc, auc, 1e-12);
        close_to(delong.variance, variance, 1e-12);
        struct sk_interval i = sk_auc_interval(&delong, sk_scored_classes(&s, NULL));
        assert_true(0 < i.low && i.low < auc && auc < i.high && i.high < 1);
        /* the logit's half width is z sd / (auc (1 - auc)) */
        close_to(log(i.high / (1 - i.high)) - log(i.low / (1 - i.low)),
                 2 * SK_Z95 * sqrt(variance) / (auc * (1 - auc)), 1e-9);
        sk_scored_free(&s);
    }
}

static void paired_delong(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct sk_scored a = sample(seed, 60, 12, 0.5), b = sample(seed + 100, 60, 12, 0.5);
        struct sk_error err;
        struct sk_delong_pair pair;
        memcpy(b.truth, a.truth, b.n);
        assert_int_equal(sk_delong_paired(&a, &b, &pair, &err), 0);
        close_to(pair.a.auc, naive_auc(&a), 1e-12);
        close_to(pair.b.auc, naive_auc(&b), 1e-12);
        close_to(pair.a.variance, naive_covariance(&a, &a), 1e-12);
        close_to(pair.b.variance, naive_covariance(&b, &b), 1e-12);
        close_to(pair.covariance, naive_covariance(&a, &b), 1e-12);
        sk_scored_free(&a);
        sk_scored_free(&b);
    }
}

/* DeLong's variance is near that of the AUC over samples of one population. */
static void delong_predicts_the_spread(void **state)
{
    (void)state;
    enum { SAMPLES = 400 };
    double sum = 0, squares = 0, predicted = 0;
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct sk_scored s = sample(1000 + seed, 100, 50, 0.5);
        struct sk_error err;
        struct sk_delong delong;
        assert_int_equal(sk_scored_sort(&s, &err), 0);
        assert_int_equal(sk_delong(&s, &delong, &err), 0);
        sum += delong.auc;
        squares += delong.auc * delong.auc;
        predicted += delong.variance / SAMPLES;
        sk_scored_free(&s);
    }
    double seen = (squares - sum * sum / SAMPLES) / (SAMPLES - 1);
    close_to(predicted / seen, 1, 0.25); /* a variance of 400 has a standard error of 7 % */
}

/* Every threshold counted afresh. */
static void curves(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct sk_scored s = sample(seed, 50, 8, 0.5);
        struct sk_error err;
        struct sk_curve curve;
        assert_int_equal(sk_scored_sort(&s, &err), 0);
        assert_int_equal(sk_curve_of(&curve, &s, &err), 0);
        assert_true(isinf(curve.threshold[0]) && curve.threshold[curve.points - 1] == s.score[s.n - 1]);
        for (size_t k = 0; k < curve.points; k++) {
            double tp = 0, fp = 0;
            for (size_t i = 0; i < s.n; i++)
                if (s.score[i] >= curve.threshold[k])
                    *(s.truth[i] ? &tp : &fp) += 1;
            assert_true(curve.tp[k] == tp && curve.fp[k] == fp);
            assert_true(k == 0 || curve.threshold[k] < curve.threshold[k - 1]);
        }
        double area = 0, precision = 0; /* trapezoids of the one curve, rectangles of the other */
        for (size_t k = 1; k < curve.points; k++) {
            area += (curve.fp[k] - curve.fp[k - 1]) * (curve.tp[k] + curve.tp[k - 1]) / 2;
            precision += (curve.tp[k] - curve.tp[k - 1]) * curve.tp[k] / (curve.tp[k] + curve.fp[k]);
        }
        close_to(sk_auc(&curve), area / curve.positive / curve.negative, 1e-12);
        close_to(sk_auc(&curve), naive_auc(&s), 1e-12);
        close_to(sk_average_precision(&curve), precision / curve.positive, 1e-12);
        sk_curve_free(&curve);
        sk_scored_free(&s);
    }
}

/* A count of 0, 1 or 2 a row gives what the rows give when they are written out. */
static void counts_of_rows(void **state)
{
    (void)state;
    struct sk_scored s = sorted(sample(5, 40, 8, 0.5)), written = sample(5, 40, 8, 0.5);
    struct sk_error err;
    struct sk_curve curve, own;
    uint32_t count[40];
    size_t n = 0;
    for (size_t i = 0; i < 40; i++) {
        count[i] = i == 39 ? 1 : (uint32_t)(i % 3 + 2) % 3;
        for (uint32_t k = 0; k < count[i] && n < 40; k++, n++) {
            written.score[n] = s.score[i];
            written.truth[n] = s.truth[i];
        }
    }
    assert_int_equal(n, 40);
    assert_int_equal(sk_curve_of(&curve, &s, &err), 0);
    assert_int_equal(sk_curve_of(&own, &written, &err), 0);
    sk_curve_count(&curve, &s, count);
    assert_true(curve.positive == own.positive && curve.negative == own.negative);
    close_to(sk_auc(&curve), naive_auc(&written), 1e-12);
    close_to(sk_auc(&curve), sk_auc(&own), 1e-15);
    close_to(sk_average_precision(&curve), sk_average_precision(&own), 1e-15);
    sk_curve_count(&curve, &s, NULL);
    close_to(sk_auc(&curve), naive_auc(&s), 1e-12);
    sk_curve_free(&curve);
    sk_curve_free(&own);
    sk_scored_free(&s);
    sk_scored_free(&written);
}

/* Each rate against all thresholds tried in turn, for samples with counts, some of them without a row of some scores. */
static void operating_points(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct sk_scored s = sorted(sample(seed, 5 + 2 * seed, seed % 2 ? 10 : 1000, 0.5));
        struct sk_error err;
        struct sk_curve curve;
        struct sk_random random;
        uint32_t count[100];
        sk_random_init(&random, seed, 9);
        for (size_t i = 0; i < s.n; i++)
            count[i] = seed % 4 ? sk_random_below(&random, 3) : 1;
        assert_int_equal(sk_curve_of(&curve, &s, &err), 0);
        sk_curve_count(&curve, &s, count);
        for (unsigned percent = 0; percent <= 100; percent += 5)
            for (int at_specificity = 0; at_specificity < 2; at_specificity++) {
                struct sk_operating_point p = sk_operating_point(&curve, at_specificity, percent);
                double best = -1, other = -1, threshold = NAN;
                for (size_t k = 0; k < curve.points; k++) {
                    double sensitivity = curve.tp[k] / curve.positive, specificity = 1 - curve.fp[k] / curve.negative;
                    double given = at_specificity ? specificity : sensitivity, rate = at_specificity ? sensitivity : specificity;
                    if (given * 100 >= percent - 1e-9 && (rate > best + 1e-9 || (rate > best - 1e-9 && given > other + 1e-9))) {
                        best = rate;
                        other = given;
                        threshold = curve.threshold[k];
                    }
                }
                if (!(curve.positive > 0 && curve.negative > 0)) {
                    assert_true(isnan(p.threshold) && isnan(p.sensitivity) && isnan(p.specificity));
                    continue;
                }
                close_to(at_specificity ? p.sensitivity : p.specificity, best, 1e-12);
                close_to(at_specificity ? p.specificity : p.sensitivity, other, 1e-12);
                assert_true(p.threshold == threshold);
            }
        sk_curve_free(&curve);
        sk_scored_free(&s);
    }
}

/* By small steps of the sensitivity, and by all thresholds. */
static void partial_auc_and_youden(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct sk_scored s = sorted(sample(seed, 40, seed % 2 ? 8 : 1000, 0.5));
        struct sk_error err;
        struct sk_curve c;
        assert_int_equal(sk_curve_of(&c, &s, &err), 0);
        close_to(sk_partial_auc(&c, 0), sk_auc(&c), 1e-12);
        close_to(sk_partial_auc(&c, 1), 0, 1e-12);
        double area = 0, most = 0, threshold = INFINITY;
        enum { STEPS = 20000 };
        for (int step = 0; step < STEPS; step++) {
            double tp = c.positive * (0.8 + 0.2 * (step + 0.5) / STEPS);
            size_t k = 1;
            while (c.tp[k] < tp)
                k++;
            double fp = c.fp[k - 1] + (c.fp[k] - c.fp[k - 1]) * (tp - c.tp[k - 1]) / (c.tp[k] - c.tp[k - 1]);
            area += 0.2 / STEPS * (1 - fp / c.negative);
        }
        close_to(sk_partial_auc(&c, 0.8), area, 1e-4);
        for (size_t k = 0; k < c.points; k++)
            if (c.tp[k] / c.positive - c.fp[k] / c.negative > most + 1e-12) {
                most = c.tp[k] / c.positive - c.fp[k] / c.negative;
                threshold = c.threshold[k];
            }
        struct sk_operating_point youden = sk_youden(&c);
        close_to(youden.sensitivity + youden.specificity - 1, most, 1e-12);
        assert_true(youden.threshold == threshold);
        sk_curve_free(&c);
        sk_scored_free(&s);
    }
}

static void the_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    struct sk_scored a = sample(7, 60, 6, 0.5), b = sample(7, 60, 6, 0.5);
    struct sk_error err;
    for (size_t i = 0; i < 60; i++) {
        b.score[59 - i] = a.score[i];
        b.truth[59 - i] = a.truth[i];
        b.predicted[59 - i] = a.predicted[i];
    }
    assert_int_equal(sk_scored_sort(&a, &err), 0);
    assert_int_equal(sk_scored_sort(&b, &err), 0);
    assert_memory_equal(a.score, b.score, 60 * sizeof *a.score);
    assert_memory_equal(a.truth, b.truth, 60);
    assert_memory_equal(a.predicted, b.predicted, 60);
    sk_scored_free(&a);
    sk_scored_free(&b);
}

static void degenerate_samples(void **state)
{
    (void)state;
    static const struct {
        const char *tenths, *truth;
        double auc, precision;
    } samples[] = {
        {"", "", NAN, NAN},           {"5", "1", NAN, 1},
        {"5", "0", NAN, NAN},         {"123", "111", NAN, 1},
        {"123", "000", NAN, NAN},     {"5555", "0101", 0.5, 0.5},
        {"12:9", "0011", 1, 1},       {":912", "0011", 0, (1 / 3.0 + 2 / 4.0) / 2},
    };
    for (size_t i = 0; i < COUNT(samples); i++) {
        struct sk_scored s = spelt(samples[i].tenths, samples[i].truth, samples[i].truth);
        struct sk_error err;
        struct sk_delong delong;
        assert_int_equal(sk_scored_sort(&s, &err), 0);
        assert_int_equal(sk_delong(&s, &delong, &err), 0);
        struct sk_curve curve;
        assert_int_equal(sk_curve_of(&curve, &s, &err), 0);
        double precision = sk_average_precision(&curve);
        assert_int_equal(isnan(sk_auc(&curve)), isnan(delong.auc));
        sk_curve_free(&curve);
        assert_int_equal(isnan(delong.auc), isnan(samples[i].auc));
        assert_int_equal(isnan(precision), isnan(samples[i].precision));
        if (!isnan(samples[i].auc))
            close_to(delong.auc, samples[i].auc, 1e-15);
        if (!isnan(samples[i].precision))
            close_to(precision, samples[i].precision, 1e-15);
        struct sk_interval interval = sk_auc_interval(&delong, sk_scored_classes(&s, NULL));
        assert_int_equal(isnan(interval.low), isnan(samples[i].auc));
        if (delong.auc == 1) { /* two pairs: Wilson's for 2 of 2 */
            close_to(interval.low, sk_wilson(2, 2).low, 1e-12);
            close_to(interval.high, 1, 0);
        }
        sk_scored_free(&s);
    }
}

/* The mean over classes against pairs counted one by one, with ties; of two classes the last one's. */
static void macro_auc(void **state)
{
    (void)state;
    enum { N = 40, MOST = 4 };
    for (size_t classes = 2; classes <= MOST; classes++) {
        double probability[N * MOST], want = 0, got;
        uint8_t label[N];
        struct sk_random random;
        struct sk_error err;
        sk_random_init(&random, 9, classes);
        for (size_t i = 0; i < N; i++) {
            label[i] = (uint8_t)(i % classes);
            for (size_t c = 0; c < classes; c++)
                probability[i * classes + c] = (double)sk_random_below(&random, 8) / 8;
        }
        for (size_t c = classes == 2; c < classes; c++) {
            double sum = 0, pairs = 0;
            for (size_t i = 0; i < N; i++)
                for (size_t j = 0; j < N; j++)
                    if (label[i] == c && label[j] != c) {
                        sum += wins(probability[i * classes + c], probability[j * classes + c]);
                        pairs++;
                    }
            want += sum / pairs / (double)(classes == 2 ? 1 : classes);
        }
        assert_int_equal(sk_macro_auc(probability, label, N, classes, &got, &err), 0);
        close_to(got, want, 1e-12);
        memset(label, 0, sizeof label); /* the others have no row */
        assert_int_equal(sk_macro_auc(probability, label, N, classes, &got, &err), 0);
        assert_true(isnan(got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auc_and_delong),
        cmocka_unit_test(paired_delong),
        cmocka_unit_test(delong_predicts_the_spread),
        cmocka_unit_test(curves),
        cmocka_unit_test(counts_of_rows),
        cmocka_unit_test(operating_points),
        cmocka_unit_test(partial_auc_and_youden),
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(degenerate_samples),
        cmocka_unit_test(macro_auc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
