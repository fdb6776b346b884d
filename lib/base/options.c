#include "base/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { COMMON = 4, LONG_ONLY = 256 }; /* getopt's value of row i is LONG_ONLY + i where it has no letter */

static const struct sk_option common[COMMON] = {
    {'j', "jobs", .kind = SK_OPTION_LONG, .low = 1, .high = SK_MAX_JOBS, "N", "threads", "SK_THREADS, else all processors", 0},
    {'q', "quiet", .kind = SK_OPTION_FLAG, .argument = NULL, "no warnings", NULL, 0},
    {'h', "help", .kind = SK_OPTION_FLAG, .argument = NULL, "this text", NULL, 0},
    {'V', "version", .kind = SK_OPTION_FLAG, .argument = NULL, "version and build", NULL, 0},
};

/* Row i of the table and, behind it, of the common ones. */
static struct sk_option row(const struct sk_options *options, size_t i)
{
    if (i < options->count)
        return options->option[i];
    struct sk_option o = common[i - options->count];
    if (o.letter == 'j' && options->jobs)
        o.help = options->jobs;
    if (o.letter == 'q' && options->quiet)
        o.help = options->quiet;
    return o;
}

/* --- reading the command line --------------------------------------------------- */

struct getopt_arrays {
    struct option option[SK_MAX_OPTIONS + COMMON + 1];
    char letters[2 * (SK_MAX_OPTIONS + COMMON) + 2];
};

static void fill_arrays(struct getopt_arrays *a, const struct sk_options *options, bool stop_at_operand)
{
    char *letter = a->letters;
    assert(options->count <= SK_MAX_OPTIONS);
    *a = (struct getopt_arrays){.letters = ""};
    if (stop_at_operand)
        *letter++ = '+';
    for (size_t i = 0; i < options->count + COMMON; i++) {
        const struct sk_option o = row(options, i);
        a->option[i] = (struct option){o.name, o.argument ? required_argument : no_argument, NULL,
                                       o.letter ? o.letter : LONG_ONLY + (int)i};
        if (o.letter)
            *letter++ = o.letter;
        if (o.letter && o.argument)
            *letter++ = ':';
    }
}

static int take_number(const struct sk_tool *tool, const struct sk_option *o, const char *name, const char *text, void *to)
{
    long number = 0;
    if (o->kind == SK_OPTION_DOUBLE)
        return sk_tool_double(tool, name, text, o->low, o->high, to);
    if (sk_tool_long(tool, name, text, (long)o->low, (long)o->high, &number))
        return SK_EXIT_USAGE;
    switch (o->kind) {
    case SK_OPTION_ULONG: *(unsigned long *)to = (unsigned long)number; break;
    case SK_OPTION_ULLONG: *(unsigned long long *)to = (unsigned long long)number; break;
    default: *(long *)to = number;
    }
    return 0;
}

/* 5% or 60. */
static int take_amount(const struct sk_tool *tool, const struct sk_option *o, const char *name, const char *text, struct sk_amount *to)
{
    const size_t length = strlen(text);
    char share[32];
    long number = 0;
    *to = (struct sk_amount){.percent = length > 0 && text[length - 1] == '%'};
    if (to->percent) {
        snprintf(share, sizeof share, "%.*s", (int)(length - 1), text);
        return length >= sizeof share ? sk_tool_usage(tool, "%s: '%s' is no percentage", name, text)
                                      : sk_tool_double(tool, name, share, 0, 100, &to->number);
    }
    if (o->kind == SK_OPTION_AMOUNT)
        return sk_tool_double(tool, name, text, o->low, o->high, &to->number);
    if (sk_tool_long(tool, name, text, (long)o->low, (long)o->high, &number))
        return SK_EXIT_USAGE;
    to->number = (double)number;
    return 0;
}

