/* bench_layers [batch [seconds]]: every convolution and pass of the DCGAN (64x64, width 64) as TSV, by the algorithm that
   is chosen for the shape and by im2col: the least time of
   repeated runs, the effective speed (2 floating point operations for each multiplication of the direct convolution), its
   ratio to the peak of sgemm in the same run, and how much of the time the multiplications that the algorithm does would take
   at that peak: what is missing to 1 goes to transforms and memory. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/simd.h"
#include "tensor/conv2d.h"
#include "tensor/gemm.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *random_floats(size_t count)
{
    struct sk_error err;
    struct sk_random r;
    float *p = sk_alloc(count, sizeof *p, &err);
    if (!p) {
        fprintf(stderr, "bench_layers: %s\n", err.text);
        exit(1);
    }
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
            sk_gemm(false, false, n, n, n, 1, a, n, b, n, 0, c + (size_t)j * n * n, n);
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


static void bench_layer(struct sk_conv2d_shape s, enum sk_conv2d_algorithm algorithm, size_t batch, int jobs, double limit,
                        double peak)
{
    const size_t x_size = batch * s.in_h * s.in_w * s.in_c, y_size = batch * s.in_h / 2 * s.in_w / 2 * s.out_c;
    const size_t taps = s.kernel * s.kernel;
    struct sk_conv2d *plan;
    struct sk_error err;
    if (sk_conv2d_new(&plan, &s, algorithm, jobs, &err) != 0) {
        fprintf(stderr, "bench_layers: %s\n", err.text);
        exit(1);
    }
    struct operands o = {random_floats(x_size), random_floats(y_size), random_floats(taps * s.in_c * s.out_c),
                         random_floats(x_size), random_floats(taps * s.in_c * s.out_c),
                         random_floats(sk_conv2d_workspace(plan, batch))};
    double best[PASSES];
    algorithm = sk_conv2d_algorithm(plan);
    measure(plan, batch, &o, limit, best);
    for (int pass = 0; pass < PASSES; pass++) {
        const double direct = pass == SET_WEIGHTS ? 0 : 2e-9 * (double)(y_size * taps * s.in_c) * (pass == BOTH ? 2 : 1);
        const double done = direct * (algorithm != SK_CONV2D_WINOGRAD ? 1 : s.kernel == 4 ? 25.0 / 64 : 121.0 / 400);
        printf("%zu\t%zux%zux%zu-%zu\t%s\t%s\t%.2f\t%.0f\t%.2f\t%.2f\n", s.kernel, s.in_h, s.in_w, s.in_c, s.out_c,
               algorithm_names[algorithm], pass_names[pass], best[pass] * 1e3, direct / best[pass],
               direct / best[pass] / peak, done / peak / best[pass]);
    }
    fflush(stdout);
    sk_conv2d_free(plan);
    void *all[] = {o.x, o.y, o.w, o.dx, o.dw, o.workspace};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

int main(int argc, char **argv)
{
    static const struct sk_conv2d_shape layers[] = {
        {64, 64, 3, 64, 0}, {32, 32, 64, 128, 0}, {16, 16, 128, 256, 0}, {8, 8, 256, 512, 0}};
    const size_t batch = argc > 1 ? strtoul(argv[1], NULL, 10) : 128;
    const double limit = argc > 2 ? strtod(argv[2], NULL) : 1;
    const int jobs = omp_get_max_threads();
    sk_blas_single_thread();
    const double peak = sgemm_peak(jobs);
    printf("# batch %zu, %d threads, BLAS kernel %s, SIMD level %s, sgemm peak %.0f GFLOP/s\n", batch, jobs, sk_blas_kernel(),
           sk_simd_level(), peak);
    printf("kernel\tlayer\talgorithm\tpass\tms\tgflops\tx_peak\tmultiplying\n");
    for (size_t kernel = 4; kernel <= 5; kernel++)
        for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
            struct sk_conv2d_shape s = layers[i];
            s.kernel = kernel;
            bench_layer(s, SK_CONV2D_AUTO, batch, jobs, limit, peak);
            bench_layer(s, SK_CONV2D_IM2COL, batch, jobs, limit, peak);
        }
    return 0;
}
