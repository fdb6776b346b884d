/* The line of progress: whatever the terminal's width, it fits. */
#include "check.h"

#include "base/progress.h"

#define TEXT "epoch 12, D loss 1.2345, G loss 0.6789, D(x) 0.512, D(G(z)) 0.488, 1234 images/s"

static const struct sk_progress_state middle = {.done = 1234, .total = 3000, .rate = 2.5, .text = TEXT};

static void shows(size_t columns, const char *wanted)
{
    char line[SK_PROGRESS_LINE];
    sk_progress_line(line, columns, "sktrain", &middle);
    assert_string_equal(line, wanted);
}

static void items_go_from_the_last_on(void **state)
{
    (void)state;
    shows(SK_PROGRESS_LINE, "sktrain: step 1234/3000, " TEXT ", ETA 0:11:46");
    shows(118, "sktrain: step 1234/3000, " TEXT ", ETA 0:11:46");
    shows(117, "sktrain: step 1234/3000, epoch 12, D loss 1.2345, G loss 0.6789, D(x) 0.512, D(G(z)) 0.488, ETA 0:11:46");
    shows(79, "sktrain: step 1234/3000, epoch 12, D loss 1.2345, G loss 0.6789, ETA 0:11:46");
    shows(36, "sktrain: step 1234/3000, ETA 0:11:46");
    shows(35, "1234/3000, ETA 0:11:46");
    shows(19, "1234/3000");
    shows(8, "41%");
    shows(2, "41");
    shows(0, "");
}

static void no_width_is_exceeded(void **state)
{
    (void)state;
    char line[SK_PROGRESS_LINE];
    for (size_t columns = 0; columns < 200; columns++) {
        sk_progress_line(line, columns, "sktrain", &middle);
        assert_true(strlen(line) <= columns);
        assert_true(columns < 3 || *line);
    }
}

/* Nothing is known of the time left at the first step, and the text may be empty or longer than the line. */
static void what_is_not_known_is_a_dash(void **state)
{
    (void)state;
    char line[SK_PROGRESS_LINE], endless[1000];
    struct sk_progress_state first = {.done = 1, .total = 2, .text = ""};
    const double unknown[] = {0, NAN, -1, 1e-300, -INFINITY};
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        first.rate = unknown[i];
        sk_progress_line(line, 80, "sktrain", &first);
        assert_string_equal(line, "sktrain: step 1/2, ETA -");
    }
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    first.text = endless;
    sk_progress_line(line, SIZE_MAX, "sktrain", &first);
    assert_string_equal(line, "sktrain: step 1/2, ETA -");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_go_from_the_last_on),
        cmocka_unit_test(no_width_is_exceeded),
        cmocka_unit_test(what_is_not_known_is_a_dash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
