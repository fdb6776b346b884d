/* Tables of options: what a command line sets, what it is refused for, and what -h and the table for machines say. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/options.h"

enum colour { RED, GREEN };
static const char *const colours[] = {"red", "green"}, *const sides[] = {"32", "64"}, *const moods[] = {"calm", "keen"};
static const char *const commands[] = {"boil", "fry", "bake"};

struct values {
    bool flag;
    long whole;
    size_t size;
    uint64_t count, seed;
    double number;
    enum colour colour;
    size_t side;
    const char *mood, *text, *file;
    struct sk_repeats repeats;
    struct sk_amount part, parts;
};

static const struct values defaults = {
    .whole = -7, .size = 9, .count = 11, .seed = 13, .number = 0.25, .colour = GREEN, .side = 64, .mood = "calm", .text = "-"};

enum { BOIL = 1, FRY = 2, BAKE = 4 };
static const struct sk_option table[] = {
    {'f', "flag", SK_FLAG(struct values, flag), "a flag"},
    {'w', "whole", SK_NUMBER(struct values, whole, -1000, 1000), "N", "a whole number"},
    {0, "size", SK_NUMBER(struct values, size, 0, 4294967296.0), "N", "a size"},
    {0, "count", SK_NUMBER(struct values, count, 1, 10), "N", "", "as it comes"},
    {'n', "number", SK_NUMBER(struct values, number, 1e-9, 0.9999), "X", "a number", .of = BOIL | BAKE},
    {'s', "seed", SK_SEED(struct values, seed), "N", "", ""},
    {0, "colour", SK_CHOICE(struct values, colour, colours, 2), "NAME", "a colour", .of = FRY},
    {0, "side", SK_NAME_NUMBER(struct values, side, sides, 2), "N", "a side"},
    {0, "mood", SK_NAME(struct values, mood, moods, 2), "NAME", "a mood"},
    {0, "text", SK_TEXT(struct values, text), "WORD", "a text of many words, more than are to stand in one line beside the name of an option"},
    {'o', "a-file-of-a-long-long-name", SK_FILE(struct values, file), "FILE", "a file"},
    {0, "repeat", SK_REPEAT(struct values, repeats), "A=FILE", "files"},
};
/* Options that a preset fills in, and what takes them back. */
static const struct sk_option preset_table[] = {
    {0, "number", SK_NUMBER(struct values, number, 0.1, 0.9), "X", "", "", .zero = "none"},
    {0, "part", SK_AMOUNT(struct values, part, 1, 10), "N", "", .zero = "none"},
    {0, "parts", SK_WHOLE_AMOUNT(struct values, parts, 0, 10), "N", "of all"},
    {0, "flag", SK_FLAG(struct values, flag), "on"},
    {0, "no-flag", SK_NO_FLAG(struct values, flag), "off"},
    {0, "text", SK_TEXT(struct values, text), "WORD", ""},
};
static const char *const columns[] = {"raw", "well done"};
static const struct sk_preset_row preset_rows[] = {
    {"number", {"0.5", "0.75"}}, {"part", {NULL, "2.5"}}, {"parts", {"3", "20%"}}, {"flag", {NULL, ""}}, {"text", {"a b", NULL}}};
static const struct sk_presets presets = {columns, 2, preset_rows, sizeof preset_rows / sizeof *preset_rows};
static const struct sk_options grill = {"usage: grill\n", SK_TABLE(preset_table), &defaults, .presets = &presets};
enum { OPTIONS = sizeof table / sizeof *table };
static const struct sk_options plain = {"usage: cook\n", table, OPTIONS, &defaults, .quiet = "say nothing"};
static const struct sk_options cook = {"usage: cook\n", table, OPTIONS, &defaults, .command = commands, .commands = 3};
static const struct sk_options runner = {"usage: run\n", table, OPTIONS, &defaults, .ends_at_operand = true};

static struct values values;
static struct sk_arguments arguments;
static struct sk_tool tool;
static char said[4096]; /* on standard error */

/* What is said goes to `said`. */
static int parse_words(const struct sk_options *options, int argc, char **argv)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    values = defaults;
    int status = sk_options_parse(&tool, options, argc, argv, &values, &arguments);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    return status;
}

