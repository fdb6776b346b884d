/* bench_kernels [size [width [batch [steps]]]]: does training go the same way with the fast convolutions as with im2col?
   Trains a DCGAN on phantoms with both, of one seed, and with the fast ones of four seeds more. Prints
   - the losses' means over the last fifth of the steps: im2col's must lie in the range of the seeds;
   - the greatest difference of a loss in the first 20 steps, when each step starts from im2col's weights: what the
     convolutions' rounding does to a step;
   - and when each run goes its own way: Adam's first updates are near the sign of the gradient, which rounding decides
     where it is near 0, so that im2col on another BLAS kernel (OPENBLAS_CORETYPE) parts as fast from itself. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/simd.h"
#include "base/threads.h"
#include "data/dataset.h"
#include "data/sampler.h"
#include "image/phantom.h"
#include "nn/gan.h"
#include "../unit/copy_gan.h"

enum { IMAGES = 200, FIRST = 20, SEEDS = 5 };

struct losses {
    double *d, *g;
};

static int fail(const struct sk_error *err)
{
    fprintf(stderr, "bench_kernels: %s\n", err->text);
    return 1;
}

static int draw_images(float *images, size_t size, struct sk_error *err)
{
    struct sk_image image = {0};
    int failed = 0;
    for (size_t i = 0; i < IMAGES && !failed; i++) {
        const struct sk_phantom_spec spec = {sk_phantom_default, i % 2 ? SK_PHANTOM_MALIGNANT : SK_PHANTOM_BENIGN, 1, size};
        failed = sk_phantom_draw(&image, NULL, &spec, i, err);
        if (!failed)
            sk_dataset_convert(&image, images + i * size * size * 3);
    }
    sk_image_free(&image);
    return failed;
}

static int train(const struct sk_gan_options *options, uint64_t seed, const float *images, size_t steps,
                 struct losses *losses, struct sk_error *err)
{
    struct sk_gan *gan;
    struct sk_sampler sampler;
    size_t values = sk_arch_values(&options->arch, 0);
    uint32_t *index = calloc(options->batch, sizeof *index);
    *losses = (struct losses){calloc(steps, sizeof(double)), calloc(steps, sizeof(double))};
    if (!index || !losses->d || !losses->g)
        return sk_fail(err, "no memory");
    if (sk_sampler_start(&sampler, seed, IMAGES, err) || sk_gan_new(&gan, options, seed, 2, NULL, err))
        return -1;
    for (size_t step = 0; step < steps; step++) {
        struct sk_gan_losses l;
        sk_sampler_batch(&sampler, step, options->batch, index);
        for (size_t i = 0; i < options->batch; i++)
            for (size_t j = 0; j < values; j++)
                gan->images[i * values + j] = images[index[i] * values + j];
        sk_gan_step(gan, seed, step, &l);
        losses->d[step] = l.d_loss;
        losses->g[step] = l.g_loss;
    }
    sk_gan_free(gan);
    sk_sampler_free(&sampler);
    free(index);
    return 0;
}

/* The greatest difference of a loss between the two kinds over the first steps, each from im2col's weights. */
static int compare_steps(struct sk_gan_options options, const float *images, double *worst, struct sk_error *err)
{
    struct sk_gan *direct, *fast;
    size_t values = sk_arch_values(&options.arch, 0);
    options.arch.algorithm = SK_CONV2D_IM2COL;
    if (sk_gan_new(&direct, &options, 1, 2, NULL, err))
        return -1;
    options.arch.algorithm = SK_CONV2D_WINOGRAD;
    if (sk_gan_new(&fast, &options, 1, 2, NULL, err))
        return -1;
    *worst = 0;
    for (size_t step = 0; step < FIRST; step++) {
        struct sk_gan_losses a, b;
        for (size_t i = 0; i < options.batch; i++)
            memcpy(direct->images + i * values, images + (step * options.batch + i) % IMAGES * values,
                   values * sizeof *images);
        copy_gan(direct, fast);
        sk_gan_step(direct, 1, step, &a);
        sk_gan_step(fast, 1, step, &b);
        *worst = fmax(*worst, fmax(fabs(a.d_loss - b.d_loss), fabs(a.g_loss - b.g_loss)));
    }
    sk_gan_free(direct);
    sk_gan_free(fast);
    return 0;
}

static double late_mean(const double *loss, size_t steps)
{
    double sum = 0;
    for (size_t i = steps - steps / 5; i < steps; i++)
        sum += loss[i];
    return sum / (double)(steps / 5);
}

static size_t argument(int argc, char **argv, int i, size_t otherwise)
{
    return argc > i ? strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    sk_threads_wait_passively(argv); /* as the tools do */
    struct sk_gan_options options = {
        .arch = {.size = argument(argc, argv, 1, 64), .width = argument(argc, argv, 2, 16), .latent = 64, .kernel = 4},
        .batch = argument(argc, argv, 3, 32),
        .optimizer = {SK_ADAM, 2e-4, 0.5, 0, 0.999, 0},
    };
    size_t steps = argument(argc, argv, 4, 500), size = options.arch.size;
    struct sk_error err;
    struct losses direct, fast[SEEDS];
    float *images = calloc(IMAGES * size * size * 3, sizeof *images);
    if (!images || draw_images(images, size, &err))
        return fail(&err);
    double stepwise;
    if (compare_steps(options, images, &stepwise, &err))
        return fail(&err);
    options.arch.algorithm = SK_CONV2D_IM2COL;
    if (train(&options, 1, images, steps, &direct, &err))
        return fail(&err);
    options.arch.algorithm = SK_CONV2D_WINOGRAD;
    for (size_t s = 0; s < SEEDS; s++)
        if (train(&options, s + 1, images, steps, &fast[s], &err))
            return fail(&err);
    double worst = 0;
    for (size_t i = 0; i < FIRST && i < steps; i++)
        worst = fmax(worst, fmax(fabs(direct.d[i] - fast[0].d[i]), fabs(direct.g[i] - fast[0].g[i])));
    printf("# %s, size %zu, width %zu, batch %zu, %zu steps\n", sk_simd_level(), size, options.arch.width,
           options.batch, steps);
    printf("run\td_loss\tg_loss\n");
    printf("im2col, seed 1\t%.4f\t%.4f\n", late_mean(direct.d, steps), late_mean(direct.g, steps));
    for (size_t s = 0; s < SEEDS; s++)
        printf("winograd, seed %zu\t%.4f\t%.4f\n", s + 1, late_mean(fast[s].d, steps), late_mean(fast[s].g, steps));
    printf("# greatest difference of a loss in the first %d steps: %.2g from the same weights, %.2g each on its own\n",
           FIRST, stepwise, worst);
    return 0;
}
