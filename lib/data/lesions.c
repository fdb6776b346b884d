#include "data/lesions.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/memory_limit.h"
#include "base/product.h"
#include "base/simd.h"
#include "data/kd_tree.h"
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
enum { BATCH = 16 }; /* images whose prints are made at a time: the cut does not depend on the threads */
/* What is looked at first: moments of orders up to 3, magnitudes of those up to 4. */
enum { LEAD_MOMENTS = 9, LEAD_MAGNITUDES = 8, POINT = LEAD_MOMENTS + 1 };
enum { UPRIGHT = 32, TURNED = 16, CANDIDATES = UPRIGHT + TURNED };

static const double radius[RADII] = {0.45, 0.56, 0.7}, spacing = 0.1;
/* A disc whose moments are shorter shows nothing. */
static const double plain = 0.1;
/* What rounding may take off a bound, and more. */
static const float slack = 1e-5F;
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

/* The moments [count][discs][MOMENTS], each disc's of length 1 unless it is plain, of reliefs. */
static void make_prints(const int8_t *reliefs, size_t count, const float *weights, size_t discs, float *outline, float *print)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    for (size_t i = 0; i < count; i++) {
        const int8_t *relief = reliefs + i * SK_RELIEF_PIXELS + SK_RELIEF_OUTLINE;
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

/* The images that are searched: prints of the middle discs, radius by radius, and a block of them to be multiplied with. */
struct base {
    float *weights;   /* of the middle discs */
    float *print;     /* [n][RADII][MOMENTS]: of this block and those before */
    size_t first, n;  /* the block */
    struct sk_kd_tree upright, turned; /* of its moments, and their magnitudes: RADII n */
    float *outline, *row; /* what a block is made with: [BATCH][PIXELS], [RADII n][MAGNITUDES] */
    int8_t *relief;   /* [BATCH] */
};

static void base_free(struct base *base)
{
    free(base->weights);
    free(base->print);
    sk_kd_tree_free(&base->upright);
    sk_kd_tree_free(&base->turned);
    free(base->outline);
    free(base->row);
    free(base->relief);
}

/* Of n images, of which there are at most so many in a block. base_free frees it, after a failure too. */
static int base_new(struct base *base, size_t n, size_t most, struct sk_error *err)
{
    const size_t rows = most * RADII;
    *base = (struct base){.weights = pack_weights(PLACES / 2, PLACES, RADII, err)};
    base->print = base->weights ? sk_alloc(sk_product(n, RADII), MOMENTS * sizeof *base->print, err) : NULL;
    if (!base->print || sk_kd_tree_new(&base->upright, rows, MOMENTS, LEAD_MOMENTS, err) ||
        sk_kd_tree_new(&base->turned, rows, MAGNITUDES, LEAD_MAGNITUDES, err))
        return -1;
    base->outline = sk_alloc(BATCH * PIXELS, sizeof *base->outline, err);
    base->row = base->outline ? sk_alloc(rows, MAGNITUDES * sizeof *base->row, err) : NULL;
    base->relief = base->row ? sk_alloc(BATCH, SK_RELIEF_PIXELS, err) : NULL;
    return base->relief ? 0 : -1;
}

/* Goes on to the next block, of n images. */
static int base_next(struct base *base, const struct sk_gallery *g, size_t n, struct sk_error *err)
{
    base->first += base->n;
    base->n = n;
    float *print = base->print + base->first * RADII * MOMENTS;
    for (size_t at = 0; at < n; at += BATCH) {
        const size_t count = n - at < BATCH ? n - at : BATCH;
        const int8_t *relief = sk_gallery_part(g, SK_GALLERY_RELIEF, base->first + at, count, base->relief, err);
        if (!relief)
            return -1;
        make_prints(relief, count, base->weights, RADII, base->outline, print + at * RADII * MOMENTS);
    }
    for (size_t i = 0; i < n * RADII; i++)
        magnitudes(print + i * MOMENTS, base->row + i * MAGNITUDES);
    return sk_kd_tree_build(&base->upright, print, n * RADII, err) || sk_kd_tree_build(&base->turned, base->row, n * RADII, err) ? -1 : 0;
}

/* --- candidates ------------------------------------------------------------------------------------------------- */

struct scratch {
    float *outline;              /* [BATCH][PIXELS] */
    float *print;                /* [BATCH][DISCS][MOMENTS] */
    float *magnitude;            /* [DISCS][MAGNITUDES] */
    float *point;                /* [POINT][DISCS]: of either */
    float *reach;                /* [DISCS][MOMENTS]: those prints, or magnitudes, that are in reach of a leaf */
    float *product;              /* [DISCS][SK_KD_LEAF] */
    float *bound;                /* [leaves of a block] */
    struct sk_ranked *ranking;   /* [leaves of a block] */
    int8_t *relief;              /* [BATCH], of those that search, where they are not in memory */
    int8_t *other;               /* of one that is found */
    struct sk_lesion_pair *pair; /* [BATCH][CANDIDATES] */
};

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; scratch && t < threads; t++) {
        free(scratch[t].outline);
        free(scratch[t].print);
        free(scratch[t].magnitude);
        free(scratch[t].point);
        free(scratch[t].reach);
        free(scratch[t].product);
        free(scratch[t].bound);
        free(scratch[t].ranking);
        free(scratch[t].relief);
        free(scratch[t].other);
        free(scratch[t].pair);
    }
    free(scratch);
}

