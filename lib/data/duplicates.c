#include "data/duplicates.h"

#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/product.h"
#include "base/simd.h"
#include "data/ranking.h"
#include "image/pnm.h"
#include "image/zernike.h"

/* A print is what a disc shows, in numbers whose product tells how like two are: moments of the luminance up to one
   order and of two differences of colour up to a lower one, then the picture's mean colour, which tells plain
   surfaces apart, then 1 and minus half the square of all before, such that the product of a print and the
   complement of another (the last two exchanged) is minus half their squared distance. */
enum {
    SIDE = SK_ALIGN_SIDE,
    PIXELS = SIDE * SIDE,
    LUMA_ORDER = 6,
    CHROMA_ORDER = 3,
    LUMA = 27,
    CHROMA = 9,
    MOMENTS = LUMA + 2 * CHROMA,
    VALUES = MOMENTS + 3,
    PRINT = VALUES + 2
};
enum { ANGLES = 24, TURNS = 2 * ANGLES }; /* every angle, plain and mirrored */
/* What no turn changes of a print: the lengths of its pairs of moments, the mean colour, and the last two. As no product of two
   pairs is greater, whatever their angles, than that of their lengths, that of two shapes is a bound of their prints' in any turn. */
enum { LUMA_LENGTHS = 15, CHROMA_LENGTHS = 5, SHAPE = LUMA_LENGTHS + 2 * CHROMA_LENGTHS + PRINT - MOMENTS };
enum { BATCH = 32, COLUMNS = 512 }; /* images, or prints, multiplied at a time: the cut does not depend on the threads */
enum { QUERIES = 16 };              /* images that are searched for at a time */
enum { CANDIDATES = SK_DUPLICATE_CANDIDATES, STARTS = 8 }; /* images of b that are aligned, and from how many places each */

/* Deviation, on a scale of 0 to 1, below which a disc is plain and not stretched any further. */
static const double plain = 0.02;
static const double mean_weight = 0.2;
/* A pair that differs by so much more than the wanted distance at the coarse level is not that near at the fine one. */
static const double hopeless = 0.2;
/* What rounding may take off a bound. */
static const float slack = 1e-5F;
static const double least_overlap = 0.5;
/* Reliefs of copies agree so well, or are so correlated, which tells more where most of an image is faint. */
static const double least_agreement = 0.32, least_correlation = 0.65;
/* Pixels along the longer side: fewer show no fine structure. */
static const double fine = 32;
static const int relief_steps = 5;
/* The tangent of the angle, 36 degrees, by which two starts must differ: less leads to the same end, as any shift and scale
   does. */
static const double apart = 0.727;

/* The whole picture, then what crops of 90, 80 and 70 % a side may show, as dense as aligning needs it. */
static const struct sk_disc disc[] = {
    {0, 0, 1},
    {-0.1, -0.1, 0.9}, {0, -0.1, 0.9}, {0.1, -0.1, 0.9}, {-0.1, 0, 0.9}, {0, 0, 0.9}, {0.1, 0, 0.9},
    {-0.1, 0.1, 0.9}, {0, 0.1, 0.9}, {0.1, 0.1, 0.9},
    {-0.2, -0.2, 0.8}, {0, -0.2, 0.8}, {0.2, -0.2, 0.8}, {-0.2, 0, 0.8}, {0, 0, 0.8}, {0.2, 0, 0.8},
    {-0.2, 0.2, 0.8}, {0, 0.2, 0.8}, {0.2, 0.2, 0.8},
    {-0.3, -0.3, 0.7}, {-0.15, -0.3, 0.7}, {0, -0.3, 0.7}, {0.15, -0.3, 0.7}, {0.3, -0.3, 0.7},
    {-0.3, -0.15, 0.7}, {-0.15, -0.15, 0.7}, {0, -0.15, 0.7}, {0.15, -0.15, 0.7}, {0.3, -0.15, 0.7},
    {-0.3, 0, 0.7}, {-0.15, 0, 0.7}, {0, 0, 0.7}, {0.15, 0, 0.7}, {0.3, 0, 0.7},
    {-0.3, 0.15, 0.7}, {-0.15, 0.15, 0.7}, {0, 0.15, 0.7}, {0.15, 0.15, 0.7}, {0.3, 0.15, 0.7},
    {-0.3, 0.3, 0.7}, {-0.15, 0.3, 0.7}, {0, 0.3, 0.7}, {0.15, 0.3, 0.7}, {0.3, 0.3, 0.7},
};
enum { DISCS = sizeof disc / sizeof *disc };

