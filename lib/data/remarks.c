#include "data/remarks.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct sk_left_out {
    const char *image, *why;
    bool counted;
};

int sk_remark(struct sk_remarks *remarks, struct sk_error *err, const char *format, ...)
{
    char line[1024];
    va_list ap;
    va_start(ap, format);
    int length = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (length >= (int)sizeof line)
        length = sizeof line - 1;
    return sk_bytes_append(&remarks->text, line, (size_t)length, err) || sk_bytes_append(&remarks->text, "\n", 1, err) ? -1 : 0;
}

int sk_leave_out(struct sk_remarks *remarks, const char *image, const char *why, bool counted, struct sk_error *err)
{
    struct sk_left_out *moved = sk_grow(remarks->left_out, remarks->left, &remarks->room, sizeof *moved, err);
    if (!moved)
        return -1;
    remarks->left_out = moved;
    struct sk_left_out *added = &moved[remarks->left];
    *added = (struct sk_left_out){sk_dictionary_keep(&remarks->words, image, err), sk_dictionary_keep(&remarks->words, why, err), counted};
    if (!added->image || !added->why)
        return -1;
    remarks->left++;
    return 0;
}

static int by_image(const void *left, const void *right)
{
    const struct sk_left_out *a = left, *b = right;
    int order = strcmp(a->image, b->image);
    return order ? order : strcmp(a->why, b->why);
}

/* One reason: as many names as fit a line. */
static int count_reason(struct sk_remarks *remarks, const char *why, struct sk_error *err)
{
    enum { NAMED = 3 };
    char names[400] = "";
    size_t count = 0;
    for (size_t i = 0; i < remarks->left; i++) {
        const struct sk_left_out *l = &remarks->left_out[i];
        if (l->why != why || !l->counted)
            continue;
        size_t used = strlen(names);
        if (count++ < NAMED)
            snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", l->image);
    }
    return count == 0 ? 0 : sk_remark(remarks, err, "%zu images left out: %s: %s%s", count, why, names, count > NAMED ? ", ..." : "");
}

int sk_remarks_count(struct sk_remarks *remarks, struct sk_error *err)
{
    struct sk_dictionary seen = {0};
    int status = 0;
    for (size_t i = 0; i < remarks->left && status == 0; i++) {
        size_t before = seen.words, number;
        const char *why = remarks->left_out[i].why;
        status = sk_dictionary_add(&seen, why, strlen(why), &number, err);
        if (status == 0 && number == before)
            status = count_reason(remarks, why, err);
    }
    sk_dictionary_free(&seen);
    return status;
}

int sk_remarks_table(struct sk_remarks *remarks, struct sk_bytes *table, struct sk_error *err)
{
    static const char header[] = "image\twhy\n";
    if (remarks->left)
        qsort(remarks->left_out, remarks->left, sizeof *remarks->left_out, by_image);
    int status = sk_bytes_append(table, header, sizeof header - 1, err);
    for (size_t i = 0; i < remarks->left && status == 0; i++) {
        const char *cell[] = {remarks->left_out[i].image, "\t", remarks->left_out[i].why, "\n"};
        for (size_t k = 0; k < 4 && status == 0; k++)
            status = sk_bytes_append(table, cell[k], strlen(cell[k]), err);
    }
    return status;
}

void sk_remarks_free(struct sk_remarks *remarks)
{
    sk_bytes_free(&remarks->text);
    sk_dictionary_free(&remarks->words);
    free(remarks->left_out);
    *remarks = (struct sk_remarks){0};
}
