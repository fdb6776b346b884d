#ifndef SK_BENCH_MEASURE_H
#define SK_BENCH_MEASURE_H

/* What the benchmarks share. They stop with a message where memory or a program fails them. */

#include <cblas.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "nn/gan.h"
#include "nn/inception.h"
#include "nn/loss.h"
#include "nn/resnet.h"

static inline double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline __attribute__((noreturn, format(printf, 1, 2))) void stop(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static inline int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* c = a b by OpenBLAS, square matrices of n rows: the peak that our own products are measured by. */
static inline void sgemm(size_t n, const float *a, const float *b, float *c)
{
    const int rows = (int)n;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, rows, rows, 1, a, rows, b, rows, 0, c, rows);
}

/* Sorts the values. */
static inline double median(double *value, size_t n)
{
    qsort(value, n, sizeof *value, compare_doubles);
    return (value[(n - 1) / 2] + value[n / 2]) / 2;
}

/* A GAN in training, on noise: the time of a step does not depend on the images. */
static inline struct sk_gan *new_gan_of(const struct sk_gan_options *options, int jobs)
{
    struct sk_gan *gan;
    struct sk_error err;
    if (sk_gan_new(&gan, options, 1, jobs, NULL, &err))
        stop("%s", err.text);
    struct sk_random r;
    sk_random_init(&r, 1, 0);
    for (size_t i = 0; i < options->batch * sk_arch_values(&options->arch, 0); i++)
        gan->images[i] = (float)sk_random_between(&r, -1, 1);
    return gan;
}

/* The paper's networks (64x64, width 64, z 128). */
static inline struct sk_gan *new_gan(size_t kernel, size_t batch, int jobs)
{
    return new_gan_of(&(struct sk_gan_options){{.size = 64, .width = 64, .latent = 128, .kernel = kernel}, .batch = batch,
                                               .optimizer = {SK_ADAM, 2e-4, 0.5, 0, 0.999, 0}}, jobs);
}

/* Those of --preset best (64x64, width 16), without its augmentation. */
static inline struct sk_gan *new_best_gan(size_t batch, int jobs)
{
    return new_gan_of(&(struct sk_gan_options){{.size = 64, .width = 16, .latent = 128, .architecture = 1, .upsampling = SK_BILINEAR},
                                               .batch = batch, .optimizer = {SK_ADAM, 6e-4, 0, 0, 0.99, 1}, .loss = SK_RELATIVISTIC,
                                               .penalty = 100}, jobs);
}

/* Seconds of one full step. */
static inline double time_step(struct sk_gan *gan)
{
    struct sk_gan_losses losses;
    double start = seconds();
    sk_gan_step(gan, 1, gan->generator_optimizer.step, &losses);
    return seconds() - start;
}

/* A classifier in training, likewise. */
struct training {
    struct sk_net *net;
    struct sk_optimizer optimizer;
    size_t batch;
    int jobs;
    float *images, *logits, *dlogits;
    uint8_t *label;
};

static inline struct training new_training(sk_recipe *recipe, const struct sk_arch *arch, size_t batch, int jobs)
{
    struct training r = {.batch = batch, .jobs = jobs};
    struct sk_error err;
    struct sk_random random;
    const struct sk_net_use use = {batch, true, jobs};
    const struct sk_optimizer_options adam = {SK_ADAM, 2e-4, 0.5, 0, 0.999, 0};
    const size_t values = batch * sk_arch_values(arch, 0);
    if (sk_net_new(&r.net, recipe, arch, 1, &use, NULL, &err) ||
        sk_optimizer_start(&r.optimizer, &adam, &r.net->params, NULL, &err))
        stop("%s", err.text);
    r.images = malloc(values * sizeof *r.images);
    r.logits = malloc(2 * batch * sizeof *r.logits);
    r.label = calloc(batch, 1);
    if (!r.images || !r.logits || !r.label)
        stop("no memory");
    r.dlogits = r.logits + batch;
    sk_random_init(&random, 1, 0);
    sk_params_initialize(&r.net->params, r.net->weights, &random);
    sk_net_weights_changed(r.net);
    for (size_t i = 0; i < values; i++)
        r.images[i] = (float)sk_random_between(&random, -1, 1);
    for (size_t i = 0; i < batch; i++)
        r.label[i] = i % 2;
    return r;
}

/* The residual one (64x64, width 64), and Inception at the size that it is fine-tuned at. */
static inline struct training new_residual(size_t batch, int jobs)
{
    return new_training(sk_resnet_classifier, &(struct sk_arch){.size = 64, .width = 64, .latent = 1}, batch, jobs);
}

static inline struct training new_inception(size_t batch, int jobs)
{
    return new_training(sk_inception_classifier, &(struct sk_arch){.size = 160, .latent = 1, .variant = SK_INCEPTION_KERAS}, batch, jobs);
}

static inline void free_training(struct training *r)
{
    sk_net_free(r->net);
    sk_optimizer_free(&r->optimizer);
    free(r->images);
    free(r->logits);
    free(r->label);
}

/* Seconds of one full step. */
static inline double time_training(struct training *r)
{
    const double start = seconds();
    sk_net_forward(r->net, r->batch, 1, r->images, r->logits, NULL);
    sk_class_cross_entropy(r->batch, 2, r->logits, r->label, r->dlogits);
    sk_net_backward(r->net, r->batch, 1, r->images, r->logits, r->dlogits, NULL, true);
    sk_optimizer_update(&r->optimizer, r->net->weights, r->net->gradients, r->jobs);
    sk_net_weights_changed(r->net);
    return seconds() - start;
}

#endif
