/* Batch norm against its definition in double precision, and its gradient against differences of that. */
#include "check.h"
#include "nn/batch_norm.h"

struct problem {
    size_t rows, channels, pixels;
    float slope;
    double epsilon;
    float *x, *dy, *weight, *bias, *running_mean, *running_var;
};

static struct problem make_problem(size_t rows, size_t channels, float slope, uint64_t seed)
{
    struct sk_random r;
    sk_random_init(&r, seed, 0);
    struct problem p = {.rows = rows, .channels = channels, .pixels = 1, .slope = slope, .epsilon = seed % 2 ? 1e-3 : 1e-5};
    p.x = normal_floats(&r, rows * channels, 0.5, 1);
    for (size_t i = 0; i < rows * channels; i++) /* channels of unlike spread and place */
        p.x[i] = p.x[i] * (float)(1 + i % channels) - 3 * (float)(i % channels);
    p.dy = normal_floats(&r, rows * channels, 0.1, 1);
    p.weight = normal_floats(&r, channels, 1, 0.5);
    p.bias = normal_floats(&r, channels, 0, 0.5);
    p.running_mean = normal_floats(&r, channels, 0, 1);
    p.running_var = block(channels, sizeof(float));
    for (size_t c = 0; c < channels; c++)
        p.running_var[c] = (float)(0.5 + sk_random_uniform(&r));
    return p;
}

