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
   dU[f] = V[f]' dM[f] summed over the tiles, dw = G' dU G.

   All of U, V and M lie in blocks of 16 channels (blocked.h), channels padded by zeros: the transforms work on one such
   block, and the products find it as they want it. */
#include "tensor/winograd.h"

#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#include "base/memory.h"
#include "base/simd.h"
#include "tensor/blocked.h"

enum { TILE = 4, POINTS = 6, FREQUENCIES = POINTS * POINTS, PHASES = 4 };

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
    const struct sk_blocked_kernels *kernels;
    size_t points;                    /* of one dimension: 5 or 6; frequency f is (f / points, f % points) */
    size_t frequencies;               /* points^2 */
    struct axis axis[2];              /* phase h has axis[h / 2] down and axis[h % 2] across */
    size_t slots[FREQUENCIES];        /* how many phases frequency f has */
    size_t before[FREQUENCIES + 1];   /* how many slots the frequencies before f have */
    size_t slot[PHASES][FREQUENCIES]; /* the place of a phase among those of f */
    size_t tiles_down, tiles_across, tiles; /* of an image */
    size_t in_blocks, out_blocks;           /* of channels */
    size_t piece;                           /* blocks of channels on each side of a piece of dU */
    size_t small_part, large_part;          /* images of a part: of the forward pass and dx, and where there is dw */
    size_t buffers;                         /* for pieces of dU */
    size_t workspace;                       /* floats */
    float *u;                               /* U[f] [slot, in_c][out_c], blocked */
    float *u_transposed;                    /* U[f]' [out_c][slot, in_c], blocked */
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

/* Frequencies of U begin a page and some cache lines out of step with each other: its transform writes them side by side, and
   they would all fall into the same sets of the cache and of the TLB. */
enum { U_OUT_OF_STEP = 1024 + 5 * SK_BLOCK };

static size_t u_at(const struct sk_winograd *w, size_t f)
{
    return w->before[f] * w->in_blocks * w->out_blocks * SK_BLOCK * SK_BLOCK + f * U_OUT_OF_STEP;
}

/* Floats of U, or of its transpose. */
static size_t u_size(const struct sk_winograd *w)
{
    const size_t blocks = sk_product(w->in_blocks, w->out_blocks);
    return sk_sum(sk_product(w->before[w->frequencies] * SK_BLOCK * SK_BLOCK, blocks), w->frequencies * U_OUT_OF_STEP);
}

/* dU is cut into pieces of one phase, all its frequencies, and w->piece x w->piece blocks of channels. */
static size_t pieces(const struct sk_winograd *w)
{
    return PHASES * ((w->in_blocks + w->piece - 1) / w->piece) * ((w->out_blocks + w->piece - 1) / w->piece);
}

/* Floats of a piece at one frequency, and at all. */
static size_t piece_block(const struct sk_winograd *w)
{
    return w->piece * w->piece * SK_BLOCK * SK_BLOCK;
}

static size_t piece_size(const struct sk_winograd *w)
{
    return w->frequencies * piece_block(w);
}

/* Large pieces read V and dM less often; small ones are enough for all threads. The sums are the same. */
static void plan_pieces(struct sk_winograd *w)
{
    w->piece = 8;
    if (pieces(w) < 2 * (size_t)w->jobs)
        w->piece = 4;
}

static void plan_shape(struct sk_winograd *w, const struct sk_conv2d_shape *shape)
{
    w->shape = *shape;
    w->axis[0] = (struct axis){1, (shape->kernel + 1) / 2, (shape->kernel + 1) / 2 + TILE - 1};
    w->axis[1] = (struct axis){0, shape->kernel / 2, shape->kernel / 2 + TILE - 1};
    w->points = w->axis[0].points;
    w->frequencies = w->points * w->points;
    w->tiles_down = (shape->in_h / 2 + TILE - 1) / TILE;
    w->tiles_across = (shape->in_w / 2 + TILE - 1) / TILE;
    w->tiles = w->tiles_down * w->tiles_across;
    w->in_blocks = (shape->in_c + SK_BLOCK - 1) / SK_BLOCK;
    w->out_blocks = (shape->out_c + SK_BLOCK - 1) / SK_BLOCK;
    plan_frequencies(w);
}

/* U[f] and its transpose. */
static struct sk_blocked u_of(const struct sk_winograd *w, size_t f)
{
    const size_t before = u_at(w, f);
    return (struct sk_blocked){w->u + before, w->slots[f] * w->in_blocks * SK_BLOCK};
}

static struct sk_blocked u_transposed_of(const struct sk_winograd *w, size_t f)
{
    const size_t before = u_at(w, f);
    return (struct sk_blocked){w->u_transposed + before, w->out_blocks * SK_BLOCK};
}

