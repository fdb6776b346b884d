#include "train/report.h"

#include <stdarg.h>
#include <stdio.h>

void sk_train_started(const struct sk_train_report *report)
{
    if (report->start)
        report->start(report->context);
}

void sk_train_stepped(const struct sk_train_report *report, const struct sk_progress_state *state)
{
    if (report->step)
        report->step(report->context, state);
}

void sk_train_warn(const struct sk_train_report *report, const char *format, ...)
{
    char text[400];
    if (!report->warn)
        return;
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    report->warn(report->context, text);
}

struct sk_train_pace sk_train_pace_start(uint64_t step)
{
    return (struct sk_train_pace){.start = sk_seconds(), .first = step};
}

double sk_train_pace_rate(const struct sk_train_pace *pace, uint64_t step)
{
    double seconds = sk_seconds() - pace->start;
    return seconds > 0 ? (double)(step - pace->first) / seconds : 0;
}
