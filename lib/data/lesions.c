#include "data/lesions.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/product.h"
#include "base/simd.h"
#include "data/ranking.h"
#include "image/relief.h"
#include "image/zernike.h"

/* A print: the moments of a disc on the outline, of length 1, or their magnitudes. */
enum {
    SIDE = SK_RELIEF_OUTLINE_SIDE,
    PIXELS = SIDE * SIDE,
    ORDER = 10,
    MOMENTS = 65,
    MAGNITUDES = 35,
    RADII = 3,
    ACROSS = 7,
    DOWN = 5,
    PLACES = ACROSS * DOWN,
    DISCS = RADII * PLACES,
    TURNS = 24
};
enum { BATCH = 16, COLUMNS = 512 }; /* images, or prints, multiplied at a time: the cut does not depend on the threads */
enum { UPRIGHT = 32, TURNED = 16, CANDIDATES = UPRIGHT + TURNED };

static const double radius[RADII] = {0.45, 0.56, 0.7}, spacing = 0.1;
/* A disc whose moments are shorter shows nothing. */
static const double plain = 0.1;
/* The tangent of the angle by which a second start must differ from the first. */
static const double apart = 0.577;
/* Correlations that a pair must reach at the smaller levels to be looked at further. */
static const double promising[SK_RELIEF_LEVELS] = {0, 0.6, 0.6};
static const int steps[SK_RELIEF_LEVELS] = {5, 5, 7};
/* Blocks, of 192 that a photograph of 4 : 3 has, that must meet. */
enum { LEAST_BLOCKS = 40 };

static struct sk_disc disc_of(size_t disc)
{
    const size_t place = disc % PLACES;
    const int column = (int)(place % ACROSS) - ACROSS / 2, row = (int)(place / ACROSS) - DOWN / 2;
    const double size = radius[disc / PLACES];
    return (struct sk_disc){(double)column * spacing, (double)row * spacing, size};
}

/* --- prints ----------------------------------------------------------------------------------------------------- */

/* The weights of the moments of discs first, first + step, ...: packed. */
static float *pack_weights(size_t first, size_t step, size_t discs, struct sk_error *err)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    const size_t columns = discs * MOMENTS;
    float *weight = sk_alloc(columns * PIXELS, sizeof *weight, err);
    float *panels = weight ? sk_alloc(sk_panel_columns(columns, product->columns) * PIXELS, sizeof *panels, err) : NULL;
    for (size_t d = 0; panels && d < discs; d++) {
        const struct sk_disc disc = disc_of(first + d * step);
        sk_zernike_weights(&disc, ORDER, SIDE, weight + d * MOMENTS * PIXELS);
    }
    if (panels)
        product->pack(PIXELS, columns, weight, 1, PIXELS, panels);
    free(weight);
    return panels;
}

/* The moments [count][discs][MOMENTS], each disc's of length 1 unless it is plain, of images from `first` on. */
static void make_prints(const struct sk_gallery *g, size_t first, size_t count, const float *weights, size_t discs,
                        float *outline, float *print)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    for (size_t i = 0; i < count; i++) {
        const int8_t *relief = g->relief + (first + i) * SK_RELIEF_PIXELS + SK_RELIEF_OUTLINE;
        for (size_t p = 0; p < PIXELS; p++)
            outline[i * PIXELS + p] = relief[p] == SK_RELIEF_UNKNOWN ? 0 : (float)relief[p] / SK_RELIEF_UNIT;
    }
    product->multiply(count, discs * MOMENTS, PIXELS, outline, PIXELS, (struct sk_panels_f32){weights, PIXELS},
                      (struct sk_ending_f32){0}, print, discs * MOMENTS);
    for (float *p = print; p < print + count * discs * MOMENTS; p += MOMENTS) {
        double square = 0;
        for (size_t k = 0; k < MOMENTS; k++)
            square += (double)p[k] * (double)p[k];
        for (size_t k = 0; k < MOMENTS; k++)
            p[k] = (float)((double)p[k] / fmax(sqrt(square), plain));
    }
}

static void magnitudes(const float *print, float *magnitude)
{
    for (int n = 1; n <= ORDER; n++)
        for (int m = n % 2; m <= n; m += 2) {
            *magnitude++ = m ? hypotf(print[0], print[1]) : *print;
            print += m ? 2 : 1;
        }
}

/* The images that are searched: prints of the middle discs, radius by radius. */
struct base {
    float *print;     /* [n][RADII][MOMENTS] */
    float *upright;   /* packed: [MOMENTS][RADII n] */
    float *magnitude; /* packed: [MAGNITUDES][RADII n] */
};

static void base_free(struct base *base)
{
    free(base->print);
    free(base->upright);
    free(base->magnitude);
}

