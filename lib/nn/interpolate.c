#include "nn/interpolate.h"

#include <math.h>

static double length(const float *v, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)v[i] * (double)v[i];
    return sqrt(squares);
}

/* The angle between two vectors of these lengths, neither of them 0, exact for small and for flat ones too (Kahan): of the unit vectors
   twice the arc tangent of |u - v| / |u + v|. */
static double angle(const float *a, double a_length, const float *b, double b_length, size_t n)
{
    double differences = 0, sums = 0;
    for (size_t i = 0; i < n; i++) {
        double u = (double)a[i] / a_length, v = (double)b[i] / b_length;
        differences += (u - v) * (u - v);
        sums += (u + v) * (u + v);
    }
    return 2 * atan2(sqrt(differences), sqrt(sums));
}

void sk_interpolate(enum sk_interpolation kind, const float *a, const float *b, size_t n, double t, float *z)
{
    double of_a = 1 - t, of_b = t;
    const double a_length = length(a, n), b_length = length(b, n);
    if (kind == SK_SPHERICAL && a_length > 0 && b_length > 0) {
        const double w = angle(a, a_length, b, b_length, n), sine = sin(w);
        if (sine > 1e-6) {
            of_a = sin((1 - t) * w) / sine;
            of_b = sin(t * w) / sine;
        }
    }
    for (size_t i = 0; i < n; i++)
        z[i] = (float)(of_a * (double)a[i] + of_b * (double)b[i]);
}