/* Pairs of discs that are compared: each of a with the whole of b (a is larger), the whole of a with each but the whole of b (b
   is larger), each of a of 80 % with the middle one of b (they are shifted). */
enum { SHIFTED = 10, SHIFTS = 9, MIDDLE = 14, PAIRS = 2 * DISCS - 1 + SHIFTS };
enum { WAYS = PAIRS * TURNS }; /* to lay one picture over another */

static void discs_of(size_t pair, size_t *of_a, size_t *of_b)
{
    bool larger = pair < DISCS, smaller = !larger && pair < 2 * DISCS - 1;
    *of_a = larger ? pair : smaller ? 0 : pair - (2 * DISCS - 1) + SHIFTED;
    *of_b = larger ? 0 : smaller ? pair - DISCS + 1 : MIDDLE;
}

/* --- prints ----------------------------------------------------------------------------------------------------- */

/* The weights of all moments, [PIXELS][DISCS][LUMA], packed; moments of a lower order are the first of those of a higher one. */
static float *all_weights(const struct sk_product_f32 *product, struct sk_error *err)
{
    const size_t columns = DISCS * LUMA;
    float *weight = sk_alloc(columns * PIXELS, sizeof *weight, err);
    float *panels = weight ? sk_alloc(sk_panel_columns(columns, product->columns) * PIXELS, sizeof *panels, err) : NULL;
    for (size_t d = 0; panels && d < DISCS; d++)
        sk_zernike_weights(&disc[d], LUMA_ORDER, SIDE, weight + d * LUMA * PIXELS);
    if (panels)
        product->pack(PIXELS, columns, weight, 1, PIXELS, panels);
    free(weight);
    return panels;
}

/* Luminance and two differences of colour, an orthonormal change of axes; what is missing gets the mean colour. */
static void split_colours(const sk_pixel *picture, float *colour, size_t step, float *mean)
{
    sk_pixel sum = {0};
    for (size_t p = 0; p < PIXELS; p++)
        sum += picture[p];
    sum /= sum[3];
    for (size_t p = 0; p < PIXELS; p++) {
        sk_pixel pixel = picture[p][3] > 0 ? picture[p] : sum;
        float r = pixel[0], g = pixel[1], b = pixel[2];
        colour[p] = (r + g + b) * 0.57735027F;
        colour[step + p] = (r - b) * 0.70710678F;
        colour[2 * step + p] = (r - 2 * g + b) * 0.40824829F;
    }
    for (int c = 0; c < 3; c++)
        mean[c] = sum[c];
}

/* The print of one disc, from the moments of the three colours. */
static void disc_print(const float *moment, size_t stride, const float *mean, float *print)
{
    double squares = 0, half = 0;
    size_t at = 0;
    for (size_t c = 0; c < 3; c++)
        for (size_t k = 0; k < (c ? CHROMA : LUMA); k++) {
            print[at] = moment[c * stride + k];
            squares += (double)print[at] * (double)print[at];
            at++;
        }
    double scale = 1 / fmax(sqrt(squares), plain);
    for (at = 0; at < MOMENTS; at++)
        print[at] = (float)(print[at] * scale);
    for (; at < VALUES; at++)
        print[at] = (float)(mean_weight * (double)mean[at - MOMENTS]);
    for (at = 0; at < VALUES; at++)
        half += (double)print[at] * (double)print[at] / 2;
    print[VALUES] = 1;
    print[VALUES + 1] = (float)-half;
}

/* What makes prints of pictures. */
struct printer {
    float *weight; /* see all_weights */
    float *colour; /* [BATCH][3][step] */
    float *moment; /* [BATCH][3][DISCS][LUMA] */
};

enum { STRIDE = DISCS * LUMA };

static size_t colour_step(void)
{
    return sk_product_step(PIXELS, sizeof(float));
}

static void printer_free(struct printer *printer)
{
    free(printer->weight);
    free(printer->colour);
    free(printer->moment);
}

static int printer_new(struct printer *printer, struct sk_error *err)
{
    *printer = (struct printer){.weight = all_weights(sk_product_f32(sk_simd_level()), err)};
    printer->colour = printer->weight ? sk_alloc(BATCH * 3 * colour_step(), sizeof *printer->colour, err) : NULL;
    printer->moment = printer->colour ? sk_alloc((size_t)BATCH * 3 * STRIDE, sizeof *printer->moment, err) : NULL;
    if (printer->moment)
        return 0;
    printer_free(printer);
    return -1;
}

