/* Stride-2 convolution by polyphase Winograd.

   Phases. A row of the output takes input rows 2i - 1 + p. Those of even p = 2s are 2 (i + s) - 1, those of odd p = 2s + 1
   are 2 (i + s): two phases of the input, each convolved at stride 1 with the kernel's taps of its own: 2 and 2 for
   kernel 4, 3 and 2 for kernel 5. In two dimensions there are four phases, whose results add up.

   Winograd. m = 4 outputs of r taps need n = m + r - 1 points instead of m r multiplications (S. Winograd, Arithmetic
   Complexity of Computations, 1980; A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016). The
   product of a polynomial of m and one of r coefficients has n of them, and follows from its values at n points, one
   of which may be infinity (the leading coefficient). Convolution is the transpose of that product:

     y = A' ((G w) (.) (B' d))          d: n inputs, w: r taps, y: m outputs, (.): element by element

   With the finite points a, M(x) the product of (x - a) over them, and M' its derivative:
     row a of G   is (1, a, .., a^(r-1)) / M'(a),  row infinity (0, .., 0, 1)
     column a of A' is (1, a, .., a^(m-1)),        column infinity (0, .., 0, 1)
     row a of B'  holds the coefficients of M(x) / (x - a),  row infinity those of M(x)     (lowest first)
   The points are 0, 1, -1, 2, infinity, and -2 as the sixth where r is 3. A' of the five points is the beginning of A' of
   the six: so phases of 2 and of 3 taps add up before A' is applied.

   Two dimensions. For tile t of 4x4 outputs, phase and channel c: V = B' d B; weights U = G w G'; at every frequency f (a
   pair of points) M[f][t][o] = sum over phases and c of V[f][t][phase c] U[f][phase c][o], a GEMM; y = A' M A. Kernel 4 has 25
   frequencies, instead of 64 multiplications a tile and pair of phases; kernel 5 has 25 frequencies with four phases, 10
   with two (those that use the sixth point in one dimension) and 1 with one: 121 instead of 400.

   Gradients are the transposed maps: dM = A dy A', dV[f] = dM[f] U[f]', dx = B dV B' added over the overlapping tiles,
   dU[f] = V[f]' dM[f] summed over the tiles, dw = G' dU G. */
#include "tensor/winograd.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"
#include "tensor/gemm.h"

enum { TILE = 4, POINTS = 6, FREQUENCIES = POINTS * POINTS, PHASES = 4, LANES = 16, FLOATS_PER_LINE = 16 };

static const float matrix_at[TILE][POINTS] = {
    {1, 1, 1, 1, 0, 1},
    {0, 1, -1, 2, 0, -2},
    {0, 1, 1, 4, 0, 4},
    {0, 1, -1, 8, 1, -8},
};
/* M(x) = x (x - 1) (x + 1) (x - 2) */
static const float matrix_bt5[5][5] = {
    {2, -1, -2, 1, 0},
    {0, -2, -1, 1, 0},
    {0, 2, -3, 1, 0},
    {0, -1, 0, 1, 0},
    {0, 2, -1, -2, 1},
};
static const float matrix_g5[5][2] = {
    {1.0F / 2, 0},
    {-1.0F / 2, -1.0F / 2},
    {-1.0F / 6, 1.0F / 6},
    {1.0F / 6, 2.0F / 6},
    {0, 1},
};
/* M(x) = x (x - 1) (x + 1) (x - 2) (x + 2) */
static const float matrix_bt6[6][6] = {
    {4, 0, -5, 0, 1, 0},
    {0, -4, -4, 1, 1, 0},
    {0, 4, -4, -1, 1, 0},
    {0, -2, -1, 2, 1, 0},
    {0, 4, 0, -5, 0, 1},
    {0, 2, -1, -2, 1, 0},
};
static const float matrix_g6[6][3] = {
    {1.0F / 4, 0, 0},
    {-1.0F / 6, -1.0F / 6, -1.0F / 6},
    {-1.0F / 6, 1.0F / 6, -1.0F / 6},
    {1.0F / 24, 2.0F / 24, 4.0F / 24},
    {0, 0, 1},
    {1.0F / 24, -2.0F / 24, 4.0F / 24},
};