static void free_problem(struct problem *p)
{
    void *all[] = {p->x, p->dy, p->weight, p->bias, p->running_mean, p->running_var};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static struct sk_batch_norm layer(const struct problem *p)
{
    return (struct sk_batch_norm){.channels = p->channels,
                                  .pixels = p->pixels,
                                  .slope = p->slope,
                                  .epsilon = p->epsilon,
                                  .weight = p->weight,
                                  .bias = p->bias,
                                  .running_mean = p->running_mean,
                                  .running_var = p->running_var};
}

/* Mean and sum of squared deviations of channel c. */
static void moments(const struct problem *p, size_t c, double *mean, double *m2)
{
    *mean = *m2 = 0;
    for (size_t r = 0; r < p->rows; r++)
        *mean += (double)p->x[r * p->channels + c] / (double)p->rows;
    for (size_t r = 0; r < p->rows; r++) {
        double d = (double)p->x[r * p->channels + c] - *mean;
        *m2 += d * d;
    }
}

static double rectify(double u, double slope)
{
    return u > 0 ? u : slope * u;
}

/* What the layer makes of a problem; y and dx in place where asked. */
struct results {
    float *y, *dx, *mean, *inv_std, *dweight, *dbias, *running_mean, *running_var;
};

static struct results run(const struct problem *p, bool in_place, int jobs)
{
    size_t n = p->rows * p->channels;
    struct results out = {
        .y = in_place ? copy_floats(p->x, n) : block(n, sizeof(float)),
        .dx = in_place ? copy_floats(p->dy, n) : block(n, sizeof(float)),
        .mean = block(p->channels, sizeof(float)),
        .inv_std = block(p->channels, sizeof(float)),
        .dweight = block(p->channels, sizeof(float)),
        .dbias = block(p->channels, sizeof(float)),
        .running_mean = copy_floats(p->running_mean, p->channels),
        .running_var = copy_floats(p->running_var, p->channels),
    };
    struct sk_batch_norm bn = layer(p);
    bn.running_mean = out.running_mean;
    bn.running_var = out.running_var;
    const size_t images = p->rows / p->pixels;
    float *scratch = block(sk_batch_norm_scratch(images, p->pixels, p->channels), sizeof *scratch);
    sk_batch_norm_forward(&bn, images, in_place ? out.y : p->x, out.y, out.mean, out.inv_std, scratch, jobs);
    sk_batch_norm_backward(&bn, images, p->x, out.mean, out.inv_std, in_place ? out.dx : p->dy, out.dx, out.dweight,
                           out.dbias, scratch, jobs);
    free(scratch);
    return out;
}

static void free_results(struct results *r)
{
    void *all[] = {r->y, r->dx, r->mean, r->inv_std, r->dweight, r->dbias, r->running_mean, r->running_var};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

/* y, the running statistics, and the gradients by the formula, all in double precision:
     dx = weight / std (du - mean(du) - x^ mean(du x^)),  dweight = sum(du x^),  dbias = sum(du). */
struct wanted {
    double *y, *dx, *dweight, *dbias, *running_mean, *running_var;
};

static void solve_channel(const struct problem *p, size_t c, struct wanted *want)
{
    double mean, m2, rows = (double)p->rows, sum = 0, sum_hat = 0, weight = (double)p->weight[c];
    moments(p, c, &mean, &m2);
    double inv_std = 1 / sqrt(m2 / rows + p->epsilon);
    for (size_t at = c; at < p->rows * p->channels; at += p->channels) {
        double hat = ((double)p->x[at] - mean) * inv_std, u = weight * hat + (double)p->bias[c];
        double du = (u > 0 ? 1 : (double)p->slope) * (double)p->dy[at];
        want->y[at] = rectify(u, (double)p->slope);
        sum += du;
        sum_hat += du * hat;
    }
    for (size_t at = c; at < p->rows * p->channels; at += p->channels) {
        double hat = ((double)p->x[at] - mean) * inv_std, u = weight * hat + (double)p->bias[c];
        double du = (u > 0 ? 1 : (double)p->slope) * (double)p->dy[at];
        want->dx[at] = weight * inv_std * (du - sum / rows - hat * sum_hat / rows);
    }
    want->dbias[c] = sum;
    want->dweight[c] = sum_hat;
    want->running_mean[c] = 0.9 * (double)p->running_mean[c] + 0.1 * mean;
    want->running_var[c] = 0.9 * (double)p->running_var[c] + 0.1 * (p->rows > 1 ? m2 / (rows - 1) : m2);
}

static struct wanted solve(const struct problem *p)
{
    size_t n = p->rows * p->channels, c = p->channels;
    struct wanted want = {block(n, sizeof(double)), block(n, sizeof(double)), block(c, sizeof(double)),
                          block(c, sizeof(double)), block(c, sizeof(double)), block(c, sizeof(double))};
    for (size_t k = 0; k < c; k++)
        solve_channel(p, k, &want);
    return want;
}

static void free_wanted(struct wanted *w)
{
    void *all[] = {w->y, w->dx, w->dweight, w->dbias, w->running_mean, w->running_var};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static const float slopes[] = {0, 0.2f, 1};

static void check_problem(const struct problem *p)
{
    struct wanted want = solve(p);
    for (int in_place = 0; in_place < 2; in_place++) {
        struct results got = run(p, in_place, 2);
        size_t n = p->rows * p->channels;
        check_close("y", got.y, want.y, n, 1e-5);
        check_close("running_mean", got.running_mean, want.running_mean, p->channels, 1e-6);
        check_close("running_var", got.running_var, want.running_var, p->channels, 1e-6);
        check_close("dbias", got.dbias, want.dbias, p->channels, 1e-5);
        if (p->rows > 1) /* the true dx and dweight of one row are 0 */
            check_close("dweight", got.dweight, want.dweight, p->channels, 2e-5);
        if (p->rows > 2) /* with two rows dx is a difference of nearly equal terms: x^ is +-1 */
            check_close("dx", got.dx, want.dx, n, 2e-5);
        free_results(&got);
    }
    free_wanted(&want);
}

static void layer_is_as_defined(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(rows, channels)
        for (size_t s = 0; s < COUNT_OF(slopes); s++) {
            struct problem p = make_problem(rows, channels, slopes[s], rows * 100 + channels);
            check_problem(&p);
            free_problem(&p);
        }
}

/* Beyond one chunk of rows, and a mean that is large against the spread. */
static void many_rows(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{20000, 1}, {7001, 5}, {1100, 33}, {70, 512}};
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct problem p = make_problem(shapes[i][0], shapes[i][1], 0.2f, i);
        check_problem(&p);
        for (size_t at = 0; at < p.rows * p.channels; at++)
            p.x[at] += 100;
        struct wanted want = solve(&p);
        struct results got = run(&p, false, 2);
        check_close("running_var", got.running_var, want.running_var, p.channels, 1e-4);
        check_close("y", got.y, want.y, p.rows * p.channels, 1e-4);
        free_wanted(&want);
        free_results(&got);
        free_problem(&p);
    }
}

/* The oracle's formula for dx is itself held against central differences of <dy, y>. */
static void formula_is_the_gradient(void **state)
{
    (void)state;
    struct problem p = make_problem(7, 3, 0.2f, 5);
    struct wanted want = solve(&p);
    for (size_t at = 0; at < 21; at++) {
        double loss[2], step = 1.0 / 1024; /* exact in a float */
        float x = p.x[at];
        for (int side = 0; side < 2; side++) {
            p.x[at] = x + (float)(side ? step : -step);
            struct wanted moved = solve(&p);
            loss[side] = 0;
            for (size_t i = 0; i < 21; i++)
                loss[side] += (double)p.dy[i] * moved.y[i];
            free_wanted(&moved);
        }
        p.x[at] = x;
        assert_true(fabs((loss[1] - loss[0]) / (2 * step) - want.dx[at]) < 1e-3);
    }
    free_wanted(&want);
    free_problem(&p);
}

static void jobs_do_not_matter(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{1, 1}, {300, 33}, {40000, 3}, {1000, 64}};
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct problem p = make_problem(shapes[i][0], shapes[i][1], 0, i);
        size_t n = p.rows * p.channels, c = p.channels;
        struct results one = run(&p, false, 1), two = run(&p, true, 2), three = run(&p, false, 3);
        check_same("y", one.y, two.y, n);
        check_same("dx", one.dx, two.dx, n);
        check_same("y", one.y, three.y, n);
        check_same("dx", one.dx, three.dx, n);
        check_same("dweight", one.dweight, two.dweight, c);
        check_same("dbias", one.dbias, two.dbias, c);
        check_same("running_mean", one.running_mean, two.running_mean, c);
        check_same("running_var", one.running_var, two.running_var, c);
        free_results(&one);
        free_results(&two);
        free_results(&three);
        free_problem(&p);
    }
}

