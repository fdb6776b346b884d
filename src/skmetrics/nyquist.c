/* skmetrics nyquist: patterns of period 2 in images. */
#include "command.h"

#include <math.h>
#include <stdio.h>

#include "base/table.h"
#include "image/nyquist.h"
#include "image/pnm.h"

static int add(void *sums, const struct sk_image *image, struct sk_error *err)
{
    return sk_nyquist_add(sums, image, err);
}

/* Images without any contrast have no share. */
static int print_row(const char *path, const struct sk_nyquist *sums, struct sk_error *err)
{
    const double power[] = {sums->columns, sums->rows, sums->checkers};
    char count[24], text[3][SK_NUMBER_SIZE];
    const char *field[] = {sk_input_name(path), count, text[0], text[1], text[2]};
    snprintf(count, sizeof count, "%zu", sums->images);
    for (size_t i = 0; i < 3; i++)
        sk_number_text(text[i], sums->squares > 0 ? power[i] / sums->squares : (double)NAN);
    return sk_table_write(stdout, field, sizeof field / sizeof *field, err);
}

int skmetrics_nyquist(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    (void)o;
    puts("# power at the Nyquist frequencies, over that of white noise of the same variance");
    puts("images\tn\tcolumns\trows\tcheckers");
    for (size_t i = 0; i < operands; i++) {
        struct sk_nyquist sums = {0};
        if (sk_image_visit(operand[i], add, &sums, err) || print_row(operand[i], &sums, err))
            return -1;
    }
    return 0;
}