static struct scratch *scratch_new(size_t threads, size_t leaves, struct sk_error *err)
{
    struct scratch *scratch = sk_alloc(threads, sizeof *scratch, err);
    for (size_t t = 0; scratch && t < threads; t++) {
        struct scratch *w = &scratch[t];
        w->outline = sk_alloc(BATCH * PIXELS, sizeof *w->outline, err);
        w->print = w->outline ? sk_alloc((size_t)BATCH * DISCS * MOMENTS, sizeof *w->print, err) : NULL;
        w->magnitude = w->print ? sk_alloc(DISCS * MAGNITUDES, sizeof *w->magnitude, err) : NULL;
        w->point = w->magnitude ? sk_alloc((size_t)DISCS * POINT, sizeof *w->point, err) : NULL;
        w->reach = w->point ? sk_alloc((size_t)DISCS * MOMENTS, sizeof *w->reach, err) : NULL;
        w->product = w->reach ? sk_alloc((size_t)DISCS * SK_KD_LEAF, sizeof *w->product, err) : NULL;
        w->bound = w->product ? sk_alloc(leaves, sizeof *w->bound, err) : NULL;
        w->ranking = w->bound ? sk_alloc(leaves, sizeof *w->ranking, err) : NULL;
        w->relief = w->ranking ? sk_alloc(BATCH, SK_RELIEF_PIXELS, err) : NULL;
        w->other = w->relief ? sk_alloc(1, SK_RELIEF_PIXELS, err) : NULL;
        w->pair = w->other ? sk_alloc((size_t)BATCH * CANDIDATES, sizeof *w->pair, err) : NULL;
        if (!w->pair) {
            scratch_free(scratch, threads);
            return NULL;
        }
    }
    return scratch;
}

/* The greatest of each of a leaf's columns. */
SK_SIMD static void greatest(const float *restrict product, size_t rows, float *restrict best)
{
    for (size_t i = 0; i < SK_KD_LEAF; i++)
        best[i] = -INFINITY;
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < SK_KD_LEAF; i++)
            best[i] = product[row * SK_KD_LEAF + i] > best[i] ? product[row * SK_KD_LEAF + i] : best[i];
}

/* The likeliest images for one, likeliest first. */
struct likeliest {
    size_t uprights, turneds;
    struct sk_ranked upright[UPRIGHT], turned[TURNED];
};

/* What one image looks for. */
struct wanted {
    const float *print; /* [DISCS][values] */
    const struct sk_kd_tree *tree;
    size_t first, self; /* the tree's first image, and the one that is not let in */
    struct sk_ranked *best; /* [*count], likeliest first, each image once */
    size_t *count, most;
};

/* The score above which an image may be let in, less what rounding may take off a bound. */
static float least_score(const struct wanted *wanted)
{
    return *wanted->count < wanted->most ? -INFINITY : wanted->best[wanted->most - 1].score - slack;
}

