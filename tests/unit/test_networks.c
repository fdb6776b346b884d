/* Both networks against the naive ones: what they compute, their gradients by differences in double precision, their
   files, and that neither threads nor the cut of a batch matter. */
#include "check.h"
#include "naive_dcgan.h"
#include "nn/dcgan.h"
#include "nn/dropout.h"
#include "nn/gan.h"

static const struct sk_arch architectures[] = {
    {.size = 32, .width = 3, .latent = 7, .kernel = 4},
    {.size = 32, .width = 5, .latent = 10, .kernel = 5},
    {.size = 64, .width = 2, .latent = 1, .kernel = 5},
    {.size = 64, .width = 1, .latent = 16, .kernel = 4},
    {.size = 128, .width = 1, .latent = 3, .kernel = 4},
};

/* Forward passes agree to what a few thousand rounded terms a value leave. A gradient in float differs besides where a
   unit beside its kink lies on the other side of it: one in a million does. */
static const double forward_tolerance = 2e-5, gradient_tolerance = 1e-3;

/* Weights of a size that lets gradients through everywhere: nothing vanishes, nothing saturates. */
static void scatter(const struct sk_params *params, float *vector, struct sk_random *r)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct sk_param *p = &params->item[i];
        size_t fan = p->rank == 4 ? p->dim[1] * p->dim[2] * p->dim[3] / 2 : p->rank == 2 ? p->dim[1] : 10;
        bool gain = strstr(p->name, ".bn") && strstr(p->name, ".weight"), var = strstr(p->name, "_var") != NULL;
        for (size_t k = 0; k < p->count; k++) {
            double x = sk_random_normal(r) / sqrt((double)fan);
            vector[p->offset + k] = (float)(gain || var ? 1 + x * x : x);
        }
    }
}

static struct sk_net *new_generator(const struct sk_arch *arch, size_t max_batch, bool training, int jobs)
{
    struct sk_net *g;
    struct sk_error err;
    struct sk_random r;
    const struct sk_net_use use = {max_batch, training, jobs};
    assert_int_equal(sk_net_new(&g, sk_dcgan_generator, arch, 0, &use, NULL, &err), 0);
    sk_random_init(&r, 1, arch->size + arch->kernel);
    scatter(&g->params, g->weights, &r);
    scatter(&g->buffers, g->running, &r);
    sk_net_weights_changed(g);
    return g;
}

static sk_recipe *recipe_of(const char *prefix)
{
    return strcmp(prefix, "classifier") == 0 ? sk_dcgan_classifier : sk_dcgan_discriminator;
}

static struct sk_net *new_discriminator(const struct sk_arch *arch, const char *prefix, size_t outputs,
                                                  size_t max_batch, bool training, int jobs)
{
    struct sk_net *d;
    struct sk_error err;
    struct sk_random r;
    const struct sk_net_use use = {max_batch, training, jobs};
    assert_int_equal(sk_net_new(&d, recipe_of(prefix), arch, outputs, &use, NULL, &err), 0);
    sk_random_init(&r, 2, arch->size + arch->kernel);
    scatter(&d->params, d->weights, &r);
    scatter(&d->buffers, d->running, &r);
    sk_net_weights_changed(d);
    return d;
}

/* Tensors by name: a vector and perhaps another. */
static struct sk_tensor_file file_of(const struct sk_params *params, const float *vector, const struct sk_params *more,
                                     const float *more_vector)
{
    struct sk_tensor_file file = {0};
    struct sk_error err;
    assert_int_equal(sk_params_save(params, vector, &file, &err), 0);
    if (more)
        assert_int_equal(sk_params_save(more, more_vector, &file, &err), 0);
    return file;
}

static struct naive_weights naive_of(const struct sk_params *params, const float *vector, const struct sk_params *more,
                                     const float *more_vector)
{
    struct sk_tensor_file file = file_of(params, vector, more, more_vector);
    struct naive_weights weights = naive_weights_of(&file);
    sk_tensor_file_free(&file);
    return weights;
}

