/* bench_layers [batch [seconds]]: what a step of the DCGAN (64x64, width 64) is made of, as TSV. Every convolution and pass by
   the algorithm that is chosen for the shape and, to compare, by im2col; then the other layers and the optimisers. At the end
   convolutions of other networks, by the algorithm that is chosen.
     ms           the least time of repeated runs
     gflops       effective: 2 operations for each multiplication of the direct convolution
     x_peak       its ratio to the peak of sgemm in the same run
     multiplying  how much of the time the multiplications that the algorithm does would take at that peak
     share        of a whole step's time (median of 5 in the same run): ms times how often a step does this, - where it does not
     bound        what most of the time goes to: multiplications where they take half of it or more, else what the algorithm
                  does besides; layers that multiply little are bound by memory, at the GB/s that their vectors make */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/simd.h"
#include "base/threads.h"
#include "measure.h"
#include "nn/activation.h"
#include "nn/batch_norm.h"
#include "tensor/conv2d.h"
#include "stat/blas_kernel.h"

/* What the rows are measured by. */
struct yardstick {
    size_t kernel, batch;
    int jobs;
    double limit; /* seconds for a layer */
    double peak;  /* GFLOP/s of sgemm */
    double step;  /* seconds */
};

static float *random_floats(size_t count)
{
    struct sk_error err;
    struct sk_random r;
    float *p = sk_alloc(count, sizeof *p, &err);
    if (!p)
        stop("%s", err.text);
    sk_random_init(&r, 1, 0);
    for (size_t i = 0; i < count; i++)
        p[i] = (float)sk_random_uniform(&r) - 0.5F;
    return p;
}

/* Best of large square sgemm, one on each thread: GFLOP/s of all threads. */
static double sgemm_peak(int jobs)
{
    const size_t n = 2048;
    double best = 0;
    float *a = random_floats(n * n), *b = random_floats(n * n), *c = random_floats((size_t)jobs * n * n);
    for (int run = 0; run < 8; run++) {
        const double start = seconds();
#pragma omp parallel for num_threads(jobs)
        for (int j = 0; j < jobs; j++)
            sgemm(n, a, b, c + (size_t)j * n * n);
        const double speed = 2e-9 * (double)(n * n * n) * jobs / (seconds() - start);
        best = speed > best ? speed : best;
    }
    free(a);
    free(b);
    free(c);
    return best;
}

enum pass { SET_WEIGHTS, FORWARD, DATA, WEIGHTS, BOTH, PASSES };
static const char *const pass_names[] = {"set_weights", "forward", "dx", "dw", "dx+dw"};

struct operands {
    float *x, *y, *w, *dx, *dw, *workspace;
};

static void run(struct sk_conv2d *plan, enum pass pass, size_t batch, const struct operands *o)
{
    switch (pass) {
    case SET_WEIGHTS: sk_conv2d_set_weights(plan, o->w); break;
    case FORWARD: sk_conv2d_forward(plan, batch, o->x, o->y, o->workspace); break;
    case DATA: sk_conv2d_backward(plan, batch, NULL, o->y, o->dx, NULL, o->workspace); break;
    case WEIGHTS: sk_conv2d_backward(plan, batch, o->x, o->y, NULL, o->dw, o->workspace); break;
    default: sk_conv2d_backward(plan, batch, o->x, o->y, o->dx, o->dw, o->workspace);
    }
}

/* The least time of one layer's passes, which take turns for `limit` seconds. */
static void measure(struct sk_conv2d *plan, size_t batch, const struct operands *o, double limit, double best[PASSES])
{
    for (int pass = 0; pass < PASSES; pass++)
        best[pass] = 1e9;
    for (const double start = seconds(); seconds() - start < limit;)
        for (int pass = 0; pass < PASSES; pass++) {
            const double begin = seconds();
            run(plan, (enum pass)pass, batch, o);
            const double time = seconds() - begin;
            best[pass] = time < best[pass] ? time : best[pass];
        }
}

static const char *const algorithm_names[] = {"auto", "im2col", "winograd", "direct"};

/* How often a step does a pass at this batch: D runs forward and backward on real and generated images and forward and
   backward to the images on the generated ones; G's convolutions are the transposed ones of the same shapes. D's first
   layer needs no gradient of its images in D's own update. */
static int times_a_step(bool first, enum pass pass)
{
    static const int inner[PASSES] = {2, 4, 2, 1, 2}, outer[PASSES] = {2, 4, 2, 3, 0};
    return first ? outer[pass] : inner[pass];
}

static void print_share(double seconds_each, int times, const struct yardstick *by)
{
    if (times && by->step > 0)
        printf("\t%.1f%%", 100 * seconds_each * times / by->step);
    else
        printf("\t-");
}