/* Prints [count][DISCS][PRINT] of all discs of some pictures, BATCH at most. */
static void make_prints(const struct printer *printer, const sk_pixel *picture, size_t count, float *print)
{
    const size_t step = colour_step();
    float mean[BATCH][3];
    for (size_t i = 0; i < count; i++)
        split_colours(picture + i * SK_ALIGN_PIXELS, printer->colour + i * 3 * step, step, mean[i]);
    sk_product_f32(sk_simd_level())->multiply(3 * count, STRIDE, PIXELS, printer->colour, step,
                                              (struct sk_panels_f32){printer->weight, PIXELS}, (struct sk_ending_f32){0},
                                              printer->moment, STRIDE);
    for (size_t i = 0; i < count; i++)
        for (size_t d = 0; d < DISCS; d++)
            disc_print(printer->moment + i * 3 * STRIDE + d * LUMA, STRIDE, mean[i], print + (i * DISCS + d) * PRINT);
}

/* The complement of the print of the disc turned: mirrored for the later half of the turns, then by a multiple of 360 / ANGLES
   degrees. */
static void turned_complement(const float *print, size_t turn, float *turned)
{
    double radians = 2 * acos(-1) * (double)(turn % ANGLES) / ANGLES;
    for (int c = 0; c < 3; c++) {
        sk_zernike_turn(c ? CHROMA_ORDER : LUMA_ORDER, print, turn >= ANGLES, radians, turned);
        print += c ? CHROMA : LUMA;
        turned += c ? CHROMA : LUMA;
    }
    memcpy(turned, print, (VALUES - MOMENTS) * sizeof *turned);
    turned[VALUES - MOMENTS] = print[VALUES - MOMENTS + 1];
    turned[VALUES - MOMENTS + 1] = print[VALUES - MOMENTS];
}

static void lengths(unsigned order, const float *moment, float *length)
{
    for (unsigned n = 1; n <= order; n++)
        for (unsigned m = n % 2; m <= n; m += 2) {
            *length++ = m ? hypotf(moment[0], moment[1]) : *moment;
            moment += m ? 2 : 1;
        }
}

static void shape_of(const float *print, float *shape)
{
    for (int c = 0; c < 3; c++) {
        lengths(c ? CHROMA_ORDER : LUMA_ORDER, print, shape);
        print += c ? CHROMA : LUMA;
        shape += c ? CHROMA_LENGTHS : LUMA_LENGTHS;
    }
    memcpy(shape, print, (PRINT - MOMENTS) * sizeof *shape);
}

