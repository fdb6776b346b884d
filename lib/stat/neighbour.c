#include "stat/neighbour.h"

#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/memory_limit.h"
#include "base/product.h"
#include "base/simd.h"

/* Rows of forms and of the base that are multiplied at a time: two blocks of rows of the product's, and a whole number of panels.
   The cut does not depend on the threads. */
enum { FORM_ROWS = 240, BASE_ROWS = 512 };

/* The base, centred, and half the squared norms of its rows. */
struct centred {
    const struct sk_product_f32 *product;
    float *mean, *half; /* [dim], [n] */
    float *panels;      /* [dim][n], packed: a column for each row of the base */
};

/* What one thread works in: the forms of a block of queries, a row each, and the best match of each row so far. */
struct scratch {
    float *form, *centred; /* [rows][dim], [rows][sk_product_step(dim)] */
    float *half;           /* [rows]: half the squared norm of the centred form */
    float *product;        /* [rows][BASE_ROWS] */
    float *best;           /* [rows]: half the least squared distance */
    size_t *index;         /* [rows]: of which base row */
};

static float half_square(const float *row, size_t dim)
{
    double squares = 0;
    for (size_t d = 0; d < dim; d++)
        squares += (double)row[d] * (double)row[d];
    return (float)(squares / 2);
}

static size_t step_of(size_t dim)
{
    return sk_product_step(dim, sizeof(float));
}

static int mean_of(const struct sk_features *base, float *mean, struct sk_error *err)
{
    double *sum = sk_alloc(base->dim, sizeof *sum, err);
    if (!sum)
        return -1;
    for (size_t i = 0; i < base->n; i++)
        for (size_t d = 0; d < base->dim; d++)
            sum[d] += (double)base->value[i * base->dim + d];
    for (size_t d = 0; d < base->dim; d++)
        mean[d] = (float)(sum[d] / (double)base->n);
    free(sum);
    return 0;
}

/* Takes the mean off a row; returns half its squared norm then. */
static float centre(const struct centred *c, const float *row, size_t dim, float *centred)
{
    for (size_t d = 0; d < dim; d++)
        centred[d] = row[d] - c->mean[d];
    return half_square(centred, dim);
}

/* Packs BASE_ROWS rows at a time, in room for as many. */
static void pack_base(struct centred *c, const struct sk_features *base, float *room)
{
    const size_t dim = base->dim, step = step_of(dim);
    for (size_t first = 0; first < base->n; first += BASE_ROWS) {
        const size_t rows = base->n - first < BASE_ROWS ? base->n - first : BASE_ROWS;
        for (size_t i = 0; i < rows; i++)
            c->half[first + i] = centre(c, base->value + (first + i) * dim, dim, room + i * step);
        c->product->pack(dim, rows, room, 1, step, c->panels + first * dim);
    }
}

static int centre_base(struct centred *c, const struct sk_features *base, struct sk_error *err)
{
    const size_t n = base->n, dim = base->dim;
    *c = (struct centred){.product = sk_product_f32(sk_simd_level())};
    if (sk_memory_check(sk_product(n, dim * sizeof *c->panels), err))
        return -1;
    float *room = sk_alloc(n < BASE_ROWS ? n : BASE_ROWS, step_of(dim) * sizeof *room, err);
    c->mean = room ? sk_alloc(dim, sizeof(float), err) : NULL;
    c->half = c->mean ? sk_alloc(n, sizeof(float), err) : NULL;
    c->panels = c->half ? sk_alloc(sk_panel_columns(n, c->product->columns), dim * sizeof(float), err) : NULL;
    int status = c->panels ? mean_of(base, c->mean, err) : -1;
    if (status == 0)
        pack_base(c, base, room);
    free(room);
    return status;
}

static void centred_free(struct centred *c)
{
    free(c->mean);
    free(c->half);
    free(c->panels);
}

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; scratch && t < threads; t++) {
        free(scratch[t].form);
        free(scratch[t].centred);
        free(scratch[t].half);
        free(scratch[t].product);
        free(scratch[t].best);
        free(scratch[t].index);
    }
    free(scratch);
}

static struct scratch *scratch_new(size_t threads, size_t rows, size_t dim, struct sk_error *err)
{
    struct scratch *scratch = sk_alloc(threads, sizeof *scratch, err);
    for (size_t t = 0; scratch && t < threads; t++) {
        struct scratch *w = &scratch[t];
        w->form = sk_alloc(rows, dim * sizeof(float), err);
        w->centred = w->form ? sk_alloc(rows, step_of(dim) * sizeof(float), err) : NULL;
        w->half = w->centred ? sk_alloc(rows, sizeof(float), err) : NULL;
        w->product = w->half ? sk_alloc(rows, BASE_ROWS * sizeof(float), err) : NULL;
        w->best = w->product ? sk_alloc(rows, sizeof(float), err) : NULL;
        w->index = w->best ? sk_alloc(rows, sizeof(size_t), err) : NULL;
        if (!w->index) {
            scratch_free(scratch, threads);
            return NULL;
        }
    }
    return scratch;
}

