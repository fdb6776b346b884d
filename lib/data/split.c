#include "data/split.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/diagnosis.h"

enum sk_split sk_split_of_word(const char *word)
{
    static const struct {
        const char *names;
        enum sk_split split;
    } known[] = {{"|train|training|trn|trainset|traindata|", SK_TRAIN},
                 {"|valid|val|validation|validate|dev|development|valset|validset|devset|validationset|", SK_VALID},
                 {"|test|testing|tst|testset|testdata|eval|evaluation|", SK_TEST}};
    static const char beside[] = "|set|data|dataset|split|images|image|imgs|img|folder|photos|pictures|the|";
    char words[SK_WORDS_SIZE], *rest = (char *)sk_plain_words(words, word), *part;
    enum sk_split found = SK_NO_SPLIT;
    while ((part = strsep(&rest, " "))) {
        char barred[SK_WORDS_SIZE + 2] = "|";
        enum sk_split here = SK_NO_SPLIT;
        strcat(strcat(barred, part), "|");
        for (size_t i = 0; i < 3; i++)
            here = strstr(known[i].names, barred) ? known[i].split : here;
        if (here == SK_NO_SPLIT ? !strstr(beside, barred) : found != SK_NO_SPLIT)
            return SK_NO_SPLIT;
        found = here == SK_NO_SPLIT ? found : here;
    }
    return found;
}

uint32_t sk_split_hash(const char *name)
{
    const uint64_t prime = 2147483647;
    uint64_t h = 1;
    for (; *name; name++)
        h = (16807 * h + (unsigned char)*name) % prime;
    for (int i = 0; i < 4; i++)
        h = (h * (h % 65521 + 1) + 1) % prime;
    return (uint32_t)h;
}

/* A group, or an image of its own */
struct unit {
    const char *name, *class;
    bool is_group;
    uint32_t hash;
    enum sk_split given, split; /* what a test or validation sample of it is given for */
};

/* In the order in which they are dealt out */
static int by_hash(const void *left, const void *right)
{
    const struct unit *a = *(const struct unit *const *)left, *b = *(const struct unit *const *)right;
    int order = strcmp(a->class, b->class);
    if (order == 0)
        order = (a->hash > b->hash) - (a->hash < b->hash);
    if (order == 0)
        order = a->is_group != b->is_group ? (a->is_group ? -1 : 1) : strcmp(a->name, b->name);
    return order;
}

static size_t share(size_t n, size_t part)
{
    return n < 2 ? 0 : n < part ? 1 : (2 * n + part) / (2 * part);
}

/* The samples' units: of [n] gets each one's. *units is how many. */
static int collect_units(const struct sk_samples *s, struct unit *unit, size_t *of, size_t *units, struct sk_error *err)
{
    struct sk_dictionary groups = {0};
    size_t *unit_of = sk_alloc(s->n + 1, sizeof *unit_of, err);
    int status = unit_of ? 0 : -1;
    for (size_t i = 0; i < s->n && status == 0; i++) {
        const struct sk_sample *one = &s->at[i];
        const char *name = one->group ? one->group : one->photograph->path;
        size_t before = groups.words, word = before;
        if (one->group && (status = sk_dictionary_add(&groups, name, strlen(name), &word, err)))
            break;
        if (!one->group || word == before) {
            if (one->group)
                unit_of[word] = *units;
            unit[*units] = (struct unit){name, one->class, one->group != NULL, sk_split_hash(name), SK_NO_SPLIT, SK_NO_SPLIT};
            of[i] = (*units)++;
        } else {
            of[i] = unit_of[word];
        }
        struct unit *u = &unit[of[i]];
        if (one->given == SK_TEST || (one->given == SK_VALID && u->given != SK_TEST))
            u->given = one->given;
    }
    free(unit_of);
    sk_dictionary_free(&groups);
    return status;
}

/* Those of one class, sorted by hash, that nothing is given for: the first for testing, the next for validation. */
static void deal_out(struct unit **unit, size_t n, const bool given[SK_SPLITS])
{
    const size_t test = given[SK_TEST] ? 0 : share(n, 5), valid = given[SK_VALID] ? 0 : share(n - test, 10);
    for (size_t i = 0; i < n; i++)
        unit[i]->split = i < test ? SK_TEST : i < test + valid ? SK_VALID : SK_TRAIN;
}

static int decide_units(struct unit *unit, size_t units, const bool given[SK_SPLITS], struct sk_error *err)
{
    struct unit **unfixed = sk_alloc(units + 1, sizeof *unfixed, err);
    if (!unfixed)
        return -1;
    size_t n = 0;
    for (size_t i = 0; i < units; i++) {
        unit[i].split = unit[i].given;
        if (unit[i].given == SK_NO_SPLIT)
            unfixed[n++] = &unit[i];
    }
    qsort(unfixed, n, sizeof *unfixed, by_hash);
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && strcmp(unfixed[end]->class, unfixed[begin]->class) == 0; end++)
            ;
        deal_out(unfixed + begin, end - begin, given);
    }
    free(unfixed);
    return 0;
}

/* A sample goes with its group, unless it is given for another split, or its group is of a given one. */
static int place_sample(struct sk_sample *one, enum sk_split to, const bool given[SK_SPLITS], struct sk_remarks *remarks,
                        struct sk_error *err)
{
    bool other_side = one->given == SK_TRAIN ? to != SK_TRAIN && given[to] : one->given != SK_NO_SPLIT && one->given != to;
    one->split = other_side ? SK_NO_SPLIT : to;
    return other_side ? sk_leave_out(remarks, one->photograph->path, "their group is on the other side too", true, err) : 0;
}

static int remark_carved(const bool given[SK_SPLITS], struct sk_remarks *remarks, struct sk_error *err)
{
    if (!given[SK_TEST] && sk_remark(remarks, err, "no test images are given: a fifth of each class's groups is taken for testing"))
        return -1;
    if (given[SK_VALID])
        return 0;
    return sk_remark(remarks, err, "no validation images are given: a tenth of each class's training groups is taken");
}

int sk_split_samples(struct sk_samples *s, bool all_test, struct sk_remarks *remarks, struct sk_error *err)
{
    bool given[SK_SPLITS + 1] = {false};
    for (size_t i = 0; i < s->n; i++) {
        given[s->at[i].given] = true;
        s->at[i].split = SK_TEST;
    }
    if (all_test)
        return 0;
    size_t *of = sk_alloc(s->n + 1, sizeof *of, err), units = 0;
    struct unit *unit = sk_alloc(s->n + 1, sizeof *unit, err);
    int status = of && unit && !collect_units(s, unit, of, &units, err) && !decide_units(unit, units, given, err) ? 0 : -1;
    for (size_t i = 0; i < s->n && status == 0; i++)
        status = place_sample(&s->at[i], unit[of[i]].split, given, remarks, err);
    free(of);
    free(unit);
    return status || remark_carved(given, remarks, err) ? -1 : 0;
}