/* The phase of rows (or columns) 2 (i + s) - 1, s < taps, has shift 1; that of rows 2 (i + s) shift 0. */
struct axis {
    size_t shift, taps, points;
};

struct sk_winograd {
    struct sk_conv2d_shape shape;
    int jobs;
    size_t points;                   /* of one dimension: 5 or 6; frequency f is (f / points, f % points) */
    size_t frequencies;              /* points^2 */
    struct axis axis[2];             /* phase h has axis[h / 2] down and axis[h % 2] across */
    size_t slots[FREQUENCIES];       /* how many phases frequency f has */
    size_t before[FREQUENCIES + 1];  /* how many slots the frequencies before f have */
    size_t slot[PHASES][FREQUENCIES]; /* the place of a phase among those of f */
    size_t tiles_down, tiles_across;
    float *u; /* [f][slot][in_c][out_c] */
};

/* --- plan ---------------------------------------------------------------- */

static void plan_frequencies(struct sk_winograd *w)
{
    for (size_t f = 0; f < w->frequencies; f++) {
        for (size_t h = 0; h < PHASES; h++)
            if (f / w->points < w->axis[h / 2].points && f % w->points < w->axis[h % 2].points)
                w->slot[h][f] = w->slots[f]++;
        w->before[f + 1] = w->before[f] + w->slots[f];
    }
}

int sk_winograd_new(struct sk_winograd **plan, const struct sk_conv2d_shape *shape, int jobs, struct sk_error *err)
{
    struct sk_winograd *w = sk_alloc(1, sizeof *w, err);
    if (!w)
        return -1;
    w->shape = *shape;
    w->jobs = jobs;
    w->axis[0] = (struct axis){1, (shape->kernel + 1) / 2, (shape->kernel + 1) / 2 + TILE - 1};
    w->axis[1] = (struct axis){0, shape->kernel / 2, shape->kernel / 2 + TILE - 1};
    w->points = w->axis[0].points;
    w->frequencies = w->points * w->points;
    w->tiles_down = (shape->in_h / 2 + TILE - 1) / TILE;
    w->tiles_across = (shape->in_w / 2 + TILE - 1) / TILE;
    plan_frequencies(w);
    size_t size;
    if (!sk_mul(w->before[w->frequencies] * shape->in_c, shape->out_c, &size))
        size = SIZE_MAX; /* refused by sk_alloc */
    w->u = sk_alloc(size, sizeof *w->u, err);
    if (!w->u) {
        free(w);
        return -1;
    }
    *plan = w;
    return 0;
}

void sk_winograd_free(struct sk_winograd *plan)
{
    if (plan)
        free(plan->u);
    free(plan);
}

/* The batch is worked off in equal parts of images whose V and M stay in a cache that the cores share. */
static size_t images_a_part(const struct sk_winograd *w, size_t batch)
{
    const size_t cache = (size_t)24 << 20;
    const size_t image = w->tiles_down * w->tiles_across *
                         (w->before[w->frequencies] * w->shape.in_c + w->frequencies * w->shape.out_c) * sizeof(float);
    const size_t most = cache / image > 0 ? cache / image : 1;
    const size_t parts = (batch + most - 1) / most;
    return (batch + parts - 1) / parts;
}

/* Transformed tiles of one part. Frequencies begin an odd number of cache lines apart from each other, so that
   they do not fall into the same cache sets. */
struct part {
    size_t first, images, tiles;
    float *v; /* [f][tiles][slot][in_c] */
    float *m; /* [f][tiles][out_c] */
};

static size_t v_at(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return part->tiles * w->before[f] * w->shape.in_c + f * 5 * FLOATS_PER_LINE;
}

static size_t m_at(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return part->tiles * f * w->shape.out_c + f * 5 * FLOATS_PER_LINE;
}

static size_t round_to_line(size_t floats)
{
    return (floats + FLOATS_PER_LINE - 1) / FLOATS_PER_LINE * FLOATS_PER_LINE;
}

