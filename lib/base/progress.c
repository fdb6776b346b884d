#include "base/progress.h"

#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sk_progress_start(struct sk_progress *p, FILE *stream, const char *name, uint64_t done, uint64_t total)
{
    *p = (struct sk_progress){.stream = stream, .name = name, .done = done, .total = total, .start_done = done};
    p->terminal = stream && isatty(fileno(stream));
    p->start = p->last = now();
}

double sk_progress_rate(const struct sk_progress *p)
{
    double seconds = now() - p->start;
    return seconds > 0 ? (double)(p->done - p->start_done) / seconds : 0;
}

void sk_progress_step(struct sk_progress *p, bool milestone, const char *text)
{
    const double redraw = 0.2;
    p->done++;
    double t = now();
    if (!p->stream || (p->terminal ? t - p->last < redraw && p->done < p->total : !milestone))
        return;
    p->last = t;
    double rate = sk_progress_rate(p);
    unsigned long left = rate > 0 ? (unsigned long)((double)(p->total - p->done) / rate) : 0;
    fprintf(p->stream, "%s%s: step %llu/%llu, %s, ETA %lu:%02lu:%02lu%s", p->terminal ? "\r" : "", p->name,
            (unsigned long long)p->done, (unsigned long long)p->total, text, left / 3600, left / 60 % 60, left % 60,
            p->terminal ? "\033[K" : "\n");
    fflush(p->stream);
    p->drawn = p->terminal;
}

void sk_progress_break(struct sk_progress *p)
{
    if (p->stream && p->drawn)
        fputc('\n', p->stream);
    p->drawn = false;
}
