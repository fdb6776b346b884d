/* A run reports and does not print; one that is stopped before its first step goes on to the same bytes. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tensor/tensor_file.h"
#include "train/classifier_run.h"
#include "train/gan_run.h"

enum { IMAGES = 10, SIZE = 32, STEPS = 4 };

static volatile sig_atomic_t stop;

struct told {
    int started, steps, warnings;
    int stop_after; /* so many steps; 0: not by itself */
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
    if (told->steps == told->stop_after)
        stop = SIGTERM;
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

/* What is off unless asked for. */
static void turn_all_on(struct sk_train_options *o)
{
    o->optimizer = (struct sk_optimizer_options){SK_ADAMW, 1e-3, 0.5, 0.1, 0.999, 0};
    o->schedule = (struct sk_schedule){SK_COSINE, 2};
    o->ema = 1.5;
}

static enum sk_train_end run(bool classifier, bool all, const char *output, bool resume, struct told *told)
{
    struct sk_dataset set = noise(IMAGES), valid = noise(1); /* which has no image of class b */
    struct sk_train_options o = {.output = output, .preset = "paper", .arch = {.size = SIZE, .width = 2, .latent = 3, .kernel = 4},
                                 .optimizer = {SK_ADAM, 1e-3, 0.5, 0, 0.999, 0}, .batch = 4, .steps = STEPS, .seed = 1,
                                 .save_every = 2, .resume = resume, .jobs = 1, .stop = &stop,
                                 .report = {on_start, on_step, on_warning, told}};
    enum sk_train_end end;
    struct sk_error err;
    uint64_t step;
    if (all)
        turn_all_on(&o);
    const int kept = listen();
    const int failed = classifier ? sk_classifier_run(&o, &set, &valid, &end, &step, &err) : sk_gan_run(&o, &set, &valid, &end, &step, &err);
    heard_nothing(kept);
    if (failed)
        fail_msg("%s", err.text);
    assert_int_equal(step, end == SK_TRAIN_COMPLETE ? STEPS : end == SK_TRAIN_STOPPED ? told->stop_after : 0);
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

static void unlink_all(void)
{
    const char *const made[] = {"whole", "whole.ckpt", "cut", "cut.ckpt"};
    for (size_t i = 0; i < COUNT_OF(made); i++)
        assert_int_equal(unlink(made[i]), 0);
}

static void stopped(bool classifier, bool all, int after)
{
    struct told whole = {0}, some = {.stop_after = after}, rest = {.last = (uint64_t)after};
    stop = 0;
    assert_int_equal(run(classifier, all, "whole", false, &whole), SK_TRAIN_COMPLETE);
    assert_int_equal(whole.steps, STEPS);
    assert_int_equal(whole.warnings, classifier);
    stop = after ? 0 : SIGTERM;
    assert_int_equal(run(classifier, all, "cut", false, &some), SK_TRAIN_STOPPED);
    assert_int_equal(some.started, 1);
    assert_int_equal(some.steps, after);
    assert_int_equal(access("cut.ckpt", F_OK), 0);
    assert_int_equal(access("cut", F_OK), -1);
    stop = 0;
    assert_int_equal(run(classifier, all, "cut", true, &rest), SK_TRAIN_COMPLETE);
    assert_int_equal(rest.steps, STEPS - after);
    same_files("whole", "cut");
    same_files("whole.ckpt", "cut.ckpt");
    stop = SIGTERM; /* complete is complete */
    assert_int_equal(run(classifier, all, "cut", true, &rest), SK_TRAIN_WAS_COMPLETE);
    unlink_all();
}

/* Before the first step, and within an epoch. */
static void stopped_anywhere(bool classifier)
{
    for (int all = 0; all < 2; all++)
        for (int after = 0; after < STEPS; after += 3)
            stopped(classifier, all, after);
}

static void gan(void **state)
{
    (void)state;
    stopped_anywhere(false);
}

static void classifier(void **state)
{
    (void)state;
    stopped_anywhere(true);
}

/* How far a file's tensor, as a network's name has it, is from that of another name; -1 where one is not there. */
static double difference(const char *path, const char *name, const char *other)
{
    struct sk_tensor_file file;
    struct sk_error err;
    double most = -1;
    assert_int_equal(sk_tensor_file_read(&file, path, &err), 0);
    const struct sk_tensor *a = sk_tensor_file_find(&file, name), *b = sk_tensor_file_find(&file, other);
    for (size_t i = 0; a && b && i < sk_tensor_elements(a); i++)
        most = fmax(most, fabs((double)((float *)a->data)[i] - (double)((float *)b->data)[i]));
    sk_tensor_file_free(&file);
    return most;
}

/* The average of one step is that step; later it is not. Only the generator has one. */
static void averages(void **state)
{
    (void)state;
    const char name[] = "generator.conv1.weight", raw[] = "raw.generator.conv1.weight", mean[] = "generator.bn0.running_mean";
    struct told first = {.stop_after = 1}, rest = {.last = 1}, whole = {0};
    stop = 0;
    assert_int_equal(run(false, true, "cut", false, &first), SK_TRAIN_STOPPED);
    assert_in_range((int)(1e9 * difference("cut.ckpt", name, raw)), 0, 10);
    stop = 0;
    assert_int_equal(run(false, true, "cut", true, &rest), SK_TRAIN_COMPLETE);
    assert_true(difference("cut.ckpt", name, raw) > 1e-5);
    assert_true(difference("cut.ckpt", mean, "raw.generator.bn0.running_mean") > 1e-5);
    assert_true(difference("cut.ckpt", "discriminator.conv1.weight", "raw.discriminator.conv1.weight") < 0);
    assert_true(difference("cut", name, name) >= 0 && difference("cut", name, raw) < 0);
    assert_int_equal(run(false, false, "whole", false, &whole), SK_TRAIN_COMPLETE);
    assert_true(difference("whole.ckpt", name, raw) < 0);
    unlink_all();
}

static char folder[] = "/tmp/sktrain.XXXXXX";

static int enter(void **state)
{
    (void)state;
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
        cmocka_unit_test(averages),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
