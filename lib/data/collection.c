#include "data/collection.h"

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

int sk_collection_read_features(struct sk_collection *c, const char *path, struct sk_error *err)
{
    *c = (struct sk_collection){.prints = NULL};
    if (sk_tensor_file_read(&c->file, path, err))
        return -1;
    const struct sk_tensor *tensor = sk_tensor_file_find(&c->file, "features");
    int status = -1;
    if (!tensor || tensor->dtype != SK_F32 || tensor->rank != 2 || tensor->dim[1] < 1) {
        sk_fail(err, "%s: no tensor 'features' of shape [n, dim] and type F32", path);
    } else {
        c->features = (struct sk_features){tensor->dim[0], tensor->dim[1], tensor->data};
        c->extractor = sk_tensor_file_get(&c->file, "extractor");
        status = check_finite(&c->features, path, err);
    }
    if (status)
        sk_collection_free(c);
    return status;
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
