#include "data/duplicates.h"

#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/memory_limit.h"
#include "base/product.h"
#include "base/simd.h"
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
enum { BATCH = 32, COLUMNS = 512 };       /* images, or prints, multiplied at a time: the cut does not depend on the threads */
enum { CANDIDATES = SK_DUPLICATE_CANDIDATES, STARTS = 8 }; /* images of b that are aligned, and from how many places each */

/* Deviation, on a scale of 0 to 1, below which a disc is plain and not stretched any further. */
static const double plain = 0.02;
static const double mean_weight = 0.2;
/* A pair that differs by more at the coarse level is no copy. */
static const double hopeless = 0.4;
static const double least_overlap = 0.5;
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

/* Prints of all discs of all pictures, BATCH pictures at a time. */
static int make_prints(struct sk_gallery *g, struct sk_error *err)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    const size_t stride = DISCS * LUMA, step = sk_product_step(PIXELS, sizeof(float));
    float *weight = all_weights(product, err);
    float *colour = weight ? sk_alloc(BATCH * 3 * step, sizeof *colour, err) : NULL;
    float *moment = colour ? sk_alloc(BATCH * 3 * stride, sizeof *moment, err) : NULL;
    for (size_t first = 0; moment && first < g->n; first += BATCH) {
        size_t count = g->n - first < BATCH ? g->n - first : BATCH;
        float mean[BATCH][3];
        for (size_t i = 0; i < count; i++)
            split_colours(g->picture + (first + i) * SK_ALIGN_PIXELS, colour + i * 3 * step, step, mean[i]);
        product->multiply(3 * count, stride, PIXELS, colour, step, (struct sk_panels_f32){weight, PIXELS},
                          (struct sk_ending_f32){0}, moment, stride);
        for (size_t i = 0; i < count; i++)
            for (size_t d = 0; d < DISCS; d++)
                disc_print(moment + i * 3 * stride + d * LUMA, stride, mean[i],
                           g->print + ((first + i) * DISCS + d) * PRINT);
    }
    int status = moment ? 0 : -1;
    free(weight);
    free(colour);
    free(moment);
    return status;
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

/* --- reading ---------------------------------------------------------------------------------------------------- */

struct growing {
    struct sk_gallery *gallery;
    size_t capacity;
};

/* Appends the image's picture. */
static int append(void *context, const struct sk_image *image, struct sk_error *err)
{
    struct growing *to = context;
    struct sk_gallery *g = to->gallery;
    if (g->n == to->capacity) {
        size_t wanted = to->capacity ? to->capacity * 2 : 16, bytes;
        if (sk_memory_check(sk_product(wanted, SK_ALIGN_PIXELS * sizeof *g->picture + DISCS * PRINT * sizeof *g->print), err))
            return -1;
        sk_pixel *moved = sk_mul(wanted, SK_ALIGN_PIXELS * sizeof *moved, &bytes) ? realloc(g->picture, bytes) : NULL;
        if (!moved)
            return sk_fail(err, "no memory for %zu images", wanted);
        g->picture = moved;
        int8_t *longer = sk_mul(wanted, SK_RELIEF_PIXELS, &bytes) ? realloc(g->relief, bytes) : NULL;
        if (!longer)
            return sk_fail(err, "no memory for %zu images", wanted);
        g->relief = longer;
        to->capacity = wanted;
    }
    if (sk_align_picture(image, g->picture + g->n * SK_ALIGN_PIXELS, err) ||
        sk_relief(image, g->relief + g->n * SK_RELIEF_PIXELS, err))
        return -1;
    g->n++;
    return 0;
}

int sk_gallery_read(struct sk_gallery *g, const char *path, struct sk_error *err)
{
    *g = (struct sk_gallery){0};
    int status = sk_image_visit(path, append, &(struct growing){.gallery = g}, err);
    if (status == 0) {
        g->print = sk_alloc(g->n, (size_t)DISCS * PRINT * sizeof *g->print, err);
        status = g->print ? make_prints(g, err) : -1;
    }
    if (status)
        sk_gallery_free(g);
    return status;
}

void sk_gallery_free(struct sk_gallery *g)
{
    free(g->picture);
    free(g->relief);
    free(g->print);
    *g = (struct sk_gallery){0};
}

/* --- searching -------------------------------------------------------------------------------------------------- */

/* Values of `count` prints as the columns of a packed matrix. */
static size_t panels_of(size_t count)
{
    return sk_panel_columns(count, sk_product_f32(sk_simd_level())->columns) * PRINT;
}