/* --- parts of the batch --------------------------------------------------- */

/* V and M of some images' tiles. */
struct part {
    size_t first, images, tiles;
    size_t pitch; /* of V and M */
    float *v, *m;
};

/* Frequencies begin some cache lines out of step with each other, so that a tile's do not fall into the same cache set. */
enum { OUT_OF_STEP = 5 * SK_BLOCK };

static size_t v_at(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return w->before[f] * w->in_blocks * part->pitch * SK_BLOCK + f * OUT_OF_STEP;
}

static size_t m_at(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return f * w->out_blocks * part->pitch * SK_BLOCK + f * OUT_OF_STEP;
}

static struct sk_blocked v_of(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return (struct sk_blocked){part->v + v_at(w, part, f), part->pitch};
}

static struct sk_blocked m_of(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return (struct sk_blocked){part->m + m_at(w, part, f), part->pitch};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The largest batch is worked off in equal parts (the last may be smaller) whose V and M together have about `floats`, so that
   they stay in cache; more where reading U again for every part would cost more. Smaller batches are cut into parts of the
   same size. */
enum { SMALL_PART = 1 << 20, LARGE_PART = 2 << 20 };

static size_t images_a_part(const struct sk_winograd *w, size_t max_batch, size_t floats)
{
    const size_t budget = floats > u_size(w) ? floats : u_size(w);
    const size_t blocks = w->before[w->frequencies] * w->in_blocks + w->frequencies * w->out_blocks;
    const size_t image = sk_product(w->tiles * SK_BLOCK, blocks);
    const size_t most = budget / image > 0 ? budget / image : 1;
    const size_t parts = max_batch / most + (max_batch % most > 0);
    return max_batch / parts + (max_batch % parts > 0);
}

/* Rows in steps of 8 for the products, an odd number of steps so that blocks of channels spread over the cache sets. */
static size_t pitch_of(size_t tiles)
{
    return ((tiles + SK_BLOCK_ROWS - 1) / SK_BLOCK_ROWS | 1) * SK_BLOCK_ROWS;
}

static struct part make_part(const struct sk_winograd *w, size_t first, size_t images, float *workspace)
{
    struct part part = {.first = first, .images = images, .tiles = images * w->tiles};
    part.pitch = pitch_of(part.tiles);
    part.v = workspace;
    part.m = part.v + v_at(w, &part, w->frequencies);
    return part;
}

/* Floats of the V and M of a part. */
static size_t part_size(const struct sk_winograd *w, size_t images)
{
    const size_t blocks = w->before[w->frequencies] * w->in_blocks + w->frequencies * w->out_blocks;
    const size_t values = sk_product(pitch_of(images * w->tiles), blocks * SK_BLOCK);
    return sk_sum(values, 2 * w->frequencies * OUT_OF_STEP);
}

/* Where there are many parts, each thread takes whole ones (a lane), and none ever waits for another; where there are
   few, the threads share the stages of one part after another. The results are the same. */
static size_t lanes(const struct sk_winograd *w, size_t batch)
{
    const size_t parts = (batch + w->small_part - 1) / w->small_part;
    return parts >= 8 * (size_t)w->jobs ? (size_t)w->jobs : 1;
}

/* What depends on the largest batch. A smaller one has no larger parts and no more of them, so no more lanes: it fits. */
static void plan_parts(struct sk_winograd *w, size_t max_batch, size_t part)
{
    w->small_part = part ? least(part, max_batch) : images_a_part(w, max_batch, SMALL_PART);
    w->large_part = part ? least(part, max_batch) : images_a_part(w, max_batch, LARGE_PART);
    /* dU stays where it is from part to part; where there is one part, a thread needs no more than one piece at a time. */
    w->buffers = w->large_part < max_batch ? pieces(w) : least((size_t)w->jobs, pieces(w));
    const size_t forward = sk_product(lanes(w, max_batch), part_size(w, w->small_part));
    const size_t backward = sk_sum(part_size(w, w->large_part), sk_product(w->buffers, piece_size(w)));
    w->workspace = sk_sum(forward > backward ? forward : backward, SK_BLOCK); /* to align it */
}

int sk_winograd_new(struct sk_winograd **plan, const struct sk_conv2d_shape *shape, size_t max_batch, size_t part, int jobs,
                    struct sk_account *account, struct sk_error *err)
{
    struct sk_winograd *w = sk_alloc(1, sizeof *w, err);
    if (!w)
        return -1;
    w->jobs = jobs;
    w->kernels = sk_blocked_kernels(sk_simd_level());
    plan_shape(w, shape);
    plan_pieces(w);
    plan_parts(w, max_batch, part);
    if (sk_account_floats(account, SK_WORKSPACE, &w->u, u_size(w), err) != 0 ||
        sk_account_floats(account, SK_WORKSPACE, &w->u_transposed, u_size(w), err) != 0) {
        sk_winograd_free(w);
        return -1;
    }
    *plan = w;
    return 0;
}

void sk_winograd_free(struct sk_winograd *plan)
{
    if (plan) {
        free(plan->u);
        free(plan->u_transposed);
    }
    free(plan);
}

size_t sk_winograd_workspace(const struct sk_winograd *w)
{
    return w->workspace;
}

static float *aligned(float *workspace)
{
    return workspace + (64 - (uintptr_t)workspace % 64) % 64 / sizeof(float);
}

/* --- transforms of a block of channels ---------------------------------------- */

typedef float vec __attribute__((vector_size(SK_BLOCK * sizeof(float)), may_alias));
typedef float loose_vec __attribute__((vector_size(SK_BLOCK * sizeof(float)), aligned(4), may_alias));
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 36")

/* count: SK_BLOCK, or fewer at the end of the channels, and then zeros. */
INLINE vec load(const float *p, size_t count)
{
    if (count == SK_BLOCK)
        return *(const loose_vec *)p;
    vec v = {0};
    memcpy(&v, p, count * sizeof *p);
    return v;
}

INLINE void store(float *p, size_t count, vec v)
{
    if (count == SK_BLOCK)
        *(loose_vec *)p = v;
    else
        memcpy(p, &v, count * sizeof *p);
}

/* A store of a whole cache line that is not read again soon: past the caches, so that the line is not fetched first.
   Before other threads read it, finish_streams(). */
INLINE void stream(float *p, vec v)
{
#ifdef __SSE__
    union {
        vec whole;
        __m128 quarter[4];
    } u = {v};
    UNROLL
    for (size_t i = 0; i < 4; i++)
        _mm_stream_ps(p + 4 * i, u.quarter[i]);
#else
    *(vec *)p = v;
#endif
}

static inline void finish_streams(void)
{
#ifdef __SSE__
    _mm_sfence();
#endif
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

INLINE struct matrix input_matrix(size_t points)
{
    return (struct matrix){points == 5 ? matrix_bt5[0] : matrix_bt6[0], points, points, points, 1};
}

INLINE struct matrix weight_matrix(size_t points)
{
    return (struct matrix){points == 5 ? matrix_g5[0] : matrix_g6[0], points, points - 3, points - 3, 1};
}

INLINE struct matrix output_matrix(size_t points)
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

/* The rows (or columns) of an image that one tile of an axis takes: the first `skip` of its `points` positions lie before the
   image and those from `end` on behind it; position u is row start + 2 (u - skip). */
struct span {
    size_t start, skip, end;
};

static inline struct span input_span(size_t tile, const struct axis *axis, size_t size)
{
    const size_t from = 2 * TILE * tile, skip = from < axis->shift ? 1 : 0;
    const size_t start = from + 2 * skip - axis->shift;
    return (struct span){start, skip, least(axis->points, skip + (size - start + 1) / 2)};
}

/* One block of channels of a tile's pixels and of its values at all frequencies. */
struct tile {
    struct span down, across;
    size_t column_step, row_step; /* floats from one pixel of the tile to the next */
    size_t count;                 /* channels: SK_BLOCK, or fewer at the end */
};

/* d [rows][points of across] = the tile's pixels, zero outside. */
INLINE void read_pixels(const struct tile *t, const float *image, size_t rows, size_t columns, vec *d)
{
    if (t->down.skip > 0 || t->across.skip > 0 || t->down.end < rows || t->across.end < columns)
        memset(d, 0, rows * columns * sizeof *d);
    for (size_t u = t->down.skip; u < t->down.end; u++, image += t->row_step)
        for (size_t s = t->across.skip; s < t->across.end; s++)
            d[u * columns + s] = load(image + (s - t->across.skip) * t->column_step, t->count);
}

INLINE void write_pixels(const struct tile *t, const vec *d, size_t columns, float *image)
{
    for (size_t u = t->down.skip; u < t->down.end; u++, image += t->row_step)
        for (size_t s = t->across.skip; s < t->across.end; s++)
            store(image + (s - t->across.skip) * t->column_step, t->count, d[u * columns + s]);
}

INLINE void add_pixels(const struct tile *t, const vec *d, size_t columns, float *image)
{
    for (size_t u = t->down.skip; u < t->down.end; u++, image += t->row_step)
        for (size_t s = t->across.skip; s < t->across.end; s++) {
            float *to = image + (s - t->across.skip) * t->column_step;
            store(to, t->count, load(to, t->count) + d[u * columns + s]);
        }
}

/* The tile of phase h at (row, column) of the tiles, block b of channels; its first pixel is *at floats into the image. */
INLINE struct tile input_tile(const struct sk_winograd *w, size_t h, size_t b, size_t row, size_t column, size_t *at)
{
    const size_t in_c = w->shape.in_c, in_w = w->shape.in_w;
    const struct tile t = {.down = input_span(row, &w->axis[h / 2], w->shape.in_h),
                           .across = input_span(column, &w->axis[h % 2], in_w),
                           .column_step = 2 * in_c,
                           .row_step = 2 * in_w * in_c,
                           .count = least(SK_BLOCK, in_c - b * SK_BLOCK)};
    *at = (t.down.start * in_w + t.across.start) * in_c + b * SK_BLOCK;
    return t;
}

/* The same of the small side. */
INLINE struct tile output_tile(const struct sk_winograd *w, size_t b, size_t row, size_t column, size_t *at)
{
    const size_t out_c = w->shape.out_c, height = w->shape.in_h / 2, width = w->shape.in_w / 2;
    const struct tile t = {.down = {TILE * row, 0, least(TILE, height - TILE * row)},
                           .across = {TILE * column, 0, least(TILE, width - TILE * column)},
                           .column_step = out_c,
                           .row_step = width * out_c,
                           .count = least(SK_BLOCK, out_c - b * SK_BLOCK)};
    *at = (t.down.start * width + t.across.start) * out_c + b * SK_BLOCK;
    return t;
}

/* --- images -------------------------------------------------------------- */

/* Consecutive images of the part, few enough to stay in a core's cache while their blocks of channels are worked off. */
struct images {
    size_t from, to;
};

static size_t images_a_time(const struct sk_winograd *w)
{
    const size_t cache = (size_t)1 << 16, image = w->shape.in_h * w->shape.in_w * w->shape.in_c;
    return image < cache ? cache / image : 1;
}

/* The lines of V of phase h and block b at all frequencies (of M: m_lines), for tile 0. */
INLINE void v_lines(const struct sk_winograd *w, const struct part *part, size_t h, size_t b, float **lines)
{
    for (size_t f = 0; f < w->frequencies; f++)
        lines[f] = part->v + v_at(w, part, f) + (w->slot[h][f] * w->in_blocks + b) * part->pitch * SK_BLOCK;
}

INLINE void m_lines(const struct sk_winograd *w, const struct part *part, size_t b, float **lines)
{
    for (size_t f = 0; f < w->frequencies; f++)
        lines[f] = part->m + m_at(w, part, f) + b * part->pitch * SK_BLOCK;
}

/* V = B' d B of one phase, down x across points, and block of channels; x is the part's first image. */
INLINE void input_block(const struct sk_winograd *w, const struct part *part, size_t h, size_t down, size_t across, size_t b,
                        struct images images, const float *x)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c, points = w->axis[0].points;
    float *lines[FREQUENCIES];
    v_lines(w, part, h, b, lines);
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = input_tile(w, h, b, row, column, &at);
                vec d[FREQUENCIES], v[FREQUENCIES];
                read_pixels(&t, x + n * size + at, down, across, d);
                sandwich(input_matrix(down), input_matrix(across), d, v);
                UNROLL
                for (size_t i = 0; i < down; i++)
                    UNROLL
                    for (size_t j = 0; j < across; j++)
                        *(vec *)(lines[i * points + j] + line) = v[i * across + j];
            }
}

