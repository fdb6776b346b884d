/* The product of product.h for one type of number and one level of SIMD; product.c includes it once for each, with
     LEVEL(name)       the name of a function for it
     TARGET            the attribute that compiles a function for the level
     NUMBER            float or double
     PANELS, ENDING, PRODUCT   the structs of product.h for it
     VEC, WIDTH        a vector of WIDTH of them, which may lie anywhere
     BITS              as many whole numbers of the same size
     FMA(x, y, z)      x y + z of a NUMBER x and vectors y and z
     ROWS              what a micro-kernel computes: ROWS x 2 WIDTH elements, whose sums stay in registers
   This file has no include guard: it is a template. */

#define COLUMNS (2 * WIDTH)
#define LINE (CACHE_LINE / sizeof(NUMBER))

#define INLINE_LEVEL static inline __attribute__((always_inline)) TARGET

/* Ends a row of sums, `columns` of which c has, and writes them. */
INLINE_LEVEL void LEVEL(end)(size_t columns, VEC sum[2], const struct ENDING *ending, NUMBER *c)
{
    VEC other[2] = {{0}, {0}};
    if (ending->add) {
        memcpy(other, c, columns * sizeof *c);
        sum[0] += other[0];
        sum[1] += other[1];
    }
    if (ending->bias) {
        memcpy(other, ending->bias, columns * sizeof *c);
        sum[0] += other[0];
        sum[1] += other[1];
    }
    if (ending->rectify)
        for (size_t v = 0; v < 2; v++)
            sum[v] = (VEC)((BITS)sum[v] & (BITS)(sum[v] > 0));
    memcpy(c, sum, columns * sizeof *c);
}

/* Ask for a tile of c and, LINE steps at a time, for the rows of a that the next tile reads: both may come from afar, where a
   processor that waits for them does not multiply. */
INLINE_LEVEL void LEVEL(ask_for_sums)(size_t rows, size_t columns, const NUMBER *c, size_t c_step)
{
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
        for (size_t v = 0; v < columns; v += LINE)
            __builtin_prefetch(c + r * c_step + v, 1, 3);
}

INLINE_LEVEL void LEVEL(ask_for_rows)(size_t rows, const NUMBER *a, size_t a_step)
{
    UNROLL
    for (size_t r = 0; r < rows; r++)
        __builtin_prefetch(a + r * a_step, 0, 2);
}

/* c [rows][columns] = a b, where b is [depth][COLUMNS] of a panel. With every RUN steps, `lines` lines are asked for from
   `ahead` on, which are needed soon and come from afar. */
INLINE_LEVEL void LEVEL(tile)(size_t rows, size_t columns, size_t depth, const NUMBER *a, size_t a_step, const NUMBER *b,
                              const struct ENDING *ending, NUMBER *c, size_t c_step, const NUMBER *ahead, size_t lines)
{
    VEC sum[ROWS][2];
    UNROLL
    for (size_t r = 0; r < rows; r++)
        sum[r][0] = sum[r][1] = (VEC){0};
    LEVEL(ask_for_sums)(rows, columns, c, c_step);
    for (size_t k = 0; k < depth; k++, b += COLUMNS) {
        for (size_t i = 0; k % RUN == 0 && i < lines; i++, ahead += LINE)
            __builtin_prefetch(ahead, 0, 2);
        if (k % LINE == 0 && rows == ROWS)
            LEVEL(ask_for_rows)(ROWS, a + ROWS * a_step + k, a_step);
        const VEC left = *(const VEC *)b, right = *(const VEC *)(b + WIDTH);
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            const NUMBER x = a[r * a_step + k];
            sum[r][0] = FMA(x, left, sum[r][0]);
            sum[r][1] = FMA(x, right, sum[r][1]);
        }
    }
    UNROLL
    for (size_t r = 0; r < rows; r++)
        if (columns == COLUMNS)
            LEVEL(end)(COLUMNS, sum[r], ending, c + r * c_step);
        else
            LEVEL(end)(columns, sum[r], ending, c + r * c_step);
}

