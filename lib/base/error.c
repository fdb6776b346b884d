#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int sk_fail(struct sk_error *err, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(err->text, sizeof err->text, format, ap);
    va_end(ap);
    err->code = 0;
    return -1;
}

int sk_fail_errno(struct sk_error *err, const char *format, ...)
{
    int code = errno;
    va_list ap;
    va_start(ap, format);
    vsnprintf(err->text, sizeof err->text, format, ap);
    va_end(ap);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(code));
    err->code = code;
    return -1;
}

int sk_prefix(struct sk_error *err, const char *format, ...)
{
    char text[sizeof err->text];
    va_list ap;
    va_start(ap, format);
    int length = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (length < 0 || (size_t)length >= sizeof text)
        length = (int)sizeof text - 1;
    size_t room = sizeof text - (size_t)length;
    if (room > 3)
        snprintf(text + length, room, ": %.*s", (int)room - 3, err->text);
    memcpy(err->text, text, sizeof text);
    return -1;
}

const char *sk_input_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}