static struct part part_from(const struct sk_winograd *w, size_t batch, size_t first, float *workspace)
{
    const size_t most = images_a_part(w, batch);
    struct part part = {.first = first, .images = batch - first < most ? batch - first : most};
    part.tiles = part.images * w->tiles_down * w->tiles_across;
    part.v = workspace;
    part.m = workspace + round_to_line(v_at(w, &part, w->frequencies));
    return part;
}

size_t sk_winograd_workspace(const struct sk_winograd *w, size_t batch)
{
    const struct part part = part_from(w, batch, 0, NULL);
    const size_t v = round_to_line(v_at(w, &part, w->frequencies)), m = round_to_line(m_at(w, &part, w->frequencies));
    return v + m + w->before[w->frequencies] * w->shape.in_c * w->shape.out_c;
}

/* --- transforms of LANES channels ---------------------------------------- */

typedef float vec __attribute__((vector_size(LANES * sizeof(float)), may_alias));
typedef float loose_vec __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 6")

/* count: LANES, or fewer at the end of the channels. */
INLINE vec load(const float *p, size_t count)
{
    if (count == LANES)
        return *(const loose_vec *)p;
    vec v = {0};
    memcpy(&v, p, count * sizeof *p);
    return v;
}

INLINE void store(float *p, size_t count, vec v)
{
    if (count == LANES)
        *(loose_vec *)p = v;
    else
        memcpy(p, &v, count * sizeof *p);
}

/* A constant matrix; element (i, k) is at[i * down + k * across]. */
struct matrix {
    const float *at;
    size_t rows, columns, down, across;
};

INLINE struct matrix transposed(struct matrix m)
{
    return (struct matrix){m.at, m.columns, m.rows, m.across, m.down};
}

INLINE struct matrix bt(size_t points)
{
    return (struct matrix){points == 5 ? matrix_bt5[0] : matrix_bt6[0], points, points, points, 1};
}

INLINE struct matrix g(size_t points)
{
    return (struct matrix){points == 5 ? matrix_g5[0] : matrix_g6[0], points, points - 3, points - 3, 1};
}

INLINE struct matrix at(size_t points)
{
    return (struct matrix){matrix_at[0], TILE, points, POINTS, 1};
}

/* out = m in for one vector; the compiler unrolls it and drops zeros and ones. */
INLINE void multiply(struct matrix m, const vec *in, size_t in_step, vec *out, size_t out_step)
{
    UNROLL
    for (size_t i = 0; i < m.rows; i++) {
        vec sum = {0};
        bool empty = true;
        UNROLL
        for (size_t k = 0; k < m.columns; k++) {
            const float factor = m.at[i * m.down + k * m.across];
            if (factor != 0) {
                sum = empty ? factor * in[k * in_step] : sum + factor * in[k * in_step];
                empty = false;
            }
        }
        out[i * out_step] = sum;
    }
}

/* out = down in across', in [down.columns][across.columns], out [down.rows][across.rows]. */
INLINE void sandwich(struct matrix down, struct matrix across, const vec *in, vec *out)
{
    vec half[FREQUENCIES];
    UNROLL
    for (size_t j = 0; j < across.columns; j++)
        multiply(down, in + j, across.columns, half + j, across.columns);
    UNROLL
    for (size_t i = 0; i < down.rows; i++)
        multiply(across, half + i * across.columns, 1, out + i * across.rows, 1);
}

/* --- tiles --------------------------------------------------------------- */

/* The tile at (row, column) of the tiles of one image, number `index` in the part. */
struct tile {
    size_t row, column, index;
};

/* Whether input row (or column) 2 (4 tile + u) - shift is inside; if so *at is it. */
INLINE bool inside(size_t tile, size_t u, size_t shift, size_t size, size_t *at)
{
    const size_t position = 2 * (TILE * tile + u);
    *at = position - shift;
    return position >= shift && *at < size;
}

