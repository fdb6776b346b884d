#include "train/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/simd.h"
#include "image/augment_list.h"
#include "nn/model.h"
#include "train/outputs.h"

uint64_t sk_train_steps(const struct sk_train_options *options, size_t count)
{
    if (options->steps)
        return options->steps;
    return (options->epochs * count + options->batch - 1) / options->batch;
}

static int set_options(struct sk_tensor_file *file, const struct sk_train_options *o, struct sk_error *err)
{
    return sk_tensor_file_set(file, err, "preset", "%s", o->preset) ||
           sk_tensor_file_set(file, err, "seed", "%llu", (unsigned long long)o->seed) ||
           sk_tensor_file_set(file, err, "batch", "%zu", o->batch) ||
           sk_tensor_file_set(file, err, "learning_rate", "%.9g", o->optimizer.rate) ||
           sk_tensor_file_set(file, err, "beta1", "%.9g", o->optimizer.beta1) ||
           sk_tensor_file_set(file, err, "optimizer", "%s", sk_optimizer_name[o->optimizer.kind]) ||
           sk_tensor_file_set(file, err, "dropout", "%.9g", o->dropout) ||
           sk_tensor_file_set(file, err, "simd", "%s", sk_simd_arithmetic()) ||
           sk_tensor_file_set(file, err, "blas_kernel", "none"); /* all products are our own */
}

/* Keys that a file has where they are not what stands here: files from before there were such options go on being resumed. Those with
   products of OpenBLAS say which kernel made them: they do not, as no kernel of ours gives its bits. */
static const struct {
    const char *key, *otherwise;
} optional[] = {{"weight_decay", "0"}, {"schedule", "constant"}, {"warmup", "0"}, {"ema", "0"}, {"blas_kernel", "none"},
              {"augment", "none"}, {"balance", "no"}, {"smoothing", "0"}, {"mixup", "0"}, {"calibrate", "no"}, {"freeze", "no"},
              {"loss", "bce"}, {"penalty", "0"}, {"discriminator_rate", "learning_rate"}, {"judge", "none"}, {"judged_every", "0"},
              {"judged_last", "0"}, {"beta2", "0.999"}, {"clip", "0"}, {"upsampling", "nearest"},
              {"spectral_norm", "no"}, {"init", "-"}};

static const char *value_of(const struct sk_tensor_file *file, const char *key)
{
    const char *value = sk_tensor_file_get(file, key);
    for (size_t i = 0; !value && i < sizeof optional / sizeof *optional; i++)
        if (strcmp(optional[i].key, key) == 0)
            value = optional[i].otherwise;
    return value ? value : "missing";
}

static int set_optional(struct sk_tensor_file *file, const struct sk_train_options *o, uint64_t steps, struct sk_error *err)
{
    const struct sk_schedule *schedule = &o->schedule;
    char beta2[32];
    snprintf(beta2, sizeof beta2, "%.9g", o->optimizer.kind == SK_SGD ? 0.999 : o->optimizer.beta2);
    return (strcmp(beta2, "0.999") != 0 && sk_tensor_file_set(file, err, "beta2", "%s", beta2)) ||
                   (o->optimizer.decay > 0 && sk_tensor_file_set(file, err, "weight_decay", "%.9g", o->optimizer.decay)) ||
                   (o->optimizer.kind != SK_SGD && o->optimizer.clip > 0 &&
                    sk_tensor_file_set(file, err, "clip", "%.9g", o->optimizer.clip)) ||
                   (schedule->kind != SK_CONSTANT &&
                    sk_tensor_file_set(file, err, "schedule", "%s", sk_schedule_name[schedule->kind])) ||
                   (schedule->warmup > 0 &&
                    sk_tensor_file_set(file, err, "warmup", "%llu", (unsigned long long)schedule->warmup)) ||
                   (o->ema > 0 && sk_tensor_file_set(file, err, "ema", "%.9g", o->ema)) ||
                   (sk_schedule_follows_steps(schedule) &&
                    sk_tensor_file_set(file, err, "steps", "%llu", (unsigned long long)steps)) ? -1 : 0;
}

