#include "data/samples.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/diagnosis.h"

const char *const sk_split_name[SK_SPLITS] = {"train", "valid", "test"};

struct sk_tied {
    size_t sample;
    enum sk_tie kind;
    const char *name;
};

struct sk_noted {
    uint32_t sample, column;
    const char *value;
};

int sk_samples_add(struct sk_samples *s, const struct sk_photograph *photograph, const char *word, enum sk_split given,
                   struct sk_error *err)
{
    struct sk_sample *moved = sk_grow(s->at, s->n, &s->room, sizeof *moved, err);
    if (!moved)
        return -1;
    s->at = moved;
    const char *kept = sk_dictionary_keep(&s->words, word, err);
    if (!kept)
        return -1;
    moved[s->n++] = (struct sk_sample){.photograph = photograph, .word = kept, .class = kept, .given = given, .split = SK_NO_SPLIT};
    return 0;
}

int sk_samples_tie(struct sk_samples *s, size_t sample, enum sk_tie kind, const char *name, struct sk_error *err)
{
    if (!*name)
        return 0;
    struct sk_tied *moved = sk_grow(s->tied, s->ties, &s->tie_room, sizeof *moved, err);
    if (!moved)
        return -1;
    s->tied = moved;
    const char *kept = sk_dictionary_keep(&s->words, name, err);
    if (!kept)
        return -1;
    moved[s->ties++] = (struct sk_tied){sample, kind, kept};
    return 0;
}

/* The column of that name, from 0; a new one where there is none. */
static int find_stratum(struct sk_samples *s, const char *column, size_t *number, struct sk_error *err)
{
    for (*number = 0; *number < s->strata; ++*number)
        if (strcmp(s->stratum[*number], column) == 0)
            return 0;
    const char **moved = sk_grow(s->stratum, s->strata, &s->stratum_room, sizeof *moved, err);
    if (!moved)
        return -1;
    s->stratum = moved;
    moved[s->strata] = sk_dictionary_keep(&s->words, column, err);
    return moved[s->strata++] ? 0 : -1;
}

/* What a table may hold: no control characters, and no '#' that would make a remark of its line. */
static void clean(char *text, size_t size, const char *from)
{
    size_t n = 0;
    for (; *from && n + 1 < size; from++)
        text[n++] = (unsigned char)*from < ' ' || *from == 0x7f ? ' ' : *from;
    text[n] = 0;
    if (*text == '#')
        *text = '_';
}

int sk_samples_note(struct sk_samples *s, size_t sample, const char *column, const char *value, struct sk_error *err)
{
    char text[256];
    size_t number;
    clean(text, sizeof text, column);
    if (find_stratum(s, text, &number, err))
        return -1;
    struct sk_noted *moved = sk_grow(s->noted, s->notes, &s->note_room, sizeof *moved, err);
    if (!moved)
        return -1;
    s->noted = moved;
    clean(text, sizeof text, value);
    const char *kept = sk_dictionary_keep(&s->words, *text ? text : "-", err);
    if (!kept)
        return -1;
    moved[s->notes++] = (struct sk_noted){(uint32_t)sample, (uint32_t)number, kept};
    return 0;
}

struct place {
    struct sk_sample sample;
    size_t before;
};

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct place *)left)->sample.photograph->path, ((const struct place *)right)->sample.photograph->path);
}

int sk_samples_sort(struct sk_samples *s, struct sk_error *err)
{
    struct place *place = sk_alloc(s->n + 1, sizeof *place, err);
    size_t *now = sk_alloc(s->n + 1, sizeof *now, err);
    if (place && now) {
        for (size_t i = 0; i < s->n; i++)
            place[i] = (struct place){s->at[i], i};
        qsort(place, s->n, sizeof *place, by_path);
        for (size_t i = 0; i < s->n; i++) {
            s->at[i] = place[i].sample;
            now[place[i].before] = i;
        }
        for (size_t i = 0; i < s->ties; i++)
            s->tied[i].sample = now[s->tied[i].sample];
        for (size_t i = 0; i < s->notes; i++)
            s->noted[i].sample = (uint32_t)now[s->noted[i].sample];
    }
    int status = place && now ? 0 : -1;
    free(place);
    free(now);
    return status;
}

/* --- classes --- */

