/* The products of blocked.h for one level of SIMD; blocked.c includes it once for each level, with
     LEVEL(name)    the name of a function at this level
     TARGET         the attribute that compiles a function for it
     VEC, WIDTH     its vector of WIDTH floats
     FMA(x, y, z)   x y + z of a float x and vectors y and z
     ROWS, BLOCKS   what a micro-kernel computes: ROWS x 16 BLOCKS elements, whose sums stay in registers
   This file has no include guard: it is a template. */

#define PARTS (SK_BLOCK / WIDTH)

#define INLINE_LEVEL static inline __attribute__((always_inline)) TARGET

INLINE_LEVEL void LEVEL(start)(size_t rows, size_t blocks, const float *c, size_t pitch, bool add,
                               VEC sum[ROWS][BLOCKS * PARTS])
{
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
        for (size_t v = 0; v < blocks * PARTS; v++)
            sum[r][v] = add ? *(const VEC *)(c + (v / PARTS * pitch + r) * SK_BLOCK + v % PARTS * WIDTH) : (VEC){0};
}

/* One step of the sums: row r's factor is a[r across], b the line of the first block. */
INLINE_LEVEL void LEVEL(step)(size_t rows, size_t blocks, const float *a, size_t across, const float *b, size_t pitch,
                              VEC sum[ROWS][BLOCKS * PARTS])
{
    VEC line[BLOCKS * PARTS];
    UNROLL
    for (size_t v = 0; v < blocks * PARTS; v++)
        line[v] = *(const VEC *)(b + v / PARTS * pitch * SK_BLOCK + v % PARTS * WIDTH);
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
        for (size_t v = 0; v < blocks * PARTS; v++)
            sum[r][v] = FMA(a[r * across], line[v], sum[r][v]);
}

INLINE_LEVEL void LEVEL(write)(size_t rows, size_t blocks, VEC sum[ROWS][BLOCKS * PARTS], float *c, size_t pitch)
{
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
        for (size_t v = 0; v < blocks * PARTS; v++)
            *(VEC *)(c + (v / PARTS * pitch + r) * SK_BLOCK + v % PARTS * WIDTH) = sum[r][v];
}

/* Asks for the next rows of a, and for `lines` lines of every block from `ahead` on, which are needed soon and come from afar. */
INLINE_LEVEL void LEVEL(prefetch)(const float *a, size_t across, size_t blocks, const float *ahead, size_t pitch, size_t lines)
{
    for (size_t r = ROWS; r < 2 * ROWS; r++)
        __builtin_prefetch(a + r * across, 0, 3);
    for (size_t j = 0; j < blocks; j++)
        for (size_t i = 0; i < lines; i++)
            __builtin_prefetch(ahead + (j * pitch + i) * SK_BLOCK, 0, 2);
}

/* c [ROWS][16 blocks] = a b, plus c where add is set: a's rows are runs of `length` floats; a row begins `across` floats after
   the one before, a run `run_step` after the run before. With every run, `lines` lines are asked for from `ahead` on. */
INLINE_LEVEL void LEVEL(tile)(size_t blocks, size_t runs, size_t length, const float *a, size_t across, size_t run_step,
                              const float *b, size_t b_pitch, bool add, float *c, size_t c_pitch, const float *ahead,
                              size_t lines)
{
    VEC sum[ROWS][BLOCKS * PARTS];
    LEVEL(start)(ROWS, blocks, c, c_pitch, add, sum);
    for (size_t i = 0; i < runs; i++, a += run_step, b += length * SK_BLOCK, ahead += lines * SK_BLOCK) {
        LEVEL(prefetch)(a, across, blocks, ahead, b_pitch, lines);
        for (size_t k = 0; k < length; k++)
            LEVEL(step)(ROWS, blocks, a + k, across, b + k * SK_BLOCK, b_pitch, sum);
    }
    LEVEL(write)(ROWS, blocks, sum, c, c_pitch);
}

/* The depth is worked off in pieces of PANEL blocks, whose lines of b stay in the nearest cache while all rows pass by, each
   asking for its share of the next piece's. Sums go on from what c has: their order remains that of the index. */
TARGET static void LEVEL(multiply)(size_t rows, size_t blocks, size_t depth_blocks, struct sk_blocked a, struct sk_blocked b,
                                   struct sk_blocked c)
{
    const size_t even = blocks - blocks % BLOCKS, run_step = a.pitch * SK_BLOCK;
    const size_t lines = (SK_BLOCK * ROWS + rows - 1) / rows;
    for (size_t j = 0; j < blocks; j += j < even ? BLOCKS : 1)
        for (size_t k = 0; k < depth_blocks; k += PANEL) {
            const size_t runs = depth_blocks - k < PANEL ? depth_blocks - k : PANEL;
            const float *by = b.at + (j * b.pitch + k * SK_BLOCK) * SK_BLOCK;
            const float *next = by + PANEL * SK_BLOCK * SK_BLOCK;
            if (k + PANEL >= depth_blocks)
                next = b.at + (j + BLOCKS) * b.pitch * SK_BLOCK;
            for (size_t i = 0; i < rows; i += ROWS) {
                const float *from = a.at + k * run_step + i * SK_BLOCK, *ahead = next + i / ROWS * runs * lines * SK_BLOCK;
                float *to = c.at + (j * c.pitch + i) * SK_BLOCK;
                if (j < even)
                    LEVEL(tile)(BLOCKS, runs, SK_BLOCK, from, SK_BLOCK, run_step, by, b.pitch, k > 0, to, c.pitch, ahead, lines);
                else
                    LEVEL(tile)(1, runs, SK_BLOCK, from, SK_BLOCK, run_step, by, b.pitch, k > 0, to, c.pitch, ahead, lines);
            }
        }
}