/* V of one tile, one phase of down x across points. */
INLINE void input_tile(const struct sk_winograd *w, const struct part *part, size_t phase, size_t down, size_t across,
                       const float *image, struct tile t)
{
    const size_t in_c = w->shape.in_c;
    for (size_t c = 0; c < in_c; c += LANES) {
        const size_t count = in_c - c < LANES ? in_c - c : LANES;
        vec d[FREQUENCIES], v[FREQUENCIES];
        UNROLL
        for (size_t u = 0; u < down; u++) {
            size_t row, column;
            const bool row_inside = inside(t.row, u, w->axis[phase / 2].shift, w->shape.in_h, &row);
            UNROLL
            for (size_t s = 0; s < across; s++)
                d[u * across + s] = row_inside && inside(t.column, s, w->axis[phase % 2].shift, w->shape.in_w, &column)
                                        ? load(image + (row * w->shape.in_w + column) * in_c + c, count)
                                        : (vec){0};
        }
        sandwich(bt(down), bt(across), d, v);
        UNROLL
        for (size_t i = 0; i < down; i++)
            UNROLL
            for (size_t j = 0; j < across; j++) {
                const size_t f = i * w->points + j;
                store(part->v + v_at(w, part, f) + (t.index * w->slots[f] + w->slot[phase][f]) * in_c + c, count,
                      v[i * across + j]);
            }
    }
}

/* The transpose of input_tile: adds to the image. */
INLINE void input_tile_back(const struct sk_winograd *w, const struct part *part, size_t phase, size_t down, size_t across,
                            float *image, struct tile t)
{
    const size_t in_c = w->shape.in_c;
    for (size_t c = 0; c < in_c; c += LANES) {
        const size_t count = in_c - c < LANES ? in_c - c : LANES;
        vec d[FREQUENCIES], v[FREQUENCIES];
        UNROLL
        for (size_t i = 0; i < down; i++)
            UNROLL
            for (size_t j = 0; j < across; j++) {
                const size_t f = i * w->points + j;
                v[i * across + j] =
                    load(part->v + v_at(w, part, f) + (t.index * w->slots[f] + w->slot[phase][f]) * in_c + c, count);
            }
        sandwich(transposed(bt(down)), transposed(bt(across)), v, d);
        UNROLL
        for (size_t u = 0; u < down; u++) {
            size_t row, column;
            const bool row_inside = inside(t.row, u, w->axis[phase / 2].shift, w->shape.in_h, &row);
            UNROLL
            for (size_t s = 0; s < across; s++)
                if (row_inside && inside(t.column, s, w->axis[phase % 2].shift, w->shape.in_w, &column)) {
                    float *to = image + (row * w->shape.in_w + column) * in_c + c;
                    store(to, count, load(to, count) + d[u * across + s]);
                }
        }
    }
}

/* y of one tile, of points x points frequencies. */
INLINE void output_tile(const struct sk_winograd *w, const struct part *part, size_t points, float *image, struct tile t)
{
    const size_t out_c = w->shape.out_c, height = w->shape.in_h / 2, width = w->shape.in_w / 2;
    for (size_t o = 0; o < out_c; o += LANES) {
        const size_t count = out_c - o < LANES ? out_c - o : LANES;
        vec m[FREQUENCIES], y[TILE * TILE];
        for (size_t f = 0; f < points * points; f++)
            m[f] = load(part->m + m_at(w, part, f) + t.index * out_c + o, count);
        sandwich(at(points), at(points), m, y);
        UNROLL
        for (size_t i = 0; i < TILE; i++)
            UNROLL
            for (size_t j = 0; j < TILE; j++)
                if (TILE * t.row + i < height && TILE * t.column + j < width)
                    store(image + ((TILE * t.row + i) * width + TILE * t.column + j) * out_c + o, count, y[i * TILE + j]);
    }
}

/* The transpose of output_tile: dM from dy. */
INLINE void output_tile_back(const struct sk_winograd *w, const struct part *part, size_t points, const float *image,
                             struct tile t)
{
    const size_t out_c = w->shape.out_c, height = w->shape.in_h / 2, width = w->shape.in_w / 2;
    for (size_t o = 0; o < out_c; o += LANES) {
        const size_t count = out_c - o < LANES ? out_c - o : LANES;
        vec m[FREQUENCIES], y[TILE * TILE];
        UNROLL
        for (size_t i = 0; i < TILE; i++)
            UNROLL
            for (size_t j = 0; j < TILE; j++)
                y[i * TILE + j] =
                    TILE * t.row + i < height && TILE * t.column + j < width
                        ? load(image + ((TILE * t.row + i) * width + TILE * t.column + j) * out_c + o, count)
                        : (vec){0};
        sandwich(transposed(at(points)), transposed(at(points)), y, m);
        for (size_t f = 0; f < points * points; f++)
            store(part->m + m_at(w, part, f) + t.index * out_c + o, count, m[f]);
    }
}

