#include "stat/householder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"

/* Rows, or columns, of a matrix that a block is applied to at a time. */
enum { STRIP = 120 };

typedef double vec8 __attribute__((vector_size(64), aligned(8), may_alias));

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* In 16 sums, whose number does not depend on the level. */
SK_SIMD static double dot(size_t count, const double *a, const double *b)
{
    vec8 even = {0}, odd = {0};
    double sum = 0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        even += *(const vec8 *)(a + i) * *(const vec8 *)(b + i);
        odd += *(const vec8 *)(a + i + 8) * *(const vec8 *)(b + i + 8);
    }
    for (; i < count; i++)
        sum += a[i] * b[i];
    even += odd;
    for (int lane = 0; lane < 8; lane++)
        sum += even[lane];
    return sum;
}

SK_SIMD static void add_multiple(size_t count, double factor, const double *restrict a, double *restrict to)
{
    for (size_t i = 0; i < count; i++)
        to[i] += factor * a[i];
}

int sk_householder_new(struct sk_householder *h, size_t longest, struct sk_error *err)
{
    const struct sk_product_f64 *product = sk_product_f64(sk_simd_level());
    const size_t step = sk_product_step(longest, sizeof(double)), block = sk_panel_columns(SK_REFLECTIONS, product->columns);
    const size_t strip = sk_panel_columns(STRIP, product->columns);
    *h = (struct sk_householder){.product = product, .longest = longest, .step = step};
    double **const part[] = {&h->v, &h->u, &h->across, &h->v_panels, &h->u_panels, &h->room, &h->w, &h->w_panels};
    const size_t rows[] = {SK_REFLECTIONS, SK_REFLECTIONS, longest, block, SK_REFLECTIONS, strip, STRIP, strip};
    const size_t columns[] = {step, step, SK_REFLECTIONS, longest, sk_panel_columns(longest, product->columns), longest,
                              STRIP, SK_REFLECTIONS};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        size_t bytes;
        if (!sk_mul(columns[i], sizeof(double), &bytes) || !(*part[i] = sk_alloc(rows[i], bytes, err))) {
            sk_householder_free(h);
            return -1;
        }
    }
    return 0;
}

void sk_householder_free(struct sk_householder *h)
{
    free(h->v);
    free(h->u);
    free(h->across);
    free(h->v_panels);
    free(h->u_panels);
    free(h->room);
    free(h->w);
    free(h->w_panels);
    *h = (struct sk_householder){0};
}

/* Makes of a row the vector v, 1 in front, of the reflection that takes the row to [beta 0 ...], and leaves that; returns tau. */
static double reflect(size_t length, double *row, double *v)
{
    const double norm = sqrt(dot(length, row, row));
    memset(v, 0, length * sizeof *v);
    v[0] = 1;
    if (dot(length - 1, row + 1, row + 1) == 0)
        return 0;
    const double beta = row[0] > 0 ? -norm : norm, scale = 1 / (row[0] - beta), tau = (beta - row[0]) / beta;
    for (size_t i = 1; i < length; i++) {
        v[i] = scale * row[i];
        row[i] = 0;
    }
    row[0] = beta;
    return tau;
}

/* Fills t [count][SK_REFLECTIONS], upper triangular, with -T. */
static void make_triangle(const struct sk_householder *h, const double *tau, double *t)
{
    for (size_t j = 0; j < h->count; j++) {
        double product[SK_REFLECTIONS];
        for (size_t i = 0; i < j; i++)
            product[i] = dot(h->length - j, h->v + i * h->step + j, h->v + j * h->step + j);
        for (size_t i = 0; i < j; i++) {
            double sum = 0;
            for (size_t k = i; k < j; k++)
                sum += t[i * SK_REFLECTIONS + k] * product[k];
            t[i * SK_REFLECTIONS + j] = -tau[j] * sum;
        }
        t[j * SK_REFLECTIONS + j] = -tau[j];
    }
}

/* What applying the block takes, of its vectors and -T. */
static void prepare(struct sk_householder *h, const double *t)
{
    const struct sk_product_f64 *product = h->product;
    const size_t count = h->count, length = h->length;
    product->pack(count, length, h->v, h->step, 1, h->u_panels);
    product->multiply(count, length, count, t, SK_REFLECTIONS, (struct sk_panels_f64){h->u_panels, count},
                      (struct sk_ending_f64){0}, h->u, h->step);
    product->pack(length, count, h->v, 1, h->step, h->v_panels);
    product->pack(count, length, h->u, h->step, 1, h->u_panels);
    for (size_t i = 0; i < length; i++)
        for (size_t j = 0; j < count; j++)
            h->across[i * SK_REFLECTIONS + j] = h->u[j * h->step + i];
}

void sk_householder_factor(struct sk_householder *h, size_t rows, size_t length, double *b, size_t step)
{
    double tau[SK_REFLECTIONS], t[SK_REFLECTIONS * SK_REFLECTIONS] = {0};
    h->count = smaller(rows, length);
    h->length = length;
    for (size_t j = 0; j < h->count; j++) {
        double *v = h->v + j * h->step;
        memset(v, 0, j * sizeof *v);
        tau[j] = reflect(length - j, b + j * step + j, v + j);
        for (size_t i = j + 1; i < rows; i++)
            add_multiple(length - j, -tau[j] * dot(length - j, v + j, b + i * step + j), v + j, b + i * step + j);
    }
    make_triangle(h, tau, t);
    prepare(h, t);
}

void sk_householder_right(struct sk_householder *h, size_t rows, double *x, size_t step)
{
    const struct sk_panels_f64 v = {h->v_panels, h->length}, u = {h->u_panels, h->count};
    for (size_t first = 0; first < rows; first += STRIP, x += STRIP * step) {
        const size_t some = smaller(rows - first, STRIP);
        h->product->multiply(some, h->count, h->length, x, step, v, (struct sk_ending_f64){0}, h->w, SK_REFLECTIONS);
        h->product->multiply(some, h->length, h->count, h->w, SK_REFLECTIONS, u, (struct sk_ending_f64){.add = true}, x, step);
    }
}

/* Q' x = x + U' (V' x). */
void sk_householder_left(struct sk_householder *h, size_t columns, double *x, size_t step)
{
    const struct sk_panels_f64 strip = {h->room, h->length}, w = {h->w_panels, h->count};
    for (size_t first = 0; first < columns; first += STRIP, x += STRIP) {
        const size_t some = smaller(columns - first, STRIP);
        h->product->pack(h->length, some, x, step, 1, h->room);
        h->product->multiply(h->count, some, h->length, h->v, h->step, strip, (struct sk_ending_f64){0}, h->w, STRIP);
        h->product->pack(h->count, some, h->w, STRIP, 1, h->w_panels);
        h->product->multiply(h->length, some, h->count, h->across, SK_REFLECTIONS, w, (struct sk_ending_f64){.add = true}, x,
                             step);
    }
}

void sk_householder_qr(struct sk_householder *h, size_t columns, size_t rows, double *a, size_t step)
{
    for (size_t k = 0; k < columns; k += SK_REFLECTIONS) {
        const size_t count = smaller(columns - k, SK_REFLECTIONS);
        double *block = a + k * step + k;
        sk_householder_factor(h, count, rows - k, block, step);
        sk_householder_right(h, columns - k - count, block + count * step, step);
    }
}