/* Winograd's multiplications to those of the direct convolution. */
static double winograd_share(const struct sk_conv2d_shape *s)
{
    const size_t taps = s->kernel_h * s->kernel_w;
    if (s->stride == 2)
        return taps == 16 ? 25.0 / 64 : 121.0 / 400;
    return taps == 9 ? 36.0 / 144 : taps == 25 ? 36.0 / 100 : taps == 7 ? 10.0 / 28 : 6.0 / 12;
}

static void print_pass(struct sk_conv2d_shape s, enum sk_conv2d_algorithm algorithm, enum pass pass, double time, bool chosen,
                       const struct yardstick *by)
{
    static const char *const besides[] = {"", "columns", "transforms", "loads"};
    const size_t outputs = by->batch * s.out_h * s.out_w * s.out_c, factors = s.kernel_h * s.kernel_w * s.in_c;
    const double direct = pass == SET_WEIGHTS ? 0 : 2e-9 * (double)(outputs * factors) * (pass == BOTH ? 2 : 1);
    const double done = direct * (algorithm == SK_CONV2D_WINOGRAD ? winograd_share(&s) : 1);
    const double multiplying = done / by->peak / time;
    printf("%zux%zu\t%zux%zux%zu-%zu\t%s\t%s\t%.2f\t%.0f\t%.2f\t%.2f", s.kernel_h, s.kernel_w, s.in_h, s.in_w, s.in_c, s.out_c,
           algorithm_names[algorithm], pass_names[pass], time * 1e3, direct / time, direct / time / by->peak, multiplying);
    print_share(time, chosen ? times_a_step(s.in_c == 3, pass) : 0, by);
    printf("\t%s\n", multiplying >= 0.5 ? "multiplications" : besides[algorithm]);
}