/* --- one image ----------------------------------------------------------- */

INLINE struct tile tile_of(const struct sk_winograd *w, size_t image, size_t t)
{
    return (struct tile){t / w->tiles_across, t % w->tiles_across, image * w->tiles_down * w->tiles_across + t};
}

/* V of image number `image` of the part. */
SK_SIMD static void input_image(const struct sk_winograd *w, const struct part *part, size_t image, const float *x)
{
    for (size_t i = 0; i < w->tiles_down * w->tiles_across; i++) {
        const struct tile t = tile_of(w, image, i);
        if (w->points == 5) {
            for (size_t phase = 0; phase < PHASES; phase++)
                input_tile(w, part, phase, 5, 5, x, t);
        } else {
            input_tile(w, part, 0, 6, 6, x, t);
            input_tile(w, part, 1, 6, 5, x, t);
            input_tile(w, part, 2, 5, 6, x, t);
            input_tile(w, part, 3, 5, 5, x, t);
        }
    }
}

SK_SIMD static void input_image_back(const struct sk_winograd *w, const struct part *part, size_t image, float *dx)
{
    memset(dx, 0, w->shape.in_h * w->shape.in_w * w->shape.in_c * sizeof *dx);
    for (size_t i = 0; i < w->tiles_down * w->tiles_across; i++) {
        const struct tile t = tile_of(w, image, i);
        if (w->points == 5) {
            for (size_t phase = 0; phase < PHASES; phase++)
                input_tile_back(w, part, phase, 5, 5, dx, t);
        } else {
            input_tile_back(w, part, 0, 6, 6, dx, t);
            input_tile_back(w, part, 1, 6, 5, dx, t);
            input_tile_back(w, part, 2, 5, 6, dx, t);
            input_tile_back(w, part, 3, 5, 5, dx, t);
        }
    }
}

SK_SIMD static void output_image(const struct sk_winograd *w, const struct part *part, size_t image, float *y)
{
    for (size_t i = 0; i < w->tiles_down * w->tiles_across; i++)
        if (w->points == 5)
            output_tile(w, part, 5, y, tile_of(w, image, i));
        else
            output_tile(w, part, 6, y, tile_of(w, image, i));
}

SK_SIMD static void output_image_back(const struct sk_winograd *w, const struct part *part, size_t image, const float *dy)
{
    for (size_t i = 0; i < w->tiles_down * w->tiles_across; i++)
        if (w->points == 5)
            output_tile_back(w, part, 5, dy, tile_of(w, image, i));
        else
            output_tile_back(w, part, 6, dy, tile_of(w, image, i));
}

/* --- weights ------------------------------------------------------------- */

/* Where tap (s, q) of a phase lies in [kernel][kernel][in_c][out_c], channel c. */
INLINE size_t tap_at(const struct sk_winograd *w, size_t phase, size_t s, size_t q, size_t c)
{
    const size_t p = 2 * s + 1 - w->axis[phase / 2].shift, r = 2 * q + 1 - w->axis[phase % 2].shift;
    return ((p * w->shape.kernel + r) * w->shape.in_c + c) * w->shape.out_c;
}

INLINE size_t u_at(const struct sk_winograd *w, size_t phase, size_t f, size_t c)
{
    return ((w->before[f] + w->slot[phase][f]) * w->shape.in_c + c) * w->shape.out_c;
}

INLINE void weights_phase(const struct sk_winograd *w, size_t phase, size_t down, size_t across, size_t c,
                          const float *weights)
{
    const size_t out_c = w->shape.out_c;
    for (size_t o = 0; o < out_c; o += LANES) {
        const size_t count = out_c - o < LANES ? out_c - o : LANES;
        vec taps[9], u[FREQUENCIES];
        UNROLL
        for (size_t s = 0; s < down - 3; s++)
            UNROLL
            for (size_t q = 0; q < across - 3; q++)
                taps[s * (across - 3) + q] = load(weights + tap_at(w, phase, s, q, c) + o, count);
        sandwich(g(down), g(across), taps, u);
        UNROLL
        for (size_t i = 0; i < down; i++)
            UNROLL
            for (size_t j = 0; j < across; j++)
                store(w->u + u_at(w, phase, i * w->points + j, c) + o, count, u[i * across + j]);
    }
}