/* Words that end with NULL. */
static int parse(const struct sk_options *options, ...)
{
    static char *argv[40]; /* which arguments.operand points into */
    int argc = 0;
    argv[argc++] = "cook";
    va_list ap;
    va_start(ap, options);
    for (char *word; (word = va_arg(ap, char *)) != NULL;)
        argv[argc++] = word;
    argv[argc] = NULL;
    va_end(ap);
    return parse_words(options, argc, argv);
}

static void test_nothing_given_is_the_defaults(void **state)
{
    (void)state;
    assert_int_equal(parse(&plain, NULL), -1);
    assert_memory_equal(&values, &defaults, sizeof values);
    assert_int_equal(arguments.operands, 0);
    for (size_t i = 0; i < SK_MAX_OPTIONS; i++)
        assert_false(arguments.given[i]);
}

static void test_every_kind_is_filled(void **state)
{
    (void)state;
    assert_int_equal(parse(&plain, "-f", "-w", "-1000", "--size=4294967296", "--count", "10", "-n0.5", "-s", "18446744073709551615",
                           "--colour", "red", "--side", "32", "in", "--mood", "keen", "--text", "", "-oout", "--repeat", "a=b", "--repeat",
                           "c=d", "another", NULL), -1);
    assert_true(values.flag);
    assert_int_equal(values.whole, -1000);
    assert_true(values.size == 4294967296);
    assert_int_equal(values.count, 10);
    assert_true(values.number > 0.49 && values.number < 0.51);
    assert_true(values.seed == UINT64_MAX);
    assert_int_equal(values.colour, RED);
    assert_int_equal(values.side, 32);
    assert_string_equal(values.mood, "keen");
    assert_string_equal(values.text, "");
    assert_string_equal(values.file, "out");
    assert_int_equal(values.repeats.count, 2);
    assert_string_equal(values.repeats.text[1], "c=d");
    assert_int_equal(arguments.operands, 2);
    assert_string_equal(arguments.operand[1], "another");
    for (size_t i = 0; i < OPTIONS; i++)
        assert_true(arguments.given[i]);
}

static void test_the_last_counts_and_names_may_be_short(void **state)
{
    (void)state;
    assert_int_equal(parse(&plain, "-w", "1", "--wh", "2", "--colour", "green", "--colo=red", "--mood", "keen", "--mood", "calm", NULL), -1);
    assert_int_equal(values.whole, 2);
    assert_int_equal(values.colour, RED);
    assert_string_equal(values.mood, "calm");
}