/* How like an image of b is, laid over one of a in the best way. */
struct match {
    float score; /* minus half the squared distance of the prints */
    size_t index;
};

struct scratch {
    float *form;         /* [DISCS][TURNS][PRINT]: the discs of a in all turns */
    float *panels;       /* [DISCS]: the transpose of each, packed */
    float *product;      /* [TURNS][COLUMNS] */
    float *score;        /* [b->n]: the best so far */
    struct match *match; /* [b->n] */
    float *likely;       /* [CANDIDATES][DISCS][PRINT]: prints of the likeliest of b */
    float *way;          /* [CANDIDATES][WAYS]: their scores */
};

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; scratch && t < threads; t++) {
        free(scratch[t].form);
        free(scratch[t].panels);
        free(scratch[t].product);
        free(scratch[t].score);
        free(scratch[t].match);
        free(scratch[t].likely);
        free(scratch[t].way);
    }
    free(scratch);
}

static struct scratch *scratch_new(size_t threads, size_t n, struct sk_error *err)
{
    struct scratch *scratch = sk_alloc(threads, sizeof *scratch, err);
    for (size_t t = 0; scratch && t < threads; t++) {
        struct scratch *w = &scratch[t];
        w->form = sk_alloc((size_t)DISCS * TURNS * PRINT, sizeof *w->form, err);
        w->panels = w->form ? sk_alloc(DISCS * panels_of(TURNS), sizeof *w->panels, err) : NULL;
        w->product = w->panels ? sk_alloc((size_t)TURNS * COLUMNS, sizeof *w->product, err) : NULL;
        w->score = w->product ? sk_alloc(n, sizeof *w->score, err) : NULL;
        w->match = w->score ? sk_alloc(n, sizeof *w->match, err) : NULL;
        w->likely = w->match ? sk_alloc((size_t)CANDIDATES * DISCS * PRINT, sizeof *w->likely, err) : NULL;
        w->way = w->likely ? sk_alloc((size_t)CANDIDATES * WAYS, sizeof *w->way, err) : NULL;
        if (!w->way) {
            scratch_free(scratch, threads);
            return NULL;
        }
    }
    return scratch;
}

SK_SIMD static void keep_best(const float *restrict product, size_t count, float *restrict score)
{
    for (size_t turn = 0; turn < TURNS; turn++)
        for (size_t i = 0; i < count; i++)
            score[i] = product[turn * COLUMNS + i] > score[i] ? product[turn * COLUMNS + i] : score[i];
}

/* How like the images of b [n] from `start` on are; its prints are packed, disc by disc. */
static void match_all(const float *prints, size_t start, size_t n, struct scratch *w)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    for (size_t k = 0; k < n; k++)
        w->score[k] = -INFINITY;
    for (size_t pair = 0; pair < PAIRS; pair++) {
        size_t of_a, of_b;
        discs_of(pair, &of_a, &of_b);
        for (size_t first = start - start % COLUMNS; first < n; first += COLUMNS) {
            const size_t count = n - first < COLUMNS ? n - first : COLUMNS;
            const struct sk_panels_f32 panels = {prints + of_b * panels_of(n) + first * PRINT, PRINT};
            product->multiply(TURNS, count, PRINT, w->form + of_a * TURNS * PRINT, PRINT, panels, (struct sk_ending_f32){0},
                              w->product, COLUMNS);
            keep_best(w->product, count, w->score + first);
        }
    }
    for (size_t k = start; k < n; k++)
        w->match[k - start] = (struct match){w->score[k], k};
}

static int by_score(const void *left, const void *right)
{
    const struct match *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return (a->index > b->index) - (a->index < b->index);
}

/* The scores of all ways to lay each of the likeliest over the image of a. */
static void score_ways(const struct sk_gallery *b, size_t candidates, struct scratch *w)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    for (size_t d = 0; d < DISCS; d++)
        product->pack(PRINT, TURNS, w->form + d * TURNS * PRINT, 1, PRINT, w->panels + d * panels_of(TURNS));
    for (size_t k = 0; k < candidates; k++)
        memcpy(w->likely + k * DISCS * PRINT, b->print + w->match[k].index * DISCS * PRINT,
               DISCS * PRINT * sizeof *w->likely);
    for (size_t pair = 0; pair < PAIRS; pair++) {
        size_t of_a, of_b;
        discs_of(pair, &of_a, &of_b);
        product->multiply(candidates, TURNS, PRINT, w->likely + of_b * PRINT, DISCS * PRINT,
                          (struct sk_panels_f32){w->panels + of_a * panels_of(TURNS), PRINT}, (struct sk_ending_f32){0},
                          w->way + pair * TURNS, WAYS);
    }
}

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