/* The shape whose product with another is minus half their squared distance. */
static void complement_shape(const float *print, float *shape)
{
    shape_of(print, shape);
    shape[SHAPE - 2] = print[PRINT - 1];
    shape[SHAPE - 1] = print[PRINT - 2];
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* Images that have been read, BATCH at most, and are appended together. */
struct reading {
    struct sk_gallery *gallery;
    const struct sk_search *how;
    struct printer printer;
    size_t count;
    sk_pixel *picture;
    int8_t *relief;
    float *print;
    size_t size[BATCH][2];
};

static void reading_free(struct reading *r)
{
    printer_free(&r->printer);
    free(r->picture);
    free(r->relief);
    free(r->print);
}

static int reading_start(struct reading *r, struct sk_error *err)
{
    if (printer_new(&r->printer, err))
        return -1;
    r->picture = sk_alloc((size_t)BATCH * SK_ALIGN_PIXELS, sizeof *r->picture, err);
    r->relief = r->picture ? sk_alloc(BATCH, SK_RELIEF_PIXELS, err) : NULL;
    r->print = r->relief ? sk_alloc((size_t)BATCH * DISCS * PRINT, sizeof *r->print, err) : NULL;
    return r->print ? 0 : -1;
}

static int flush(struct reading *r, struct sk_error *err)
{
    make_prints(&r->printer, r->picture, r->count, r->print);
    void *const part[SK_GALLERY_PARTS] = {
        [SK_GALLERY_PICTURE] = r->picture, [SK_GALLERY_RELIEF] = r->relief, [SK_GALLERY_PRINT] = r->print};
    int status = sk_gallery_append(r->gallery, r->count, part, r->size, err);
    r->count = 0;
    return status;
}

static int take(void *context, const struct sk_image *image, struct sk_error *err)
{
    struct reading *r = context;
    if (sk_align_picture(image, r->picture + r->count * SK_ALIGN_PIXELS, err) ||
        sk_relief(image, r->relief + r->count * SK_RELIEF_PIXELS, err))
        return -1;
    r->size[r->count][0] = image->width;
    r->size[r->count][1] = image->height;
    r->count++;
    sk_search_advance(r->how, 1);
    return r->count < BATCH ? 0 : flush(r, err);
}

int sk_gallery_read(struct sk_gallery *g, const char *path, const struct sk_search *how, struct sk_error *err)
{
    struct reading r = {.gallery = g, .how = how};
    if (sk_gallery_start(g, (size_t)DISCS * PRINT * sizeof(float), how->spooled, err))
        return -1;
    int status = reading_start(&r, err) || sk_image_visit(path, take, &r, err) || flush(&r, err) ? -1 : 0;
    reading_free(&r);
    if (status)
        sk_gallery_free(g);
    return status;
}

/* --- likeliest images ------------------------------------------------------------------------------------------- */

/* An image, wherever its gallery keeps it. */
struct picture {
    const sk_pixel *picture;
    const int8_t *relief;
    const size_t *size;
};

/* Room for one that is not in memory. */
struct room {
    sk_pixel picture[SK_ALIGN_PIXELS];
    int8_t relief[SK_RELIEF_PIXELS];
};

static int fetch(struct picture *image, const struct sk_gallery *g, size_t i, struct room *room, struct sk_error *err)
{
    image->picture = sk_gallery_part(g, SK_GALLERY_PICTURE, i, 1, room->picture, err);
    image->relief = image->picture ? sk_gallery_part(g, SK_GALLERY_RELIEF, i, 1, room->relief, err) : NULL;
    image->size = g->size[i];
    return image->relief ? 0 : -1;
}

/* Some of b, one after another. */
struct block {
    size_t first, n;
    float *shapes; /* packed: for each disc [SHAPE][n] */
};

struct scratch {
    float *form;               /* [DISCS][TURNS][PRINT]: the discs of a in all turns */
    float *panels;             /* [DISCS]: the transpose of each, packed */
    float *print;              /* [QUERIES][DISCS][PRINT]: some of a, where it is not in memory */
    float *shape;              /* [QUERIES][DISCS][SHAPE]: complements */
    float *product;            /* [QUERIES][COLUMNS] */
    float *bound;              /* [QUERIES][n of a block]: of the score, which is minus half the squared distance of the prints */
    struct sk_ranked *ranking; /* [n of a block] */
    float *likely;             /* [CANDIDATES][DISCS][PRINT]: prints of some of b */
    float *way;                /* [CANDIDATES][WAYS]: their scores */
    struct room *room;         /* [2] */
};

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; scratch && t < threads; t++) {
        free(scratch[t].form);
        free(scratch[t].panels);
        free(scratch[t].print);
        free(scratch[t].shape);
        free(scratch[t].product);
        free(scratch[t].bound);
        free(scratch[t].ranking);
        free(scratch[t].likely);
        free(scratch[t].way);
        free(scratch[t].room);
    }
    free(scratch);
}

static size_t columns_of(size_t count)
{
    return sk_panel_columns(count, sk_product_f32(sk_simd_level())->columns);
}

static struct scratch *scratch_new(size_t threads, size_t n, struct sk_error *err)
{
    struct scratch *scratch = sk_alloc(threads, sizeof *scratch, err);
    for (size_t t = 0; scratch && t < threads; t++) {
        struct scratch *w = &scratch[t];
        w->form = sk_alloc((size_t)DISCS * TURNS * PRINT, sizeof *w->form, err);
        w->panels = w->form ? sk_alloc(DISCS * columns_of(TURNS) * PRINT, sizeof *w->panels, err) : NULL;
        w->print = w->panels ? sk_alloc((size_t)QUERIES * DISCS * PRINT, sizeof *w->print, err) : NULL;
        w->shape = w->print ? sk_alloc((size_t)QUERIES * DISCS * SHAPE, sizeof *w->shape, err) : NULL;
        w->product = w->shape ? sk_alloc((size_t)QUERIES * COLUMNS, sizeof *w->product, err) : NULL;
        w->bound = w->product ? sk_alloc(sk_product(QUERIES, n), sizeof *w->bound, err) : NULL;
        w->ranking = w->bound ? sk_alloc(n, sizeof *w->ranking, err) : NULL;
        w->likely = w->ranking ? sk_alloc((size_t)CANDIDATES * DISCS * PRINT, sizeof *w->likely, err) : NULL;
        w->way = w->likely ? sk_alloc((size_t)CANDIDATES * WAYS, sizeof *w->way, err) : NULL;
        w->room = w->way ? sk_alloc(2, sizeof *w->room, err) : NULL;
        if (!w->room) {
            scratch_free(scratch, threads);
            return NULL;
        }
    }
    return scratch;
}

