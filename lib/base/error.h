#ifndef SK_BASE_ERROR_H
#define SK_BASE_ERROR_H

#define SK_MUST_CHECK __attribute__((warn_unused_result))

/* What went wrong, in one line, for the tool to print. The library itself never prints
   or exits. code is an errno value, or 0 where the fault is in the data. */
struct sk_error {
    int code;
    char text[480];
};

/* Sets the text (printf style) and code 0; returns -1, so that `return sk_fail(...)` reads well.
   A longer text is cut. */
int sk_fail(struct sk_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As sk_fail, with errno's code, and ": " and its message appended. */
int sk_fail_errno(struct sk_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts a prefix such as "file: image 3" and ": " before the text that is there; returns -1. */
int sk_prefix(struct sk_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What messages call an input: its path, or "standard input" where that is "-". */
const char *sk_input_name(const char *path);

#endif