/* algorithm: AUTO for the one that training takes. */
static void bench_convolution(struct sk_conv2d_shape s, enum sk_conv2d_algorithm algorithm, const struct yardstick *by)
{
    const size_t x_size = by->batch * s.in_h * s.in_w * s.in_c, y_size = by->batch * s.out_h * s.out_w * s.out_c;
    const size_t w_size = s.kernel_h * s.kernel_w * s.in_c * s.out_c;
    struct sk_conv2d *plan;
    struct sk_error err;
    if (sk_conv2d_new(&plan, &s, algorithm, by->batch, by->jobs, NULL, &err) != 0)
        stop("%s", err.text);
    struct operands o = {random_floats(x_size), random_floats(y_size), random_floats(w_size), random_floats(x_size),
                         random_floats(w_size), random_floats(sk_conv2d_workspace(plan))};
    double best[PASSES];
    measure(plan, by->batch, &o, by->limit, best);
    for (int pass = 0; pass < PASSES; pass++)
        print_pass(s, sk_conv2d_algorithm(plan), (enum pass)pass, best[pass], algorithm == SK_CONV2D_AUTO, by);
    fflush(stdout);
    sk_conv2d_free(plan);
    void *all[] = {o.x, o.y, o.w, o.dx, o.dw, o.workspace};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* A row of something that only streams `bytes` through memory. */
static void print_streaming(const char *layer, const char *pass, double time, int times, double bytes, const struct yardstick *by)
{
    printf("%zux%zu\t%s\t-\t%s\t%.2f\t-\t-\t-", by->kernel, by->kernel, layer, pass, time * 1e3);
    print_share(time, times, by);
    printf("\tmemory, %.0f GB/s\n", 1e-9 * bytes / time);
}

#define LEAST_TIME(best, limit, statement)                                        \
    for (double start_ = seconds(), begin_; seconds() - start_ < (limit);) {      \
        begin_ = seconds();                                                       \
        statement;                                                                \
        (best) = seconds() - begin_ < (best) ? seconds() - begin_ : (best);       \
    }

/* Batch norm and its rectifier on side x side maps, or the first map's bias and LeakyReLU. D has it for three times the
   batch, forward and backward, G once where it has such a map. */
static void bench_map(size_t side, size_t channels, const struct yardstick *by)
{
    const size_t rows = by->batch * side * side, values = rows * channels;
    float *x = random_floats(values), *y = random_floats(values), *z = random_floats(values);
    float *per_channel = random_floats(6 * channels), *scratch = random_floats(sk_batch_norm_scratch(by->batch, side * side, channels) + sk_bias_scratch(by->batch, side * side, channels));
    struct sk_batch_norm bn = {channels, side * side, 0.2F, 1e-5, per_channel, per_channel + channels, per_channel + 2 * channels,
                               per_channel + 3 * channels, false};
    float *mean = per_channel + 4 * channels, *inv_std = per_channel + 5 * channels;
    char name[64];
    double forward = 1e9, backward = 1e9;
    snprintf(name, sizeof name, "%zux%zux%zu batch norm", side, side, channels);
    LEAST_TIME(forward, by->limit / 4, sk_batch_norm_forward(&bn, by->batch, x, y, mean, inv_std, scratch, by->jobs))
    LEAST_TIME(backward, by->limit / 4, sk_batch_norm_backward(&bn, by->batch, x, mean, inv_std, y, z, NULL, NULL, scratch, by->jobs))
    /* The last D map is 4x4, as G's first; D's first map has no batch norm. */
    const int times = side == 32 ? 1 : 4;
    print_streaming(name, "forward", forward, times, 12.0 * (double)values, by);
    print_streaming(name, "backward", backward, times, 20.0 * (double)values, by);
    if (side == 32) {
        forward = backward = 1e9; /* slope 1: 0.2 of 0.2 and so on would soon be denormal */
        snprintf(name, sizeof name, "%zux%zux%zu LeakyReLU", side, side, channels);
        LEAST_TIME(forward, by->limit / 4, sk_leaky_relu_forward(rows, channels, per_channel, 0.2F, x, by->jobs))
        LEAST_TIME(backward, by->limit / 4, sk_leaky_relu_backward(by->batch, side * side, channels, x, 1, z, mean, scratch, by->jobs))
        print_streaming(name, "forward", forward, 3, 8.0 * (double)values, by);
        print_streaming(name, "backward", backward, 3, 12.0 * (double)values, by);
    }
    void *all[] = {x, y, z, per_channel, scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void bench_optimizers(struct sk_gan *gan, const struct yardstick *by)
{
    struct sk_net *g = gan->generator;
    struct sk_net *d = gan->discriminator;
    double update = 1e9;
    LEAST_TIME(update, by->limit / 4, {
        sk_optimizer_update(&gan->generator_optimizer, g->weights, g->gradients, by->jobs);
        sk_optimizer_update(&gan->discriminator_optimizer, d->weights, d->gradients, by->jobs);
    })
    print_streaming("weights", "Adam, both", update, 1, 28.0 * (double)(g->params.total + d->params.total), by);
}

static double step_time(struct sk_gan *gan)
{
    double times[5];
    time_step(gan); /* warms up */
    for (size_t i = 0; i < 5; i++)
        times[i] = time_step(gan);
    return median(times, 5);
}

static void bench_kernel(struct yardstick *by)
{
    const struct sk_conv2d_shape layers[] = {
        sk_conv2d_halving(64, 64, 3, 64, by->kernel), sk_conv2d_halving(32, 32, 64, 128, by->kernel),
        sk_conv2d_halving(16, 16, 128, 256, by->kernel), sk_conv2d_halving(8, 8, 256, 512, by->kernel)};
    struct sk_gan *gan = new_gan(by->kernel, by->batch, by->jobs);
    by->step = step_time(gan);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        bench_convolution(layers[i], SK_CONV2D_AUTO, by);
        bench_convolution(layers[i], SK_CONV2D_IM2COL, by);
    }
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        bench_map(layers[i].out_h, layers[i].out_c, by);
    bench_optimizers(gan, by);
    printf("%zux%zu\tall\t-\tstep\t%.2f\t-\t-\t-\t100.0%%\t-\n", by->kernel, by->kernel, by->step * 1e3);
    sk_gan_free(gan);
}

/* What a residual network and Inception are made of, at sizes where they spend their time. */
static void bench_stride_1(const struct yardstick *by)
{
    const struct sk_conv2d_shape layers[] = {
        sk_conv2d_same(64, 64, 64, 64, 3, 3),   sk_conv2d_same(32, 32, 128, 128, 3, 3), sk_conv2d_same(16, 16, 256, 256, 3, 3),
        sk_conv2d_same(8, 8, 512, 512, 3, 3),   sk_conv2d_same(35, 35, 48, 64, 5, 5),   sk_conv2d_same(17, 17, 192, 192, 1, 7),
        sk_conv2d_same(17, 17, 768, 192, 1, 1), sk_conv2d_valid(35, 35, 288, 384, 3, 3, 2),
        sk_conv2d_valid(160, 160, 3, 32, 3, 3, 2)};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        bench_convolution(layers[i], SK_CONV2D_AUTO, by);
}

int main(int argc, char **argv)
{
    sk_blas_start(argv); /* as skmetrics does */
    struct yardstick by = {.batch = argc > 1 ? strtoul(argv[1], NULL, 10) : 128,
                           .limit = argc > 2 ? strtod(argv[2], NULL) : 1,
                           .jobs = sk_threads_default("")};
    if (by.batch == 0)
        stop("usage: bench_layers [batch [seconds]]");
    sk_blas_single_thread();
    by.peak = sgemm_peak(by.jobs);
    printf("# batch %zu, %d threads, BLAS kernel %s, SIMD level %s, sgemm peak %.0f GFLOP/s\n", by.batch, by.jobs,
           sk_blas_kernel(), sk_simd_level(), by.peak);
    printf("kernel\tlayer\talgorithm\tpass\tms\tgflops\tx_peak\tmultiplying\tshare\tbound\n");
    for (by.kernel = 4; by.kernel <= 5; by.kernel++)
        bench_kernel(&by);
    by.step = 0; /* none of the DCGAN's has these */
    bench_stride_1(&by);
    return 0;
}