/* Packs the shapes of a block. */
static int pack_shapes(const struct sk_gallery *g, const struct block *block, struct sk_error *err)
{
    float *room = sk_alloc(g->spooled ? COLUMNS * DISCS * PRINT : 0, sizeof *room, err);
    float *shape = room ? sk_alloc(COLUMNS, SHAPE * sizeof *shape, err) : NULL;
    int status = shape ? 0 : -1;
    for (size_t column = 0; column < block->n && status == 0; column += COLUMNS) {
        const size_t count = block->n - column < COLUMNS ? block->n - column : COLUMNS;
        const float *print = sk_gallery_part(g, SK_GALLERY_PRINT, block->first + column, count, room, err);
        for (size_t d = 0; print && d < DISCS; d++) {
            for (size_t i = 0; i < count; i++)
                shape_of(print + (i * DISCS + d) * PRINT, shape + i * SHAPE);
            sk_product_f32(sk_simd_level())->pack(SHAPE, count, shape, 1, SHAPE,
                                                  block->shapes + (d * columns_of(block->n) + column) * SHAPE);
        }
        status = print ? 0 : -1;
    }
    free(room);
    free(shape);
    return status;
}

SK_SIMD static void keep_best(const float *restrict product, size_t count, float *restrict best)
{
    for (size_t i = 0; i < count; i++)
        best[i] = product[i] > best[i] ? product[i] : best[i];
}

SK_SIMD static float greatest(const float way[WAYS])
{
    enum { LANES = 16 };
    float best[LANES], most = way[0];
    for (size_t l = 0; l < LANES; l++)
        best[l] = way[l];
    for (size_t i = LANES; i < WAYS; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            best[l] = way[i + l] > best[l] ? way[i + l] : best[l];
    for (size_t l = 0; l < LANES; l++)
        most = best[l] > most ? best[l] : most;
    return most;
}

/* Bounds of how like the images of a block from its image `start` on are to some of a, laid over them in the best way. */
static void bound_all(const float *print, size_t queries, const struct block *block, size_t start, struct scratch *w)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    const size_t n = block->n;
    for (size_t k = 0; k < queries * DISCS; k++)
        complement_shape(print + k * PRINT, w->shape + k * SHAPE);
    for (size_t k = 0; k < queries * n; k++)
        w->bound[k] = -INFINITY;
    for (size_t column = start - start % COLUMNS; column < n; column += COLUMNS)
        for (size_t pair = 0; pair < PAIRS; pair++) {
            const size_t count = n - column < COLUMNS ? n - column : COLUMNS;
            size_t of_a, of_b;
            discs_of(pair, &of_a, &of_b);
            const struct sk_panels_f32 panels = {block->shapes + (of_b * columns_of(n) + column) * SHAPE, SHAPE};
            product->multiply(queries, count, SHAPE, w->shape + of_a * SHAPE, DISCS * SHAPE, panels, (struct sk_ending_f32){0},
                              w->product, COLUMNS);
            for (size_t q = 0; q < queries; q++)
                keep_best(w->product + q * COLUMNS, count, w->bound + q * n + column);
        }
}

/* All turns of the discs of an image. */
static void turn_discs(const float *print, struct scratch *w)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    for (size_t d = 0; d < DISCS; d++) {
        float *form = w->form + d * TURNS * PRINT;
        for (size_t turn = 0; turn < TURNS; turn++)
            turned_complement(print + d * PRINT, turn, form + turn * PRINT);
        product->pack(PRINT, TURNS, form, 1, PRINT, w->panels + d * columns_of(TURNS) * PRINT);
    }
}

/* The scores of all ways to lay each of some images of b over the one whose discs were turned. */
static int score_ways(const struct sk_gallery *b, const struct sk_ranked *image, size_t images, struct scratch *w,
                      struct sk_error *err)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    for (size_t k = 0; k < images; k++) {
        float *likely = w->likely + k * DISCS * PRINT;
        const float *print = sk_gallery_part(b, SK_GALLERY_PRINT, image[k].index, 1, likely, err);
        if (!print)
            return -1;
        if (print != likely)
            memcpy(likely, print, DISCS * PRINT * sizeof *likely);
    }
    for (size_t pair = 0; images > 0 && pair < PAIRS; pair++) {
        size_t of_a, of_b;
        discs_of(pair, &of_a, &of_b);
        product->multiply(images, TURNS, PRINT, w->likely + of_b * PRINT, DISCS * PRINT,
                          (struct sk_panels_f32){w->panels + of_a * columns_of(TURNS) * PRINT, PRINT}, (struct sk_ending_f32){0},
                          w->way + pair * TURNS, WAYS);
    }
    return 0;
}

static int by_rank(const void *left, const void *right)
{
    return sk_ranks_before(left, right) ? -1 : sk_ranks_before(right, left);
}