static void check_running(const struct sk_params *buffers, const float *running, const struct naive_weights *want)
{
    struct sk_tensor_file file = file_of(buffers, running, NULL, NULL);
    for (size_t i = 0; i < file.count; i++) {
        const struct sk_tensor *t = &file.tensor[i];
        check_close(t->name, t->data, naive_at(want, "%s", t->name), sk_tensor_elements(t), forward_tolerance);
    }
    sk_tensor_file_free(&file);
}

/* A loss, as a function of the naive weights and of an input, is all that the gradient check needs to know. */
struct experiment {
    const struct sk_arch *arch;
    struct naive_weights *weights;
    size_t batch, groups, outputs;
    const char *prefix;
    const float *z, *mask;
    double *images;        /* the discriminator's input */
    const float *direction; /* loss = <direction, images> of the generator, <direction, logits> of the discriminator */
    double (*loss)(struct experiment *);
};

static double generator_loss(struct experiment *e)
{
    size_t n = e->batch * sk_arch_values(e->arch, 0);
    double *images = block(n, sizeof *images), sum = 0;
    naive_generator(e->weights, e->arch, e->batch, true, e->z, images);
    for (size_t i = 0; i < n; i++)
        sum += images[i] * (double)e->direction[i];
    free(images);
    return sum;
}

static double discriminator_loss(struct experiment *e)
{
    size_t n = e->batch * e->outputs;
    double *logits = block(n, sizeof *logits), sum = 0;
    naive_discriminator(e->weights, e->arch, e->prefix, e->outputs, e->batch, e->groups, e->images, e->mask, logits,
                        NULL);
    for (size_t i = 0; i < n; i++)
        sum += logits[i] * (double)e->direction[i];
    free(logits);
    return sum;
}

/* Along a random direction v, (L(x + hv) - L(x - hv)) / 2h must be <g, v>, which is about |g|. */
static void check_direction(struct experiment *e, const char *what, double *x, const float *g, size_t count,
                            struct sk_random *r)
{
    double h = 1e-6, inner = 0, norm = 0, difference = 0, *v = block(count, sizeof *v), *x0 = block(count, sizeof *x0);
    memcpy(x0, x, count * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        v[i] = sk_random_normal(r);
        inner += v[i] * (double)g[i];
        norm += (double)g[i] * (double)g[i];
    }
    for (int side = -1; side <= 1; side += 2) {
        for (size_t i = 0; i < count; i++)
            x[i] = x0[i] + side * h * v[i];
        difference += side * e->loss(e) / (2 * h);
    }
    memcpy(x, x0, count * sizeof *x);
    free(v);
    free(x0);
    if (!(norm > 0))
        fail_msg("%s: no gradient", what);
    if (!(fabs(difference - inner) <= gradient_tolerance * sqrt(norm)))
        fail_msg("%s: slope %.9g by differences, %.9g by gradient, |g| %.4g", what, difference, inner, sqrt(norm));
}

/* Every parameter's gradient, in two directions. */
static void check_gradients(struct experiment *e, const struct sk_params *params, const float *gradients)
{
    struct sk_random r;
    sk_random_init(&r, 3, e->arch->size);
    struct sk_tensor_file file = file_of(params, gradients, NULL, NULL);
    for (size_t i = 0; i < file.count; i++)
        for (int k = 0; k < 2; k++)
            check_direction(e, file.tensor[i].name, naive_at(e->weights, "%s", file.tensor[i].name),
                            file.tensor[i].data, sk_tensor_elements(&file.tensor[i]), &r);
    sk_tensor_file_free(&file);
}