/* What images are augmented by: a classifier's, or those that D sees. */
static int set_augment(struct sk_tensor_file *file, const char *kind, const struct sk_train_options *o, struct sk_error *err)
{
    char text[SK_STRENGTHS_TEXT];
    if (strcmp(kind, "gan") == 0)
        sk_strengths_text(&sk_batch_augment_names, o->batch_augment.strength, text);
    else
        sk_augment_list_text(&o->augment, text);
    return strcmp(text, value_of(file, "augment")) == 0 ? 0 : sk_tensor_file_set(file, err, "augment", "%s", text);
}

/* Of a conditional GAN, how many images each class has: by these shares skgen draws. */
static int set_class_images(struct sk_tensor_file *file, const struct sk_dataset *set, struct sk_error *err)
{
    char text[SK_MAX_CLASSES * 21] = "";
    for (size_t c = 0, used = 0; c < set->classes; c++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu", c ? " " : "", set->class_count[c]);
    return sk_tensor_file_set(file, err, SK_CLASS_IMAGES, "%s", text);
}

/* What else a GAN learns by. */
static int set_gan(struct sk_tensor_file *file, const struct sk_train_options *o, const struct sk_dataset *set, struct sk_error *err)
{
    return (o->arch.classes && set_class_images(file, set, err)) ||
                   (o->loss != SK_BCE && sk_tensor_file_set(file, err, "loss", "%s", sk_gan_loss_name[o->loss])) ||
                   (o->penalty > 0 && sk_tensor_file_set(file, err, "penalty", "%.9g", o->penalty)) ||
                   (o->spectral_norm && sk_tensor_file_set(file, err, "spectral_norm", "yes")) ||
                   (o->discriminator_rate > 0 &&
                    sk_tensor_file_set(file, err, "discriminator_rate", "%.9g", o->discriminator_rate)) ? -1 : 0;
}

/* And a classifier: what its labels go through, and what of it learns. */
static int set_classifier(struct sk_tensor_file *file, const struct sk_train_options *o, struct sk_error *err)
{
    return (o->balance && sk_tensor_file_set(file, err, "balance", "yes")) ||
                   (o->smoothing > 0 && sk_tensor_file_set(file, err, "smoothing", "%.9g", o->smoothing)) ||
                   (o->mixup > 0 && sk_tensor_file_set(file, err, "mixup", "%.9g", o->mixup)) ||
                   (o->calibrate && sk_tensor_file_set(file, err, "calibrate", "yes")) ||
                   (o->freeze && sk_tensor_file_set(file, err, "freeze", "yes")) ? -1 : 0;
}

int sk_train_identity(struct sk_tensor_file *file, const char *kind, const struct sk_train_options *options,
                      const struct sk_dataset *set, uint64_t steps, struct sk_error *err)
{
    char classes[SK_MAX_CLASSES * SK_CLASS_NAME];
    sk_dataset_classes(set, classes, sizeof classes);
    if (sk_tensor_file_set(file, err, "kind", "%s", kind) || sk_model_set_arch(file, &options->arch, err) ||
        sk_tensor_file_set(file, err, "classes", "%s", classes) || set_options(file, options, err) ||
        set_optional(file, options, steps, err) ||
        set_augment(file, kind, options, err) || set_gan(file, options, set, err) || set_classifier(file, options, err) ||
        sk_tensor_file_set(file, err, "images_count", "%zu", set->count) ||
        sk_tensor_file_set(file, err, "images_crc32", "%08x", sk_dataset_crc(set)))
        return -1;
    return 0;
}

int sk_train_begin_file(struct sk_tensor_file *file, const struct sk_tensor_file *identity, uint64_t step,
                        uint64_t steps, struct sk_error *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, identity->metadata)
        if (sk_tensor_file_set(file, err, item->string, "%s", item->valuestring))
            return -1;
    return sk_tensor_file_set(file, err, "step", "%llu", (unsigned long long)step) ||
                   sk_tensor_file_set(file, err, "steps", "%llu", (unsigned long long)steps) ? -1 : 0;
}

static int compare_key(const struct sk_tensor_file *file, const struct sk_tensor_file *identity, const char *key, const char *path,
                       struct sk_error *err)
{
    const char *there = value_of(file, key), *here = value_of(identity, key);
    if (strcmp(there, here) == 0)
        return 0;
    return sk_fail(err, "%s: is of another run: %s is %s there and %s here; go on with the same data and options, or begin anew with "
                   "--restart", path, key, there, here);
}