/* Lets an image in that is likelier than the last one, or than it was known to be. */
static void let_in(const struct wanted *wanted, struct sk_ranked image)
{
    struct sk_ranked *best = wanted->best;
    size_t at = 0;
    while (at < *wanted->count && best[at].index != image.index)
        at++;
    if (at == *wanted->count && at < wanted->most)
        best[(*wanted->count)++] = image;
    at = at < wanted->most ? at : at - 1;
    if (best[at].index == image.index ? best[at].score > image.score : !sk_ranks_before(&image, &best[at]))
        return;
    for (; at > 0 && sk_ranks_before(&image, &best[at - 1]); at--)
        best[at] = best[at - 1];
    best[at] = image;
}

/* Lets those of a leaf in whose products with the prints that are in its reach are greater. */
static void rank_leaf(const struct wanted *wanted, size_t leaf, struct scratch *w)
{
    const struct sk_kd_tree *tree = wanted->tree;
    const size_t values = tree->values, *vector;
    float score[SK_KD_LEAF];
    size_t columns, which[DISCS];
    const size_t rows = sk_kd_tree_reach(tree, leaf, w->point, DISCS, least_score(wanted), which);
    const struct sk_panels_f32 panels = sk_kd_tree_leaf(tree, leaf, &columns, &vector);
    for (size_t k = 0; k < rows; k++)
        memcpy(w->reach + k * values, wanted->print + which[k] * values, values * sizeof *w->reach);
    sk_product_f32(sk_simd_level())->multiply(rows, columns, values, w->reach, values, panels, (struct sk_ending_f32){0}, w->product,
                                              SK_KD_LEAF);
    greatest(w->product, rows, score);
    for (size_t i = 0; i < columns; i++) {
        const struct sk_ranked image = {score[i], wanted->first + vector[i] / RADII};
        if (image.index != wanted->self && score[i] > least_score(wanted))
            let_in(wanted, image);
    }
}

/* Lets in those images of the tree whose best products with a print are greatest. Leaves are searched in the order of their bounds, until
   none is above what has been found: the same is found as by all products. */
static void rank(const struct wanted *wanted, struct scratch *w)
{
    size_t left = wanted->tree->leaves;
    sk_kd_tree_points(wanted->tree, wanted->print, DISCS, w->point);
    sk_kd_tree_bounds(wanted->tree, w->point, DISCS, w->bound);
    for (size_t leaf = 0; leaf < left; leaf++)
        w->ranking[leaf] = (struct sk_ranked){w->bound[leaf], leaf};
    sk_ranking_start(w->ranking, left);
    while (left > 0 && w->ranking[0].score > least_score(wanted))
        rank_leaf(wanted, sk_ranking_next(w->ranking, &left).index, w);
}

/* Lets in what is likelier of the base's block, upright and in any turn. */
static void find_likeliest(const float *print, const struct base *base, size_t self, struct scratch *w, struct likeliest *likeliest)
{
    for (size_t d = 0; d < DISCS; d++)
        magnitudes(print + d * MOMENTS, w->magnitude + d * MAGNITUDES);
    rank(&(struct wanted){print, &base->upright, base->first, self, likeliest->upright, &likeliest->uprights, UPRIGHT}, w);
    rank(&(struct wanted){w->magnitude, &base->turned, base->first, self, likeliest->turned, &likeliest->turneds, TURNED}, w);
}