static int base_new(struct base *base, const struct sk_gallery *g, struct sk_error *err)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    const size_t rows = g->n * RADII, columns = sk_panel_columns(rows, product->columns);
    *base = (struct base){0};
    float *weights = pack_weights(PLACES / 2, PLACES, RADII, err);
    float *outline = weights ? sk_alloc(BATCH * PIXELS, sizeof *outline, err) : NULL;
    float *magnitude = outline ? sk_alloc(rows, MAGNITUDES * sizeof *magnitude, err) : NULL;
    base->print = magnitude ? sk_alloc(rows, MOMENTS * sizeof *base->print, err) : NULL;
    base->upright = base->print ? sk_alloc(columns, MOMENTS * sizeof *base->upright, err) : NULL;
    base->magnitude = base->upright ? sk_alloc(columns, MAGNITUDES * sizeof *base->magnitude, err) : NULL;
    for (size_t first = 0; base->magnitude && first < g->n; first += BATCH)
        make_prints(g, first, g->n - first < BATCH ? g->n - first : BATCH, weights, RADII, outline,
                    base->print + first * RADII * MOMENTS);
    if (base->magnitude) {
        for (size_t i = 0; i < rows; i++)
            magnitudes(base->print + i * MOMENTS, magnitude + i * MAGNITUDES);
        product->pack(MOMENTS, rows, base->print, 1, MOMENTS, base->upright);
        product->pack(MAGNITUDES, rows, magnitude, 1, MAGNITUDES, base->magnitude);
    }
    int status = base->magnitude ? 0 : -1;
    free(weights);
    free(outline);
    free(magnitude);
    if (status)
        base_free(base);
    return status;
}

/* --- candidates ------------------------------------------------------------------------------------------------- */

struct scratch {
    float *outline;              /* [BATCH][PIXELS] */
    float *print;                /* [BATCH][DISCS][MOMENTS] */
    float *magnitude;            /* [DISCS][MAGNITUDES] */
    float *product;              /* [DISCS][COLUMNS] */
    float *score;                /* [RADII n] */
    struct sk_ranked *ranking;   /* [n] */
};

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; scratch && t < threads; t++) {
        free(scratch[t].outline);
        free(scratch[t].print);
        free(scratch[t].magnitude);
        free(scratch[t].product);
        free(scratch[t].score);
        free(scratch[t].ranking);
    }
    free(scratch);
}

static struct scratch *scratch_new(size_t threads, size_t n, struct sk_error *err)
{
    struct scratch *scratch = sk_alloc(threads, sizeof *scratch, err);
    for (size_t t = 0; scratch && t < threads; t++) {
        struct scratch *w = &scratch[t];
        w->outline = sk_alloc(BATCH * PIXELS, sizeof *w->outline, err);
        w->print = w->outline ? sk_alloc((size_t)BATCH * DISCS * MOMENTS, sizeof *w->print, err) : NULL;
        w->magnitude = w->print ? sk_alloc(DISCS * MAGNITUDES, sizeof *w->magnitude, err) : NULL;
        w->product = w->magnitude ? sk_alloc((size_t)DISCS * COLUMNS, sizeof *w->product, err) : NULL;
        w->score = w->product ? sk_alloc(n, RADII * sizeof *w->score, err) : NULL;
        w->ranking = w->score ? sk_alloc(n, sizeof *w->ranking, err) : NULL;
        if (!w->ranking) {
            scratch_free(scratch, threads);
            return NULL;
        }
    }
    return scratch;
}

SK_SIMD static void keep_best(const float *restrict product, size_t count, float *restrict score)
{
    for (size_t i = 0; i < count; i++)
        score[i] = product[i];
    for (size_t disc = 1; disc < DISCS; disc++)
        for (size_t i = 0; i < count; i++)
            score[i] = product[disc * COLUMNS + i] > score[i] ? product[disc * COLUMNS + i] : score[i];
}

/* Ranks the images of the base, n of them but for `self`, by the best product of a print [DISCS][values] with theirs; how many
   they are. */
static size_t rank(const float *print, size_t values, const float *panels, size_t n, size_t self, struct scratch *w)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    for (size_t first = 0; first < RADII * n; first += COLUMNS) {
        const size_t count = RADII * n - first < COLUMNS ? RADII * n - first : COLUMNS;
        product->multiply(DISCS, count, values, print, values, (struct sk_panels_f32){panels + first * values, values},
                          (struct sk_ending_f32){0}, w->product, COLUMNS);
        keep_best(w->product, count, w->score + first);
    }
    size_t candidates = 0;
    for (size_t i = 0; i < n; i++) {
        const float *s = w->score + i * RADII;
        if (i != self)
            w->ranking[candidates++] = (struct sk_ranked){fmaxf(fmaxf(s[0], s[1]), s[2]), i};
    }
    sk_ranking_start(w->ranking, candidates);
    return candidates;
}

