#include "stat/recalibration.h"

#include <math.h>

enum { ITERATIONS = 100 };

static const struct sk_recalibration unchanged = {1, 0.5};

static double sigmoid(double x)
{
    const double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/* p = sigmoid(a x + b), against targets that are a little inside 0 and 1. */
struct fit {
    size_t n;
    const double *x;
    const uint8_t *label;
    double target[2], weight[2]; /* of each label */
};

static double loss_of(const struct fit *f, double a, double b)
{
    double loss = 0;
    for (size_t i = 0; i < f->n; i++) {
        const double z = a * f->x[i] + b;
        loss += f->weight[f->label[i]] * (fmax(z, 0) - z * f->target[f->label[i]] + log1p(exp(-fabs(z))));
    }
    return loss;
}

/* Newton's step from (a, b); false where none leads on. */
static bool newton_step(const struct fit *f, double *a, double *b)
{
    double ga = 0, gb = 0, haa = 1e-12, hab = 0, hbb = 1e-12;
    for (size_t i = 0; i < f->n; i++) {
        const double x = f->x[i], p = sigmoid(*a * x + *b), weight = f->weight[f->label[i]];
        const double d = weight * (p - f->target[f->label[i]]), w = weight * p * (1 - p);
        ga += d * x;
        gb += d;
        haa += w * x * x;
        hab += w * x;
        hbb += w;
    }
    const double determinant = haa * hbb - hab * hab;
    if (fabs(ga) + fabs(gb) <= 1e-10 * (double)f->n || !(determinant > 0))
        return false;
    const double da = (hab * gb - hbb * ga) / determinant, db = (hab * ga - haa * gb) / determinant;
    const double before = loss_of(f, *a, *b), slope = ga * da + gb * db;
    for (double part = 1; part > 1e-10; part /= 2)
        if (loss_of(f, *a + part * da, *b + part * db) <= before + 1e-4 * part * slope) {
            *a += part * da;
            *b += part * db;
            return true;
        }
    return false;
}

struct sk_recalibration sk_recalibrate_two(size_t n, const double *logit, const uint8_t *label, bool balanced)
{
    double positive = 0;
    for (size_t i = 0; i < n; i++)
        positive += label[i];
    const double negative = (double)n - positive;
    if (positive < 1 || negative < 1)
        return unchanged;
    const double half = (double)n / 2;
    const struct fit fit = {n, logit, label, {1 / (negative + 2), (positive + 1) / (positive + 2)},
                            {balanced ? half / negative : 1, balanced ? half / positive : 1}};
    double a = 1, b = 0;
    for (int i = 0; i < ITERATIONS && newton_step(&fit, &a, &b); i++)
        ;
    if (!(a > 0) || !isfinite(1 / a))
        return unchanged;
    return (struct sk_recalibration){1 / a, sigmoid(-b)};
}

/* Derivative of an image's negative log-likelihood to the inverse temperature a: the mean logit under the probabilities, less the
   label's. */
static double derivative(size_t classes, const double *x, size_t label, double a)
{
    double greatest = x[0], sum = 0, mean = 0;
    for (size_t c = 1; c < classes; c++)
        greatest = fmax(greatest, x[c]);
    for (size_t c = 0; c < classes; c++) {
        const double e = exp(a * (x[c] - greatest));
        sum += e;
        mean += e * x[c];
    }
    return mean / sum - x[label];
}

struct sk_recalibration sk_recalibrate(size_t n, size_t classes, const double *logit, const uint8_t *label)
{
    double low = 0.05, high = 20; /* the derivative grows with a: bisection, by factors */
    for (int i = 0; i < ITERATIONS && n; i++) {
        const double a = sqrt(low * high);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += derivative(classes, logit + k * classes, label[k], a);
        *(sum > 0 ? &high : &low) = a;
    }
    return (struct sk_recalibration){n ? 1 / sqrt(low * high) : 1, unchanged.threshold};
}