/* The transpose: adds B dV B' to dx. */
INLINE void input_block_back(const struct sk_winograd *w, const struct part *part, size_t h, size_t down, size_t across,
                             size_t b, struct images images, float *dx)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c, points = w->axis[0].points;
    float *lines[FREQUENCIES];
    v_lines(w, part, h, b, lines);
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = input_tile(w, h, b, row, column, &at);
                vec d[FREQUENCIES], v[FREQUENCIES];
                UNROLL
                for (size_t i = 0; i < down; i++)
                    UNROLL
                    for (size_t j = 0; j < across; j++)
                        v[i * across + j] = *(const vec *)(lines[i * points + j] + line);
                sandwich(transposed(input_matrix(down)), transposed(input_matrix(across)), v, d);
                add_pixels(&t, d, across, dx + n * size + at);
            }
}

/* y = A' M A of one block of channels. */
INLINE void output_block(const struct sk_winograd *w, const struct part *part, size_t points, size_t b, struct images images,
                         float *y)
{
    const size_t size = w->shape.in_h / 2 * (w->shape.in_w / 2) * w->shape.out_c;
    float *lines[FREQUENCIES];
    m_lines(w, part, b, lines);
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = output_tile(w, b, row, column, &at);
                vec m[FREQUENCIES], d[TILE * TILE];
                UNROLL
                for (size_t f = 0; f < points * points; f++)
                    m[f] = *(const vec *)(lines[f] + line);
                sandwich(output_matrix(points), output_matrix(points), m, d);
                write_pixels(&t, d, TILE, y + n * size + at);
            }
}

