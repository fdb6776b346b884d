/* bench FOLDER: the speeds that matter, as TSV `benchmark value unit`; FOLDER holds the tools. */
#include <fcntl.h>
#include <omp.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/product.h"
#include "base/simd.h"
#include "base/tool.h"
#include "image/filter.h"
#include "image/phantom.h"
#include "measure.h"
#include "nn/dcgan.h"
#include "../unit/inception_weights.h"
#include "stat/blas_kernel.h"
#include "tensor/conv2d.h"

extern char **environ;

static void row(const char *benchmark, double value, const char *unit)
{
    printf("%s\t%.4g\t%s\n", benchmark, value, unit);
    fflush(stdout);
}

static void *need(size_t count, size_t size)
{
    struct sk_error err;
    void *p = sk_alloc(count, size, &err);
    if (!p)
        stop("%s", err.text);
    return p;
}

/* What sgemm_peak and the ratios to it are of. Variables of the user's, which OpenBLAS and the tools follow, are named. */
static void print_head(int jobs)
{
    static const char *const variables[] = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_PROC_BIND",
                                            "OMP_PLACES", "GOMP_CPU_AFFINITY"};
    char version[32];
    sk_blas_version(version, sizeof version);
    printf("# kernel %s (OpenBLAS %s), simd %s, %d threads\n", sk_blas_kernel(), version, sk_simd_level(), jobs);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (getenv(variables[i]))
            printf("# as the environment has it: %s=%s\n", variables[i], getenv(variables[i]));
    puts("benchmark\tvalue\tunit");
}

/* --- tools as processes ------------------------------------------------------------- */

