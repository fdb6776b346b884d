#include "image/zernike.h"

#include <math.h>

enum { POINTS = 4 }; /* a pixel's mean is taken over POINTS x POINTS points */

size_t sk_zernike_count(unsigned order)
{
    return (size_t)(order + 1) * (order + 2) / 2 - 1;
}

static double factorial(unsigned n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* The functions of orders 1 to `order`, without those of the angle: normalised radial polynomials R_n^m. */
struct radials {
    unsigned order;
    double coefficient[SK_ZERNIKE_ORDER + 1][SK_ZERNIKE_ORDER + 1][SK_ZERNIKE_ORDER / 2 + 1]; /* [n][m][k], of radius^(n - 2 k) */
};

static void make_radials(unsigned order, struct radials *radials)
{
    radials->order = order;
    for (unsigned n = 1; n <= order; n++)
        for (unsigned m = n % 2; m <= n; m += 2)
            for (unsigned k = 0; k <= (n - m) / 2; k++) {
                double part = factorial(n - k) / (factorial(k) * factorial((n + m) / 2 - k) * factorial((n - m) / 2 - k));
                radials->coefficient[n][m][k] = sqrt((m ? 2 : 1) * (n + 1.0)) * (k % 2 ? -part : part);
            }
}

/* Adds the values of all functions at (u, v), in units of the radius, to value [count]. */
static void add_functions(const struct radials *radials, double u, double v, double *value)
{
    double radius = hypot(u, v), power[SK_ZERNIKE_ORDER + 1] = {1}, c[SK_ZERNIKE_ORDER + 1] = {1}, s[SK_ZERNIKE_ORDER + 1] = {0};
    double x = radius > 0 ? u / radius : 1, y = radius > 0 ? v / radius : 0;
    for (unsigned m = 1; m <= radials->order; m++) { /* radius^m; cosine and sine of m times the angle */
        power[m] = power[m - 1] * radius;
        c[m] = c[m - 1] * x - s[m - 1] * y;
        s[m] = s[m - 1] * x + c[m - 1] * y;
    }
    for (unsigned n = 1, k = 0; n <= radials->order; n++)
        for (unsigned m = n % 2; m <= n; m += 2) {
            double r = 0;
            for (unsigned j = 0; j <= (n - m) / 2; j++)
                r += radials->coefficient[n][m][j] * power[n - 2 * j];
            value[k++] += r * c[m];
            if (m)
                value[k++] += r * s[m];
        }
}

/* The function values of all points of pixel (column, row) that lie on the disc, summed to value [count]; how many they are. */
static size_t sum_pixel(const struct sk_disc *disc, const struct radials *radials, size_t side, size_t column, size_t row,
                        double *value)
{
    double step = 2.0 / (double)(side * POINTS);
    size_t points = 0;
    for (size_t i = 0; i < POINTS * POINTS; i++) {
        size_t across = column * POINTS + i % POINTS, down = row * POINTS + i / POINTS;
        double u = (((double)across + 0.5) * step - 1 - disc->x) / disc->radius;
        double v = (((double)down + 0.5) * step - 1 - disc->y) / disc->radius;
        if (u * u + v * v > 1)
            continue;
        add_functions(radials, u, v, value);
        points++;
    }
    return points;
}

void sk_zernike_weights(const struct sk_disc *disc, unsigned order, size_t side, float *weight)
{
    static const struct radials none = {.order = 0};
    size_t count = sk_zernike_count(order), pixels = side * side;
    double total[SK_ZERNIKE_MOST] = {0}, points = 0;
    struct radials radials;
    make_radials(order, &radials);
    for (size_t p = 0; p < pixels; p++) {
        double value[SK_ZERNIKE_MOST] = {0};
        points += (double)sum_pixel(disc, &radials, side, p % side, p / side, value);
        for (size_t k = 0; k < count; k++) {
            weight[k * pixels + p] = (float)value[k];
            total[k] += value[k];
        }
    }
    for (size_t p = 0; p < pixels; p++) { /* the sum becomes a mean, and the constant part of each function goes */
        double covered = (double)sum_pixel(disc, &none, side, p % side, p / side, NULL);
        for (size_t k = 0; k < count; k++)
            weight[k * pixels + p] = (float)(((double)weight[k * pixels + p] - total[k] * covered / points) / points);
    }
}

void sk_zernike_turn(unsigned order, const float *moment, bool mirror, double radians, float *turned)
{
    double sign = mirror ? -1 : 1;
    for (unsigned n = 1, k = 0; n <= order; n++)
        for (unsigned m = n % 2; m <= n; m += 2) {
            if (m == 0) {
                turned[k] = moment[k];
                k++;
                continue;
            }
            double c = cos(m * radians), s = sin(m * radians), even = (double)moment[k], odd = sign * (double)moment[k + 1];
            turned[k] = (float)(c * even - s * odd);
            turned[k + 1] = (float)(s * even + c * odd);
            k += 2;
        }
}
