#ifndef SK_BASE_OPTIONS_H
#define SK_BASE_OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "base/tool.h"

/* The options of a tool as a table. What getopt_long(3) wants, the checks of ranges, the text of -h and the completions of shells
   are made from it, so that they agree. -j, -q, -h and -V are every tool's and stand in no table. Like tool.h it prints. */

enum { SK_MAX_OPTIONS = 64, SK_MAX_REPEATS = 256 };

enum sk_option_kind {
    SK_OPTION_FLAG,
    SK_OPTION_NO_FLAG,     /* takes the flag of another row back */
    SK_OPTION_LONG,
    SK_OPTION_ULONG,
    SK_OPTION_ULLONG,
    SK_OPTION_DOUBLE,
    SK_OPTION_AMOUNT,      /* a number, or a share of what the tool knows it is of: 5% */
    SK_OPTION_WHOLE_AMOUNT,
    SK_OPTION_SEED,
    SK_OPTION_CHOICE,      /* one of names: its place among them, an enum */
    SK_OPTION_INDEX,       /* the same, a size_t */
    SK_OPTION_NAME,        /* the name itself */
    SK_OPTION_NAME_NUMBER, /* the number that the name is */
    SK_OPTION_TEXT,
    SK_OPTION_FILE,        /* a text, too */
    SK_OPTION_REPEAT,      /* texts with the name of a file in them, as often as it is given */
};

/* Of SK_OPTION_REPEAT. */
struct sk_repeats {
    int count;
    char *text[SK_MAX_REPEATS];
};

/* Of SK_OPTION_AMOUNT. */
struct sk_amount {
    double number;
    bool percent;
};

struct sk_option {
    char letter; /* 0 where there is but a long name */
    const char *name;
    enum sk_option_kind kind;
    const char *const *names; /* of the kinds that are one of names */
    int count;                /* of them */
    size_t offset;            /* in the tool's struct of values */
    double low, high;         /* of a number; whole ones are exact */
    const char *argument;     /* as -h calls it; NULL for a flag */
    const char *help;         /* in front of range, names and default, which -h adds */
    const char *usual;        /* NULL: the default is what stands in the struct; "": none is shown; else what is shown */
    unsigned of;              /* bits of the commands that take it; 0: all do */
    const char *zero;         /* of a number or an amount: a word for 0, which may lie below `low`; or NULL */
};

/* The kind and the place of a row, e.g. {'b', "batch", SK_NUMBER(struct command, batch, 1, 65536), "N", "images a step"}. A field of a
   type that the kind cannot fill does not compile. */
#define SK_FIELD(type, s, field) .offset = _Generic(((s *)NULL)->field, type: offsetof(s, field))
#define SK_NUMBER(s, field, least, most)                                                                                          \
    .kind = _Generic(((s *)NULL)->field, long: SK_OPTION_LONG, unsigned long: SK_OPTION_ULONG, unsigned long long: SK_OPTION_ULLONG, \
                     double: SK_OPTION_DOUBLE),                                                                                    \
    .offset = offsetof(s, field), .low = (least), .high = (most)
#define SK_FLAG(s, field) .kind = SK_OPTION_FLAG, SK_FIELD(bool, s, field), .argument = NULL
#define SK_NO_FLAG(s, field) .kind = SK_OPTION_NO_FLAG, SK_FIELD(bool, s, field), .argument = NULL
#define SK_AMOUNT(s, field, least, most) .kind = SK_OPTION_AMOUNT, SK_FIELD(struct sk_amount, s, field), .low = (least), .high = (most)
#define SK_WHOLE_AMOUNT(s, field, least, most) \
    .kind = SK_OPTION_WHOLE_AMOUNT, SK_FIELD(struct sk_amount, s, field), .low = (least), .high = (most)
