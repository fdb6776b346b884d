#include "data/ensemble.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/loss.h"
#include "nn/model.h"
#include "nn/recipes.h"

/* --- members ---------------------------------------------------------------- */

/* Of the ensemble's classes where this is the first member, else where each of them is among this one's. */
static int match_classes(struct sk_ensemble *e, struct sk_member *member, const struct sk_tensor_file *model, struct sk_error *err)
{
    struct sk_class_names own;
    if (sk_class_names_read(&own, model, err))
        return -1;
    if (own.count < 2)
        return sk_fail(err, "metadata 'classes' does not name two classes");
    if (e->members == 0) {
        memcpy(e->class_name, own.name, sizeof own.name);
        e->classes = own.count;
    }
    for (size_t c = 0; c < e->classes; c++) {
        size_t *place = &member->place[c];
        for (*place = 0; *place < own.count && strcmp(own.name[*place], e->class_name[c]) != 0;)
            ++*place;
        if (*place == own.count || own.count != e->classes)
            return sk_fail(err, "is of other classes (%s) than the first model", sk_tensor_file_get(model, "classes"));
    }
    return 0;
}

/* A number above 0 and at most `most`, or the usual one where the file has none. */
static int read_number(const struct sk_tensor_file *model, const char *key, double usual, double most, double *value,
                       struct sk_error *err)
{
    const char *text = sk_tensor_file_get(model, key);
    char *end = NULL;
    *value = text ? strtod(text, &end) : usual;
    if (text && (end == text || *end || !(*value > 0 && *value <= most)))
        return sk_fail(err, "metadata '%s' is '%.40s', no number above 0 and at most %g", key, text, most);
    return 0;
}

static int read_calibration(struct sk_ensemble *e, struct sk_member *member, const struct sk_tensor_file *model, struct sk_error *err)
{
    double threshold;
    if (read_number(model, "temperature", 1, 1e6, &member->temperature, err) ||
        read_number(model, "threshold", 0.5, 1, &threshold, err))
        return -1;
    if (e->classes == 2 && member->place[1] == 0) /* it has them the other way round */
        threshold = 1 - threshold;
    e->calibrated = e->calibrated || sk_tensor_file_get(model, "temperature") || sk_tensor_file_get(model, "threshold");
    e->threshold += (threshold - e->threshold) / (double)(e->members + 1);
    return 0;
}

static int allocate(struct sk_ensemble *e, const struct sk_net_use *use, struct sk_error *err)
{
    e->turned = sk_alloc(use->max_batch, sk_arch_values(&e->arch, 0) * sizeof *e->turned, err);
    e->logits = e->turned ? sk_alloc(use->max_batch, sk_class_logits(e->classes) * sizeof *e->logits, err) : NULL;
    return e->logits ? 0 : -1;
}

int sk_ensemble_add(struct sk_ensemble *e, const struct sk_tensor_file *model, const struct sk_net_use *use, struct sk_error *err)
{
    struct sk_member *member = &e->member[e->members];
    const struct sk_arch *arch = &member->arch;
    if (e->members == SK_MAX_MEMBERS)
        return sk_fail(err, "more than %d models", SK_MAX_MEMBERS);
    if (sk_model_identify(model, "classifier", &member->arch, err))
        return -1;
    if (e->members && arch->size != e->arch.size)
        return sk_fail(err, "is of --size %zu, the first model of %zu", arch->size, e->arch.size);
    if (match_classes(e, member, model, err) || read_calibration(e, member, model, err) ||
        sk_net_open(&member->net, sk_recipes_of(arch)->classifier, arch, sk_class_logits(e->classes), use, model, err))
        return -1;
    const char *crc = sk_tensor_file_get(model, "crc32");
    snprintf(member->crc, sizeof member->crc, "%s", crc ? crc : "-");
    if (e->members++ > 0)
        return 0;
    e->arch = *arch;
    return allocate(e, use, err);
}

void sk_ensemble_free(struct sk_ensemble *e)
{
    for (size_t m = 0; m < e->members; m++)
        sk_net_free(e->member[m].net);
    free(e->turned);
    free(e->logits);
    *e = (struct sk_ensemble){0};
}

/* --- scores ------------------------------------------------------------------- */

void sk_turn_images(size_t n, size_t size, size_t t, const float *x, float *to)
{
    for (size_t i = 0; i < n; i++, x += size * size * SK_IMAGE_CHANNELS)
        for (size_t row = 0; row < size; row++)
            for (size_t column = 0; column < size; column++, to += SK_IMAGE_CHANNELS) {
                const size_t from = sk_turned_from(size, t, row, column);
                memcpy(to, x + from * SK_IMAGE_CHANNELS, SK_IMAGE_CHANNELS * sizeof *to);
            }
}

/* Adds a member's probabilities, times weight. */
static void add_member(struct sk_ensemble *e, const struct sk_member *member, size_t n, const float *x, double weight,
                       double *probability)
{
    const size_t outputs = sk_class_logits(e->classes);
    double own[SK_MAX_CLASSES];
    sk_net_infer(member->net, n, x, e->logits);
    for (size_t i = 0; i < n; i++) {
        float *logits = e->logits + i * outputs;
        for (size_t l = 0; l < outputs && member->temperature != 1; l++)
            logits[l] = (float)((double)logits[l] / member->temperature);
        sk_class_probabilities(e->classes, logits, own);
        for (size_t l = 0; l < outputs; l++)
            if (!isfinite(logits[l]))
                own[0] = own[e->classes - 1] = NAN; /* of which a sigmoid makes 0 or 1 */
        for (size_t c = 0; c < e->classes; c++)
            probability[i * e->classes + c] += weight * own[member->place[c]];
    }
}

void sk_ensemble_score(struct sk_ensemble *e, size_t n, const float *x, double *probability)
{
    const size_t turns = e->turns ? SK_TURNS : 1;
    const double weight = 1 / (double)(turns * e->members);
    memset(probability, 0, n * e->classes * sizeof *probability);
    for (size_t t = turns; t-- > 0;) { /* the images as they are come last, so that features are theirs */
        if (t > 0)
            sk_turn_images(n, e->arch.size, t, x, e->turned);
        for (size_t m = 0; m < e->members; m++)
            add_member(e, &e->member[m], n, t > 0 ? e->turned : x, weight, probability);
    }
}

size_t sk_ensemble_predicted(const struct sk_ensemble *e, const double *probability)
{
    return e->classes == 2 ? probability[1] >= e->threshold : sk_class_predicted(e->classes, probability);
}