/* dw of channel c from dU, laid out as U. */
INLINE void weights_phase_back(const struct sk_winograd *w, size_t phase, size_t down, size_t across, size_t c,
                               const float *du, float *dw)
{
    const size_t out_c = w->shape.out_c;
    for (size_t o = 0; o < out_c; o += LANES) {
        const size_t count = out_c - o < LANES ? out_c - o : LANES;
        vec taps[9], u[FREQUENCIES];
        UNROLL
        for (size_t i = 0; i < down; i++)
            UNROLL
            for (size_t j = 0; j < across; j++)
                u[i * across + j] = load(du + u_at(w, phase, i * w->points + j, c) + o, count);
        sandwich(transposed(g(down)), transposed(g(across)), u, taps);
        UNROLL
        for (size_t s = 0; s < down - 3; s++)
            UNROLL
            for (size_t q = 0; q < across - 3; q++)
                store(dw + tap_at(w, phase, s, q, c) + o, count, taps[s * (across - 3) + q]);
    }
}

SK_SIMD static void weights_channel(const struct sk_winograd *w, size_t c, const float *weights)
{
    if (w->points == 5) {
        for (size_t phase = 0; phase < PHASES; phase++)
            weights_phase(w, phase, 5, 5, c, weights);
    } else {
        weights_phase(w, 0, 6, 6, c, weights);
        weights_phase(w, 1, 6, 5, c, weights);
        weights_phase(w, 2, 5, 6, c, weights);
        weights_phase(w, 3, 5, 5, c, weights);
    }
}

SK_SIMD static void weights_channel_back(const struct sk_winograd *w, size_t c, const float *du, float *dw)
{
    if (w->points == 5) {
        for (size_t phase = 0; phase < PHASES; phase++)
            weights_phase_back(w, phase, 5, 5, c, du, dw);
    } else {
        weights_phase_back(w, 0, 6, 6, c, du, dw);
        weights_phase_back(w, 1, 6, 5, c, du, dw);
        weights_phase_back(w, 2, 5, 6, c, du, dw);
        weights_phase_back(w, 3, 5, 5, c, du, dw);
    }
}

void sk_winograd_set_weights(struct sk_winograd *w, const float *weights)
{
#pragma omp parallel for num_threads(w->jobs) schedule(static)
    for (size_t c = 0; c < w->shape.in_c; c++)
        weights_channel(w, c, weights);
}

/* --- passes -------------------------------------------------------------- */

/* Rows a GEMM; the threads share the blocks of all frequencies. */
static size_t block_rows(size_t rows)
{
    const size_t most = 256, blocks = (rows + most - 1) / most;
    return (rows + blocks - 1) / blocks;
}

/* M[f] = V[f] U[f], `from` the first row of a block. */
static void multiply_forward(const struct sk_winograd *w, const struct part *part, size_t f, size_t from, size_t rows)
{
    const size_t depth = w->slots[f] * w->shape.in_c, out_c = w->shape.out_c;
    sk_gemm(false, false, rows, out_c, depth, 1, part->v + v_at(w, part, f) + from * depth, depth,
            w->u + w->before[f] * w->shape.in_c * out_c, out_c, 0, part->m + m_at(w, part, f) + from * out_c, out_c);
}

/* dV[f] = dM[f] U[f]' */
static void multiply_data(const struct sk_winograd *w, const struct part *part, size_t f, size_t from, size_t rows)
{
    const size_t depth = w->slots[f] * w->shape.in_c, out_c = w->shape.out_c;
    sk_gemm(false, true, rows, depth, out_c, 1, part->m + m_at(w, part, f) + from * out_c, out_c,
            w->u + w->before[f] * w->shape.in_c * out_c, out_c, 0, part->v + v_at(w, part, f) + from * depth, depth);
}

