/* The transforms of winograd.c between weights and U, and between dU and the weights' gradient. */
#include "tensor/winograd_weights.h"

#include <string.h>

#include "base/simd.h"
#include "tensor/winograd_transform.h"

/* Where tap (s, q) of a phase lies in [kernel][kernel][in_c][out_c], at channels c and o. */
INLINE size_t tap_at(const struct sk_winograd *w, size_t h, size_t s, size_t q, size_t c, size_t o)
{
    const size_t p = 2 * s + 1 - w->axis[h / 2].shift, r = 2 * q + 1 - w->axis[h % 2].shift;
    return ((p * w->shape.kernel_w + r) * w->shape.in_c + c) * w->shape.out_c + o;
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
        two_sided(weight_matrix(down), weight_matrix(across), w, v);
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

/* Where the line of input channel c and block o of output channels begins in a tap of a leaf, for channels of the piece. */
INLINE size_t leaf_at(const struct piece *piece, size_t c, size_t o)
{
    return ((o - piece->o) * (piece->b_end - piece->b) * SK_BLOCK + c - piece->b * SK_BLOCK) * SK_BLOCK;
}

INLINE void cell_back(const struct sk_winograd *w, const struct piece *piece, const struct piece *cell, size_t down, size_t across,
                      float *du, float *leaf)
{
    for (size_t o = cell->o; o < cell->o_end; o++)
        for (size_t c = cell->b * SK_BLOCK; c < cell->b_end * SK_BLOCK; c++) {
            const size_t line = (o - cell->o) * w->cell * SK_BLOCK + c - cell->b * SK_BLOCK;
            vec taps[MOST_TAPS], u[FREQUENCIES];
            UNROLL
            for (size_t i = 0; i < down; i++)
                UNROLL
                for (size_t j = 0; j < across; j++)
                    u[i * across + j] = *(const vec *)(du_of(w, i * w->points + j, du).at + line * SK_BLOCK);
            two_sided(transposed(weight_matrix(down)), transposed(weight_matrix(across)), u, taps);
            UNROLL
            for (size_t i = 0; i < (down - 3) * (across - 3); i++)
                *(vec *)(leaf + i * tap_size(piece) + leaf_at(piece, c, o)) = taps[i];
        }
}

SK_SIMD void sk_winograd_cell_back(const struct sk_winograd *w, const struct piece *piece, const struct piece *cell, float *du,
                                   float *leaf)
{
    const size_t down = w->axis[piece->h / 2].points, across = w->axis[piece->h % 2].points;
    if (down == 6 && across == 6)
        cell_back(w, piece, cell, 6, 6, du, leaf);
    else if (down == 6)
        cell_back(w, piece, cell, 6, 5, du, leaf);
    else if (across == 6)
        cell_back(w, piece, cell, 5, 6, du, leaf);
    else
        cell_back(w, piece, cell, 5, 5, du, leaf);
}

void sk_winograd_write_piece(const struct sk_winograd *w, const struct piece *piece, const float *sum, float *dw)
{
    const size_t down = w->axis[piece->h / 2].taps, across = w->axis[piece->h % 2].taps;
    const size_t to = least(piece->b_end * SK_BLOCK, w->shape.in_c);
    for (size_t i = 0; i < down * across; i++, sum += tap_size(piece))
        for (size_t o = piece->o; o < piece->o_end; o++)
            for (size_t c = piece->b * SK_BLOCK; c < to; c++)
                memcpy(dw + tap_at(w, piece->h, i / across, i % across, c, o * SK_BLOCK), sum + leaf_at(piece, c, o),
                       least(SK_BLOCK, w->shape.out_c - o * SK_BLOCK) * sizeof *dw);
}