/* Those that are likeliest upright, then those that are in any turn; how many they are, without repetition. */
static size_t choose(const float *print, const struct base *base, size_t n, size_t self, struct scratch *w,
                     size_t candidate[CANDIDATES])
{
    size_t count = 0;
    for (int turned = 0; turned < 2; turned++) {
        if (turned)
            for (size_t d = 0; d < DISCS; d++)
                magnitudes(print + d * MOMENTS, w->magnitude + d * MAGNITUDES);
        size_t left = rank(turned ? w->magnitude : print, turned ? MAGNITUDES : MOMENTS,
                             turned ? base->magnitude : base->upright, n, self, w);
        size_t most = turned ? TURNED : UPRIGHT, before = count;
        for (size_t k = 0; k < most && left > 0; k++) {
            size_t next = sk_ranking_next(w->ranking, &left).index;
            bool known = false;
            for (size_t i = 0; i < before && !known; i++)
                known = candidate[i] == next;
            if (!known)
                candidate[count++] = next;
        }
    }
    return count;
}

/* --- aligning --------------------------------------------------------------------------------------------------- */

/* Cosines and sines of m times each turn. */
struct turns {
    double cosine[TURNS][ORDER + 1], sine[TURNS][ORDER + 1];
};

static void make_turns(struct turns *turns)
{
    for (int t = 0; t < TURNS; t++)
        for (int m = 0; m <= ORDER; m++) {
            turns->cosine[t][m] = cos(2 * acos(-1) * t * m / TURNS);
            turns->sine[t][m] = sin(2 * acos(-1) * t * m / TURNS);
        }
}

/* The products of print a in all turns with b. */
static void turned_products(const float *a, const float *b, const struct turns *turns, double product[TURNS])
{
    double along[ORDER + 1] = {0}, across[ORDER + 1] = {0};
    for (int n = 1; n <= ORDER; n++)
        for (int m = n % 2; m <= n; m += 2) {
            along[m] += (double)(m ? a[0] * b[0] + a[1] * b[1] : *a * *b);
            across[m] += (double)(m ? a[0] * b[1] - a[1] * b[0] : 0);
            a += m ? 2 : 1;
            b += m ? 2 : 1;
        }
    for (int t = 0; t < TURNS; t++) {
        product[t] = 0;
        for (int m = 0; m <= ORDER; m++)
            product[t] += along[m] * turns->cosine[t][m] + across[m] * turns->sine[t][m];
    }
}

/* Takes a disc to one of a radius about the middle, turned. */
static struct sk_similarity map_of(const struct sk_disc *disc, double to_radius, const struct turns *turns, int turn)
{
    double scale = to_radius / disc->radius;
    struct sk_similarity map = {.a = scale * turns->cosine[turn][1], .b = scale * turns->sine[turn][1]};
    map.c = -(map.a * disc->x - map.b * disc->y);
    map.d = -(map.b * disc->x + map.a * disc->y);
    return map;
}

/* The likeliest start upright and the likeliest in any turn, of print a [DISCS] with b [RADII]; how many they are: one where they
   are alike. */
static size_t find_starts(const float *a, const float *b, const struct turns *turns, struct sk_similarity start[2])
{
    double best[2] = {-INFINITY, -INFINITY}, product[TURNS];
    for (size_t d = 0; d < DISCS; d++)
        for (size_t r = 0; r < RADII; r++) {
            const struct sk_disc disc = disc_of(d);
            turned_products(a + d * MOMENTS, b + r * MOMENTS, turns, product);
            for (int t = 0; t < TURNS; t++)
                for (int any = t == 0 ? 0 : 1; any < 2; any++)
                    if (product[t] > best[any]) {
                        best[any] = product[t];
                        start[any] = map_of(&disc, radius[r], turns, t);
                    }
        }
    double along = start[0].a * start[1].a, across = start[0].a * start[1].b; /* the first one's b is 0 */
    return along > 0 && fabs(across) < apart * along ? 1 : 2;
}

/* The distance of two reliefs, whose map is improved; 2 where there is no hope. */
static double verify(const int8_t *a, const int8_t *b, struct sk_similarity *map)
{
    struct sk_relief_match match = {.map = *map};
    size_t blocks;
    for (int level = SK_RELIEF_LEVELS - 1; level >= 0; level--) {
        sk_relief_align(a, b, level, steps[level], &match);
        if (match.correlation < promising[level])
            return 2;
    }
    *map = match.map;
    double agreement = sk_relief_agreement(a, b, map, &blocks);
    return blocks < LEAST_BLOCKS ? 2 : sqrt(2 - 2 * agreement);
}