/* The likeliest images of b for one of a, likeliest first. */
struct likeliest {
    size_t count;
    struct sk_ranked image[CANDIDATES];
};

/* Lets in what is likelier of a block from its image `start` on. Images are scored in the order of their bounds, until no bound is above
   what has been found: so the blocks, and their order, change nothing. */
static int find_likeliest(const struct sk_gallery *b, const struct block *block, const float *bound, size_t start, struct scratch *w,
                          struct likeliest *likeliest, struct sk_error *err)
{
    struct sk_ranked best[2 * CANDIDATES];
    size_t left = block->n - start, found = likeliest->count;
    memcpy(best, likeliest->image, found * sizeof *best);
    for (size_t k = 0; k < left; k++)
        w->ranking[k] = (struct sk_ranked){bound[start + k], block->first + start + k};
    sk_ranking_start(w->ranking, left);
    while (left > 0 && (found < CANDIDATES || w->ranking[0].score + slack > best[CANDIDATES - 1].score)) {
        size_t more = 0;
        while (left > 0 && more < CANDIDATES)
            best[found + more++] = sk_ranking_next(w->ranking, &left);
        if (score_ways(b, best + found, more, w, err))
            return -1;
        for (size_t k = 0; k < more; k++)
            best[found + k].score = greatest(w->way + k * WAYS);
        qsort(best, found + more, sizeof *best, by_rank);
        found = found + more < CANDIDATES ? found + more : CANDIDATES;
    }
    likeliest->count = found;
    memcpy(likeliest->image, best, found * sizeof *best);
    return 0;
}

/* --- aligning --------------------------------------------------------------------------------------------------- */

/* The map of each way: a's disc onto b's. */
static void make_maps(struct sk_similarity map[WAYS])
{
    for (size_t way = 0; way < WAYS; way++) {
        size_t of_a, of_b, turn = way % TURNS;
        discs_of(way / TURNS, &of_a, &of_b);
        const struct sk_disc *from = &disc[of_a], *to = &disc[of_b];
        double radians = 2 * acos(-1) * (double)(turn % ANGLES) / ANGLES, scale = to->radius / from->radius;
        bool mirror = turn >= ANGLES;
        struct sk_similarity *m = &map[way];
        *m = (struct sk_similarity){mirror, scale * cos(radians), scale * sin(radians), 0, 0};
        double y = mirror ? -from->y : from->y;
        m->c = to->x - (m->a * from->x - m->b * y);
        m->d = to->y - (m->b * from->x + m->a * y);
    }
}

/* Whether a map is mirrored or turned otherwise than all starts so far. */
static bool is_new(const struct sk_similarity *map, const struct sk_similarity *start, size_t starts)
{
    for (size_t i = 0; i < starts; i++) {
        double along = map->a * start[i].a + map->b * start[i].b, across = map->a * start[i].b - map->b * start[i].a;
        if (map->mirror == start[i].mirror && along > 0 && fabs(across) < apart * along)
            return false;
    }
    return true;
}

/* The ways of highest score that are apart from each other; how many there are. A round lesion can be laid over itself in
   many ways that look alike in the prints, and only one of them is right. */
static size_t choose_starts(const float *way, const struct sk_similarity *map, struct sk_similarity start[STARTS])
{
    size_t starts = 0;
    for (; starts < STARTS; starts++) {
        size_t best = WAYS;
        for (size_t i = 0; i < WAYS; i++)
            if ((best == WAYS || way[i] > way[best]) && is_new(&map[i], start, starts))
                best = i;
        if (best == WAYS)
            break;
        start[starts] = map[best];
    }
    return starts;
}

static double longer_side(const size_t size[2])
{
    return (double)(size[0] > size[1] ? size[0] : size[1]);
}

/* Takes a map between pictures, which are centre squares, to that between reliefs, which are as large as the longer sides. */
static struct sk_similarity relief_map(const struct sk_similarity *map, const size_t size_a[2], const size_t size_b[2])
{
    double a = (double)(size_a[0] < size_a[1] ? size_a[0] : size_a[1]) / longer_side(size_a);
    double b = (double)(size_b[0] < size_b[1] ? size_b[0] : size_b[1]) / longer_side(size_b);
    return (struct sk_similarity){.a = map->a * b / a, .b = map->b * b / a, .c = map->c * b, .d = map->d * b};
}

/* The distance of the reliefs of two images under a map of their pictures, or under that improved; 0 where they agree, and
   where either shows too little to tell. */
