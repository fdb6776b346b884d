#include "stat/groups.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct line {
    char *name;
    size_t row;
};

static int compare(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* Reads a line a row; *count is how many have been read, also on failure. */
static int read_lines(FILE *in, struct line *line, size_t rows, size_t *count, struct sk_error *err)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    int status = 0;
    for (*count = 0; status == 0 && (length = getline(&text, &room, in)) >= 0;) {
        text[strcspn(text, "\r\n")] = '\0';
        if (*count == rows)
            status = sk_fail(err, "more lines than the %zu rows of scores", rows);
        else if (!*text)
            status = sk_fail(err, "line %zu: no group", *count + 1);
        else if (!(line[*count].name = strdup(text)))
            status = sk_fail_errno(err, "line %zu", *count + 1);
        else {
            line[*count].row = *count;
            ++*count;
        }
    }
    if (status == 0 && ferror(in))
        status = sk_fail_errno(err, "cannot read");
    else if (status == 0 && *count < rows)
        status = sk_fail(err, "%zu lines for %zu rows of scores", *count, rows);
    free(text);
    return status;
}

static void number(struct line *line, size_t rows, struct sk_scored *scored)
{
    qsort(line, rows, sizeof *line, compare);
    scored->groups = 0;
    for (size_t i = 0; i < rows; i++) {
        bool another = i > 0 && (strcmp(line[i].name, line[i - 1].name) != 0 || strcmp(line[i].name, "-") == 0);
        scored->groups += another || i == 0;
        scored->group[line[i].row] = (uint32_t)(scored->groups - 1);
    }
}

int sk_groups_read(struct sk_scored *scored, const char *path, struct sk_error *err)
{
    size_t rows = scored->n, count = 0;
    bool standard = strcmp(path, "-") == 0;
    FILE *in = standard ? stdin : fopen(path, "r");
    if (!in)
        return sk_fail_errno(err, "%s", path);
    struct line *line = sk_alloc(rows, sizeof *line, err);
    scored->group = line ? sk_alloc(rows, sizeof *scored->group, err) : NULL;
    int status = scored->group ? read_lines(in, line, rows, &count, err) : -1;
    if (status == 0)
        number(line, rows, scored);
    else
        sk_prefix(err, "%s", standard ? "standard input" : path);
    for (size_t i = 0; i < count; i++)
        free(line[i].name);
    free(line);
    if (!standard)
        fclose(in);
    return status;
}