/* Aligns a candidate and keeps it where it is better. The picture that shows less is the one that is mapped. */
static void verify(const sk_pixel *a, const sk_pixel *b, size_t index, const struct sk_similarity *start,
                   struct sk_duplicate *best)
{
    struct sk_similarity map = *start;
    struct sk_alignment found;
    if (hypot(map.a, map.b) > 1) {
        map = sk_similarity_inverse(&map);
        sk_align(b, a, &map, hopeless, &found);
        found.map = sk_similarity_inverse(&found.map);
    } else {
        sk_align(a, b, &map, hopeless, &found);
    }
    if (found.overlap >= least_overlap && (best->index == SIZE_MAX || found.distance < best->alignment.distance))
        *best = (struct sk_duplicate){index, found};
}

/* The images of b from `start` on that are likeliest to be image i of a, each aligned with it; how many there are. Those that
   cannot be laid over it have no index. */
static size_t search(const struct sk_gallery *a, size_t i, const struct sk_gallery *b, size_t start, const float *prints,
                     const struct sk_similarity *map, struct scratch *w, struct sk_duplicate found[CANDIDATES])
{
    for (size_t d = 0; d < DISCS; d++)
        for (size_t turn = 0; turn < TURNS; turn++)
            turned_complement(a->print + (i * DISCS + d) * PRINT, turn, w->form + (d * TURNS + turn) * PRINT);
    match_all(prints, start, b->n, w);
    qsort(w->match, b->n - start, sizeof *w->match, by_score);
    size_t candidates = b->n - start < CANDIDATES ? b->n - start : CANDIDATES;
    if (candidates > 0)
        score_ways(b, candidates, w);
    for (size_t k = 0; k < candidates; k++) {
        struct sk_similarity way[STARTS];
        size_t ways = choose_starts(w->way + k * WAYS, map, way), index = w->match[k].index;
        found[k] = (struct sk_duplicate){.index = SIZE_MAX};
        for (size_t s = 0; s < ways; s++)
            verify(a->picture + i * SK_ALIGN_PIXELS, b->picture + index * SK_ALIGN_PIXELS, index, &way[s], &found[k]);
    }
    return candidates;
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

/* The prints of a gallery, packed: for each disc [PRINT][n]. */
static float *pack_prints(const struct sk_gallery *g, struct sk_error *err)
{
    float *panels = sk_alloc(DISCS * panels_of(g->n), sizeof *panels, err);
    for (size_t d = 0; panels && d < DISCS; d++)
        sk_product_f32(sk_simd_level())->pack(PRINT, g->n, g->print + d * PRINT, 1, DISCS * PRINT, panels + d * panels_of(g->n));
    return panels;
}

/* For each image of a the best of b; or, within a stream, all candidates after it. */
static int search_all(const struct sk_gallery *a, const struct sk_gallery *b, bool within, int jobs,
                      struct sk_duplicate *duplicate, struct sk_error *err)
{
    size_t threads = (size_t)jobs < a->n ? (size_t)jobs : a->n;
    struct sk_similarity *map = sk_alloc(WAYS, sizeof *map, err);
    float *prints = map ? pack_prints(b, err) : NULL;
    struct scratch *scratch = prints ? scratch_new(threads, b->n, err) : NULL;
    if (scratch) {
        make_maps(map);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads ? (int)threads : 1)
        for (size_t i = 0; i < a->n; i++) {
            struct sk_duplicate found[CANDIDATES];
            size_t candidates = search(a, i, b, within ? i + 1 : 0, prints, map, &scratch[omp_get_thread_num()], found);
            if (!within)
                duplicate[i] = best_of(found, candidates);
            for (size_t k = 0; within && k < CANDIDATES; k++)
                duplicate[i * CANDIDATES + k] = k < candidates ? found[k] : (struct sk_duplicate){.index = SIZE_MAX};
        }
    }
    int status = scratch ? 0 : -1;
    scratch_free(scratch, threads);
    free(prints);
    free(map);
    return status;
}

int sk_duplicates(const struct sk_gallery *a, const struct sk_gallery *b, int jobs, struct sk_duplicate *duplicate,
                  struct sk_error *err)
{
    return search_all(a, b, false, jobs, duplicate, err);
}

int sk_duplicates_within(const struct sk_gallery *gallery, int jobs, struct sk_duplicate *found, struct sk_error *err)
{
    return search_all(gallery, gallery, true, jobs, found, err);
}