#define SK_SEED(s, field) .kind = SK_OPTION_SEED, SK_FIELD(uint64_t, s, field), .high = 0
#define SK_TEXT(s, field) .kind = SK_OPTION_TEXT, SK_FIELD(const char *, s, field), .high = 0
#define SK_FILE(s, field) .kind = SK_OPTION_FILE, SK_FIELD(const char *, s, field), .high = 0
#define SK_REPEAT(s, field) .kind = SK_OPTION_REPEAT, SK_FIELD(struct sk_repeats, s, field), .high = 0
/* An enum, which is an unsigned to the compiler, or a size_t; the name; a size_t. */
#define SK_CHOICE(s, field, words, words_count)                                                                    \
    .kind = _Generic(((s *)NULL)->field, unsigned: SK_OPTION_CHOICE, size_t: SK_OPTION_INDEX), .names = (words), \
    .count = (words_count), .offset = offsetof(s, field), .high = 0
#define SK_NAME(s, field, words, words_count) \
    .kind = SK_OPTION_NAME, .names = (words), .count = (words_count), SK_FIELD(const char *, s, field), .high = 0
#define SK_NAME_NUMBER(s, field, words, words_count) \
    .kind = SK_OPTION_NAME_NUMBER, .names = (words), .count = (words_count), SK_FIELD(size_t, s, field), .high = 0

enum { SK_MAX_PRESET_COLUMNS = 8 };

/* What an option is where it is not given, by column: as an argument on the command line; of a flag any text. NULL: as in the struct. */
struct sk_preset_row {
    const char *option;
    const char *value[SK_MAX_PRESET_COLUMNS];
};

struct sk_presets {
    const char *const *column; /* their names, as -h shows them */
    size_t columns;
    const struct sk_preset_row *row;
    size_t rows;
};

struct sk_options {
    const char *usage; /* what -h begins with, in whole lines */
    const struct sk_option *option;
    size_t count; /* at most SK_MAX_OPTIONS */
    const void *defaults; /* the tool's struct of values before any option */
    const char *const *command; /* the words that the first operand may be; NULL: any */
    int commands;
    const char *first;       /* what they are, for messages; NULL: "command" */
    bool ends_at_operand;    /* what follows the first operand is no option */
    const char *jobs, *quiet; /* help of -j and -q, where it is another one than usual */
    const struct sk_presets *presets; /* or NULL; -h shows them, and as an option's default the first column's */
};

#define SK_TABLE(rows) .option = (rows), .count = sizeof(rows) / sizeof *(rows)

/* What is left of the command line. */
struct sk_arguments {
    int command; /* which word the first operand was, where it must be one */
    int operands; /* without that */
    char **operand;
    bool given[SK_MAX_OPTIONS]; /* by the table's rows */
};

/* Reads the command line into *values, a struct as *defaults is one; of an option given twice the last counts. Texts stay argv's.
   -1 to go on, with *arguments filled; else the exit code to return from main: -h, -V and `--help-options` as the only argument have
   been answered, or what is wrong has been said. */
SK_MUST_CHECK int sk_options_parse(struct sk_tool *tool, const struct sk_options *options, int argc, char **argv, void *values,
                                   struct sk_arguments *arguments);

/* Fills in what a column of the presets has of the options that were not given, nor another one that sets the same. 0, or SK_EXIT_USAGE,
   said. */
SK_MUST_CHECK int sk_options_preset(const struct sk_tool *tool, const struct sk_options *options, const struct sk_arguments *arguments,
                                    size_t column, void *values);

/* Whether the option of that long name was given. */
bool sk_options_given(const struct sk_options *options, const struct sk_arguments *arguments, const char *name);

/* The first option of the table that was given, though none of these commands (bits) takes it; NULL where there is none. */
const struct sk_option *sk_options_stray(const struct sk_options *options, const struct sk_arguments *arguments, unsigned of);

/* The whole text of -h. */
void sk_options_help(const struct sk_options *options, FILE *out);

/* The table for machines, which completions are made from: TSV, `-` where there is nothing; before it a line "# operands:" with the
   words that the first operand may be, or "# operands: ..." where a program and its arguments follow the options. */
void sk_options_table(const struct sk_options *options, FILE *out);

#endif