/* The transpose: dM = A dy A'. */
INLINE void output_block_back(const struct sk_winograd *w, const struct part *part, size_t points, size_t b,
                              struct images images, const float *dy)
{
    const size_t size = w->shape.in_h / 2 * (w->shape.in_w / 2) * w->shape.out_c;
    float *lines[FREQUENCIES];
    m_lines(w, part, b, lines);
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = output_tile(w, b, row, column, &at);
                vec m[FREQUENCIES], d[TILE * TILE];
                read_pixels(&t, dy + n * size + at, TILE, TILE, d);
                sandwich(transposed(output_matrix(points)), transposed(output_matrix(points)), d, m);
                UNROLL
                for (size_t f = 0; f < points * points; f++)
                    *(vec *)(lines[f] + line) = m[f];
            }
}

/* Asks for images in the order of memory: by blocks of channels they would come piecemeal. */
INLINE void prefetch(const float *at, size_t size)
{
    for (size_t i = 0; i < size; i += SK_BLOCK)
        __builtin_prefetch(at + i, 0, 2);
}

SK_SIMD static void input_images(const struct sk_winograd *w, const struct part *part, struct images images, const float *x)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c;
    prefetch(x + images.from * size, (images.to - images.from) * size);
    for (size_t b = 0; b < w->in_blocks; b++)
        if (w->points == 5) {
            for (size_t h = 0; h < PHASES; h++)
                input_block(w, part, h, 5, 5, b, images, x);
        } else {
            input_block(w, part, 0, 6, 6, b, images, x);
            input_block(w, part, 1, 6, 5, b, images, x);
            input_block(w, part, 2, 5, 6, b, images, x);
            input_block(w, part, 3, 5, 5, b, images, x);
        }
}

