#include "base/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

double sk_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sk_progress_start(struct sk_progress *p, FILE *stream, const char *name)
{
    *p = (struct sk_progress){.stream = stream, .name = name, .last = sk_seconds()};
    p->terminal = stream && isatty(fileno(stream));
}

static void time_left(char text[32], const struct sk_progress_state *s)
{
    double seconds = s->rate > 0 ? (double)(s->total - s->done) / s->rate : -1;
    if (!(seconds >= 0 && seconds < 1e9)) {
        strcpy(text, "ETA -");
        return;
    }
    unsigned long left = (unsigned long)seconds;
    snprintf(text, 32, "ETA %lu:%02lu:%02lu", left / 3600, left / 60 % 60, left % 60);
}

/* The bytes of the text without its last item; 0 where there is but one. */
static size_t drop_item(const char *text, size_t length)
{
    while (length > 0 && text[--length] != ',')
        ;
    return length;
}

void sk_progress_line(char line[SK_PROGRESS_LINE], size_t columns, const char *name, const struct sk_progress_state *s)
{
    char left[32];
    const unsigned long long done = s->done, total = s->total;
    const size_t room = columns < SK_PROGRESS_LINE - 1 ? columns : SK_PROGRESS_LINE - 1;
    time_left(left, s);
    for (size_t length = strlen(s->text);; length = drop_item(s->text, length)) {
        const char *comma = length ? ", " : "";
        if ((size_t)snprintf(line, SK_PROGRESS_LINE, "%s: step %llu/%llu%s%.*s, %s", name, done, total, comma, (int)length, s->text,
                             left) <= room)
            return;
        if (length == 0)
            break;
    }
    if ((size_t)snprintf(line, SK_PROGRESS_LINE, "%llu/%llu, %s", done, total, left) <= room ||
        (size_t)snprintf(line, SK_PROGRESS_LINE, "%llu/%llu", done, total) <= room)
        return;
    snprintf(line, SK_PROGRESS_LINE, "%.0f%%", total ? 100 * (double)done / (double)total : 100);
    line[room] = '\0';
}

/* Columns of the terminal as it is now, less the last, where some wrap at once; 80 where it does not tell. */
static size_t terminal_columns(FILE *stream)
{
    struct winsize size;
    size_t columns = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return columns - 1;
}

/* Over the line that stands there; blanks cover what was longer, as no terminal lacks them. */
static void redraw(struct sk_progress *p, const char *line, size_t columns)
{
    const size_t length = strlen(line), before = p->drawn < columns ? p->drawn : columns;
    fprintf(p->stream, "\r%s%*s", line, length < before ? (int)(before - length) : 0, "");
    fflush(p->stream);
    p->drawn = length;
    p->last = sk_seconds();
}

static const double interval = 0.2; /* seconds from one redraw to the next */

void sk_progress_show(struct sk_progress *p, const struct sk_progress_state *state)
{
    char line[SK_PROGRESS_LINE];
    if (!p->stream || (p->terminal ? sk_seconds() - p->last < interval && state->done < state->total : !state->milestone))
        return;
    const size_t columns = p->terminal ? terminal_columns(p->stream) : SK_PROGRESS_LINE;
    sk_progress_line(line, columns, p->name, state);
    if (p->terminal)
        redraw(p, line, columns);
    else {
        fprintf(p->stream, "%s\n", line);
        fflush(p->stream);
    }
}

/* In the middle of a pipe the programs after it may have the terminal. */
static bool output_is_elsewhere(void)
{
    struct stat status;
    return fstat(STDOUT_FILENO, &status) == 0 && !S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode) && !isatty(STDOUT_FILENO);
}

void sk_progress_start_images(struct sk_progress *p, const char *name, bool quiet)
{
    sk_progress_start(p, !quiet && isatty(STDERR_FILENO) && output_is_elsewhere() ? stderr : NULL, name);
    p->start = p->last;
}

void sk_progress_images(struct sk_progress *p, uint64_t done, bool end)
{
    char line[SK_PROGRESS_LINE];
    double now = p->stream ? sk_seconds() : 0;
    if (!p->stream || (end ? p->drawn == 0 : now - p->last < interval))
        return;
    const unsigned long long images = done;
    const double rate = (double)done / (now - p->start);
    const size_t columns = terminal_columns(p->stream);
    if ((size_t)snprintf(line, sizeof line, "%s: %llu images, %.*f images/s", p->name, images, rate < 10, rate) > columns &&
        (size_t)snprintf(line, sizeof line, "%s: %llu images", p->name, images) > columns)
        snprintf(line, columns < sizeof line ? columns + 1 : sizeof line, "%llu", images);
    redraw(p, line, columns);
    if (end)
        sk_progress_break(p);
}

void sk_progress_break(struct sk_progress *p)
{
    if (p->stream && p->drawn)
        fputc('\n', p->stream);
    p->drawn = 0;
}
