/* What D and G learn by: the textbook's formulas, and gradients by differences. */
#include "check.h"
#include "nn/gan_loss.h"

enum { N = 6 };

static const float real[N] = {0.5f, 2, -1, 3.25f, -4, 0.75f}, fake[N] = {-0.5f, 0.25f, 1.5f, -2, -0.875f, 4};

static double softplus(double x)
{
    return log(1 + exp(x));
}

static void textbook(void **state)
{
    (void)state;
    double d[SK_GAN_LOSSES] = {0}, g[SK_GAN_LOSSES] = {0};
    float a[N], b[N];
    for (size_t i = 0; i < N; i++) {
        const double r = (double)real[i], f = (double)fake[i];
        d[SK_BCE] += (softplus(-r) + softplus(f)) / N;
        g[SK_BCE] += softplus(-f) / N;
        d[SK_HINGE] += (fmax(0, 1 - r) + fmax(0, 1 + f)) / N;
        g[SK_HINGE] -= f / N;
        d[SK_RELATIVISTIC] += softplus(f - r) / N;
        g[SK_RELATIVISTIC] += softplus(r - f) / N;
    }
    for (int kind = 0; kind < SK_GAN_LOSSES; kind++) {
        assert_true(fabs(sk_gan_loss_of_d((enum sk_gan_loss)kind, N, real, fake, a, b) - d[kind]) < 1e-6);
        assert_true(fabs(sk_gan_loss_of_g((enum sk_gan_loss)kind, N, real, fake, b) - g[kind]) < 1e-6);
    }
}

enum { PENALTY = SK_GAN_LOSSES, ALL = 2 * SK_GAN_LOSSES + 1 };

/* D's losses, the penalty, G's losses, of 2 N logits, the real ones first. */
static double loss_of(int which, const float *logits, float *gradient)
{
    if (which < PENALTY)
        return sk_gan_loss_of_d((enum sk_gan_loss)which, N, logits, logits + N, gradient, gradient + N);
    if (which > PENALTY)
        return sk_gan_loss_of_g((enum sk_gan_loss)(which - PENALTY - 1), N, logits, logits + N, gradient + N);
    memset(gradient, 0, 2 * N * sizeof *gradient);
    return sk_gan_penalty(7, N, logits, logits + N, gradient, gradient + N);
}

static void gradients(void **state)
{
    (void)state;
    for (int which = 0; which < ALL; which++) {
        float logits[2 * N], gradient[2 * N], ignored[2 * N];
        memcpy(logits, real, sizeof real);
        memcpy(logits + N, fake, sizeof fake);
        loss_of(which, logits, gradient);
        for (size_t i = which <= PENALTY ? 0 : N; i < 2 * N; i++) {
            const float was = logits[i];
            logits[i] = was + 0x1p-8f;
            const double above = loss_of(which, logits, ignored);
            logits[i] = was - 0x1p-8f;
            const double below = loss_of(which, logits, ignored);
            logits[i] = was;
            if (!(fabs((above - below) / 0x1p-7 - (double)gradient[i]) < 2e-5))
                fail_msg("loss %d, logit %zu: %g, not %g", which, i, (double)gradient[i], (above - below) / 0x1p-7);
        }
    }
}

/* Pairing does not see what is added to all logits. */
static void relativistic_is(void **state)
{
    (void)state;
    float high[2 * N], a[N], b[N];
    for (size_t i = 0; i < N; i++) {
        high[i] = real[i] + 64;
        high[N + i] = fake[i] + 64;
    }
    assert_true(fabs(sk_gan_loss_of_d(SK_RELATIVISTIC, N, real, fake, a, b) - sk_gan_loss_of_d(SK_RELATIVISTIC, N, high, high + N, a, b)) < 1e-5);
    for (int kind = 0; kind < SK_GAN_LOSSES; kind++) { /* nothing overflows */
        const float far[2] = {-3e38f, 3e38f};
        assert_true(!isnan(sk_gan_loss_of_d((enum sk_gan_loss)kind, 2, far, far, a, b)));
        assert_true(isfinite(a[0]) && isfinite(a[1]) && isfinite(b[0]) && isfinite(b[1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(textbook),
        cmocka_unit_test(gradients),
        cmocka_unit_test(relativistic_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