static void check_generator(const struct sk_arch *arch, size_t batch)
{
    size_t n = batch * sk_arch_values(arch, 0);
    struct sk_random r;
    sk_random_init(&r, 4, arch->kernel);
    struct sk_net *g = new_generator(arch, batch + 1, true, 2);
    float *z = normal_floats(&r, batch * arch->latent, 0, 1), *images = block(n, sizeof *images);
    float *direction = normal_floats(&r, n, 0, 1), *scratch = copy_floats(direction, n);
    double *want = block(n, sizeof *want);
    struct naive_weights naive = naive_of(&g->params, g->weights, &g->buffers, g->running);
    sk_net_forward(g, batch, 1, z, images, NULL);
    naive_generator(&naive, arch, batch, true, z, want);
    check_close("images", images, want, n, forward_tolerance);
    check_running(&g->buffers, g->running, &naive);
    sk_net_backward(g, batch, 1, z, images, scratch, NULL, true);
    struct experiment e = {.arch = arch, .weights = &naive, .batch = batch, .z = z, .direction = direction,
                           .loss = generator_loss};
    check_gradients(&e, &g->params, g->gradients);
    free(z);
    free(images);
    free(direction);
    free(scratch);
    free(want);
    naive_weights_free(&naive);
    sk_net_free(g);
}

static void generator(void **state)
{
    (void)state;
    for (size_t a = 0; a < COUNT_OF(architectures); a++)
        check_generator(&architectures[a], 3);
}