SK_SIMD static void input_images_back(const struct sk_winograd *w, const struct part *part, struct images images, float *dx)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c;
    memset(dx + images.from * size, 0, (images.to - images.from) * size * sizeof *dx);
    for (size_t b = 0; b < w->in_blocks; b++)
        if (w->points == 5) {
            for (size_t h = 0; h < PHASES; h++)
                input_block_back(w, part, h, 5, 5, b, images, dx);
        } else {
            input_block_back(w, part, 0, 6, 6, b, images, dx);
            input_block_back(w, part, 1, 6, 5, b, images, dx);
            input_block_back(w, part, 2, 5, 6, b, images, dx);
            input_block_back(w, part, 3, 5, 5, b, images, dx);
        }
}

SK_SIMD static void output_images(const struct sk_winograd *w, const struct part *part, struct images images, float *y)
{
    for (size_t b = 0; b < w->out_blocks; b++)
        if (w->points == 5)
            output_block(w, part, 5, b, images, y);
        else
            output_block(w, part, 6, b, images, y);
}

SK_SIMD static void output_images_back(const struct sk_winograd *w, const struct part *part, struct images images,
                                       const float *dy)
{
    const size_t size = w->shape.in_h / 2 * (w->shape.in_w / 2) * w->shape.out_c;
    prefetch(dy + images.from * size, (images.to - images.from) * size);
    for (size_t b = 0; b < w->out_blocks; b++)
        if (w->points == 5)
            output_block_back(w, part, 5, b, images, dy);
        else
            output_block_back(w, part, 6, b, images, dy);
}

/* --- weights ------------------------------------------------------------- */

/* Where tap (s, q) of a phase lies in [kernel][kernel][in_c][out_c], at channels c and o. */
INLINE size_t tap_at(const struct sk_winograd *w, size_t h, size_t s, size_t q, size_t c, size_t o)
{
    const size_t p = 2 * s + 1 - w->axis[h / 2].shift, r = 2 * q + 1 - w->axis[h % 2].shift;
    return ((p * w->shape.kernel + r) * w->shape.in_c + c) * w->shape.out_c + o;
}

enum { MOST_TAPS = 9 };

/* The taps of one phase at SK_BLOCK x SK_BLOCK channels, (c, o) and zero beyond the last. */
struct taps {
    _Alignas(64) float at[MOST_TAPS][SK_BLOCK][SK_BLOCK], transposed[MOST_TAPS][SK_BLOCK][SK_BLOCK];
};