static void take_zero(const struct sk_option *o, void *to)
{
    switch (o->kind) {
    case SK_OPTION_DOUBLE: *(double *)to = 0; break;
    case SK_OPTION_AMOUNT: case SK_OPTION_WHOLE_AMOUNT: *(struct sk_amount *)to = (struct sk_amount){.number = 0}; break;
    case SK_OPTION_ULONG: *(unsigned long *)to = 0; break;
    case SK_OPTION_ULLONG: *(unsigned long long *)to = 0; break;
    default: *(long *)to = 0;
    }
}

static int take_name(const struct sk_tool *tool, const struct sk_option *o, const char *name, const char *text, void *to)
{
    int choice = 0;
    if (sk_tool_choice(tool, name, text, o->names, o->count, &choice))
        return SK_EXIT_USAGE;
    switch (o->kind) {
    case SK_OPTION_INDEX: *(size_t *)to = (size_t)choice; break;
    case SK_OPTION_NAME: *(const char **)to = o->names[choice]; break;
    case SK_OPTION_NAME_NUMBER: *(size_t *)to = strtoul(o->names[choice], NULL, 10); break;
    default: *(unsigned *)to = (unsigned)choice;
    }
    return 0;
}

static int take_repeat(const struct sk_tool *tool, const struct sk_option *o, char *text, struct sk_repeats *to)
{
    if (to->count == SK_MAX_REPEATS)
        return sk_tool_usage(tool, "--%s: more than %d times", o->name, SK_MAX_REPEATS);
    to->text[to->count++] = text;
    return 0;
}

/* 0, or SK_EXIT_USAGE, said. */
static int take(const struct sk_tool *tool, const struct sk_option *o, const char *text, void *values)
{
    void *to = (char *)values + o->offset;
    char name[64];
    snprintf(name, sizeof name, "--%s", o->name);
    if (o->zero && strcmp(text, o->zero) == 0) {
        take_zero(o, to);
        return 0;
    }
    switch (o->kind) {
    case SK_OPTION_FLAG: *(bool *)to = true; return 0;
    case SK_OPTION_NO_FLAG: *(bool *)to = false; return 0;
    case SK_OPTION_AMOUNT: case SK_OPTION_WHOLE_AMOUNT: return take_amount(tool, o, name, text, to);
    case SK_OPTION_SEED: return sk_tool_seed(tool, name, text, to);
    case SK_OPTION_CHOICE: case SK_OPTION_INDEX: case SK_OPTION_NAME: case SK_OPTION_NAME_NUMBER: return take_name(tool, o, name, text, to);
    case SK_OPTION_TEXT: case SK_OPTION_FILE: *(const char **)to = text; return 0;
    default: return take_number(tool, o, name, text, to);
    }
}

/* Which row of the table getopt has found; count where it is none. */
static size_t find(const struct sk_options *options, int option)
{
    size_t i = 0;
    if (option >= LONG_ONLY)
        return (size_t)(option - LONG_ONLY);
    while (i < options->count && (!options->option[i].letter || options->option[i].letter != option))
        i++;
    return i;
}

/* An option of every tool, or what getopt has refused: -1 to go on, else the exit code. */
static int take_common(struct sk_tool *tool, const struct sk_options *options, int option)
{
    switch (option) {
    case 'j': return sk_tool_jobs(tool, optarg) ? SK_EXIT_USAGE : -1;
    case 'q': tool->quiet = true; return -1;
    case 'V': sk_tool_version(tool); return sk_tool_finish(tool);
    case 'h': sk_options_help(options, stdout); return sk_tool_finish(tool);
    default: /* getopt has said what is wrong */
        fprintf(stderr, "try '%s -h'\n", tool->name);
        return SK_EXIT_USAGE;
    }
}

