/* A run reports and does not print; one that is stopped before its first step goes on to the same bytes. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tensor/gemm.h"
#include "train/classifier_run.h"
#include "train/gan_run.h"

enum { IMAGES = 10, SIZE = 32, STEPS = 4 };

static volatile sig_atomic_t stop;

struct told {
    int started, steps, warnings;
    uint64_t last;
};

static void on_start(void *context)
{
    ((struct told *)context)->started++;
}

static void on_step(void *context, const struct sk_progress_state *state)
{
    struct told *told = context;
    told->steps++;
    assert_int_equal(told->started, 1);
    assert_int_equal(state->done, told->last + 1);
    assert_int_equal(state->total, STEPS);
    assert_null(strstr(state->text, "nan"));
    told->last = state->done;
}

static void on_warning(void *context, const char *text)
{
    ((struct told *)context)->warnings++;
    assert_non_null(strstr(text, "validates"));
}

/* Noise of two classes, by turns. */
static struct sk_dataset noise(size_t count)
{
    struct sk_dataset set = {.size = SIZE, .count = count, .capacity = count, .classes = 2, .class_name = {"a", "b"}};
    struct sk_random random;
    const size_t bytes = count * SIZE * SIZE * 3;
    sk_random_init(&random, 1, count);
    set.pixels = block(bytes, 1);
    set.label = block(count, 1);
    for (size_t i = 0; i < bytes; i++)
        set.pixels[i] = (uint8_t)sk_random_bits(&random);
    for (size_t i = 0; i < count; i++)
        set.class_count[set.label[i] = i % 2]++;
    return set;
}

/* From here to there nothing may be printed. */
static int listen(void)
{
    fflush(stderr);
    int kept = dup(STDERR_FILENO), printed = open("printed", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && printed >= 0 && dup2(printed, STDERR_FILENO) >= 0);
    close(printed);
    return kept;
}

static void heard_nothing(int kept)
{
    fflush(stderr);
    const off_t bytes = lseek(STDERR_FILENO, 0, SEEK_CUR);
    dup2(kept, STDERR_FILENO);
    close(kept);
    unlink("printed");
    assert_int_equal(bytes, 0);
}

static enum sk_train_end run(bool classifier, const char *output, bool resume, struct told *told)
{
    struct sk_dataset set = noise(IMAGES), valid = noise(1); /* which has no image of class b */
    struct sk_train_options o = {.output = output, .preset = "paper", .arch = {.size = SIZE, .width = 2, .latent = 3, .kernel = 4},
                                 .optimizer = {SK_ADAM, 1e-3, 0.5, 0}, .batch = 4, .steps = STEPS, .seed = 1,
                                 .save_every = 2, .resume = resume, .jobs = 1, .stop = &stop,
                                 .report = {on_start, on_step, on_warning, told}};
    enum sk_train_end end;
    struct sk_error err;
    uint64_t step;
    const int kept = listen();
    const int failed = classifier ? sk_classifier_run(&o, &set, &valid, &end, &step, &err) : sk_gan_run(&o, &set, &end, &step, &err);
    heard_nothing(kept);
    if (failed)
        fail_msg("%s", err.text);
    assert_int_equal(step, end == SK_TRAIN_COMPLETE ? STEPS : 0);
    sk_dataset_free(&set);
    sk_dataset_free(&valid);
    return end;
}

static void same_files(const char *a, const char *b)
{
    FILE *one = fopen(a, "rb"), *other = fopen(b, "rb");
    int c;
    assert_non_null(one);
    assert_non_null(other);
    do {
        c = getc(one);
        assert_int_equal(c, getc(other));
    } while (c != EOF);
    fclose(one);
    fclose(other);
}

static void stopped_at_the_start(bool classifier)
{
    struct told whole = {0}, none = {0}, rest = {0};
    stop = 0;
    assert_int_equal(run(classifier, "whole", false, &whole), SK_TRAIN_COMPLETE);
    assert_int_equal(whole.steps, STEPS);
    assert_int_equal(whole.warnings, classifier);
    stop = SIGTERM;
    assert_int_equal(run(classifier, "cut", false, &none), SK_TRAIN_STOPPED);
    assert_int_equal(none.started, 1);
    assert_int_equal(none.steps, 0);
    assert_int_equal(access("cut.ckpt", F_OK), 0);
    assert_int_equal(access("cut", F_OK), -1);
    stop = 0;
    assert_int_equal(run(classifier, "cut", true, &rest), SK_TRAIN_COMPLETE);
    assert_int_equal(rest.steps, STEPS);
    same_files("whole", "cut");
    same_files("whole.ckpt", "cut.ckpt");
    stop = SIGTERM; /* complete is complete */
    assert_int_equal(run(classifier, "cut", true, &rest), SK_TRAIN_WAS_COMPLETE);
    const char *const made[] = {"whole", "whole.ckpt", "cut", "cut.ckpt"};
    for (size_t i = 0; i < COUNT_OF(made); i++)
        assert_int_equal(unlink(made[i]), 0);
}

static void gan(void **state)
{
    (void)state;
    stopped_at_the_start(false);
}

static void classifier(void **state)
{
    (void)state;
    stopped_at_the_start(true);
}

static char folder[] = "/tmp/sktrain.XXXXXX";

static int enter(void **state)
{
    (void)state;
    sk_blas_single_thread();
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1; /* which is empty */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gan),
        cmocka_unit_test(classifier),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
