#include "data/collection.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool sk_collection_holds_features(const char *path)
{
    struct stat status;
    char start[9] = {0}; /* the header's length, and its first character */
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    FILE *in = fopen(path, "rb");
    size_t got = in ? fread(start, 1, sizeof start, in) : 0;
    if (in)
        fclose(in);
    return got == sizeof start && start[8] == '{';
}

static int check_finite(const struct sk_features *features, const char *path, struct sk_error *err)
{
    for (size_t i = 0; i < features->n; i++)
        for (size_t d = 0; d < features->dim; d++)
            if (!isfinite(features->value[i * features->dim + d]))
                return sk_fail(err, "%s: image %zu: feature %zu is not a finite number", path, i, d);
    return 0;
}

static int take_features(struct sk_collection *c, const char *path, struct sk_error *err)
{
    struct sk_tensor *tensor = sk_tensor_file_find(&c->file, "features");
    if (!tensor || tensor->rank != 2 || tensor->dim[1] < 1)
        return sk_fail(err, "%s: no tensor 'features' of shape [n, dim]", path);
    if (sk_tensor_to_float(tensor, err))
        return sk_prefix(err, "%s", path);
    c->features = (struct sk_features){tensor->dim[0], tensor->dim[1], tensor->data};
    return check_finite(&c->features, path, err);
}

static bool all_finite(const double *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(value[i]))
            return false;
    return true;
}

/* The data of a tensor of doubles, which then belong to the caller; NULL where it is none of that rank or not finite. */
static double *take_doubles(struct sk_tensor_file *file, const char *name, int rank, size_t dim[2])
{
    struct sk_tensor *tensor = sk_tensor_file_find(file, name);
    if (!tensor || tensor->dtype != SK_F64 || tensor->rank != rank || !all_finite(tensor->data, sk_tensor_elements(tensor)))
        return NULL;
    memcpy(dim, tensor->dim, (size_t)rank * sizeof *dim);
    double *data = tensor->data;
    tensor->data = NULL;
    return data;
}

static int take_gaussian(struct sk_collection *c, const char *path, struct sk_error *err)
{
    struct sk_gaussian *g = &c->gaussian;
    const struct sk_tensor *n = sk_tensor_file_find(&c->file, "n");
    size_t dim[2] = {0}, shape[2] = {0};
    g->mean = take_doubles(&c->file, "mean", 1, dim);
    g->factor = take_doubles(&c->file, "factor", 2, shape);
    *g = (struct sk_gaussian){0, dim[0], shape[0], g->mean, g->factor};
    if (!n || n->dtype != SK_I64 || n->rank != 0 || !g->mean || !g->factor || g->dim < 1 || shape[1] != g->dim)
        return sk_fail(err, "%s: neither features [n, dim] nor whole statistics of them (n, mean, factor)", path);
    int64_t images = *(const int64_t *)n->data;
    if (images < 2 || images > INT_MAX || g->dim > INT_MAX || g->rank != ((size_t)images < g->dim ? (size_t)images : g->dim))
        return sk_fail(err, "%s: statistics of %lld images have no factor of %zu x %zu", path, (long long)images, g->rank,
                       g->dim);
    g->n = (size_t)images;
    return 0;
}

static int fit_gaussian(struct sk_collection *c, const char *path, struct sk_error *err)
{
    if (sk_gaussian_fit(&c->gaussian, &c->features, err))
        return sk_prefix(err, "%s", path);
    return 0;
}

static int read_file(struct sk_collection *c, const char *path, bool gaussian, struct sk_error *err)
{
    *c = (struct sk_collection){.prints = NULL};
    if (sk_tensor_file_read(&c->file, path, err))
        return -1;
    c->extractor = sk_tensor_file_get(&c->file, "extractor");
    bool statistics = gaussian && !sk_tensor_file_find(&c->file, "features") && sk_tensor_file_find(&c->file, "factor");
    int status = statistics ? take_gaussian(c, path, err) : take_features(c, path, err);
    if (status == 0 && gaussian && !statistics)
        status = fit_gaussian(c, path, err);
    if (status)
        sk_collection_free(c);
    return status;
}

int sk_collection_read_features(struct sk_collection *c, const char *path, struct sk_error *err)
{
    return read_file(c, path, false, err);
}

int sk_collection_read_gaussian(struct sk_collection *c, const char *path, struct sk_error *err)
{
    return read_file(c, path, true, err);
}

int sk_collection_write_gaussian(const struct sk_collection *c, const char *path, struct sk_error *err)
{
    const struct sk_gaussian *g = &c->gaussian;
    struct sk_tensor_file file = {0};
    void *n, *mean, *factor;
    int failed = sk_tensor_file_add(&file, "n", SK_I64, 0, NULL, &n, err) ||
                 sk_tensor_file_add(&file, "mean", SK_F64, 1, (size_t[]){g->dim}, &mean, err) ||
                 sk_tensor_file_add(&file, "factor", SK_F64, 2, (size_t[]){g->rank, g->dim}, &factor, err) ||
                 sk_tensor_file_set(&file, err, "kind", "statistics") ||
                 (c->extractor && sk_tensor_file_set(&file, err, "extractor", "%s", c->extractor));
    if (!failed) {
        *(int64_t *)n = (int64_t)g->n;
        memcpy(mean, g->mean, g->dim * sizeof *g->mean);
        memcpy(factor, g->factor, g->rank * g->dim * sizeof *g->factor);
        failed = sk_tensor_file_write(&file, path, err);
    }
    sk_tensor_file_free(&file);
    return failed ? -1 : 0;
}

int sk_collection_read_images(struct sk_collection *c, const char *path, struct sk_error *err)
{
    size_t n;
    *c = (struct sk_collection){.prints = NULL};
    if (sk_fingerprints_read(path, &c->prints, &n, err))
        return -1;
    c->features = (struct sk_features){n, SK_FINGERPRINT_DIM, c->prints};
    return 0;
}

void sk_collection_free(struct sk_collection *c)
{
    sk_tensor_file_free(&c->file);
    sk_gaussian_free(&c->gaussian);
    free(c->prints);
    *c = (struct sk_collection){.prints = NULL};
}

bool sk_collection_same_extractor(const struct sk_collection *a, const struct sk_collection *b)
{
    if (!a->extractor || !b->extractor)
        return a->extractor == b->extractor;
    return strcmp(a->extractor, b->extractor) == 0;
}

int sk_collection_nearest(const struct sk_collection *query, size_t queries, const struct sk_collection *base, bool same,
                          int jobs, struct sk_neighbour *neighbour, struct sk_error *err)
{
    struct sk_features first = query->features;
    first.n = queries;
    struct sk_nearest search = {
        .query = &first,
        .base = &base->features,
        .variants = query->prints ? SK_FINGERPRINT_TURNS : 1,
        .forms = query->prints ? sk_fingerprint_turns : NULL,
        .same = same,
        .jobs = jobs,
    };
    return sk_nearest(&search, neighbour, err);
}