static void parameter_gradients_add_up(void **state)
{
    (void)state;
    struct problem p = make_problem(7, 5, 0.2f, 1);
    struct results once = run(&p, false, 1);
    struct sk_batch_norm bn = layer(&p);
    float *scratch = block(sk_batch_norm_scratch(7, 1, 5), sizeof *scratch), dx[35], dweight[5] = {1, 2, 3, 4, 5},
          dbias[5] = {5, 4, 3, 2, 1};
    sk_batch_norm_backward(&bn, 7, p.x, once.mean, once.inv_std, p.dy, dx, dweight, dbias, scratch, 1);
    for (int c = 0; c < 5; c++) {
        assert_true(fabsf(dweight[c] - once.dweight[c] - (float)(1 + c)) < 1e-4f);
        assert_true(fabsf(dbias[c] - once.dbias[c] - (float)(5 - c)) < 1e-4f);
    }
    memset(dx, 0, sizeof dx);
    sk_batch_norm_backward(&bn, 7, p.x, once.mean, once.inv_std, p.dy, dx, NULL, NULL, scratch, 1);
    check_same("dx", dx, once.dx, 35);
    free(scratch);
    free_results(&once);
    free_problem(&p);
}

static void inference_uses_running_statistics(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(rows, channels) {
        struct problem p = make_problem(rows, channels, 0.2f, rows + channels);
        size_t n = rows * channels;
        struct sk_batch_norm bn = layer(&p);
        float *y = block(n, sizeof *y), *same = copy_floats(p.x, n), *mean = copy_floats(p.running_mean, channels);
        double *want = block(n, sizeof *want);
        sk_batch_norm_infer(&bn, rows, p.x, y, 1);
        sk_batch_norm_infer(&bn, rows, same, same, 2);
        for (size_t at = 0; at < n; at++) {
            size_t c = at % channels;
            double hat = ((double)p.x[at] - (double)p.running_mean[c]) / sqrt((double)p.running_var[c] + p.epsilon);
            want[at] = rectify((double)p.weight[c] * hat + (double)p.bias[c], 0.2);
        }
        check_close("y", y, want, n, 1e-5);
        check_same("in place", y, same, n);
        check_same("running_mean", mean, p.running_mean, channels);
        free(y);
        free(same);
        free(mean);
        free(want);
        free_problem(&p);
    }
}