/* A class: the words that are it, and what it is called */
struct class_name {
    const char *spelling, *name;
    bool trained;  /* spelled so by a training image */
    char list[200]; /* of its spellings */
    size_t spellings;
};

/* Letters and digits alone, in small letters: what two spellings of one class have in common. */
static const char *essence(char text[SK_WORDS_SIZE], const char *word)
{
    size_t n = 0;
    for (; *word && n + 1 < SK_WORDS_SIZE; word++)
        if (!strchr(" _-.'", *word))
            text[n++] = (char)tolower((unsigned char)*word);
    text[n] = 0;
    return text;
}

static void list_name(char name[SK_WORDS_SIZE], const char *word)
{
    size_t n = 0;
    for (; *word && n + 1 < SK_WORDS_SIZE; word++)
        name[n++] = isascii((unsigned char)*word) && (isalnum((unsigned char)*word) || strchr("._-", *word)) ? *word : '_';
    name[n] = 0;
}

/* Goes through the samples' words: one class for each essence. of [n] gets a sample's class. */
static int collect_classes(const struct sk_samples *s, struct sk_dictionary *essences, struct class_name **class, size_t *of,
                           struct sk_error *err)
{
    size_t room = 0;
    struct sk_dictionary spellings = {0};
    int status = 0;
    for (size_t i = 0; i < s->n && status == 0; i++) {
        char text[SK_WORDS_SIZE];
        const struct sk_sample *one = &s->at[i];
        size_t before = essences->words, seen = spellings.words, spelling;
        essence(text, one->word);
        struct class_name *moved = sk_grow(*class, before, &room, sizeof *moved, err);
        if (moved)
            *class = moved;
        status = moved && !sk_dictionary_add(essences, text, strlen(text), &of[i], err) &&
                         !sk_dictionary_add(&spellings, one->word, strlen(one->word), &spelling, err)
                     ? 0
                     : -1;
        if (status)
            break;
        struct class_name *c = &moved[of[i]];
        if (of[i] == before)
            *c = (struct class_name){.spelling = one->word};
        if (spelling == seen) {
            size_t used = strlen(c->list);
            c->spellings++;
            snprintf(c->list + used, sizeof c->list - used, "%s%s", used ? ", " : "", one->word);
        }
        if (one->given == SK_TRAIN && !c->trained) {
            c->trained = true;
            c->spelling = one->word;
        }
    }
    sk_dictionary_free(&spellings);
    return status;
}

static int name_classes(struct sk_samples *s, struct class_name *class, size_t classes, struct sk_remarks *remarks, struct sk_error *err)
{
    for (size_t c = 0; c < classes; c++) {
        char name[SK_WORDS_SIZE];
        list_name(name, class[c].spelling);
        class[c].name = sk_dictionary_keep(&s->words, name, err);
        if (!class[c].name)
            return -1;
        for (size_t b = 0; b < c; b++)
            if (class[b].name == class[c].name)
                return sk_fail(err, "the classes '%.100s' and '%.100s' would both be '%.100s' in lists: rename one", class[b].spelling,
                               class[c].spelling, name);
        if (class[c].spellings > 1 && sk_remark(remarks, err, "%s: one class, '%s'", class[c].list, name))
            return -1;
    }
    return 0;
}

int sk_samples_name_classes(struct sk_samples *s, struct sk_remarks *remarks, struct sk_error *err)
{
    struct sk_dictionary essences = {0};
    struct class_name *class = NULL;
    size_t *of = sk_alloc(s->n + 1, sizeof *of, err);
    int status = of ? collect_classes(s, &essences, &class, of, err) : -1;
    if (status == 0)
        status = name_classes(s, class, essences.words, remarks, err);
    for (size_t i = 0; i < s->n && status == 0; i++)
        s->at[i].class = class[of[i]].name;
    sk_dictionary_free(&essences);
    free(class);
    free(of);
    return status;
}

/* --- groups: union-find over the samples --- */

static size_t find_root(size_t *parent, size_t i)
{
    for (; parent[i] != i; i = parent[i])
        parent[i] = parent[parent[i]];
    return i;
}

/* The lower number is the root: the first in the order of paths. */
static void unite(size_t *parent, size_t a, size_t b)
{
    a = find_root(parent, a);
    b = find_root(parent, b);
    parent[a < b ? b : a] = a < b ? a : b;
}