TARGET static void LEVEL(multiply_windows)(size_t blocks, size_t runs, size_t length, const float *a, size_t step,
                                           size_t run_step, struct sk_blocked b, struct sk_blocked c)
{
    const size_t even = blocks - blocks % BLOCKS;
    for (size_t j = 0; j < blocks; j += j < even ? BLOCKS : 1)
        for (size_t i = 0; i < SK_BLOCK_ROWS; i += ROWS) {
            const float *from = a + i * step, *by = b.at + j * b.pitch * SK_BLOCK;
            float *to = c.at + (j * c.pitch + i) * SK_BLOCK;
            if (j < even)
                LEVEL(tile)(BLOCKS, runs, length, from, step, run_step, by, b.pitch, false, to, c.pitch, by, 0);
            else
                LEVEL(tile)(1, runs, length, from, step, run_step, by, b.pitch, false, to, c.pitch, by, 0);
        }
}

/* Adds what c has to the sums. */
INLINE_LEVEL void LEVEL(add)(size_t rows, size_t blocks, const float *c, size_t pitch, VEC sum[ROWS][BLOCKS * PARTS])
{
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
        for (size_t v = 0; v < blocks * PARTS; v++)
            sum[r][v] += *(const VEC *)(c + (v / PARTS * pitch + r) * SK_BLOCK + v % PARTS * WIDTH);
}

/* c [ROWS][16 blocks] = a' b: a step of the sums is a row of a, `along` floats after the last. They begin with what c has where
   `first` is set; where `last` is, it is added to them, and the lines of a that the tile after the next reads are asked for. */
INLINE_LEVEL void LEVEL(tile_transposed)(size_t blocks, size_t depth, const float *a, size_t along, const float *b,
                                         size_t b_pitch, bool first, bool last, float *c, size_t c_pitch)
{
    VEC sum[ROWS][BLOCKS * PARTS];
    LEVEL(start)(ROWS, blocks, c, c_pitch, first, sum);
    for (size_t t = 0; t < depth; t++) {
        if (last)
            __builtin_prefetch(a + t * along + SK_BLOCK, 0, 3);
        LEVEL(step)(ROWS, blocks, a + t * along, 1, b + t * SK_BLOCK, b_pitch, sum);
    }
    if (last)
        LEVEL(add)(ROWS, blocks, c, c_pitch, sum);
    LEVEL(write)(ROWS, blocks, sum, c, c_pitch);
}

TARGET static void LEVEL(multiply_transposed)(size_t row_blocks, size_t blocks, size_t depth, struct sk_blocked a,
                                              struct sk_blocked b, bool add, struct sk_blocked c)
{
    const size_t even = blocks - blocks % BLOCKS;
    for (size_t j = 0; j < blocks; j += j < even ? BLOCKS : 1)
        for (size_t i = 0; i < row_blocks * SK_BLOCK; i += ROWS) {
            const float *from = a.at + i / SK_BLOCK * a.pitch * SK_BLOCK + i % SK_BLOCK;
            const float *by = b.at + j * b.pitch * SK_BLOCK;
            float *to = c.at + (j * c.pitch + i) * SK_BLOCK;
            if (j < even)
                LEVEL(tile_transposed)(BLOCKS, depth, from, SK_BLOCK, by, b.pitch, add, false, to, c.pitch);
            else
                LEVEL(tile_transposed)(1, depth, from, SK_BLOCK, by, b.pitch, add, false, to, c.pitch);
        }
}

TARGET static void LEVEL(multiply_windows_transposed)(size_t row_steps, size_t blocks, size_t depth, const float *a,
                                                      size_t step, struct sk_blocked b, struct sk_blocked c)
{
    const size_t even = blocks - blocks % BLOCKS;
    for (size_t j = 0; j < blocks; j += j < even ? BLOCKS : 1)
        for (size_t i = 0; i < row_steps * SK_BLOCK_ROWS; i += ROWS) {
            const float *by = b.at + j * b.pitch * SK_BLOCK;
            float *to = c.at + (j * c.pitch + i) * SK_BLOCK;
            if (j < even)
                LEVEL(tile_transposed)(BLOCKS, depth, a + i, step, by, b.pitch, false, true, to, c.pitch);
            else
                LEVEL(tile_transposed)(1, depth, a + i, step, by, b.pitch, false, true, to, c.pitch);
        }
}

static const struct sk_blocked_kernels LEVEL(kernels) = {LEVEL(multiply), LEVEL(multiply_transposed),
                                                        LEVEL(multiply_windows), LEVEL(multiply_windows_transposed)};

#undef PARTS
#undef INLINE_LEVEL
#undef LEVEL
#undef TARGET
#undef VEC
#undef WIDTH
#undef FMA
#undef ROWS
#undef BLOCKS