static double relief_distance(const struct picture *a, const struct picture *b, const struct sk_similarity *map)
{
    const int8_t *from = a->relief, *to = b->relief;
    const struct sk_similarity start = relief_map(map, a->size, b->size);
    int8_t flipped[SK_RELIEF_PIXELS];
    double most = 0;
    if (longer_side(a->size) < fine || longer_side(b->size) < fine)
        return 0;
    if (map->mirror) {
        sk_relief_flip(from, flipped);
        from = flipped;
    }
    for (int improved = 0; improved < 2; improved++) {
        struct sk_relief_match match = {.map = start};
        size_t blocks;
        for (int level = improved ? SK_RELIEF_LEVELS - 1 : 0; level >= 0; level--)
            sk_relief_align(from, to, level, improved ? relief_steps : 0, &match);
        double agreement = sk_relief_agreement(from, to, &match.map, &blocks);
        if (match.correlation <= -1 || match.correlation >= least_correlation || agreement >= least_agreement)
            return 0;
        most = fmax(most, agreement);
    }
    return sqrt(2 - 2 * most);
}

/* Aligns an image with image j of b and keeps that where it is better. The picture that shows less is the one that is mapped. */
static void verify(const struct picture *a, const struct picture *b, size_t j, const struct sk_similarity *start, double distance,
                   struct sk_duplicate *best)
{
    struct sk_similarity map = *start;
    struct sk_alignment found;
    if (hypot(map.a, map.b) > 1) {
        map = sk_similarity_inverse(&map);
        sk_align(b->picture, a->picture, &map, distance + hopeless, &found);
        found.map = sk_similarity_inverse(&found.map);
    } else {
        sk_align(a->picture, b->picture, &map, distance + hopeless, &found);
    }
    const double limit = best->index == SIZE_MAX ? distance : fmin(distance, best->alignment.distance);
    if (found.overlap < least_overlap || found.distance > limit)
        return;
    found.distance = fmax(found.distance, relief_distance(a, b, &found.map));
    if (found.distance <= distance && (best->index == SIZE_MAX || found.distance < best->alignment.distance))
        *best = (struct sk_duplicate){j, found};
}

/* Aligns the likeliest images of b with image i of a, whose discs were turned. Those that cannot be laid over it have no index. */
static int align_all(const struct sk_gallery *a, size_t i, const struct sk_gallery *b, const struct likeliest *likeliest,
                     const struct sk_similarity *map, double distance, struct scratch *w, struct sk_duplicate found[CANDIDATES],
                     struct sk_error *err)
{
    struct picture query, candidate;
    if (fetch(&query, a, i, &w->room[0], err) || score_ways(b, likeliest->image, likeliest->count, w, err))
        return -1;
    for (size_t k = 0; k < likeliest->count; k++) {
        struct sk_similarity way[STARTS];
        size_t ways = choose_starts(w->way + k * WAYS, map, way), index = likeliest->image[k].index;
        found[k] = (struct sk_duplicate){.index = SIZE_MAX};
        if (fetch(&candidate, b, index, &w->room[1], err))
            return -1;
        for (size_t s = 0; s < ways; s++)
            verify(&query, &candidate, index, &way[s], distance, &found[k]);
    }
    return 0;
}

/* The nearest of them. */
static struct sk_duplicate best_of(const struct sk_duplicate *found, size_t candidates)
{
    struct sk_duplicate best = {.index = SIZE_MAX};
    for (size_t k = 0; k < candidates; k++)
        if (found[k].index != SIZE_MAX && (best.index == SIZE_MAX || found[k].alignment.distance < best.alignment.distance))
            best = found[k];
    return best;
}

/* A search of a's images in b. */
struct task {
    const struct sk_gallery *a, *b;
    bool within; /* b is a, and only images after one are searched */
    const struct sk_search *how;
    struct sk_similarity *map;   /* [WAYS] */
    struct block block;          /* of b, that is searched now */
    struct likeliest *likeliest; /* [a->n]: so far */
    struct sk_duplicate *duplicate;
    struct sk_search_pace *pace;
};

/* The best of b; or, within a stream, all candidates. */
static void keep(const struct task *task, size_t i, const struct sk_duplicate *found, size_t candidates)
{
    if (!task->within)
        task->duplicate[i] = best_of(found, candidates);
    for (size_t k = 0; task->within && k < CANDIDATES; k++)
        task->duplicate[i * CANDIDATES + k] = k < candidates ? found[k] : (struct sk_duplicate){.index = SIZE_MAX};
}

