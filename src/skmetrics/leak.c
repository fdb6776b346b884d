/* skmetrics leak: images of one stream that stand in another, or more than once in it, also as other photographs of a lesion. */
#include "command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/progress.h"
#include "data/lesions.h"

/* What a terminal is told. */
struct screen {
    struct sk_progress progress;
    const char *searching; /* for copies or lesions; NULL while images are read */
    uint64_t done, total;
    double start;
};

static void start_screen(struct screen *s, const struct options *o)
{
    *s = (struct screen){0};
    sk_progress_start(&s->progress, !o->tool.quiet && isatty(STDERR_FILENO) ? stderr : NULL, o->tool.name);
    s->progress.start = sk_seconds();
}

static void start_search(struct screen *s, const char *searching, size_t images)
{
    s->searching = searching;
    s->done = 0;
    s->total = images;
    s->start = sk_seconds();
}

static void on_advance(void *context, size_t images)
{
    struct screen *s = context;
    s->done += images;
    if (!s->searching)
        sk_progress_images(&s->progress, s->done, false);
    else
        sk_progress_show(&s->progress, &(struct sk_progress_state){s->done, s->total, (double)s->done / (sk_seconds() - s->start), false,
                                                                   s->searching});
}

static void print_head(const struct options *o)
{
    printf(", aligned and compared pixel by pixel, be they turned, mirrored, cropped, shifted or little changed: "
           "distance at most %g\n", o->threshold);
    printf("# lesion: the same in another photograph, be it in other light, colours, size or position, by its relief: "
           "distance at most %g\na\tb\tdistance\tkind%s\n",
           SK_LESION_DISTANCE, o->map ? "\tscale\tdegrees\tmirrored" : "");
}

static int print_pair(const struct options *o, size_t a, size_t b, double distance, const char *kind,
                      const struct sk_similarity *map, struct sk_error *err)
{
    char text[5][SK_NUMBER_SIZE];
    const char *cell[] = {sk_number_text(text[0], (double)a),
                          sk_number_text(text[1], (double)b),
                          sk_number_text(text[2], distance),
                          kind,
                          sk_number_text(text[3], hypot(map->a, map->b)),
                          sk_number_text(text[4], atan2(map->b, map->a) * 180 / acos(-1)),
                          map->mirror ? "yes" : "no"};
    return sk_table_write(stdout, cell, o->map ? 7 : 4, err);
}

/* Pairs of image i, sorted by their other image, and the lesions from *next on that begin with i; those that are copies
   are not named again. */
static int print_pairs(const struct options *o, size_t i, const struct sk_duplicate *copy, size_t copies,
                       const struct sk_lesion_pair *lesion, size_t lesions, size_t *next, struct sk_error *err)
{
    int status = 0;
    for (size_t k = 0; k <= copies && status == 0; k++) {
        bool last = k == copies;
        if (!last && copy[k].index == SIZE_MAX)
            continue;
        for (; *next < lesions && lesion[*next].a == i && (last || lesion[*next].b <= copy[k].index) && status == 0; ++*next)
            if (last || lesion[*next].b < copy[k].index)
                status = print_pair(o, i, lesion[*next].b, lesion[*next].distance, "lesion", &lesion[*next].map, err);
        if (!last && status == 0)
            status = print_pair(o, i, copy[k].index, copy[k].alignment.distance, "copy", &copy[k].alignment.map, err);
    }
    return status;
}

static int by_index(const void *left, const void *right)
{
    const struct sk_duplicate *a = left, *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

/* Each image of a with its nearest copy in b; or, where b is NULL, all pairs of copies within a. And all pairs of lesions. */
static int leak(const struct options *o, char **path, const struct sk_gallery *a, const struct sk_gallery *b,
                const struct sk_search *how, struct sk_error *err)
{
    const size_t most = b ? 1 : SK_DUPLICATE_CANDIDATES;
    struct screen *screen = how->context;
    struct sk_lesion_pair *lesion = NULL;
    size_t lesions = 0, next = 0;
    struct sk_duplicate *found = sk_alloc(a->n, most * sizeof *found, err);
    start_search(screen, "copies", a->n);
    int status = !found ? -1 : b ? sk_duplicates(a, b, how, found, err) : sk_duplicates_within(a, how, found, err);
    start_search(screen, "lesions", a->n + (b ? b->n : 0));
    if (status == 0)
        status = sk_lesions(a, b, how, &lesion, &lesions, err);
    sk_progress_break(&screen->progress);
    if (status == 0) {
        if (b)
            printf("# images of %zu (a: %s) that stand among %zu (b: %s)", a->n, path[0], b->n, path[1]);
        else
            printf("# pairs among the %zu images of %s, a before b", a->n, path[0]);
        print_head(o);
    }
    for (size_t i = 0; i < a->n && status == 0; i++) {
        qsort(found + i * most, most, sizeof *found, by_index);
        status = print_pairs(o, i, found + i * most, most, lesion, lesions, &next, err);
    }
    free(found);
    free(lesion);
    return status;
}

int skmetrics_leak(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_gallery side[2] = {{0}, {0}};
    struct screen screen;
    struct sk_search how = {.jobs = o->tool.jobs, .distance = o->threshold, .advance = on_advance, .context = &screen,
                            .spooled = o->memory > 0};
    int status = 0;
    start_screen(&screen, o);
    for (size_t i = 0; i < operands && status == 0; i++)
        status = sk_gallery_read(&side[i], operand[i], &how, err);
    if (status == 0 && o->memory > 0)
        status = sk_search_fit(&how, &side[0], operands == 1 ? NULL : &side[1], (uint64_t)o->memory << 20, err);
    if (status == 0)
        status = leak(o, operand, &side[0], operands == 1 ? NULL : &side[1], &how, err);
    sk_progress_break(&screen.progress);
    sk_gallery_free(&side[0]);
    sk_gallery_free(&side[1]);
    return status;
}