/* Options up to the first operand, or all of them: -1 to go on, else the exit code. */
static int read_options(struct sk_tool *tool, const struct sk_options *options, int argc, char **argv, bool stop_at_operand,
                        void *values, struct sk_arguments *arguments)
{
    struct getopt_arrays arrays;
    fill_arrays(&arrays, options, stop_at_operand);
    optind = 0; /* glibc: start afresh */
    for (int option; (option = getopt_long(argc, argv, arrays.letters, arrays.option, NULL)) != -1;) {
        const size_t i = find(options, option);
        if (i == options->count) {
            const int status = take_common(tool, options, option);
            if (status >= 0)
                return status;
            continue;
        }
        const struct sk_option *o = &options->option[i];
        void *to = (char *)values + o->offset;
        if (o->kind == SK_OPTION_REPEAT ? take_repeat(tool, o, optarg, to) : take(tool, o, optarg, values))
            return SK_EXIT_USAGE;
        arguments->given[i] = true;
    }
    return -1;
}

/* The words with commas and, before the last, "or". */
static const char *list(char *text, size_t size, const char *const *word, int words)
{
    size_t used = 0;
    *text = '\0';
    for (int i = 0; i < words && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : i < words - 1 ? ", " : " or ", word[i]);
    return text;
}

int sk_options_parse(struct sk_tool *tool, const struct sk_options *options, int argc, char **argv, void *values,
                     struct sk_arguments *arguments)
{
    *arguments = (struct sk_arguments){.command = 0};
    if (argc == 2 && strcmp(argv[1], "--help-options") == 0) {
        sk_options_table(options, stdout);
        return sk_tool_finish(tool);
    }
    int status = read_options(tool, options, argc, argv, options->command || options->ends_at_operand, values, arguments);
    if (status < 0 && options->command) {
        char words[200];
        const char *first = options->first ? options->first : "command";
        if (optind >= argc)
            return sk_tool_usage(tool, "no %s: %s?", first, list(words, sizeof words, options->command, options->commands));
        if (sk_tool_choice(tool, first, argv[optind], options->command, options->commands, &arguments->command))
            return SK_EXIT_USAGE;
        argc -= optind;
        argv += optind;
        argv[0] = (char *)tool->name; /* for getopt's messages */
        status = read_options(tool, options, argc, argv, false, values, arguments);
    }
    arguments->operand = argv + optind;
    arguments->operands = argc - optind;
    return status;
}

static size_t row_of(const struct sk_options *options, const char *name)
{
    size_t i = 0;
    while (i < options->count && strcmp(options->option[i].name, name) != 0)
        i++;
    return i;
}

int sk_options_preset(const struct sk_tool *tool, const struct sk_options *options, const struct sk_arguments *arguments, size_t column,
                      void *values)
{
    for (size_t r = 0; r < options->presets->rows; r++) {
        const struct sk_preset_row *preset = &options->presets->row[r];
        const size_t i = row_of(options, preset->option);
        const struct sk_option *o = &options->option[i];
        bool given = false;
        assert(i < options->count);
        for (size_t k = 0; k < options->count; k++)
            given = given || (arguments->given[k] && options->option[k].offset == o->offset);
        if (!given && preset->value[column] && take(tool, o, preset->value[column], values))
            return SK_EXIT_USAGE;
    }
    return 0;
}

bool sk_options_given(const struct sk_options *options, const struct sk_arguments *arguments, const char *name)
{
    const size_t i = row_of(options, name);
    return i < options->count && arguments->given[i];
}

const struct sk_option *sk_options_stray(const struct sk_options *options, const struct sk_arguments *arguments, unsigned of)
{
    for (size_t i = 0; i < options->count; i++)
        if (arguments->given[i] && options->option[i].of && !(options->option[i].of & of))
            return &options->option[i];
    return NULL;
}

/* --- showing the table ---------------------------------------------------------- */

enum { TEXT = 1000, LINE = 100, MOST_LEFT = 28 };