/* Those that are likeliest upright, then those that are in any turn; how many they are, without repetition. */
static size_t choose(const struct likeliest *likeliest, size_t candidate[CANDIDATES])
{
    size_t count = 0;
    for (; count < likeliest->uprights; count++)
        candidate[count] = likeliest->upright[count].index;
    for (size_t k = 0; k < likeliest->turneds; k++) {
        bool known = false;
        for (size_t i = 0; i < likeliest->uprights && !known; i++)
            known = candidate[i] == likeliest->turned[k].index;
        if (!known)
            candidate[count++] = likeliest->turned[k].index;
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

/* A search of a query's images among those of `to`. */
struct task {
    const struct sk_gallery *query, *to;
    bool within; /* they are the same, and none is searched for itself */
    const struct sk_search *how;
    const float *weights; /* of all discs */
    struct turns turns;
    struct base base;
    struct likeliest *likeliest; /* [query->n]: so far */
    struct sk_search_pace *pace;
};

/* What is found, in the order of the images that search. */
struct found {
    struct sk_lesion_pair *pair;
    size_t count, capacity;
};

/* What one image finds: pair [CANDIDATES], of which those that are none have a distance of 2. */
static int align_all(const struct task *task, size_t i, const int8_t *relief, const float *print, struct scratch *w,
                     struct sk_lesion_pair *pair, struct sk_error *err)
{
    size_t candidate[CANDIDATES], count = choose(&task->likeliest[i], candidate);
    for (size_t k = 0; k < CANDIDATES; k++)
        pair[k].distance = 2;
    for (size_t k = 0; k < count; k++) {
        struct sk_similarity map[2] = {{.a = 0}};
        size_t starts = find_starts(print, task->base.print + candidate[k] * RADII * MOMENTS, &task->turns, map);
        const int8_t *other = sk_gallery_part(task->to, SK_GALLERY_RELIEF, candidate[k], 1, w->other, err);
        if (!other)
            return -1;
        for (size_t s = 0; s < starts; s++) {
            double distance = verify(relief, other, &map[s]);
            if (distance < pair[k].distance)
                pair[k] = (struct sk_lesion_pair){i, candidate[k], distance, map[s]};
        }
    }
    return 0;
}

/* Appends what are pairs of some images. */
static int keep(struct found *found, const struct sk_lesion_pair *pair, size_t count, struct sk_error *err)
{
    for (size_t k = 0; k < count; k++) {
        if (!(pair[k].distance <= SK_LESION_DISTANCE))
            continue;
        struct sk_lesion_pair *grown = sk_grow(found->pair, found->count, &found->capacity, sizeof *grown, err);
        if (!grown)
            return -1;
        found->pair = grown;
        grown[found->count++] = pair[k];
    }
    return 0;
}

/* Searches the base's block for some images, and once it is the last one aligns what is likeliest of all: pair [count][CANDIDATES]. */
static int search_batch(const struct task *task, size_t first, size_t count, struct scratch *w, struct sk_error *err)
{
    const bool last = task->base.first + task->base.n == task->to->n;
    const int8_t *relief = sk_gallery_part(task->query, SK_GALLERY_RELIEF, first, count, w->relief, err);
    if (!relief)
        return -1;
    make_prints(relief, count, task->weights, DISCS, w->outline, w->print);
    for (size_t i = 0; i < count; i++) {
        const float *print = w->print + i * DISCS * MOMENTS;
        find_likeliest(print, &task->base, task->within ? first + i : SIZE_MAX, w, &task->likeliest[first + i]);
        if (last && align_all(task, first + i, relief + i * SK_RELIEF_PIXELS, print, w, w->pair + i * CANDIDATES, err))
            return -1;
    }
    sk_search_pass(task->how, task->pace, count, last ? 2 : 1);
    return 0;
}

/* Searches the base's block for all images; what is found of the last one is appended in the images' order. */
static int search_block(const struct task *task, struct scratch *scratch, size_t threads, struct found *found, struct sk_error *err)
{
    const size_t n = task->query->n, batches = (n + BATCH - 1) / BATCH;
    const bool last = task->base.first + task->base.n == task->to->n;
    int status = 0;
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(threads ? (int)threads : 1)
    for (size_t batch = 0; batch < batches; batch++) {
        struct scratch *w = &scratch[omp_get_thread_num()];
        const size_t first = batch * BATCH, count = n - first < BATCH ? n - first : BATCH;
        struct sk_error why;
        int failed = search_batch(task, first, count, w, &why);
#pragma omp ordered
        {
            if (!failed && last)
                failed = keep(found, w->pair, count * CANDIDATES, &why);
            if (failed && status == 0) {
                *err = why;
                status = -1;
            }
        }
    }
    return status;
}

/* What all images of the query find among those of `to` is appended. */
static int search_all(const struct sk_gallery *query, const struct sk_gallery *to, const float *weights, bool within,
                      const struct sk_search *how, struct found *found, struct sk_error *err)
{
    const size_t batches = (query->n + BATCH - 1) / BATCH, threads = (size_t)how->jobs < batches ? (size_t)how->jobs : batches;
    const size_t most = how->block && how->block < to->n ? how->block : to->n;
    struct sk_search_pace pace = {.passes = most ? (to->n + most - 1) / most + 1 : 2};
    struct task task = {.query = query, .to = to, .within = within, .how = how, .weights = weights, .pace = &pace};
    make_turns(&task.turns);
    task.likeliest = sk_alloc(query->n, sizeof *task.likeliest, err);
    struct scratch *scratch = !task.likeliest || base_new(&task.base, to->n, most, err) ? NULL : scratch_new(threads, task.base.upright.most, err);
    int status = scratch ? 0 : -1;
    size_t done = 0;
    do {
        const size_t n = to->n - done < most ? to->n - done : most;
        if (status == 0)
            status = base_next(&task.base, to, n, err);
        if (status == 0)
            status = search_block(&task, scratch, threads, found, err);
        done += n;
    } while (status == 0 && done < to->n);
    scratch_free(scratch, threads);
    base_free(&task.base);
    free(task.likeliest);
    return status;
}

/* Sorts what was found, and leaves each pair once, at its least distance; how many there are. */
static size_t tidy(struct sk_lesion_pair *found, size_t count)
{
    size_t distinct = 0;
    if (count > 0)
        qsort(found, count, sizeof *found, by_position);
    for (size_t k = 0; k < count; k++)
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
    struct found found = {0};
    float *weights = pack_weights(0, 1, DISCS, err);
    int status = weights ? search_all(a, b ? b : a, weights, !b, how, &found, err) : -1;
    const size_t of_a = found.count;
    if (status == 0 && b)
        status = search_all(b, a, weights, false, how, &found, err);
    free(weights);
    *pair = NULL;
    if (status) {
        free(found.pair);
        return -1;
    }
    for (size_t k = 0; k < found.count; k++)
        if (b ? k >= of_a : found.pair[k].a > found.pair[k].b)
            swap(&found.pair[k]);
    *pair = found.pair;
    *pairs = tidy(found.pair, found.count);
    return 0;
}

/* What a search takes, in bytes, rounded up: measured, and from the sizes of the arrays of both searches, whichever is the greater. */
enum {
    TAKES = 80 << 20,        /* the program, and the weights of all moments while they are packed */
    TAKES_THREAD = 5 << 20,  /* scratch */
    TAKES_IMAGE = 2 * 1024,  /* size, prints of the middle discs, the likeliest images */
    TAKES_FOUND = 2 * 1024,  /* of the stream that is searched within: SK_DUPLICATE_CANDIDATES copies */
    TAKES_BLOCK = 6 * 1024,  /* of an image of a block: shapes and packed prints */
    TAKES_BLOCK_THREAD = 128 /* and scores */
};
enum { LEAST_BLOCK = 512 }; /* images */

int sk_search_fit(struct sk_search *how, const struct sk_gallery *a, const struct sk_gallery *b, uint64_t bytes, struct sk_error *err)
{
    const size_t jobs = (size_t)how->jobs, an_image = TAKES_BLOCK + jobs * TAKES_BLOCK_THREAD;
    const size_t images = b ? sk_sum(a->n, b->n) : a->n;
    const size_t fixed = sk_sum(TAKES + jobs * TAKES_THREAD, sk_product(images, b ? TAKES_IMAGE : TAKES_IMAGE + TAKES_FOUND));
    const size_t least = sk_sum(fixed, sk_product(LEAST_BLOCK, an_image));
    char needs[32], has[32];
    if (bytes < least) {
        sk_memory_text(least, needs);
        sk_memory_text(bytes, has);
        return sk_fail(err, "%zu images and %d thread%s need %s of memory, %s are allowed", images, how->jobs, how->jobs == 1 ? "" : "s",
                       needs, has);
    }
    how->block = (bytes - fixed) / an_image;
    return 0;
}