INLINE void load_taps(const struct sk_winograd *w, size_t h, size_t c0, size_t o0, const float *weights, struct taps *taps)
{
    const size_t across = w->axis[h % 2].taps, count = w->axis[h / 2].taps * across;
    const size_t rows = least(SK_BLOCK, w->shape.in_c - c0), columns = least(SK_BLOCK, w->shape.out_c - o0);
    memset(taps, 0, sizeof *taps);
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < rows; c++)
            memcpy(taps->at[i][c], weights + tap_at(w, h, i / across, i % across, c0 + c, o0), columns * sizeof(float));
        for (size_t o = 0; o < SK_BLOCK; o++)
            for (size_t c = 0; c < SK_BLOCK; c++)
                taps->transposed[i][o][c] = taps->at[i][c][o];
    }
}

/* U = G w G' of SK_BLOCK x SK_BLOCK channels; line i of frequency f goes to u(f) + i SK_BLOCK. */
INLINE void weights_block(size_t down, size_t across, float (*taps)[SK_BLOCK][SK_BLOCK], size_t points, float *const *u)
{
    for (size_t line = 0; line < SK_BLOCK; line++) {
        vec w[MOST_TAPS], v[FREQUENCIES];
        UNROLL
        for (size_t i = 0; i < (down - 3) * (across - 3); i++)
            w[i] = *(const vec *)taps[i][line];
        sandwich(weight_matrix(down), weight_matrix(across), w, v);
        UNROLL
        for (size_t i = 0; i < down; i++)
            UNROLL
            for (size_t j = 0; j < across; j++)
                stream(u[i * points + j] + line * SK_BLOCK, v[i * across + j]);
    }
}

INLINE void weights_phase(const struct sk_winograd *w, size_t h, size_t down, size_t across, size_t b, size_t o,
                          const float *weights)
{
    struct taps taps;
    float *u[FREQUENCIES], *u_transposed[FREQUENCIES];
    for (size_t f = 0; f < w->frequencies; f++) {
        const struct sk_blocked m = u_of(w, f), mt = u_transposed_of(w, f);
        const size_t row = w->slot[h][f] * w->in_blocks + b;
        u[f] = m.at + (o * m.pitch + row * SK_BLOCK) * SK_BLOCK;
        u_transposed[f] = mt.at + (row * mt.pitch + o * SK_BLOCK) * SK_BLOCK;
    }
    load_taps(w, h, b * SK_BLOCK, o * SK_BLOCK, weights, &taps);
    weights_block(down, across, taps.at, w->points, u);
    weights_block(down, across, taps.transposed, w->points, u_transposed);
}

/* Block b of in_c by block o of out_c. */
SK_SIMD static void weights_channels(const struct sk_winograd *w, size_t b, size_t o, const float *weights)
{
    if (w->points == 5) {
        for (size_t h = 0; h < PHASES; h++)
            weights_phase(w, h, 5, 5, b, o, weights);
    } else {
        weights_phase(w, 0, 6, 6, b, o, weights);
        weights_phase(w, 1, 6, 5, b, o, weights);
        weights_phase(w, 2, 5, 6, b, o, weights);
        weights_phase(w, 3, 5, 5, b, o, weights);
    }
}

void sk_winograd_set_weights(struct sk_winograd *w, const float *weights)
{
#pragma omp parallel num_threads(w->jobs)
    {
#pragma omp for collapse(2) schedule(static) nowait
        for (size_t o = 0; o < w->out_blocks; o++)
            for (size_t b = 0; b < w->in_blocks; b++)
                weights_channels(w, b, o, weights);
        finish_streams();
    }
}

/* A piece of dU: blocks [b, b_end) of in_c and [o, o_end) of out_c, of phase h, in a buffer of one blocked matrix for every
   frequency of the phase. */
struct piece {
    size_t h, b, b_end, o, o_end;
    float *du;
};

static struct piece piece_number(const struct sk_winograd *w, size_t i, float *du)
{
    const size_t across = (w->out_blocks + w->piece - 1) / w->piece, down = (w->in_blocks + w->piece - 1) / w->piece;
    struct piece p = {.h = i / (across * down), .b = i / across % down * w->piece, .o = i % across * w->piece, .du = du};
    p.b_end = least(p.b + w->piece, w->in_blocks);
    p.o_end = least(p.o + w->piece, w->out_blocks);
    return p;
}

static struct sk_blocked du_of(const struct sk_winograd *w, const struct piece *p, size_t f)
{
    return (struct sk_blocked){p->du + f * piece_block(w), w->piece * SK_BLOCK};
}

