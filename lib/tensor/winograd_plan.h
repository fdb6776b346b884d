#ifndef SK_TENSOR_WINOGRAD_PLAN_H
#define SK_TENSOR_WINOGRAD_PLAN_H

#include "tensor/blocked.h"
#include "tensor/winograd.h"
#include "tensor/winograd_transform.h"

/* What winograd.c's rooms share: the plan of a convolution, and where U, V, M and dU lie. For them alone. */

enum { PHASES = 4 };

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
    size_t piece, cell;                     /* blocks of channels on each side of a piece of dw, and of a cell of dU */
    size_t small_part, large_part;          /* images of a part: of the forward pass and dx, and where there is dw */
    size_t du_buffers, sum_buffers;         /* for cells of dU, and for pieces' sums */
    size_t most_sums;                       /* vectors of a piece's sum, for the largest batch */
    size_t workspace;                       /* floats */
    float *u;                               /* U[f] [slot, in_c][out_c], blocked */
    float *u_transposed;                    /* U[f]' [out_c][slot, in_c], blocked */
};

/* --- weights ------------------------------------------------------------- */

/* Frequencies of U begin a page and some cache lines out of step with each other: its transform writes them side by side, and
   they would all fall into the same sets of the cache and of the TLB. */
enum { U_OUT_OF_STEP = 1024 + 5 * SK_BLOCK };

static inline size_t u_at(const struct sk_winograd *w, size_t f)
{
    return w->before[f] * w->in_blocks * w->out_blocks * SK_BLOCK * SK_BLOCK + f * U_OUT_OF_STEP;
}

/* U[f] and its transpose. */
static inline struct sk_blocked u_of(const struct sk_winograd *w, size_t f)
{
    const size_t before = u_at(w, f);
    return (struct sk_blocked){w->u + before, w->slots[f] * w->in_blocks * SK_BLOCK};
}

static inline struct sk_blocked u_transposed_of(const struct sk_winograd *w, size_t f)
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

static inline size_t v_at(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return w->before[f] * w->in_blocks * part->pitch * SK_BLOCK + f * OUT_OF_STEP;
}

static inline size_t m_at(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return f * w->out_blocks * part->pitch * SK_BLOCK + f * OUT_OF_STEP;
}

static inline struct sk_blocked v_of(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return (struct sk_blocked){part->v + v_at(w, part, f), part->pitch};
}

static inline struct sk_blocked m_of(const struct sk_winograd *w, const struct part *part, size_t f)
{
    return (struct sk_blocked){part->m + m_at(w, part, f), part->pitch};
}

/* The part of `images` images from the first on, in the workspace; and the floats of its V and M. */
struct part sk_winograd_part(const struct sk_winograd *w, size_t first, size_t images, float *workspace);
size_t sk_winograd_part_size(const struct sk_winograd *w, size_t images);

/* Where there are many parts, each thread takes whole ones (a lane), and none ever waits for another; where there are
   few, the threads share the stages of one part after another. The results are the same. */
size_t sk_winograd_lanes(const struct sk_winograd *w, size_t batch);

/* --- pieces of the weights' gradient ---------------------------------------- */

/* dw is cut into pieces of one phase and w->piece x w->piece blocks of channels. A piece is summed by one thread: the leaves of
   a tree (base/micro_batch.h) are dw of a micro-batch, which is made of its dU cell by cell, of w->cell
   blocks on each side. */
static inline size_t pieces(const struct sk_winograd *w)
{
    return PHASES * ((w->in_blocks + w->piece - 1) / w->piece) * ((w->out_blocks + w->piece - 1) / w->piece);
}

/* Blocks [b, b_end) of in_c and [o, o_end) of out_c, of phase h: a piece, or a cell of it. */
struct piece {
    size_t h, b, b_end, o, o_end;
};

/* Piece i of pieces(w); and cell i of cells(w), which has no blocks where the piece is at the end of the channels. */
struct piece sk_winograd_piece(const struct sk_winograd *w, size_t i);
struct piece sk_winograd_cell(const struct sk_winograd *w, const struct piece *piece, size_t i);

static inline size_t cells(const struct sk_winograd *w)
{
    return (w->piece / w->cell) * (w->piece / w->cell);
}

/* Floats of a cell of dU at one frequency, and at all. */
static inline size_t cell_block(const struct sk_winograd *w)
{
    return w->cell * w->cell * SK_BLOCK * SK_BLOCK;
}

static inline size_t cell_size(const struct sk_winograd *w)
{
    return w->frequencies * cell_block(w);
}

/* dU[f] of a cell in its buffer. */
static inline struct sk_blocked du_of(const struct sk_winograd *w, size_t f, float *du)
{
    return (struct sk_blocked){du + f * cell_block(w), w->cell * SK_BLOCK};
}

/* Floats of one tap of a piece, and of its phase's taps: [tap][blocks of out_c][channels of in_c][SK_BLOCK]. */
static inline size_t tap_size(const struct piece *p)
{
    return (p->b_end - p->b) * (p->o_end - p->o) * SK_BLOCK * SK_BLOCK;
}

static inline size_t leaf_size(const struct sk_winograd *w, const struct piece *p)
{
    return w->axis[p->h / 2].taps * w->axis[p->h % 2].taps * tap_size(p);
}

/* Floats of all that a piece is summed of. */
static inline size_t sum_size(const struct sk_winograd *w)
{
    return w->most_sums * w->axis[0].taps * w->axis[0].taps * w->piece * w->piece * SK_BLOCK * SK_BLOCK;
}

#endif