static void add(char text[TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char text[TEXT], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list ap;
    va_start(ap, format);
    vsnprintf(text + used, TEXT - used, format, ap);
    va_end(ap);
}

static void add_range(char text[TEXT], const struct sk_option *o, const char *between)
{
    switch (o->kind) {
    case SK_OPTION_SEED: add(text, "0%s%llu", between, (unsigned long long)UINT64_MAX); break;
    case SK_OPTION_LONG: case SK_OPTION_ULONG: case SK_OPTION_ULLONG: case SK_OPTION_DOUBLE:
    case SK_OPTION_AMOUNT: case SK_OPTION_WHOLE_AMOUNT:
        add(text, "%g%s%.15g", o->low, between, o->high);
        break;
    default: break; /* no number */
    }
}

/* What the presets begin with; NULL where they do not have the option. */
static const char *first_preset(const struct sk_presets *presets, const struct sk_option *o)
{
    for (size_t r = 0; presets && r < presets->rows; r++)
        for (size_t c = 0; c < presets->columns && strcmp(presets->row[r].option, o->name) == 0; c++)
            if (presets->row[r].value[c])
                return presets->row[r].value[c];
    return NULL;
}

/* What the option is without being given; "" where that is nothing. */
static void add_default(char text[TEXT], const struct sk_option *o, const struct sk_options *options)
{
    const void *at = (const char *)options->defaults + o->offset;
    const char *shown = o->usual || !o->argument ? o->usual : first_preset(options->presets, o);
    if (shown) {
        add(text, "%s", shown);
        return;
    }
    switch (o->kind) {
    case SK_OPTION_LONG: add(text, "%ld", *(const long *)at); break;
    case SK_OPTION_ULONG: add(text, "%lu", *(const unsigned long *)at); break;
    case SK_OPTION_ULLONG: add(text, "%llu", *(const unsigned long long *)at); break;
    case SK_OPTION_DOUBLE: add(text, "%g", *(const double *)at); break;
    case SK_OPTION_SEED: add(text, "%llu", (unsigned long long)*(const uint64_t *)at); break;
    case SK_OPTION_CHOICE: add(text, "%s", o->names[*(const unsigned *)at]); break;
    case SK_OPTION_INDEX: add(text, "%s", o->names[*(const size_t *)at]); break;
    case SK_OPTION_NAME_NUMBER: add(text, "%zu", *(const size_t *)at); break;
    case SK_OPTION_NAME: case SK_OPTION_TEXT: case SK_OPTION_FILE: add(text, "%s", *(const char *const *)at ? *(const char *const *)at : "");
        break;
    default: break; /* no flag is given, nothing is repeated */
    }
}

/* The commands that take it. */
static void add_commands(char text[TEXT], const struct sk_option *o, const struct sk_options *options, const char *between)
{
    const size_t used = strlen(text);
    for (int c = 0; c < options->commands; c++)
        if (o->of & 1u << c)
            add(text, "%s%s", text[used] ? between : "", options->command[c]);
}

/* "gan: what it is, 1 to 9 (default 3)" */
static void describe(char text[TEXT], const struct sk_option *o, const struct sk_options *options)
{
    char words[TEXT], range[TEXT] = "", usual[TEXT] = "";
    *text = '\0';
    add_commands(text, o, options, ", ");
    add(text, "%s%s", *text ? ": " : "", o->help);
    add_range(range, o, " to ");
    if (o->kind == SK_OPTION_AMOUNT || o->kind == SK_OPTION_WHOLE_AMOUNT)
        add(range, ", or a share as 5%%");
    if (o->zero)
        add(range, ", or %s", o->zero);
    if (*range)
        add(text, "%s%s", *o->help ? ", " : "", range);
    if (o->names)
        add(text, "%s%s", *o->help ? ": " : "", list(words, sizeof words, o->names, o->count));
    add_default(usual, o, options);
    if (*usual)
        add(text, " (default %s)", usual);
}

/* "  -b, --batch N" */
static void name_option(char text[TEXT], const struct sk_option *o)
{
    *text = '\0';
    if (o->letter)
        add(text, "  -%c, ", o->letter);
    else
        add(text, "%6s", "");
    add(text, "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
}

/* Words in lines, all but the first begun in the column where that has begun. */
static void print_wrapped(FILE *out, const char *text, size_t column)
{
    for (size_t at = column; *text;) {
        const size_t word = strcspn(text, " ");
        if (at > column && at + 1 + word > LINE) {
            fprintf(out, "\n%*s", (int)column, "");
            at = column;
        } else if (at > column) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, word, out);
        at += word;
        text += word + strspn(text + word, " ");
    }
    fputc('\n', out);
}

/* "--preset best:", and below it "epochs 60, balance, ...": each column as the options that it stands for. */
static void print_presets(const struct sk_options *options, FILE *out)
{
    const struct sk_presets *presets = options->presets;
    for (size_t c = 0; c < presets->columns; c++) {
        char text[TEXT] = "";
        for (size_t r = 0; r < presets->rows; r++) {
            const struct sk_preset_row *preset = &presets->row[r];
            const bool flag = !options->option[row_of(options, preset->option)].argument;
            if (preset->value[c])
                add(text, "%s%s%s%s", *text ? ", " : "", preset->option, flag ? "" : " ", flag ? "" : preset->value[c]);
        }
        fprintf(out, "\n%s:\n    ", presets->column[c]);
        print_wrapped(out, text, 4);
    }
}

void sk_options_help(const struct sk_options *options, FILE *out)
{
    char left[TEXT], text[TEXT];
    size_t column = 0;
    for (size_t i = 0; i < options->count + COMMON; i++) {
        const struct sk_option o = row(options, i);
        name_option(left, &o);
        column = strlen(left) > column && strlen(left) <= MOST_LEFT ? strlen(left) : column;
    }
    column += 2;
    fprintf(out, "%s\n", options->usage);
    for (size_t i = 0; i < options->count + COMMON; i++) {
        const struct sk_option o = row(options, i);
        name_option(left, &o);
        describe(text, &o, options);
        fprintf(out, "%-*s", (int)column - 2, left);
        fputs("  ", out);
        print_wrapped(out, text, column);
    }
    if (options->presets)
        print_presets(options, out);
}

static const char *kind_name(const struct sk_option *o)
{
    switch (o->kind) {
    case SK_OPTION_FLAG: case SK_OPTION_NO_FLAG: return "flag";
    case SK_OPTION_DOUBLE: case SK_OPTION_AMOUNT: return "number";
    case SK_OPTION_LONG: case SK_OPTION_ULONG: case SK_OPTION_ULLONG: case SK_OPTION_WHOLE_AMOUNT: case SK_OPTION_SEED: return "whole";
    case SK_OPTION_CHOICE: case SK_OPTION_INDEX: case SK_OPTION_NAME: case SK_OPTION_NAME_NUMBER: return "choice";
    case SK_OPTION_FILE: return "file";
    case SK_OPTION_REPEAT: return "files";
    default: return "text";
    }
}

static void print_cell(FILE *out, const char *text, char end)
{
    fprintf(out, "%s%c", *text ? text : "-", end);
}

void sk_options_table(const struct sk_options *options, FILE *out)
{
    fputs(options->ends_at_operand ? "# operands: ..." : "# operands:", out);
    for (int c = 0; c < options->commands; c++)
        fprintf(out, " %s", options->command[c]);
    fputs("\ncommands\tletter\tname\targument\tkind\tvalues\tdefault\thelp\n", out);
    for (size_t i = 0; i < options->count + COMMON; i++) {
        const struct sk_option o = row(options, i);
        char text[TEXT] = "";
        add_commands(text, &o, options, ",");
        print_cell(out, text, '\t');
        print_cell(out, (const char[]){o.letter, '\0'}, '\t');
        print_cell(out, o.name, '\t');
        print_cell(out, o.argument ? o.argument : "", '\t');
        print_cell(out, kind_name(&o), '\t');
        *text = '\0';
        add_range(text, &o, "..");
        for (int k = 0; k < o.count; k++)
            add(text, "%s%s", k ? "," : "", o.names[k]);
        print_cell(out, text, '\t');
        *text = '\0';
        add_default(text, &o, options);
        print_cell(out, text, '\t');
        print_cell(out, o.help, '\n');
    }
}