/* dw = G' dU G of a piece. */
INLINE void piece_back(const struct sk_winograd *w, const struct piece *p, size_t down, size_t across, float *dw)
{
    const size_t to = least(p->b_end * SK_BLOCK, w->shape.in_c);
    for (size_t o = p->o; o < p->o_end; o++)
        for (size_t c = p->b * SK_BLOCK; c < to; c++) {
            const size_t count = least(SK_BLOCK, w->shape.out_c - o * SK_BLOCK);
            const size_t line = (o - p->o) * w->piece * SK_BLOCK + c - p->b * SK_BLOCK;
            vec taps[MOST_TAPS], u[FREQUENCIES];
            UNROLL
            for (size_t i = 0; i < down; i++)
                UNROLL
                for (size_t j = 0; j < across; j++)
                    u[i * across + j] = *(const vec *)(du_of(w, p, i * w->points + j).at + line * SK_BLOCK);
            sandwich(transposed(weight_matrix(down)), transposed(weight_matrix(across)), u, taps);
            UNROLL
            for (size_t s = 0; s < down - 3; s++)
                UNROLL
                for (size_t q = 0; q < across - 3; q++)
                    store(dw + tap_at(w, p->h, s, q, c, o * SK_BLOCK), count, taps[s * (across - 3) + q]);
        }
}

SK_SIMD static void weights_piece_back(const struct sk_winograd *w, const struct piece *p, float *dw)
{
    const size_t down = w->axis[p->h / 2].points, across = w->axis[p->h % 2].points;
    if (down == 6 && across == 6)
        piece_back(w, p, 6, 6, dw);
    else if (down == 6)
        piece_back(w, p, 6, 5, dw);
    else if (across == 6)
        piece_back(w, p, 5, 6, dw);
    else
        piece_back(w, p, 5, 5, dw);
}

/* --- products ------------------------------------------------------------- */

/* What one thread multiplies at a time: rows and blocks of columns of one frequency. */
enum { ROWS = 128, BLOCKS = 16 };

static struct sk_blocked from_row(struct sk_blocked m, size_t row)
{
    return (struct sk_blocked){m.at + row * SK_BLOCK, m.pitch};
}

static struct sk_blocked from_block(struct sk_blocked m, size_t block)
{
    return (struct sk_blocked){m.at + block * m.pitch * SK_BLOCK, m.pitch};
}

/* M[f] = V[f] U[f], from a row and a block of columns on. */
static void multiply_forward(const struct sk_winograd *w, const struct part *part, size_t f, size_t row, size_t block)
{
    w->kernels->multiply(least(ROWS, part->tiles - row), least(BLOCKS, w->out_blocks - block), w->slots[f] * w->in_blocks,
                         from_row(v_of(w, part, f), row), from_block(u_of(w, f), block),
                         from_row(from_block(m_of(w, part, f), block), row));
}

/* dV[f] = dM[f] U[f]' */
static void multiply_data(const struct sk_winograd *w, const struct part *part, size_t f, size_t row, size_t block)
{
    const size_t blocks = w->slots[f] * w->in_blocks;
    if (block < blocks)
        w->kernels->multiply(least(ROWS, part->tiles - row), least(BLOCKS, blocks - block), w->out_blocks,
                             from_row(m_of(w, part, f), row), from_block(u_transposed_of(w, f), block),
                             from_row(from_block(v_of(w, part, f), block), row));
}

/* dU = V' dM of a piece, plus dU for a part that is not the first; as many rows at a time as stay in the nearest cache. */
static void multiply_piece(const struct sk_winograd *w, const struct part *part, const struct piece *p)
{
    for (size_t i = 0; i < w->axis[p->h / 2].points; i++)
        for (size_t j = 0; j < w->axis[p->h % 2].points; j++) {
            const size_t f = i * w->points + j;
            const struct sk_blocked v = from_block(v_of(w, part, f), w->slot[p->h][f] * w->in_blocks + p->b);
            const struct sk_blocked m = from_block(m_of(w, part, f), p->o);
            for (size_t row = 0; row < part->tiles; row += ROWS)
                w->kernels->multiply_transposed(p->b_end - p->b, p->o_end - p->o, least(ROWS, part->tiles - row),
                                                from_row(v, row), from_row(m, row), part->first + row > 0, du_of(w, p, f));
        }
}

/* --- passes -------------------------------------------------------------- */

/* The functions that follow share out one stage of a part's work among the threads of a parallel region. */

static void share_input(const struct sk_winograd *w, const struct part *part, const float *x)
{
    const size_t step = images_a_time(w);
    x += part->first * w->shape.in_h * w->shape.in_w * w->shape.in_c;
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        input_images(w, part, (struct images){n, least(n + step, part->images)}, x);
}

