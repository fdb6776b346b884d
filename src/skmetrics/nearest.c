/* skmetrics nearest: each image's nearest one of another set. */
#include "command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"

static int by_distance(const void *left, const void *right)
{
    const struct sk_neighbour *a = left, *b = right;
    return (a->distance > b->distance) - (a->distance < b->distance);
}

enum { COMPARED_WITH_ITSELF = 1000 };

/* How far the training images are from each other, to compare with: copies are nearer than that. */
static int print_own_distance(const struct options *o, const struct sk_collection *train, struct sk_error *err)
{
    size_t n = train->features.n < COMPARED_WITH_ITSELF ? train->features.n : COMPARED_WITH_ITSELF;
    struct sk_neighbour *neighbour = sk_alloc(n, sizeof *neighbour, err);
    char text[SK_NUMBER_SIZE];
    if (!neighbour)
        return -1;
    int status = n < 2 ? 0 : sk_collection_nearest(train, n, train, true, o->tool.jobs, neighbour, err);
    if (status == 0 && n >= 2) {
        qsort(neighbour, n, sizeof *neighbour, by_distance);
        double median = (neighbour[(n - 1) / 2].distance + neighbour[n / 2].distance) / 2;
        printf("# median distance of %zu training images to their nearest other: %s\n", n,
               sk_number_text(text, median));
    }
    free(neighbour);
    return status;
}

static void print_measure(const struct sk_collection *images)
{
    if (images->prints)
        puts("pixels, turned and mirrored");
    else
        printf("features of %s\n", images->extractor ? images->extractor : "-");
}

/* An image without another one has no neighbour. */
static int print_rows(const struct sk_neighbour *neighbour, size_t n, bool alone, struct sk_error *err)
{
    int status = 0;
    puts("fake\ttrain\tdistance");
    for (size_t i = 0; i < n && status == 0; i++)
        status = skmetrics_numbers((double[]){(double)i, alone ? (double)NAN : (double)neighbour[i].index,
                                              alone ? (double)NAN : neighbour[i].distance}, 3, 0, err);
    return status;
}

static int print_nearest(const struct options *o, char **path, const struct sk_collection *train,
                         const struct sk_collection *fake, struct sk_error *err)
{
    size_t n = fake->features.n;
    if (train->features.n < 1)
        return sk_fail(err, "%s: no images to search", path[0]);
    struct sk_neighbour *neighbour = sk_alloc(n, sizeof *neighbour, err);
    if (!neighbour)
        return -1;
    int status = sk_collection_nearest(fake, n, train, false, o->tool.jobs, neighbour, err);
    if (status == 0) {
        printf("# nearest of %zu training images (%s) to each of %zu (%s), by ", train->features.n, path[0], n, path[1]);
        print_measure(train);
        status = print_own_distance(o, train, err);
    }
    if (status == 0)
        status = print_rows(neighbour, n, false, err);
    free(neighbour);
    return status;
}

/* Two streams of images. On failure both are empty. */
static int read_images(struct sk_collection side[2], char **path, struct sk_error *err)
{
    if (sk_collection_read_images(&side[0], path[0], err))
        return -1;
    if (sk_collection_read_images(&side[1], path[1], err) == 0)
        return 0;
    sk_collection_free(&side[0]);
    return -1;
}

static int nearest_within(const struct options *o, const char *path, bool features, struct sk_error *err)
{
    struct sk_collection images;
    if (features ? sk_collection_read_features(&images, path, err) : sk_collection_read_images(&images, path, err))
        return -1;
    size_t n = images.features.n;
    struct sk_neighbour *neighbour = sk_alloc(n, sizeof *neighbour, err);
    int status = neighbour ? 0 : -1;
    if (status == 0 && n > 1)
        status = sk_collection_nearest(&images, n, &images, true, o->tool.jobs, neighbour, err);
    if (status == 0) {
        printf("# nearest other of each of %zu (%s), by ", n, path);
        print_measure(&images);
        status = print_rows(neighbour, n, n < 2, err);
    }
    free(neighbour);
    sk_collection_free(&images);
    return status;
}

int skmetrics_nearest(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_collection side[2];
    bool features = sk_collection_holds_features(operand[0]);
    if (operands == 1)
        return nearest_within(o, operand[0], features, err);
    if (features != sk_collection_holds_features(operand[1]))
        return sk_fail(err, "%s: is a file of features, %s is not", operand[!features], operand[features]);
    if (features ? skmetrics_read_features(side, sk_collection_read_features, operand, err) : read_images(side, operand, err))
        return -1;
    int status = print_nearest(o, operand, &side[0], &side[1], err);
    sk_collection_free(&side[0]);
    sk_collection_free(&side[1]);
    return status;
}