static void test_what_is_refused_names_option_and_range(void **state)
{
    (void)state;
    static const struct {
        const char *option, *text, *message;
    } wrong[] = {
        {"-w", "1001", "tool: --whole: '1001' is not a whole number from -1000 to 1000\n"},
        {"--whole", "-1001", "tool: --whole: '-1001' is not a whole number from -1000 to 1000\n"},
        {"--size", "-1", "tool: --size: '-1' is not a whole number from 0 to 4294967296\n"},
        {"--size", "4294967297", "is not a whole number from 0 to 4294967296\n"},
        {"--count", "0", "tool: --count: '0' is not a whole number from 1 to 10\n"},
        {"--count", "2x", "tool: --count: '2x' is not a whole number"},
        {"-n", "1", "tool: --number: '1' is not a number from 1e-09 to 0.9999\n"},
        {"--number", "nan", "tool: --number: 'nan' is not a number"},
        {"--seed", "18446744073709551616", "tool: --seed: '18446744073709551616' is not a whole number from 0 to 18446744073709551615\n"},
        {"--colour", "blue", "tool: --colour: 'blue' is none of red, green\n"},
        {"--side", "48", "tool: --side: '48' is none of 32, 64\n"},
        {"--mood", "", "tool: --mood: '' is none of calm, keen\n"},
        {"--nothing", "x", "unrecognized option '--nothing'\ntry 'tool -h'\n"},
        {"--s", "1", "ambiguous"},
        {"-j", "0", "tool: --jobs: '0' is not a whole number from 1 to 1024\n"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(parse(&plain, wrong[i].option, wrong[i].text, NULL), SK_EXIT_USAGE);
        if (!strstr(said, wrong[i].message))
            fail_msg("no \"%s\" in \"%s\"", wrong[i].message, said);
    }
    assert_int_equal(parse(&plain, "-w", NULL), SK_EXIT_USAGE);
}

static void test_repeats_are_bounded(void **state)
{
    (void)state;
    enum { WORDS = SK_MAX_REPEATS + 2 };
    char *argv[WORDS] = {"cook"}, option[] = "--repeat=x";
    for (int i = 1; i < WORDS; i++)
        argv[i] = option;
    assert_int_equal(parse_words(&plain, WORDS - 1, argv), -1);
    assert_int_equal(values.repeats.count, SK_MAX_REPEATS);
    assert_int_equal(parse_words(&plain, WORDS, argv), SK_EXIT_USAGE);
    assert_non_null(strstr(said, "tool: --repeat: more than 256 times\n"));
}

static void test_amounts(void **state)
{
    (void)state;
    assert_int_equal(parse(&grill, "--part", "2.5%", "--parts", "7", NULL), -1);
    assert_true(values.part.percent && values.part.number > 2.49 && values.part.number < 2.51);
    assert_true(!values.parts.percent && values.parts.number > 6.9 && values.parts.number < 7.1);
    assert_int_equal(parse(&grill, "--part", "none", "--number", "none", NULL), -1);
    assert_true(values.part.number < 0.1 && values.number < 0.01);
    static const char *const wrong[] = {"%", "101%", "-1%", "x%", "2%%", "", "11", "0.5", "0.00000000000000000000000000000000000001%"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(parse(&grill, "--part", wrong[i], NULL), SK_EXIT_USAGE);
    assert_int_equal(parse(&grill, "--parts", "2.5", NULL), SK_EXIT_USAGE);
    assert_non_null(strstr(said, "tool: --parts: '2.5' is not a whole number from 0 to 10\n"));
    assert_int_equal(parse(&grill, "--parts", "none", NULL), SK_EXIT_USAGE);
}

static void test_presets_fill_in_what_is_not_given(void **state)
{
    (void)state;
    assert_int_equal(parse(&grill, NULL), -1);
    assert_int_equal(sk_options_preset(&tool, &grill, &arguments, 0, &values), 0);
    assert_true(values.number > 0.49 && values.number < 0.51 && !values.parts.percent && !values.flag);
    assert_string_equal(values.text, "a b");
    assert_int_equal(parse(&grill, "--number", "none", NULL), -1);
    assert_int_equal(sk_options_preset(&tool, &grill, &arguments, 1, &values), 0);
    assert_true(values.number < 0.01);
    assert_true(values.flag && values.parts.percent && values.part.number > 2.4);
    assert_string_equal(values.text, "-");
    assert_int_equal(parse(&grill, "--no-flag", NULL), -1);
    assert_int_equal(sk_options_preset(&tool, &grill, &arguments, 1, &values), 0);
    assert_false(values.flag);
}

static void test_commands(void **state)
{
    (void)state;
    assert_int_equal(parse(&cook, "-f", "fry", "-w", "3", "in", "-w4", NULL), -1);
    assert_int_equal(arguments.command, 1);
    assert_true(values.flag);
    assert_int_equal(values.whole, 4);
    assert_int_equal(arguments.operands, 1);
    assert_string_equal(arguments.operand[0], "in");
    assert_int_equal(parse(&cook, "-w", "3", NULL), SK_EXIT_USAGE);
    assert_non_null(strstr(said, "no command: boil, fry or bake?"));
    assert_int_equal(parse(&cook, "roast", NULL), SK_EXIT_USAGE);
    assert_non_null(strstr(said, "'roast' is none of boil, fry, bake"));
    assert_int_equal(parse(&cook, "bake", "--", "-w", NULL), -1);
    assert_string_equal(arguments.operand[0], "-w");
}

static void test_stray_options(void **state)
{
    (void)state;
    assert_int_equal(parse(&cook, "--colour", "red", "-n", "0.5", "-f", "boil", NULL), -1);
    assert_string_equal(sk_options_stray(&cook, &arguments, BOIL)->name, "colour");
    assert_string_equal(sk_options_stray(&cook, &arguments, FRY)->name, "number");
    assert_null(sk_options_stray(&cook, &arguments, FRY | BAKE));
    assert_int_equal(parse(&cook, "-f", "-w2", "boil", NULL), -1);
    assert_null(sk_options_stray(&cook, &arguments, BOIL));
}

static void test_options_end_at_the_operand(void **state)
{
    (void)state;
    assert_int_equal(parse(&runner, "-w", "5", "program", "-w", "6", "--nothing", NULL), -1);
    assert_int_equal(values.whole, 5);
    assert_int_equal(arguments.operands, 4);
}

static void shown(char text[8192], void (*show)(const struct sk_options *, FILE *), const struct sk_options *options)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    show(options, file);
    rewind(file);
    text[fread(text, 1, 8191, file)] = '\0';
    fclose(file);
}

static void test_help(void **state)
{
    (void)state;
    char text[8192];
    shown(text, sk_options_help, &cook);
    assert_string_equal(text,
        "usage: cook\n"
        "\n"
        "  -f, --flag           a flag\n"
        "  -w, --whole N        a whole number, -1000 to 1000 (default -7)\n"
        "      --size N         a size, 0 to 4294967296 (default 9)\n"
        "      --count N        1 to 10 (default as it comes)\n"
        "  -n, --number X       boil, bake: a number, 1e-09 to 0.9999 (default 0.25)\n"
        "  -s, --seed N         0 to 18446744073709551615\n"
        "      --colour NAME    fry: a colour: red or green (default green)\n"
        "      --side N         a side: 32 or 64 (default 64)\n"
        "      --mood NAME      a mood: calm or keen (default calm)\n"
        "      --text WORD      a text of many words, more than are to stand in one line beside the name of\n"
        "                       an option (default -)\n"
        "  -o, --a-file-of-a-long-long-name FILE  a file\n"
        "      --repeat A=FILE  files\n"
        "  -j, --jobs N         threads, 1 to 1024 (default SK_THREADS, else all processors)\n"
        "  -q, --quiet          no warnings\n"
        "  -h, --help           this text\n"
        "  -V, --version        version and build\n");
    shown(text, sk_options_help, &plain);
    assert_non_null(strstr(text, "  -q, --quiet          say nothing\n"));
}

static void test_help_has_presets(void **state)
{
    (void)state;
    char text[8192];
    shown(text, sk_options_help, &grill);
    assert_non_null(strstr(text, "      --number X   0.1 to 0.9, or none\n"));
    assert_non_null(strstr(text, "      --parts N    of all, 0 to 10, or a share as 5% (default 3)\n"));
    assert_non_null(strstr(text, "\nraw:\n    number 0.5, parts 3, text a b\n"));
    assert_non_null(strstr(text, "\nwell done:\n    number 0.75, part 2.5, parts 20%, flag\n"));
}

static void test_table(void **state)
{
    (void)state;
    char text[8192];
    shown(text, sk_options_table, &cook);
    assert_ptr_equal(strstr(text, "# operands: boil fry bake\ncommands\tletter\tname\targument\tkind\tvalues\tdefault\thelp\n"), text);
    assert_non_null(strstr(text, "\n-\tf\tflag\t-\tflag\t-\t-\ta flag\n"));
    assert_non_null(strstr(text, "\nboil,bake\tn\tnumber\tX\tnumber\t1e-09..0.9999\t0.25\ta number\n"));
    assert_non_null(strstr(text, "\nfry\t-\tcolour\tNAME\tchoice\tred,green\tgreen\ta colour\n"));
    assert_non_null(strstr(text, "\n-\t-\trepeat\tA=FILE\tfiles\t-\t-\tfiles\n"));
    assert_non_null(strstr(text, "\n-\tj\tjobs\tN\twhole\t1..1024\t"));
    shown(text, sk_options_table, &plain);
    assert_ptr_equal(strstr(text, "# operands:\n"), text);
    shown(text, sk_options_table, &runner);
    assert_ptr_equal(strstr(text, "# operands: ...\n"), text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_given_is_the_defaults), cmocka_unit_test(test_every_kind_is_filled),
        cmocka_unit_test(test_the_last_counts_and_names_may_be_short), cmocka_unit_test(test_what_is_refused_names_option_and_range),
        cmocka_unit_test(test_repeats_are_bounded), cmocka_unit_test(test_commands), cmocka_unit_test(test_stray_options),
        cmocka_unit_test(test_amounts), cmocka_unit_test(test_presets_fill_in_what_is_not_given), cmocka_unit_test(test_help_has_presets),
        cmocka_unit_test(test_options_end_at_the_operand), cmocka_unit_test(test_help), cmocka_unit_test(test_table),
    };
    unsetenv("POSIXLY_CORRECT");
    if (sk_tool_start(&tool, "tool"))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