static double *doubles_of(const float *x, size_t n)
{
    double *p = block(n, sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = (double)x[i];
    return p;
}

/* The mask that the network will draw. */
static float *draw_mask(const struct sk_random *r, double dropout, size_t n)
{
    struct sk_random copy = *r;
    float *mask = block(n, sizeof *mask), *ones = block(n, sizeof *ones);
    sk_dropout_forward(n, dropout, &copy, mask, ones);
    free(ones);
    return mask;
}

static void check_discriminator(const struct sk_arch *arch, const char *prefix, size_t outputs, size_t batch,
                                size_t groups, double dropout)
{
    size_t n = batch * sk_arch_values(arch, 0);
    struct sk_random r, random;
    sk_random_init(&r, 5, arch->kernel);
    sk_random_init(&random, 6, arch->size);
    struct sk_net *d = new_discriminator(arch, prefix, outputs, batch + 1, true, 2);
    d->dropout = dropout;
    float *images = normal_floats(&r, n, 0, 0.5), *dimages = block(n, sizeof *dimages);
    float *direction = normal_floats(&r, batch * outputs, 0, 1), *logits = block(batch * outputs, sizeof *logits);
    float *mask = draw_mask(&random, dropout, batch * 16 * sk_net_features_count(d));
    double *want = block(batch * outputs, sizeof *want), *input = doubles_of(images, n);
    struct naive_weights naive = naive_of(&d->params, d->weights, &d->buffers, d->running);
    struct sk_random again = random, third = random;
    sk_net_forward(d, batch, groups, images, logits, dropout > 0 ? &random : NULL);
    naive_discriminator(&naive, arch, prefix, outputs, batch, groups, input, mask, want, NULL);
    check_close("logits", logits, want, batch * outputs, forward_tolerance);
    check_running(&d->buffers, d->running, &naive);
    sk_net_backward(d, batch, groups, images, logits, direction, dimages, true);
    struct experiment e = {.arch = arch, .weights = &naive, .batch = batch, .groups = groups, .outputs = outputs,
                           .prefix = prefix, .mask = mask, .images = input, .direction = direction,
                           .loss = discriminator_loss};
    check_gradients(&e, &d->params, d->gradients);
    check_direction(&e, "images", input, dimages, n, &r);
    float *alone = block(n, sizeof *alone), *kept = copy_floats(d->gradients, d->params.total);
    sk_net_forward(d, batch, groups, images, logits, &again);
    sk_net_backward(d, batch, groups, images, logits, direction, alone, false);
    check_same("dimages alone", alone, dimages, n);
    check_same("gradients, not asked for", kept, d->gradients, d->params.total);
    sk_net_forward(d, batch, groups, images, logits, &third);
    sk_net_backward(d, batch, groups, images, logits, direction, NULL, true);
    check_same("gradients alone", kept, d->gradients, d->params.total);
    void *all[] = {images, dimages, direction, logits, mask, want, input, alone, kept};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
    naive_weights_free(&naive);
    sk_net_free(d);
}

static void discriminator(void **state)
{
    (void)state;
    for (size_t a = 0; a < COUNT_OF(architectures); a++) {
        check_discriminator(&architectures[a], "discriminator", 1, 3, 1, 0);
        check_discriminator(&architectures[a], "discriminator", 1, 4, 2, 0);
    }
}

static void classifier(void **state)
{
    (void)state;
    check_discriminator(&architectures[0], "classifier", 1, 3, 1, 0.5);
    check_discriminator(&architectures[1], "classifier", 3, 2, 1, 0.2);
}

/* Weights that went through a file's layout and back give the same network. */
static void files(void **state)
{
    const struct sk_net_use one = {1, false, 1};
    (void)state;
    struct sk_error err;
    for (size_t a = 0; a < COUNT_OF(architectures); a++) {
        const struct sk_arch *arch = &architectures[a];
        struct sk_net *g = new_generator(arch, 1, false, 1), *h;
        struct sk_net *d = new_discriminator(arch, "discriminator", 1, 1, false, 1), *e;
        struct sk_tensor_file file = file_of(&g->params, g->weights, &g->buffers, g->running);
        assert_int_equal(sk_params_save(&d->params, d->weights, &file, &err), 0);
        assert_int_equal(sk_params_save(&d->buffers, d->running, &file, &err), 0);
        assert_int_equal(sk_net_new(&h, sk_dcgan_generator, arch, 0, &one, NULL, &err), 0);
        assert_int_equal(sk_net_new(&e, sk_dcgan_discriminator, arch, 1, &one, NULL, &err), 0);
        assert_int_equal(sk_params_load(&h->params, h->weights, &file, &err), 0);
        assert_int_equal(sk_params_load(&h->buffers, h->running, &file, &err), 0);
        assert_int_equal(sk_params_load(&e->params, e->weights, &file, &err), 0);
        assert_int_equal(sk_params_load(&e->buffers, e->running, &file, &err), 0);
        check_same("generator", g->weights, h->weights, g->params.total);
        check_same("generator's statistics", g->running, h->running, g->buffers.total);
        check_same("discriminator", d->weights, e->weights, d->params.total);
        check_same("discriminator's statistics", d->running, e->running, d->buffers.total);
        sk_tensor_file_free(&file);
        sk_net_free(g);
        sk_net_free(h);
        sk_net_free(d);
        sk_net_free(e);
    }
}

/* A classifier takes the discriminator's trunk and keeps its own head. */
static void trunk(void **state)
{
    const struct sk_net_use one = {1, false, 1};
    (void)state;
    const struct sk_arch *arch = &architectures[1];
    struct sk_error err;
    struct sk_net *d = new_discriminator(arch, "discriminator", 1, 1, false, 1), *c;
    struct sk_tensor_file file = file_of(&d->params, d->weights, &d->buffers, d->running);
    assert_int_equal(sk_net_new(&c, sk_dcgan_classifier, arch, 2, &one, NULL, &err), 0);
    assert_int_equal(sk_net_load_trunk(c, "discriminator", &file, &err), 0);
    size_t head = (size_t)(sk_params_at(&d->params, d->weights, "discriminator.fc.weight") - d->weights);
    check_same("trunk", c->weights, d->weights, head);
    check_same("statistics", c->running, d->running, d->buffers.total);
    for (size_t i = head; i < c->params.total; i++)
        assert_true(c->weights[i] == 0);
    assert_int_equal(sk_net_load_trunk(c, "generator", &file, &err), -1);
    sk_tensor_file_free(&file);
    sk_net_free(d);
    sk_net_free(c);
}

/* Inference against the naive networks; then in batches of 1, and by a network that could train. */
static void generator_inference(void **state)
{
    (void)state;
    for (size_t a = 0; a < COUNT_OF(architectures); a++) {
        const struct sk_arch *arch = &architectures[a];
        size_t each = sk_arch_values(arch, 0), n = 7 * each;
        struct sk_random r;
        sk_random_init(&r, 7, a);
        struct sk_net *g = new_generator(arch, 7, false, 2), *trained = new_generator(arch, 7, true, 1);
        float *z = normal_floats(&r, 7 * arch->latent, 0, 1), *images = block(n, sizeof *images);
        float *again = block(n, sizeof *again);
        double *want = block(n, sizeof *want);
        struct naive_weights naive = naive_of(&g->params, g->weights, &g->buffers, g->running);
        naive_generator(&naive, arch, 7, false, z, want);
        sk_net_infer(g, 7, z, images);
        check_close("images", images, want, n, forward_tolerance);
        for (size_t i = 0; i < 7; i++)
            sk_net_infer(g, 1, z + i * arch->latent, again + i * each);
        check_close("images one by one", again, want, n, forward_tolerance);
        sk_net_infer(trained, 7, z, again);
        check_same("images of a network in training", images, again, n);
        free(z);
        free(images);
        free(again);
        free(want);
        naive_weights_free(&naive);
        sk_net_free(g);
        sk_net_free(trained);
    }
}

static void check_discriminator_inference(const struct sk_arch *arch, size_t outputs)
{
    struct sk_random r;
    sk_random_init(&r, 8, arch->size);
    struct sk_net *d = new_discriminator(arch, "classifier", outputs, 7, false, 2);
    struct sk_net *trained = new_discriminator(arch, "classifier", outputs, 8, true, 1);
    trained->dropout = 0.5; /* of no effect in inference */
    size_t each = sk_arch_values(arch, 0), n = 7 * each, c = sk_net_features_count(d);
    float *images = normal_floats(&r, n, 0, 0.5), *logits = block(7 * outputs, sizeof *logits);
    float *features = block(7 * c, sizeof *features), *again = block(7 * outputs, sizeof *again);
    double *want = block(7 * outputs, sizeof *want), *want_features = block(7 * c, sizeof *want_features);
    double *input = doubles_of(images, n);
    struct naive_weights naive = naive_of(&d->params, d->weights, &d->buffers, d->running);
    naive_discriminator(&naive, arch, "classifier", outputs, 7, 0, input, NULL, want, want_features);
    sk_net_infer(d, 7, images, logits);
    sk_net_features(d, 7, features);
    check_close("logits", logits, want, 7 * outputs, forward_tolerance);
    check_close("features", features, want_features, 7 * c, forward_tolerance);
    for (size_t i = 0; i < 7; i++)
        sk_net_infer(d, 1, images + i * each, again + i * outputs);
    check_close("logits one by one", again, want, 7 * outputs, forward_tolerance);
    sk_net_infer(trained, 7, images, again);
    check_same("logits of a network in training", logits, again, 7 * outputs);
    void *all[] = {images, logits, features, again, want, want_features, input};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
    naive_weights_free(&naive);
    sk_net_free(d);
    sk_net_free(trained);
}

static void discriminator_inference(void **state)
{
    (void)state;
    for (size_t a = 0; a < COUNT_OF(architectures); a++)
        check_discriminator_inference(&architectures[a], 1 + a % 3);
}

static struct sk_gan *train(const struct sk_arch *arch, size_t batch, enum sk_optimizer_kind kind, int jobs,
                            struct sk_gan_losses *losses)
{
    struct sk_gan *gan;
    struct sk_error err;
    struct sk_gan_options options = {*arch, .batch = batch, .optimizer = {kind, 2e-3, 0.5, 0, 0.999, 0}};
    assert_int_equal(sk_gan_new(&gan, &options, 9, jobs, NULL, &err), 0);
    for (uint64_t step = 0; step < 2; step++) {
        struct sk_random r;
        sk_random_init(&r, 10, step);
        for (size_t i = 0; i < batch * sk_arch_values(arch, 0); i++)
            gan->images[i] = (float)sk_random_between(&r, -1, 1);
        sk_gan_step(gan, 9, step, losses);
    }
    return gan;
}

/* Odd widths, and those of a power of two, which may take another convolution. */
static const struct sk_arch trained[] = {
    {.size = 32, .width = 3, .latent = 7, .kernel = 4},
    {.size = 32, .width = 5, .latent = 10, .kernel = 5},
    {.size = 64, .width = 16, .latent = 12, .kernel = 4},
    {.size = 64, .width = 16, .latent = 12, .kernel = 5},
};

static void jobs_do_not_matter(void **state)
{
    (void)state;
    for (size_t a = 0; a < COUNT_OF(trained); a++) {
        struct sk_gan_losses losses[3];
        struct sk_gan *one = train(&trained[a], 5, a % 2 ? SK_SGD : SK_ADAM, 1, &losses[0]);
        for (int jobs = 2; jobs <= 3; jobs++) {
            struct sk_gan *many = train(&trained[a], 5, a % 2 ? SK_SGD : SK_ADAM, jobs, &losses[jobs - 1]);
            const struct sk_net *g = one->generator, *h = many->generator;
            const struct sk_net *d = one->discriminator, *e = many->discriminator;
            check_same("generator", g->weights, h->weights, g->params.total);
            check_same("its statistics", g->running, h->running, g->buffers.total);
            check_same("its moments", one->generator_optimizer.m, many->generator_optimizer.m, g->params.total);
            check_same("discriminator", d->weights, e->weights, d->params.total);
            check_same("its statistics", d->running, e->running, d->buffers.total);
            assert_memory_equal(&losses[0], &losses[jobs - 1], sizeof losses[0]);
            sk_gan_free(many);
        }
        sk_gan_free(one);
    }
}

/* On images of one colour against noise, D must learn within some steps which are real. */
static void discriminator_learns(void **state)
{
    (void)state;
    struct sk_gan *gan;
    struct sk_error err;
    struct sk_gan_losses first, last;
    struct sk_gan_options options = {{.size = 32, .width = 4, .latent = 8, .kernel = 4}, .batch = 8, .optimizer = {SK_ADAM, 1e-3, 0.5, 0, 0.999, 0}};
    assert_int_equal(sk_gan_new(&gan, &options, 1, 2, NULL, &err), 0);
    for (size_t i = 0; i < 8 * sk_arch_values(&options.arch, 0); i++)
        gan->images[i] = i % 3 == 0 ? 0.8f : -0.4f;
    sk_gan_step(gan, 1, 0, &first);
    for (uint64_t step = 1; step < 40; step++)
        sk_gan_step(gan, 1, step, &last);
    assert_true(fabs(first.d_loss - 2 * log(2)) < 0.3 && fabs(first.d_x - 0.5) < 0.2);
    assert_true(last.d_loss < 0.5 * first.d_loss && last.d_x > last.d_g_z + 0.5);
    sk_gan_free(gan);
}

static void refused(void **state)
{
    const struct sk_net_use one = {1, true, 1};
    (void)state;
    static const size_t numbers[][4] = {{48, 8, 8, 4}, {0, 8, 8, 4},    {64, 0, 8, 4}, {64, 513, 8, 4},
                                        {64, 8, 0, 4}, {64, 8, 4097, 4}, {64, 8, 8, 3}, {64, 8, 8, 6}};
    struct sk_error err;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const size_t *n = numbers[i];
        const struct sk_arch bad = {.size = n[0], .width = n[1], .latent = n[2], .kernel = n[3]};
        struct sk_net *g;
        struct sk_net *d;
        struct sk_gan *gan;
        struct sk_gan_options options = {bad, .batch = 4, .optimizer = {SK_ADAM, 1e-3, 0.5, 0, 0.999, 0}};
        assert_int_equal(sk_net_new(&g, sk_dcgan_generator, &bad, 0, &one, NULL, &err), -1);
        assert_int_equal(sk_net_new(&d, sk_dcgan_discriminator, &bad, 1, &one, NULL, &err), -1);
        assert_int_equal(sk_gan_new(&gan, &options, 1, 1, NULL, &err), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator),
        cmocka_unit_test(discriminator),
        cmocka_unit_test(classifier),
        cmocka_unit_test(files),
        cmocka_unit_test(trunk),
        cmocka_unit_test(generator_inference),
        cmocka_unit_test(discriminator_inference),
        cmocka_unit_test(jobs_do_not_matter),
        cmocka_unit_test(discriminator_learns),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests_name("networks", tests, NULL, NULL);
}