/* dU[f] += V[f]' dM[f], `from` the first of a block of U's rows. */
static void multiply_weights(const struct sk_winograd *w, const struct part *part, size_t f, size_t from, size_t rows,
                             float *du)
{
    const size_t depth = w->slots[f] * w->shape.in_c, out_c = w->shape.out_c;
    sk_gemm(true, false, rows, out_c, part->tiles, 1, part->v + v_at(w, part, f) + from, depth,
            part->m + m_at(w, part, f), out_c, part->first == 0 ? 0 : 1,
            du + (w->before[f] * w->shape.in_c + from) * out_c, out_c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void sk_winograd_forward(const struct sk_winograd *w, size_t batch, const float *x, float *y, float *workspace)
{
    const size_t x_size = w->shape.in_h * w->shape.in_w * w->shape.in_c;
    const size_t y_size = w->shape.in_h / 2 * (w->shape.in_w / 2) * w->shape.out_c;
#pragma omp parallel num_threads(w->jobs)
    for (size_t first = 0; first < batch; first += images_a_part(w, batch)) {
        const struct part part = part_from(w, batch, first, workspace);
        const size_t step = block_rows(part.tiles);
#pragma omp for schedule(dynamic)
        for (size_t n = 0; n < part.images; n++)
            input_image(w, &part, n, x + (first + n) * x_size);
#pragma omp for collapse(2) schedule(dynamic)
        for (size_t f = 0; f < w->frequencies; f++)
            for (size_t from = 0; from < part.tiles; from += step)
                multiply_forward(w, &part, f, from, least(step, part.tiles - from));
#pragma omp for schedule(dynamic)
        for (size_t n = 0; n < part.images; n++)
            output_image(w, &part, n, y + (first + n) * y_size);
    }
}

/* Inside a parallel region, for a part whose m is there. */
static void data_gradient(const struct sk_winograd *w, const struct part *part, float *dx)
{
    const size_t x_size = w->shape.in_h * w->shape.in_w * w->shape.in_c, step = block_rows(part->tiles);
#pragma omp for collapse(2) schedule(dynamic)
    for (size_t f = 0; f < w->frequencies; f++)
        for (size_t from = 0; from < part->tiles; from += step)
            multiply_data(w, part, f, from, least(step, part->tiles - from));
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n++)
        input_image_back(w, part, n, dx + (part->first + n) * x_size);
}

static void weight_gradient(const struct sk_winograd *w, const struct part *part, const float *x, float *du)
{
    const size_t x_size = w->shape.in_h * w->shape.in_w * w->shape.in_c, step = block_rows(w->shape.in_c * PHASES);
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n++)
        input_image(w, part, n, x + (part->first + n) * x_size);
#pragma omp for collapse(2) schedule(dynamic)
    for (size_t f = 0; f < w->frequencies; f++)
        for (size_t from = 0; from < w->shape.in_c * PHASES; from += step)
            if (from < w->slots[f] * w->shape.in_c)
                multiply_weights(w, part, f, from, least(step, w->slots[f] * w->shape.in_c - from), du);
}

void sk_winograd_backward(const struct sk_winograd *w, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                          float *workspace)
{
    const size_t y_size = w->shape.in_h / 2 * (w->shape.in_w / 2) * w->shape.out_c;
    const struct part whole = part_from(w, batch, 0, workspace);
    float *du = whole.m + round_to_line(m_at(w, &whole, w->frequencies));
#pragma omp parallel num_threads(w->jobs)
    {
        for (size_t first = 0; first < batch; first += whole.images) {
            const struct part part = part_from(w, batch, first, workspace);
#pragma omp for schedule(dynamic)
            for (size_t n = 0; n < part.images; n++)
                output_image_back(w, &part, n, dy + (first + n) * y_size);
            if (dw)
                weight_gradient(w, &part, x, du);
            if (dx)
                data_gradient(w, &part, dx);
        }
        if (dw) {
#pragma omp for schedule(static)
            for (size_t c = 0; c < w->shape.in_c; c++)
                weights_channel_back(w, c, du, dw);
        }
    }
}
