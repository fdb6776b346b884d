#include "base/strengths.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char none[] = "none";

/* An item of the list, "NAME" or "NAME=STRENGTH". */
struct item {
    const char *text, *number; /* NULL: no strength */
    size_t length, letters, digits;
};

static struct item item_of(const char *text)
{
    struct item item = {.text = text, .length = strcspn(text, ",")};
    const char *equals = memchr(text, '=', item.length);
    item.letters = equals ? (size_t)(equals - text) : item.length;
    item.number = equals ? equals + 1 : NULL;
    item.digits = equals ? item.length - item.letters - 1 : 0;
    return item;
}

static bool is(const struct item *item, const char *name)
{
    return strlen(name) == item->letters && memcmp(item->text, name, item->letters) == 0;
}

static bool on_or_off(const struct sk_strength *name)
{
    return !(name->usual < name->most);
}

/* Which names the item is of; false where of none. */
static bool find(const struct sk_strength_names *names, const struct item *item, int *first, int *last)
{
    *first = names->first;
    *last = names->last;
    if (names->several && is(item, names->several))
        return !item->number;
    for (*first = 0; *first < names->names; ++*first)
        if (is(item, names->name[*first].name))
            break;
    *last = *first;
    return *first < names->names && !(item->number && on_or_off(&names->name[*first]));
}

static int refuse(const struct sk_strength_names *names, const struct item *item, struct sk_error *err)
{
    char all[SK_STRENGTHS_TEXT] = "";
    size_t used = 0;
    for (int i = 0; i < names->names; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s%s", i ? ", " : "", names->name[i].name,
                                 on_or_off(&names->name[i]) ? "" : "[=X]");
    if (names->several)
        snprintf(all + used, sizeof all - used, ", %s", names->several);
    return sk_fail(err, "'%.*s' is none of %s", (int)item->length, item->text, all);
}

static int parse_number(const struct item *item, const struct sk_strength *name, double *value, struct sk_error *err)
{
    char number[32] = "", *end = number;
    if (item->digits < sizeof number && strspn(item->number, ".0123456789eE-") >= item->digits) { /* no blanks, hexadecimal, nan or inf */
        memcpy(number, item->number, item->digits);
        *value = strtod(number, &end);
    }
    if (end == number || *end || !(*value >= 0 && *value <= name->most))
        return sk_fail(err, "'%.*s' is no strength of %s: 0 to %g", (int)item->digits, item->number, name->name, name->most);
    return 0;
}

static int parse_item(const struct sk_strength_names *names, const struct item *item, bool seen[], double *strength, struct sk_error *err)
{
    int first, last;
    if (!find(names, item, &first, &last))
        return refuse(names, item, err);
    for (int i = first; i <= last; i++) {
        if (seen[i])
            return sk_fail(err, "%s is named twice", names->name[i].name);
        seen[i] = true;
        strength[i] = names->name[i].usual;
        if (item->number && parse_number(item, &names->name[i], &strength[i], err))
            return -1;
    }
    return 0;
}

int sk_strengths_parse(const struct sk_strength_names *names, const char *list, double *strength, struct sk_error *err)
{
    bool seen[SK_MAX_STRENGTHS] = {false};
    assert(names->names <= SK_MAX_STRENGTHS);
    for (int i = 0; i < names->names; i++)
        strength[i] = 0;
    if (strcmp(list, none) == 0)
        return 0;
    for (const char *text = list;; text++) {
        const struct item item = item_of(text);
        if (parse_item(names, &item, seen, strength, err))
            return -1;
        text += item.length;
        if (!*text)
            return 0;
    }
}

void sk_strengths_text(const struct sk_strength_names *names, const double *strength, char text[SK_STRENGTHS_TEXT])
{
    size_t used = 0;
    for (int i = 0; i < names->names; i++) {
        if (!(strength[i] > 0))
            continue;
        used += (size_t)snprintf(text + used, SK_STRENGTHS_TEXT - used, "%s%s", used ? "," : "", names->name[i].name);
        if (!on_or_off(&names->name[i]))
            used += (size_t)snprintf(text + used, SK_STRENGTHS_TEXT - used, "=%.9g", strength[i]);
    }
    if (used == 0)
        snprintf(text, SK_STRENGTHS_TEXT, "%s", none);
}