/* A channel of one value everywhere: no division by zero, y is the bias. */
static void constant_channel(void **state)
{
    (void)state;
    struct problem p = make_problem(300, 1, 1, 1);
    for (size_t i = 0; i < 300; i++)
        p.x[i] = 7;
    struct results got = run(&p, false, 1);
    for (size_t i = 0; i < 300; i++) {
        assert_true(fabsf(got.y[i] - p.bias[0]) < 1e-5f);
        assert_true(isfinite(got.dx[i]));
    }
    free_results(&got);
    free_problem(&p);
}

/* The moments of each micro-batch alone, joined up the tree. */
static struct sk_moments joined_moments(const struct sk_moments *leaf, size_t step, size_t count)
{
    if (count == 1)
        return *leaf;
    const size_t split = sk_tree_split(count);
    return sk_moments_join(joined_moments(leaf, step, split), joined_moments(leaf + split * step, step, count - split));
}

enum { TREE_PIXELS = 300, TREE_CHANNELS = 20 };

static void check_moments(const struct problem *p, size_t images, float *scratch)
{
    const struct sk_batch_norm bn = layer(p);
    const size_t count = sk_micro_batches(images);
    struct sk_moments whole[TREE_CHANNELS], *leaves = block(count * TREE_CHANNELS, sizeof *leaves);
    sk_batch_norm_moments(&bn, images, p->x, whole, scratch, 3);
    for (size_t k = 0; k < count; k++)
        sk_batch_norm_moments(&bn, sk_micro_batch_images(k, images), p->x + k * SK_MICRO_BATCH * TREE_PIXELS * TREE_CHANNELS,
                              leaves + k * TREE_CHANNELS, scratch, 1);
    for (size_t c = 0; c < TREE_CHANNELS; c++) {
        const struct sk_moments joined = joined_moments(leaves + c, TREE_CHANNELS, count);
        assert_memory_equal(&joined, &whole[c], sizeof joined);
    }
    free(leaves);
}

static void check_gradients(const struct problem *p, size_t images, float *scratch)
{
    const struct sk_batch_norm bn = layer(p);
    const size_t count = sk_micro_batches(images), each = SK_MICRO_BATCH * TREE_PIXELS * TREE_CHANNELS;
    struct results whole = run(p, false, 3);
    float *dweight = block(count * TREE_CHANNELS, sizeof *dweight), *dbias = block(count * TREE_CHANNELS, sizeof *dbias);
    for (size_t k = 0; k < count; k++) /* dx is of another batch's sums */
        sk_batch_norm_backward(&bn, sk_micro_batch_images(k, images), p->x + k * each, whole.mean, whole.inv_std,
                               p->dy + k * each, whole.dx, dweight + k * TREE_CHANNELS, dbias + k * TREE_CHANNELS, scratch, 1);
    check_tree("dweight", whole.dweight, dweight, images, TREE_CHANNELS);
    check_tree("dbias", whole.dbias, dbias, images, TREE_CHANNELS);
    free(dweight);
    free(dbias);
    free_results(&whole);
}

static void sums_are_trees(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT_OF(check_batches); b++) {
        const size_t images = check_batches[b];
        struct problem p = make_problem(images * TREE_PIXELS, TREE_CHANNELS, 0.2f, images);
        p.pixels = TREE_PIXELS;
        float *scratch = block(sk_batch_norm_scratch(images, TREE_PIXELS, TREE_CHANNELS), sizeof *scratch);
        check_moments(&p, images, scratch);
        check_gradients(&p, images, scratch);
        free(scratch);
        free_problem(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layer_is_as_defined),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(formula_is_the_gradient),
        cmocka_unit_test(jobs_do_not_matter),
        cmocka_unit_test(parameter_gradients_add_up),
        cmocka_unit_test(inference_uses_running_statistics),
        cmocka_unit_test(constant_channel),
        cmocka_unit_test(sums_are_trees),
    };
    return cmocka_run_group_tests_name("batch_norm", tests, NULL, NULL);
}