/* Runs a tool, standard input and output to /dev/null; its resources. */
static struct rusage run_tool(const char *const argv[])
{
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int status;
    struct rusage usage;
    if (posix_spawn(&pid, argv[0], &files, NULL, (char *const *)argv, environ) || wait4(pid, &status, 0, &usage) != pid)
        stop("cannot run %s", argv[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        stop("%s failed", argv[0]);
    posix_spawn_file_actions_destroy(&files);
    return usage;
}

static void bench_startup(const char *folder)
{
    enum { RUNS = 101 };
    double time[RUNS];
    char path[4096];
    snprintf(path, sizeof path, "%s/skgamma", folder);
    for (int i = 0; i < RUNS; i++) {
        double start = seconds();
        run_tool((const char *[]){path, "-V", NULL});
        time[i] = 1e3 * (seconds() - start);
    }
    row("startup", median(time, RUNS), "ms");
}

static void draw_phantom(struct sk_image *image, enum sk_phantom_class kind, int index, size_t width)
{
    const struct sk_phantom_spec spec = {sk_phantom_default, kind, 1, width};
    struct sk_error err;
    if (sk_phantom_draw(image, NULL, &spec, (uint64_t)index, &err))
        stop("%s", err.text);
}

static void write_phantoms(const char *path, int count)
{
    FILE *f = fopen(path, "wb");
    struct sk_image image = {0};
    struct sk_error err;
    if (!f)
        stop("cannot write %s", path);
    for (int i = 0; i < count; i++) {
        draw_phantom(&image, SK_PHANTOM_BENIGN, i, 64);
        if (sk_image_write(f, path, &image, &err))
            stop("%s", err.text);
    }
    sk_image_free(&image);
    if (fclose(f))
        stop("cannot write %s", path);
}

/* Two steps of `sktrain gan` with a batch of 128. To be run first: a process that is started inherits its parent's peak. */
static void bench_train_rss(const char *folder)
{
    char tool[4096], images[64], model[64], scratch[] = "/tmp/bench.XXXXXX";
    if (!mkdtemp(scratch))
        stop("cannot make a folder in /tmp");
    snprintf(tool, sizeof tool, "%s/sktrain", folder);
    snprintf(images, sizeof images, "%s/images.ppm", scratch);
    snprintf(model, sizeof model, "%s/model", scratch);
    write_phantoms(images, 128);
    struct rusage usage = run_tool((const char *[]){tool, "gan", "-q", "-o", model, "-n", "2", "-b", "128", "-z", "128",
                                                    "--kernel", "4", "--width", "64", "--size", "64", images, NULL});
    row("train_rss", (double)usage.ru_maxrss / 1024, "MiB");
    unlink(images);
    unlink(model);
    strcat(model, ".ckpt");
    unlink(model);
    rmdir(scratch);
}

/* What each filter makes of a stream of photographs' size, from a file to /dev/null with all threads, and cat of it. */
static void bench_streams(const char *folder)
{
    enum { WIDTH = 200, HEIGHT = 150, DIFFERENT = 40, IMAGES = 1200, RUNS = 5 };
    static const char *const tools[] = {"cat", "skgamma", "skcrop", "skaug", "skfilter"};
    char path[] = "/tmp/bench.XXXXXX", program[4096], name[40];
    struct sk_image image[DIFFERENT] = {{0}};
    struct sk_error err;
    double time[RUNS];
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!f)
        stop("cannot write %s", path);
    for (int i = 0; i < IMAGES; i++) {
        struct sk_image *one = &image[i % DIFFERENT];
        if (i < DIFFERENT)
            draw_phantom(one, SK_PHANTOM_BENIGN, i, WIDTH);
        one->height = HEIGHT;
        if (sk_image_write(f, path, one, &err))
            stop("%s", err.text);
    }
    if (fclose(f))
        stop("cannot write %s", path);
    for (size_t t = 0; t < sizeof tools / sizeof *tools; t++) {
        snprintf(program, sizeof program, "%s/%s", t == 0 ? "/bin" : folder, tools[t]);
        for (int i = 0; i < RUNS; i++) {
            double start = seconds();
            run_tool((const char *[]){program, path, NULL});
            time[i] = seconds() - start;
        }
        snprintf(name, sizeof name, "stream_%s", tools[t]);
        row(name, 1e-6 * WIDTH * HEIGHT * IMAGES / median(time, RUNS), "Mpixel/s");
    }
    for (int i = 0; i < DIFFERENT; i++)
        sk_image_free(&image[i]);
    unlink(path);
}

static void bench_phantoms(const char *folder)
{
    enum { RUNS = 3 };
    char program[4096];
    double time[RUNS];
    snprintf(program, sizeof program, "%s/skphantom", folder);
    for (int i = 0; i < RUNS; i++) {
        double start = seconds();
        run_tool((const char *[]){program, "-n", "100", "-w", "200", "malignant", NULL});
        time[i] = seconds() - start;
    }
    row("stream_skphantom", 1e-6 * 100 * 200 * 200 / median(time, RUNS), "Mpixel/s");
}

/* --- the library --------------------------------------------------------------------- */

static void bench_bilateral(void)
{
    enum { WIDTH = 200, HEIGHT = 150, RUNS = 15 };
    struct sk_image phantom = {0}, in = {0}, out = {0};
    struct sk_error err;
    double time[RUNS];
    draw_phantom(&phantom, SK_PHANTOM_MALIGNANT, 0, WIDTH);
    if (sk_image_shape(&in, WIDTH, HEIGHT, 3, false, 255, &err))
        stop("%s", err.text);
    memcpy(in.sample, phantom.sample, WIDTH * HEIGHT * 3 * sizeof *in.sample);
    for (int i = 0; i < RUNS; i++) {
        double start = seconds();
        if (sk_filter_bilateral(&in, 9, 75, 75, &out, &err))
            stop("%s", err.text);
        time[i] = seconds() - start;
    }
    row("bilateral_d9", 1e-6 * WIDTH * HEIGHT / median(time, RUNS), "Mpixel/s");
    sk_image_free(&phantom);
    sk_image_free(&in);
    sk_image_free(&out);
}

/* Best of some large square products, both by OpenBLAS's threads and as one product a thread of ours, in GFLOP/s. */
static double sgemm_peak(int jobs, double best)
{
    const size_t n = 2048;
    float *a = need(n * n, sizeof *a), *b = need(n * n, sizeof *b), *c = need((size_t)jobs * n * n, sizeof *c);
    const double work = 2e-9 * (double)(n * n * n);
    for (size_t i = 0; i < n * n; i++)
        a[i] = b[i] = (float)(i % 17) - 8;
    for (int run = 0; run < 4; run++) {
        openblas_set_num_threads(jobs);
        double start = seconds();
        sgemm(n, a, b, c);
        double together = work / (seconds() - start);
        sk_blas_single_thread();
        start = seconds();
#pragma omp parallel for num_threads(jobs)
        for (int j = 0; j < jobs; j++)
            sgemm(n, a, b, c + (size_t)j * n * n);
        double apart = work * jobs / (seconds() - start);
        best = together > best ? together : best;
        best = apart > best ? apart : best;
    }
    free(a);
    free(b);
    free(c);
    return best;
}

/* Best of some products of that size by base/product.h, one a thread, in GFLOP/s. */
static double product_speed(int jobs)
{
    const size_t n = 2048, step = sk_product_step(n, sizeof(float));
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    float *a = need(n * step, sizeof *a), *panels = need(n * sk_panel_columns(n, product->columns), sizeof *panels);
    float *c = need((size_t)jobs * n * n, sizeof *c);
    double best = 0;
    for (size_t i = 0; i < n * step; i++)
        a[i] = (float)(i % 17) - 8;
    product->pack(n, n, a, step, 1, panels);
    for (int run = 0; run < 4; run++) {
        double start = seconds();
#pragma omp parallel for num_threads(jobs)
        for (int j = 0; j < jobs; j++)
            product->multiply(n, n, n, a, step, (struct sk_panels_f32){panels, n}, (struct sk_ending_f32){0},
                              c + (size_t)j * n * n, n);
        double speed = 2e-9 * (double)(n * n * n) * jobs / (seconds() - start);
        best = speed > best ? speed : best;
    }
    free(a);
    free(panels);
    free(c);
    return best;
}

/* Median of the steps with a batch of 128, which take turns with sgemm, as the machine's speed may change. */
static double bench_step(size_t kernel, int jobs, double *peak)
{
    enum { STEPS = 7 };
    double time[STEPS];
    struct sk_gan *gan = new_gan(kernel, 128, jobs);
    time_step(gan);
    for (int i = 0; i < STEPS; i++) {
        if (i % 3 == 0)
            *peak = sgemm_peak(jobs, *peak);
        time[i] = time_step(gan);
    }
    sk_gan_free(gan);
    return median(time, STEPS);
}

static double bench_residual(int jobs, double *peak)
{
    enum { STEPS = 5 };
    double time[STEPS];
    struct training residual = new_residual(64, jobs);
    time_training(&residual);
    for (int i = 0; i < STEPS; i++) {
        if (i % 3 == 0)
            *peak = sgemm_peak(jobs, *peak);
        time[i] = time_training(&residual);
    }
    free_training(&residual);
    return median(time, STEPS);
}

static float *small_numbers(size_t count)
{
    float *p = need(count, sizeof *p);
    for (size_t i = 0; i < count; i++)
        p[i] = (float)(i % 17) - 8;
    return p;
}

enum { CONV_PASSES = 3 };

/* Median times of forward, dx and dw of a convolution. */
static void time_convolution(const struct sk_conv2d_shape *s, size_t batch, int jobs, double each[CONV_PASSES])
{
    enum { RUNS = 7 };
    double time[CONV_PASSES][RUNS];
    struct sk_conv2d *plan;
    struct sk_error err;
    if (sk_conv2d_new(&plan, s, SK_CONV2D_AUTO, batch, jobs, NULL, &err))
        stop("%s", err.text);
    const size_t x_size = batch * s->in_h * s->in_w * s->in_c, w_size = s->kernel_h * s->kernel_w * s->in_c * s->out_c;
    float *x = small_numbers(x_size), *dx = small_numbers(x_size), *y = small_numbers(batch * s->out_h * s->out_w * s->out_c);
    float *w = small_numbers(w_size), *dw = small_numbers(w_size);
    float *workspace = need(sk_conv2d_workspace(plan), sizeof *workspace);
    sk_conv2d_set_weights(plan, w);
    for (int i = -1; i < RUNS; i++) { /* the first warms up */
        const double begin = seconds();
        sk_conv2d_forward(plan, batch, x, y, workspace);
        const double forward = seconds();
        sk_conv2d_backward(plan, batch, NULL, y, dx, NULL, workspace);
        const double data = seconds();
        sk_conv2d_backward(plan, batch, x, y, NULL, dw, workspace);
        if (i >= 0) {
            time[0][i] = forward - begin;
            time[1][i] = data - forward;
            time[2][i] = seconds() - data;
        }
    }
    for (int pass = 0; pass < CONV_PASSES; pass++)
        each[pass] = median(time[pass], RUNS);
    void *all[] = {x, dx, y, w, dw, workspace};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    sk_conv2d_free(plan);
}

/* GFLOP, at 2 operations for each multiplication of the direct convolution, and seconds: of all passes, and of the slowest. */
struct conv_work {
    double all, all_time, pass, pass_time;
};

/* Convolutions of 3x3 as a residual network has them, each as much work as the others and taking turns with sgemm. */
static struct conv_work bench_conv3x3(int jobs, double *peak)
{
    enum { BATCH = 64, LAYERS = 4 };
    struct conv_work work = {0};
    for (size_t i = 0; i < LAYERS; i++) {
        const size_t side = (size_t)64 >> i, channels = (size_t)64 << i;
        const struct sk_conv2d_shape s = sk_conv2d_same(side, side, channels, channels, 3, 3);
        double each[CONV_PASSES];
        *peak = sgemm_peak(jobs, *peak);
        time_convolution(&s, BATCH, jobs, each);
        work.pass = 2e-9 * (double)(BATCH * side * side * channels * 9 * channels);
        work.all += CONV_PASSES * work.pass;
        for (int pass = 0; pass < CONV_PASSES; pass++) {
            work.all_time += each[pass];
            work.pass_time = each[pass] > work.pass_time ? each[pass] : work.pass_time;
        }
    }
    return work;
}

/* Inference of the paper's width at kernel 4, in batches of 128. */
static void bench_inference(int jobs)
{
    enum { BATCH = 128, RUNS = 9 };
    struct sk_arch arch = {.size = 64, .width = 64, .latent = 128, .kernel = 4};
    struct sk_net *d;
    struct sk_net *g;
    struct sk_error err;
    struct sk_random r;
    const struct sk_net_use use = {BATCH, false, jobs};
    if (sk_net_new(&g, sk_dcgan_generator, &arch, 0, &use, NULL, &err) || sk_net_new(&d, sk_dcgan_classifier, &arch, 1, &use, NULL, &err))
        stop("%s", err.text);
    float *z = need(BATCH * arch.latent, sizeof *z), *logits = need(BATCH, sizeof *logits);
    float *images = need(BATCH * sk_arch_values(&arch, 0), sizeof *images);
    double classify[RUNS], generate[RUNS];
    sk_random_init(&r, 1, 0);
    sk_params_initialize(&g->params, g->weights, &r);
    sk_params_initialize(&d->params, d->weights, &r);
    sk_net_weights_changed(g);
    sk_net_weights_changed(d);
    for (int i = 0; i < RUNS; i++) {
        double start = seconds();
        sk_latents(BATCH, arch.latent, 1, (uint64_t)i, z);
        sk_net_infer(g, BATCH, z, images);
        generate[i] = seconds() - start;
        sk_net_infer(d, BATCH, images, logits);
        classify[i] = seconds() - start - generate[i];
    }
    row("classify", BATCH / median(classify, RUNS), "image/s");
    row("generate", BATCH / median(generate, RUNS), "image/s");
    free(z);
    free(logits);
    free(images);
    sk_net_free(g);
    sk_net_free(d);
}

/* Inception's features by skclassify, from a stream of images: what each image more takes of a run. */
static void bench_inception(const char *folder)
{
    enum { FEW = 32, MORE = 64, RUNS = 3 };
    struct sk_tensor_file weights = {0};
    struct sk_error err;
    char tool[4096], model[64], features[64], images[2][64], scratch[] = "/tmp/bench.XXXXXX";
    double time[2][RUNS];
    if (!mkdtemp(scratch))
        stop("cannot make a folder in /tmp");
    snprintf(tool, sizeof tool, "%s/skclassify", folder);
    snprintf(model, sizeof model, "%s/model", scratch);
    snprintf(features, sizeof features, "%s/features", scratch);
    if (inception_weights(&weights, &err) || sk_tensor_file_set(&weights, &err, "variant", "keras") ||
        sk_tensor_file_write(&weights, model, &err))
        stop("%s", err.text);
    sk_tensor_file_free(&weights);
    for (int more = 0; more < 2; more++) {
        snprintf(images[more], sizeof images[more], "%s/%d.ppm", scratch, more);
        write_phantoms(images[more], more ? FEW + MORE : FEW);
    }
    for (int i = 0; i < RUNS; i++)
        for (int more = 0; more < 2; more++) {
            double start = seconds();
            run_tool((const char *[]){tool, "--features", features, model, images[more], NULL});
            time[more][i] = seconds() - start;
        }
    row("inception", MORE / (median(time[1], RUNS) - median(time[0], RUNS)), "image/s");
    unlink(images[0]);
    unlink(images[1]);
    unlink(features);
    unlink(model);
    rmdir(scratch);
}

/* 11 passes (G forward; D forward and both gradients, twice the images; D again, forward and data; G's gradients) of
   2 operations a multiplication of the direct convolution: see the design's table of `make bench`. */
static const double gflop_k4 = 292.3, gflop_k5 = 456.8;

/* Three passes of 1920 million multiplications an image. */
static const double gflop_resnet = 737;

int main(int argc, char **argv)
{
    struct sk_tool tool;
    sk_blas_start(argv); /* as skmetrics does */
    if (sk_tool_start(&tool, "bench") || argc != 2) {
        fputs("usage: bench folder\n", stderr);
        return SK_EXIT_USAGE;
    }
    print_head(tool.jobs);
    bench_train_rss(argv[1]);
    bench_startup(argv[1]);
    bench_streams(argv[1]);
    bench_phantoms(argv[1]);
    bench_bilateral();
    bench_inference(tool.jobs);
    bench_inception(argv[1]);
    double peak = 0;
    double k4 = bench_step(4, tool.jobs, &peak), k5 = bench_step(5, tool.jobs, &peak);
    double resnet = bench_residual(tool.jobs, &peak);
    const struct conv_work conv3x3 = bench_conv3x3(tool.jobs, &peak);
    peak = sgemm_peak(tool.jobs, peak);
    row("sgemm_peak", peak, "GFLOP/s");
    row("product_x", product_speed(tool.jobs) / peak, "ratio");
    row("conv3x3_x", conv3x3.all / conv3x3.all_time / peak, "ratio");
    row("conv3x3_least_x", conv3x3.pass / conv3x3.pass_time / peak, "ratio");
    row("gan_step_k4_b128", k4, "s");
    row("gan_step_k4_b128_x", gflop_k4 / k4 / peak, "ratio");
    row("gan_step_k5_b128", k5, "s");
    row("gan_step_k5_b128_x", gflop_k5 / k5 / peak, "ratio");
    row("resnet_step_b64", resnet, "s");
    row("resnet_step_b64_x", gflop_resnet / resnet / peak, "ratio");
    return 0;
}
