/* The reader of score tables, behind it that of all tables. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "stat/score_table.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_score_table scores;
    struct sk_error err = {0};
    char path[40];
    strcpy(path, fuzz_file(data, size));
    char *const paths[] = {path};
    if (sk_score_table_read(&scores, paths, 1, NULL, size % 2, &err)) {
        FUZZ_CHECK(err.text[0]);
        return 0;
    }
    for (size_t i = 0; i < scores.scored.n; i++)
        FUZZ_CHECK(scores.scored.score[i] >= 0 && scores.scored.score[i] <= 1);
    sk_score_table_free(&scores);
    return 0;
}