static void share_output_back(const struct sk_winograd *w, const struct part *part, const float *dy)
{
    const size_t step = images_a_time(w);
    dy += part->first * (w->shape.in_h / 2) * (w->shape.in_w / 2) * w->shape.out_c;
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        output_images_back(w, part, (struct images){n, least(n + step, part->images)}, dy);
}

/* From V on. */
static void share_forward(const struct sk_winograd *w, const struct part *part, float *y)
{
    const size_t step = images_a_time(w);
    y += part->first * (w->shape.in_h / 2) * (w->shape.in_w / 2) * w->shape.out_c;
#pragma omp for collapse(3) schedule(dynamic)
    for (size_t f = 0; f < w->frequencies; f++)
        for (size_t block = 0; block < w->out_blocks; block += BLOCKS)
            for (size_t row = 0; row < part->tiles; row += ROWS)
                multiply_forward(w, part, f, row, block);
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        output_images(w, part, (struct images){n, least(n + step, part->images)}, y);
}

/* From dM on; V is overwritten. */
static void share_data_gradient(const struct sk_winograd *w, const struct part *part, float *dx)
{
    const size_t step = images_a_time(w);
    dx += part->first * w->shape.in_h * w->shape.in_w * w->shape.in_c;
#pragma omp for collapse(3) schedule(dynamic)
    for (size_t f = 0; f < w->frequencies; f++)
        for (size_t block = 0; block < PHASES * w->in_blocks; block += BLOCKS)
            for (size_t row = 0; row < part->tiles; row += ROWS)
                multiply_data(w, part, f, row, block);
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        input_images_back(w, part, (struct images){n, least(n + step, part->images)}, dx);
}

/* From V and dM on. Every piece of dU has a buffer of its own, or every thread; after the last part dw is made of it. */
static void share_weight_gradient(const struct sk_winograd *w, const struct part *part, size_t batch, float *du, float *dw)
{
    const bool last = part->first + part->images == batch;
#pragma omp for schedule(dynamic)
    for (size_t i = 0; i < pieces(w); i++) {
        const size_t buffer = w->buffers < pieces(w) ? (size_t)omp_get_thread_num() : i;
        const struct piece piece = piece_number(w, i, du + buffer * piece_size(w));
        multiply_piece(w, part, &piece);
        if (last)
            weights_piece_back(w, &piece, dw);
    }
}

static void forward_part(const struct sk_winograd *w, const struct part *part, int threads, const float *x, float *y)
{
#pragma omp parallel num_threads(threads)
    {
        share_input(w, part, x);
        share_forward(w, part, y);
    }
}

static void backward_data_part(const struct sk_winograd *w, const struct part *part, int threads, const float *dy, float *dx)
{
#pragma omp parallel num_threads(threads)
    {
        share_output_back(w, part, dy);
        share_data_gradient(w, part, dx);
    }
}

/* The forward pass of x to y or, where x is NULL, the data gradient of dy to dx. */
static void run_lanes(const struct sk_winograd *w, size_t batch, const float *x, float *y, const float *dy, float *dx,
                      float *workspace)
{
    const size_t images = w->small_part, size = part_size(w, images);
    const int outer = (int)lanes(w, batch), inner = w->jobs / outer;
#pragma omp parallel for num_threads(outer) schedule(dynamic)
    for (size_t first = 0; first < batch; first += images) {
        const struct part part = make_part(w, first, least(images, batch - first),
                                           aligned(workspace) + (size_t)omp_get_thread_num() * size);
        if (x)
            forward_part(w, &part, inner, x, y);
        else
            backward_data_part(w, &part, inner, dy, dx);
    }
}

/* The weight gradient, and the data gradient where dx is not NULL. */
static void backward_weights(const struct sk_winograd *w, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                             float *workspace)
{
    const size_t images = w->large_part;
    float *du = aligned(workspace) + part_size(w, images);
#pragma omp parallel num_threads(w->jobs)
    for (size_t first = 0; first < batch; first += images) {
        const struct part part = make_part(w, first, least(images, batch - first), aligned(workspace));
        share_output_back(w, &part, dy);
        share_input(w, &part, x);
        share_weight_gradient(w, &part, batch, du, dw);
        if (dx)
            share_data_gradient(w, &part, dx);
    }
}

void sk_winograd_forward(const struct sk_winograd *w, size_t batch, const float *x, float *y, float *workspace)
{
    run_lanes(w, batch, x, y, NULL, NULL, workspace);
}

void sk_winograd_backward(const struct sk_winograd *w, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                          float *workspace)
{
    if (dw)
        backward_weights(w, batch, x, dy, dx, dw, workspace);
    else if (dx)
        run_lanes(w, batch, NULL, NULL, dy, dx, workspace);
}