/* Searches a block for some images of a, and once it is the last one aligns what is likeliest of all. */
static int search_batch(const struct task *task, size_t first, size_t queries, struct scratch *w, struct sk_error *err)
{
    const struct block *block = &task->block;
    const size_t end = block->first + block->n;
    const bool last = end == task->b->n;
    if (!last && task->within && first + 1 >= end) {
        sk_search_pass(task->how, task->pace, queries, 1);
        return 0;
    }
    const float *print = sk_gallery_part(task->a, SK_GALLERY_PRINT, first, queries, w->print, err);
    if (!print)
        return -1;
    bound_all(print, queries, block, task->within && first + 1 > block->first ? first + 1 - block->first : 0, w);
    for (size_t q = 0, i = first; q < queries; q++, i++) {
        struct sk_duplicate found[CANDIDATES];
        const size_t start = task->within && i + 1 > block->first ? i + 1 - block->first : 0;
        if (start < block->n || last)
            turn_discs(print + q * DISCS * PRINT, w);
        if (start < block->n &&
            find_likeliest(task->b, block, w->bound + q * block->n, start, w, &task->likeliest[i], err))
            return -1;
        if (!last)
            continue;
        if (align_all(task->a, i, task->b, &task->likeliest[i], task->map, task->how->distance, w, found, err))
            return -1;
        keep(task, i, found, task->likeliest[i].count);
    }
    sk_search_pass(task->how, task->pace, queries, last ? 2 : 1);
    return 0;
}

/* Searches a block for all images of a. */
static int search_block(const struct task *task, struct scratch *scratch, size_t threads, struct sk_error *err)
{
    const size_t n = task->a->n, batches = (n + QUERIES - 1) / QUERIES;
    int status = pack_shapes(task->b, &task->block, err);
    if (status)
        return -1;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads ? (int)threads : 1)
    for (size_t batch = 0; batch < batches; batch++) {
        const size_t first = batch * QUERIES;
        struct sk_error why;
        if (search_batch(task, first, n - first < QUERIES ? n - first : QUERIES, &scratch[omp_get_thread_num()], &why)) {
#pragma omp critical(sk_search)
            {
                *err = why;
                status = -1;
            }
        }
    }
    return status;
}

/* For each image of a the best of b; or, within a stream, all candidates after it. */
static int search_all(const struct sk_gallery *a, const struct sk_gallery *b, bool within, const struct sk_search *how,
                      struct sk_duplicate *duplicate, struct sk_error *err)
{
    const size_t batches = (a->n + QUERIES - 1) / QUERIES, threads = (size_t)how->jobs < batches ? (size_t)how->jobs : batches;
    const size_t most = how->block && how->block < b->n ? how->block : b->n;
    struct sk_search_pace pace = {.passes = most ? (b->n + most - 1) / most + 1 : 2};
    struct task task = {.a = a, .b = b, .within = within, .how = how, .duplicate = duplicate, .pace = &pace};
    task.map = sk_alloc(WAYS, sizeof *task.map, err);
    task.likeliest = task.map ? sk_alloc(a->n, sizeof *task.likeliest, err) : NULL;
    task.block.shapes = task.likeliest ? sk_alloc(sk_product(DISCS * SHAPE, columns_of(most)), sizeof *task.block.shapes, err) : NULL;
    struct scratch *scratch = task.block.shapes ? scratch_new(threads, most, err) : NULL;
    int status = scratch ? 0 : -1;
    if (task.map)
        make_maps(task.map);
    do {
        task.block.n = b->n - task.block.first < most ? b->n - task.block.first : most;
        status = status ? status : search_block(&task, scratch, threads, err);
        task.block.first += task.block.n;
    } while (status == 0 && task.block.first < b->n);
    scratch_free(scratch, threads);
    free(task.block.shapes);
    free(task.likeliest);
    free(task.map);
    return status;
}

int sk_duplicates(const struct sk_gallery *a, const struct sk_gallery *b, const struct sk_search *how, struct sk_duplicate *duplicate,
                  struct sk_error *err)
{
    return search_all(a, b, false, how, duplicate, err);
}

int sk_duplicates_within(const struct sk_gallery *gallery, const struct sk_search *how, struct sk_duplicate *found,
                         struct sk_error *err)
{
    return search_all(gallery, gallery, true, how, found, err);
}

void sk_search_advance(const struct sk_search *how, size_t images)
{
    if (how->advance) {
#pragma omp critical(sk_search)
        how->advance(how->context, images);
    }
}

void sk_search_pass(const struct sk_search *how, struct sk_search_pace *pace, size_t images, size_t passes)
{
#pragma omp critical(sk_search_pace)
    {
        const size_t before = pace->done;
        pace->passed += images * passes;
        pace->done = pace->passed / pace->passes;
        if (pace->done > before)
            sk_search_advance(how, pace->done - before);
    }
}
