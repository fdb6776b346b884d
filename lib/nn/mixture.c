#include "nn/mixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/streams.h"

static const double most = 1e9;

/* One name=share, or a name alone, whose share is 1. */
struct part {
    const char *name;
    int length;
    double share;
};

/* Reads a share and goes behind it. 0, or -1 with err. */
static int read_share(const char **text, double *share, struct sk_error *err)
{
    const size_t length = strcspn(*text, ",");
    char *end = NULL;
    *share = strspn(*text, "0123456789.eE+-") == length && strspn(*text, "0123456789.") ? strtod(*text, &end) : -1;
    if (end != *text + length || !(*share >= 0 && *share <= most))
        return sk_fail(err, "'%.*s' is no share from 0 to %.0f", (int)(length < 40 ? length : 40), *text, most);
    *text = end;
    return 0;
}

/* Reads the part at *text and goes to the next; at the end there is none: 0. 1, or -1 with err. */
static int next_part(const char **text, struct part *part, struct sk_error *err)
{
    const char *equals = strchr(*text, '=');
    if (!equals)
        return sk_fail(err, "'%.80s' is not name=share", *text);
    *part = (struct part){.name = *text, .length = (int)(equals - *text)};
    *text = equals + 1;
    if (part->length == 0 || part->length >= SK_CLASS_NAME)
        return sk_fail(err, "a share without a name, or with one of more than %d bytes", SK_CLASS_NAME - 1);
    if (read_share(text, &part->share, err))
        return -1;
    if (**text == '\0')
        return 0;
    ++*text; /* the comma */
    return 1;
}

int sk_mixture_check(const char *text, struct sk_error *err)
{
    struct part part = {0};
    double sum = 0;
    int more = strchr(text, '=') ? 1 : 0;
    if (!more)
        return *text ? 0 : sk_fail(err, "no name");
    while (more > 0) {
        more = next_part(&text, &part, err);
        sum += more >= 0 ? part.share : 0;
    }
    return more < 0 || sum > 0 ? more : sk_fail(err, "all shares are 0");
}

static size_t find(const struct sk_class_names *classes, const char *name, size_t length)
{
    size_t c = 0;
    while (c < classes->count && (strlen(classes->name[c]) != length || memcmp(classes->name[c], name, length) != 0))
        c++;
    return c;
}

static int no_class(const struct sk_class_names *classes, const char *name, size_t length, struct sk_error *err)
{
    char all[300] = "";
    for (size_t c = 0, used = 0; c < classes->count && used < sizeof all; c++)
        used += (size_t)snprintf(all + used, sizeof all - used, " %s", classes->name[c]);
    return sk_fail(err, "has no class '%.*s': it has%s", (int)length, name, all);
}

/* Of each class its share; NaN marks those that have not been named. */
static int read_shares(const char *text, const struct sk_class_names *classes, double share[SK_MAX_CLASSES], struct sk_error *err)
{
    struct part part = {0};
    for (int more = 1; more;) {
        more = next_part(&text, &part, err);
        if (more < 0)
            return -1;
        const size_t c = find(classes, part.name, (size_t)part.length);
        if (c == classes->count)
            return no_class(classes, part.name, (size_t)part.length, err);
        if (!isnan(share[c]))
            return sk_fail(err, "class '%s' comes twice", classes->name[c]);
        share[c] = part.share;
    }
    return 0;
}

static void sum_up(struct sk_mixture *mixture, size_t classes, const double share[SK_MAX_CLASSES])
{
    double sum = 0;
    mixture->classes = classes;
    for (size_t c = 0; c < classes; c++)
        mixture->until[c] = sum += share[c] > 0 ? share[c] : 0;
}

int sk_mixture_parse(struct sk_mixture *mixture, const char *text, const struct sk_class_names *classes, struct sk_error *err)
{
    double share[SK_MAX_CLASSES];
    if (sk_mixture_check(text, err))
        return -1;
    for (size_t c = 0; c < SK_MAX_CLASSES; c++)
        share[c] = NAN;
    if (strchr(text, '=')) {
        if (read_shares(text, classes, share, err))
            return -1;
    } else {
        const size_t c = find(classes, text, strlen(text));
        if (c == classes->count)
            return no_class(classes, text, strlen(text), err);
        share[c] = 1;
    }
    sum_up(mixture, classes->count, share);
    return 0;
}

int sk_mixture_of_training(struct sk_mixture *mixture, const struct sk_class_names *classes, const struct sk_tensor_file *file,
                           struct sk_error *err)
{
    const char *text = sk_tensor_file_get(file, SK_CLASS_IMAGES);
    double share[SK_MAX_CLASSES];
    char *end;
    for (size_t c = 0; c < classes->count; c++, text = end + (*end == ' ')) {
        share[c] = text && strspn(text, "0123456789") ? (double)strtoull(text, &end, 10) : 0;
        if (!(share[c] > 0) || *end != (c + 1 < classes->count ? ' ' : '\0'))
            return sk_fail(err, "metadata '" SK_CLASS_IMAGES "' is no number of images for each of %zu classes", classes->count);
    }
    sum_up(mixture, classes->count, share);
    return 0;
}

size_t sk_mixture_class(const struct sk_mixture *mixture, uint64_t seed, uint64_t image)
{
    struct sk_random random;
    sk_random_init(&random, seed, sk_stream(SK_STREAM_CLASS, image));
    const double at = sk_random_uniform(&random) * mixture->until[mixture->classes - 1];
    size_t c = 0;
    while (c + 1 < mixture->classes && at >= mixture->until[c])
        c++;
    return c;
}