/* Writes the forms of the queries from `first` on. */
static void expand(const struct sk_nearest *s, const struct centred *base, size_t first, size_t rows,
                   struct scratch *w)
{
    size_t dim = s->base->dim, variants = s->variants;
    for (size_t q = 0; q < rows / variants; q++) {
        const float *query = s->query->value + (first + q) * dim;
        if (s->forms)
            s->forms(query, w->form + q * variants * dim);
        else
            memcpy(w->form + q * dim, query, dim * sizeof *query);
    }
    for (size_t row = 0; row < rows; row++) {
        w->half[row] = centre(base, w->form + row * dim, dim, w->centred + row * step_of(dim));
        w->best[row] = INFINITY;
        w->index[row] = 0;
    }
}

/* Compares a row with `count` base rows from `start` on, of which it is not allowed to take `itself`. */
static void scan(const struct centred *base, size_t start, size_t count, size_t itself, struct scratch *w, size_t row)
{
    const float *product = w->product + row * BASE_ROWS;
    for (size_t i = 0; i < count; i++) {
        float half = w->half[row] + base->half[start + i] - product[i];
        if (half < w->best[row] && start + i != itself) {
            w->best[row] = half;
            w->index[row] = start + i;
        }
    }
}

static double exact_distance(const float *a, const float *b, size_t dim)
{
    double sum = 0;
    for (size_t d = 0; d < dim; d++)
        sum += ((double)a[d] - (double)b[d]) * ((double)a[d] - (double)b[d]);
    return sqrt(sum);
}

/* Finds the neighbours of the queries from `first` on. */
static void search_block(const struct sk_nearest *s, const struct centred *base, size_t first, size_t queries,
                         struct scratch *w, struct sk_neighbour *neighbour)
{
    size_t dim = s->base->dim, variants = s->variants, rows = queries * variants, n = s->base->n;
    expand(s, base, first, rows, w);
    for (size_t start = 0; start < n; start += BASE_ROWS) {
        size_t count = n - start < BASE_ROWS ? n - start : BASE_ROWS;
        base->product->multiply(rows, count, dim, w->centred, step_of(dim), (struct sk_panels_f32){base->panels + start * dim, dim},
                                (struct sk_ending_f32){0}, w->product, BASE_ROWS);
        for (size_t row = 0; row < rows; row++)
            scan(base, start, count, s->same ? first + row / variants : SIZE_MAX, w, row);
    }
    for (size_t q = 0; q < queries; q++) {
        size_t best = q * variants;
        for (size_t row = best; row < (q + 1) * variants; row++)
            best = w->best[row] < w->best[best] ? row : best;
        neighbour[first + q] = (struct sk_neighbour){
            w->index[best],
            exact_distance(w->form + best * dim, s->base->value + w->index[best] * dim, dim),
        };
    }
}

int sk_nearest(const struct sk_nearest *s, struct sk_neighbour *neighbour, struct sk_error *err)
{
    size_t dim = s->base->dim, bytes;
    if (s->query->dim != dim || s->base->n < (s->same ? 2 : 1))
        return sk_fail(err, "%zu rows of %zu values to find %zu values in", s->base->n, dim, s->query->dim);
    if (dim > INT_MAX || s->variants > INT_MAX / 2 || !sk_mul(dim, sizeof(float), &bytes))
        return sk_fail(err, "%zu values are too many", dim);
    size_t block = FORM_ROWS / s->variants ? FORM_ROWS / s->variants : 1; /* queries at a time */
    size_t blocks = (s->query->n + block - 1) / block;
    size_t threads = (size_t)s->jobs < blocks ? (size_t)s->jobs : blocks;
    struct centred base;
    int status = centre_base(&base, s->base, err);
    struct scratch *scratch = status ? NULL : scratch_new(threads, block * s->variants, dim, err);
    if (scratch) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads ? (int)threads : 1)
        for (size_t b = 0; b < blocks; b++) {
            size_t left = s->query->n - b * block;
            search_block(s, &base, b * block, left < block ? left : block, &scratch[omp_get_thread_num()], neighbour);
        }
    }
    status = scratch ? status : -1;
    scratch_free(scratch, threads);
    centred_free(&base);
    return status;
}