/* Every key of the identity must have the same value in the file, and the optional ones in either. */
static int compare(const struct sk_tensor_file *file, const struct sk_tensor_file *identity, const char *path,
                   struct sk_error *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, identity->metadata)
        if (compare_key(file, identity, item->string, path, err))
            return -1;
    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
        if (compare_key(file, identity, optional[i].key, path, err))
            return -1;
    return 0;
}

/* Reads PATH where it exists and belongs to this run: 1, 0 where there is none, -1 with err. */
static int read_own(const char *path, const struct sk_tensor_file *identity, struct sk_tensor_file *file,
                    uint64_t *step, struct sk_error *err)
{
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (sk_tensor_file_read(file, path, err))
        return -1;
    if (compare(file, identity, path, err) == 0) {
        if (sk_model_number(file, "step", 0, UINT64_MAX, step, err) == 0)
            return 1;
        sk_prefix(err, "%s", path);
    }
    sk_tensor_file_free(file);
    return -1;
}

static bool best_exists(const struct sk_train_options *options)
{
    struct sk_error ignored;
    char *path = sk_train_path(options, SK_FILE_BEST, &ignored);
    const bool exists = path && access(path, F_OK) == 0;
    free(path);
    return exists;
}

int sk_train_resume(const struct sk_train_options *options, const struct sk_tensor_file *identity, uint64_t steps,
                    enum sk_resume *start, struct sk_tensor_file *checkpoint, uint64_t *step, struct sk_error *err)
{
    *start = SK_RESUME_FRESH;
    *step = 0;
    if (!options->resume)
        return 0;
    struct sk_tensor_file model = {0};
    uint64_t model_step = 0;
    int found = read_own(options->output, identity, &model, &model_step, err);
    if (found < 0)
        return -1;
    sk_tensor_file_free(&model);
    if (found && model_step == steps && (!options->judge || best_exists(options))) {
        *start = SK_RESUME_COMPLETE;
        return 0;
    }
    char *path = sk_train_check_writable(options, err) ? NULL : sk_train_path(options, SK_FILE_CHECKPOINT, err);
    if (!path)
        return -1;
    found = read_own(path, identity, checkpoint, step, err);
    if (found > 0 && *step > steps) {
        found = sk_fail(err, "%s: is at step %llu already, beyond the %llu asked for", path, (unsigned long long)*step,
                        (unsigned long long)steps);
        sk_tensor_file_free(checkpoint);
    }
    free(path);
    if (found > 0)
        *start = SK_RESUME_CHECKPOINT;
    return found < 0 ? -1 : 0;
}

static int add_moments(struct sk_tensor_file *file, const char *name, const char *which, const float *values,
                       size_t count, struct sk_error *err)
{
    char full[64];
    void *data;
    snprintf(full, sizeof full, "optimizer.%s.%s", name, which);
    if (sk_tensor_file_add(file, full, SK_F32, 1, &count, &data, err))
        return -1;
    memcpy(data, values, count * sizeof *values);
    return 0;
}

static int take_moments(const struct sk_tensor_file *file, const char *name, const char *which, float *values,
                        size_t count, struct sk_error *err)
{
    char full[64];
    snprintf(full, sizeof full, "optimizer.%s.%s", name, which);
    const struct sk_tensor *t = sk_tensor_file_expect(file, full, SK_F32, 1, &count, err);
    if (!t)
        return -1;
    memcpy(values, t->data, count * sizeof *values);
    return 0;
}

int sk_train_save_optimizer(struct sk_tensor_file *file, const char *name, const struct sk_optimizer *o,
                            struct sk_error *err)
{
    return add_moments(file, name, "m", o->m, o->count, err) ||
                   (o->v && add_moments(file, name, "v", o->v, o->count, err)) ? -1 : 0;
}

int sk_train_load_optimizer(const struct sk_tensor_file *file, const char *name, uint64_t step,
                            struct sk_optimizer *o, struct sk_error *err)
{
    o->step = step;
    return take_moments(file, name, "m", o->m, o->count, err) ||
                   (o->v && take_moments(file, name, "v", o->v, o->count, err)) ? -1 : 0;
}

int sk_train_write(struct sk_tensor_file *file, const struct sk_train_options *options, enum sk_train_file which,
                   struct sk_error *err)
{
    char *path = sk_train_path(options, which, err);
    if (!path)
        return -1;
    int result = sk_tensor_file_write(file, path, err);
    free(path);
    return result;
}