static int unite_tied(const struct sk_samples *s, size_t *parent, struct sk_error *err)
{
    struct sk_dictionary seen[SK_TIE_PAIR + 1] = {{0}};
    size_t *first = sk_alloc(s->ties + 1, sizeof *first, err);
    int status = first ? 0 : -1;
    for (int kind = 0; kind <= SK_TIE_PAIR && status == 0; kind++) {
        for (size_t i = 0, word; i < s->ties && status == 0; i++) {
            const struct sk_tied *t = &s->tied[i];
            size_t before = seen[kind].words;
            if ((int)t->kind != kind || (status = sk_dictionary_add(&seen[kind], t->name, strlen(t->name), &word, err)))
                continue;
            if (word == before)
                first[word] = t->sample;
            unite(parent, first[word], t->sample);
        }
    }
    for (int kind = 0; kind <= SK_TIE_PAIR; kind++)
        sk_dictionary_free(&seen[kind]);
    free(first);
    return status;
}

/* Of every root the best name that a tie of its samples has. */
static void name_groups(struct sk_samples *s, size_t *parent, const struct sk_tied **best)
{
    for (size_t i = 0; i < s->ties; i++) {
        const struct sk_tied *t = &s->tied[i], **b = &best[find_root(parent, t->sample)];
        if (!*b || t->kind < (*b)->kind || (t->kind == (*b)->kind && strcmp(t->name, (*b)->name) < 0))
            *b = t;
    }
    for (size_t i = 0; i < s->n; i++) {
        size_t root = find_root(parent, i);
        if (best[root])
            s->at[i].group = best[root]->kind == SK_TIE_PAIR ? s->at[root].photograph->path : best[root]->name;
    }
}

int sk_samples_group(struct sk_samples *s, struct sk_error *err)
{
    size_t *parent = sk_alloc(s->n + 1, sizeof *parent, err);
    const struct sk_tied **best = sk_alloc(s->n + 1, sizeof *best, err);
    int status = parent && best ? 0 : -1;
    if (status == 0) {
        for (size_t i = 0; i < s->n; i++)
            parent[i] = i;
        status = unite_tied(s, parent, err);
    }
    if (status == 0)
        name_groups(s, parent, best);
    free(parent);
    free(best);
    return status;
}

/* --- strata --- */

static size_t count_values(const struct sk_samples *s, size_t column, size_t most, struct sk_error *err)
{
    struct sk_dictionary seen = {0};
    size_t word;
    for (size_t i = 0; i < s->n && seen.words <= most; i++)
        if (strcmp(s->value[i * s->strata + column], "-") != 0 &&
            sk_dictionary_add(&seen, s->value[i * s->strata + column], strlen(s->value[i * s->strata + column]), &word, err))
            break;
    size_t words = seen.words;
    sk_dictionary_free(&seen);
    return words;
}

static void drop_column(struct sk_samples *s, size_t column)
{
    const size_t strata = s->strata;
    for (size_t i = 0, to = 0; i < s->n * strata; i++)
        if (i % strata != column)
            s->value[to++] = s->value[i];
    for (size_t c = column; c + 1 < strata; c++)
        s->stratum[c] = s->stratum[c + 1];
    s->strata--;
}

int sk_samples_strata(struct sk_samples *s, size_t most, struct sk_remarks *remarks, struct sk_error *err)
{
    size_t cells;
    if (!sk_mul(s->n, s->strata, &cells))
        return sk_fail(err, "more values than memory can address");
    s->value = sk_alloc(cells + 1, sizeof *s->value, err);
    if (!s->value)
        return -1;
    for (size_t i = 0; i < cells; i++)
        s->value[i] = "-";
    for (size_t i = 0; i < s->notes; i++)
        s->value[s->noted[i].sample * s->strata + s->noted[i].column] = s->noted[i].value;
    for (size_t c = s->strata; c-- > 0;) {
        size_t values = count_values(s, c, most, err);
        if (values > most && sk_remark(remarks, err, "column '%s' has more than %zu values: no stratum", s->stratum[c], most))
            return -1;
        if (values == 0 || values > most)
            drop_column(s, c);
    }
    return 0;
}

void sk_samples_free(struct sk_samples *s)
{
    free(s->at);
    free(s->stratum);
    free(s->value);
    free(s->tied);
    free(s->noted);
    sk_dictionary_free(&s->words);
    *s = (struct sk_samples){0};
}