/* The same for any number of rows. */
TARGET static void LEVEL(strip)(size_t rows, size_t columns, size_t depth, const NUMBER *a, size_t a_step, const NUMBER *b,
                                const struct ENDING *ending, NUMBER *c, size_t c_step, const NUMBER *ahead)
{
    const size_t runs = depth ? (depth + RUN - 1) / RUN : 1, tiles = (rows + ROWS - 1) / ROWS;
    const size_t lines = (depth * COLUMNS / LINE + runs * tiles - 1) / (runs * tiles);
    for (size_t done; rows > 0; rows -= done, a += done * a_step, c += done * c_step, ahead += runs * lines * LINE) {
        done = rows >= ROWS ? ROWS : rows >= ROWS / 2 ? ROWS / 2 : 1;
        if (done == ROWS)
            LEVEL(tile)(ROWS, columns, depth, a, a_step, b, ending, c, c_step, ahead, lines);
        else if (done == ROWS / 2)
            LEVEL(tile)(ROWS / 2, columns, depth, a, a_step, b, ending, c, c_step, ahead, 0);
        else
            LEVEL(tile)(1, columns, depth, a, a_step, b, ending, c, c_step, ahead, 0);
    }
}

static void LEVEL(multiply)(size_t m, size_t n, size_t k, const NUMBER *a, size_t a_step, struct PANELS b,
                            struct ENDING ending, NUMBER *c, size_t c_step)
{
    for (size_t i = 0, rows; i < m; i += rows) {
        rows = smaller(m - i, BLOCK_ROWS);
        size_t p = 0, depth;
        do {
            depth = smaller(k - p, BLOCK_DEPTH);
            const bool last = p + depth == k;
            for (size_t j = 0; j < n; j += COLUMNS) {
                const struct ENDING now = {p > 0 || ending.add, last && ending.bias ? ending.bias + j : NULL,
                                           last && ending.rectify};
                const NUMBER *panel = b.at + j * b.depth + p * COLUMNS;
                const NUMBER *next = j + COLUMNS < n ? panel + b.depth * COLUMNS : b.at + (last ? 0 : p + depth) * COLUMNS;
                LEVEL(strip)(rows, smaller(n - j, COLUMNS), depth, a + i * a_step + p, a_step, panel, &now,
                             c + i * c_step + j, c_step, next);
            }
            p += depth;
        } while (p < k);
    }
}

static inline void LEVEL(pack_row)(size_t columns, const NUMBER *b, NUMBER *to)
{
    if (columns == COLUMNS) {
        memcpy(to, b, COLUMNS * sizeof *to);
        return;
    }
    memset(to, 0, COLUMNS * sizeof *to);
    memcpy(to, b, columns * sizeof *to);
}

/* The same of columns that lie apart: rows of a few lines at a time, so that these are read once. */
static inline void LEVEL(pack_across)(size_t rows, size_t columns, const NUMBER *b, size_t row_step, size_t column_step, NUMBER *to)
{
    for (size_t v = 0; v < COLUMNS; v++)
        for (size_t i = 0; i < rows; i++)
            to[i * COLUMNS + v] = v < columns ? b[i * row_step + v * column_step] : 0;
}

static void LEVEL(pack)(size_t k, size_t n, const NUMBER *b, size_t row_step, size_t column_step, NUMBER *to)
{
    for (size_t j = 0; j < n; j += COLUMNS, b += COLUMNS * column_step) {
        const size_t columns = smaller(n - j, COLUMNS);
        for (size_t i = 0; i < k && column_step == 1; i++, to += COLUMNS)
            LEVEL(pack_row)(columns, b + i * row_step, to);
        for (size_t i = 0, rows; i < k && column_step != 1; i += rows, to += rows * COLUMNS) {
            rows = smaller(k - i, LINE);
            LEVEL(pack_across)(rows, columns, b + i * row_step, row_step, column_step, to);
        }
    }
}

static const struct PRODUCT LEVEL(product) = {COLUMNS, LEVEL(pack), LEVEL(multiply)};

#undef COLUMNS
#undef LINE
#undef INLINE_LEVEL
#undef LEVEL
#undef TARGET
#undef NUMBER
#undef PANELS
#undef ENDING
#undef PRODUCT
#undef VEC
#undef BITS
#undef WIDTH
#undef FMA
#undef ROWS