/* --- searching -------------------------------------------------------------------------------------------------- */

static int by_position(const void *left, const void *right)
{
    const struct sk_lesion_pair *a = left, *b = right;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    return (a->distance > b->distance) - (a->distance < b->distance);
}

/* What one image finds: found [CANDIDATES], of which those that are no pair have a distance of 2. */
static void search(const struct sk_gallery *query, size_t i, const float *print, const struct sk_gallery *to,
                   const struct base *base, bool within, const struct turns *turns, struct scratch *w, struct sk_lesion_pair *found)
{
    size_t candidate[CANDIDATES], count = choose(print, base, to->n, within ? i : SIZE_MAX, w, candidate);
    for (size_t k = 0; k < CANDIDATES; k++)
        found[k].distance = 2;
    for (size_t k = 0; k < count; k++) {
        struct sk_similarity map[2];
        size_t starts = find_starts(print, base->print + candidate[k] * RADII * MOMENTS, turns, map);
        for (size_t s = 0; s < starts; s++) {
            double distance = verify(query->relief + i * SK_RELIEF_PIXELS, to->relief + candidate[k] * SK_RELIEF_PIXELS, &map[s]);
            if (distance < found[k].distance)
                found[k] = (struct sk_lesion_pair){i, candidate[k], distance, map[s]};
        }
    }
}

/* What all images of the query find among those of `to`: found [query->n][CANDIDATES]. */
static int search_all(const struct sk_gallery *query, const struct sk_gallery *to, const float *weights, bool within,
                      const struct sk_search *how, struct sk_lesion_pair *found, struct sk_error *err)
{
    const size_t batches = (query->n + BATCH - 1) / BATCH, threads = (size_t)how->jobs < batches ? (size_t)how->jobs : batches;
    struct base base = {0};
    struct turns turns;
    struct scratch *scratch = base_new(&base, to, err) ? NULL : scratch_new(threads, to->n, err);
    make_turns(&turns);
    if (scratch) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads ? (int)threads : 1)
        for (size_t batch = 0; batch < batches; batch++) {
            struct scratch *w = &scratch[omp_get_thread_num()];
            size_t first = batch * BATCH, count = query->n - first < BATCH ? query->n - first : BATCH;
            make_prints(query, first, count, weights, DISCS, w->outline, w->print);
            for (size_t i = 0; i < count; i++)
                search(query, first + i, w->print + i * DISCS * MOMENTS, to, &base, within, &turns, w,
                       found + (first + i) * CANDIDATES);
            sk_search_advance(how, count);
        }
    }
    int status = scratch ? 0 : -1;
    scratch_free(scratch, threads);
    base_free(&base);
    return status;
}

/* Sorts what was found, and leaves each pair once, at its least distance; how many there are. */
static size_t tidy(struct sk_lesion_pair *found, size_t count)
{
    size_t kept = 0, distinct = 0;
    for (size_t k = 0; k < count; k++)
        if (found[k].distance <= SK_LESION_DISTANCE)
            found[kept++] = found[k];
    qsort(found, kept, sizeof *found, by_position);
    for (size_t k = 0; k < kept; k++)
        if (k == 0 || found[k].a != found[k - 1].a || found[k].b != found[k - 1].b)
            found[distinct++] = found[k];
    return distinct;
}

static void swap(struct sk_lesion_pair *pair)
{
    *pair = (struct sk_lesion_pair){pair->b, pair->a, pair->distance, sk_similarity_inverse(&pair->map)};
}

int sk_lesions(const struct sk_gallery *a, const struct sk_gallery *b, const struct sk_search *how,
               struct sk_lesion_pair **pair, size_t *pairs, struct sk_error *err)
{
    const size_t of_a = sk_product(a->n, CANDIDATES), of_b = b ? sk_product(b->n, CANDIDATES) : 0;
    *pair = sk_alloc(sk_sum(of_a, of_b), sizeof **pair, err);
    float *weights = *pair ? pack_weights(0, 1, DISCS, err) : NULL;
    int status = weights ? search_all(a, b ? b : a, weights, !b, how, *pair, err) : -1;
    if (status == 0 && b)
        status = search_all(b, a, weights, false, how, *pair + of_a, err);
    free(weights);
    if (status) {
        free(*pair);
        *pair = NULL;
        return -1;
    }
    for (size_t k = 0; k < of_a + of_b; k++)
        if (b ? k >= of_a : (*pair)[k].a > (*pair)[k].b)
            swap(&(*pair)[k]);
    *pairs = tidy(*pair, of_a + of_b);
    return 0;
}
