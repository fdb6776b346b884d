/* Tensor files: round trips, and everything a file can get wrong. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tensor/tensor_file.h"

static char folder[] = "/tmp/test_tensor_file.XXXXXX";
static char path[64], other[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a", folder);
    snprintf(other, sizeof other, "%s/b", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(other);
    return rmdir(folder); /* fails where a temporary was left behind */
}

static void put_bytes(const char *name, const void *data, size_t bytes)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, bytes, f), bytes);
    assert_int_equal(fclose(f), 0);
}

/* The whole file, owned by the caller. */
static unsigned char *get_bytes(const char *name, size_t *bytes)
{
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *bytes = (size_t)ftell(f);
    rewind(f);
    unsigned char *data = malloc(*bytes + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *bytes, f), *bytes);
    fclose(f);
    return data;
}

/* A file with a tensor of every type, a scalar and an empty tensor. */
static void fill(struct sk_tensor_file *file)
{
    struct sk_error err;
    void *data;
    *file = (struct sk_tensor_file){0};
    assert_int_equal(sk_tensor_file_add(file, "conv.weight", SK_F32, 4, (size_t[]){2, 3, 1, 1}, &data, &err), 0);
    for (int i = 0; i < 6; i++)
        ((float *)data)[i] = 0.1f * (float)i;
    assert_int_equal(sk_tensor_file_add(file, "names", SK_U8, 1, (size_t[]){5}, &data, &err), 0);
    memcpy(data, "hello", 5);
    assert_int_equal(sk_tensor_file_add(file, "nothing", SK_F32, 2, (size_t[]){0, 7}, &data, &err), 0);
    assert_int_equal(sk_tensor_file_add(file, "step", SK_I64, 0, NULL, &data, &err), 0);
    *(int64_t *)data = -1234567890123456789;
    assert_int_equal(sk_tensor_file_set(file, &err, "zebra", "%d \"stripes\"\n", 7), 0);
    assert_int_equal(sk_tensor_file_set(file, &err, "ant", "%s", "grüße"), 0);
}

static void round_trip_is_byte_exact(void **state)
{
    (void)state;
    struct sk_tensor_file file, again;
    struct sk_error err;
    fill(&file);
    assert_int_equal(sk_tensor_file_write(&file, path, &err), 0);
    assert_int_equal(sk_tensor_file_read(&again, path, &err), 0);
    assert_int_equal(again.count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct sk_tensor *a = &file.tensor[i], *b = sk_tensor_file_find(&again, a->name);
        assert_ptr_equal(b, &again.tensor[i]);
        assert_ptr_equal(sk_tensor_file_expect(&again, a->name, a->dtype, a->rank, a->dim, &err), b);
        assert_memory_equal(a->data, b->data, sk_tensor_elements(a) * (a->dtype == SK_F32 ? 4 : a->dtype == SK_I64 ? 8 : 1));
        assert_int_equal((uintptr_t)b->data % 64, 0);
    }
    assert_string_equal(sk_tensor_file_get(&again, "zebra"), "7 \"stripes\"\n");
    assert_string_equal(sk_tensor_file_get(&again, "format"), "1");
    const char *order[] = {"zebra", "ant", "format", "crc32", "header_crc32"};
    size_t k = 0;
    for (const cJSON *item = again.metadata->child; item; item = item->next)
        assert_string_equal(item->string, order[k++]);
    assert_int_equal(k, 5);
    assert_int_equal(sk_tensor_file_write(&again, other, &err), 0);
    size_t bytes, bytes2, header = 0;
    unsigned char *first = get_bytes(path, &bytes), *second = get_bytes(other, &bytes2);
    assert_int_equal(bytes, bytes2);
    assert_memory_equal(first, second, bytes);
    memcpy(&header, first, 8);
    assert_int_equal(header % 8, 0);
    assert_int_equal(bytes, 8 + header + 24 + 5 + 8);
    free(first);
    free(second);
    sk_tensor_file_free(&file);
    sk_tensor_file_free(&again);
}

static void an_empty_file_is_a_file(void **state)
{
    (void)state;
    struct sk_tensor_file file = {0};
    struct sk_error err;
    assert_int_equal(sk_tensor_file_write(&file, path, &err), 0);
    sk_tensor_file_free(&file);
    assert_int_equal(sk_tensor_file_read(&file, path, &err), 0);
    assert_int_equal(file.count, 0);
    assert_string_equal(sk_tensor_file_get(&file, "crc32"), "00000000");
    assert_null(sk_tensor_file_get(&file, "no such key"));
    sk_tensor_file_free(&file);
}

static void what_add_and_expect_refuse(void **state)
{
    (void)state;
    struct sk_tensor_file file;
    struct sk_error err;
    void *data;
    char longest[96];
    memset(longest, 'x', 95);
    longest[95] = '\0';
    fill(&file);
    assert_int_equal(sk_tensor_file_add(&file, "step", SK_F32, 0, NULL, &data, &err), -1);
    assert_non_null(strstr(err.text, "taken"));
    assert_int_equal(sk_tensor_file_add(&file, longest, SK_F32, 0, NULL, &data, &err), 0);
    assert_int_equal(sk_tensor_file_add(&file, "a name of ninety-six characters a name of ninety-six characters "
                                               "a name of ninety-six characters.", SK_F32, 0, NULL, &data, &err), -1);
    assert_int_equal(sk_tensor_file_add(&file, "big", SK_F32, 2, (size_t[]){SIZE_MAX / 2, 3}, &data, &err), -1);
    assert_int_equal(sk_tensor_file_add(&file, "big", SK_I64, 1, (size_t[]){SIZE_MAX / 4}, &data, &err), -1);
    assert_int_equal(sk_tensor_file_add(&file, "deep", SK_F32, 5, (size_t[]){1, 1, 1, 1, 1}, &data, &err), -1);
    assert_null(sk_tensor_file_expect(&file, "names", SK_U8, 1, (size_t[]){6}, &err));
    assert_string_equal(err.text, "tensor names is U8 [5], not U8 [6]");
    assert_null(sk_tensor_file_expect(&file, "gone", SK_F32, 2, (size_t[]){2, 3}, &err));
    assert_string_equal(err.text, "tensor gone, F32 [2, 3], is missing");
    sk_tensor_file_free(&file);
}

/* Runs in a child with standard input or output on fd; its exit code. */
static int in_child(int (*work)(void), int fd, int target)
{
    fflush(stdout);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(fd, target);
        _exit(work());
    }
    close(fd);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int write_to_stdout(void)
{
    struct sk_tensor_file file;
    struct sk_error err;
    fill(&file);
    int status = sk_tensor_file_write(&file, "-", &err);
    sk_tensor_file_free(&file);
    return status ? 1 : 0;
}

static int read_from_stdin(void)
{
    struct sk_tensor_file file;
    struct sk_error err;
    int status = sk_tensor_file_read(&file, "-", &err);
    size_t count = file.count;
    sk_tensor_file_free(&file);
    return status ? 100 : (int)count;
}

static void through_pipes(void **state)
{
    (void)state;
    struct sk_tensor_file file;
    struct sk_error err;
    int end[2];
    char piped[4096];
    size_t bytes;
    fill(&file);
    assert_int_equal(sk_tensor_file_write(&file, path, &err), 0);
    sk_tensor_file_free(&file);
    unsigned char *wanted = get_bytes(path, &bytes);
    assert_int_equal(pipe(end), 0);
    assert_int_equal(in_child(write_to_stdout, end[1], STDOUT_FILENO), 0);
    assert_int_equal(read(end[0], piped, sizeof piped), (ssize_t)bytes);
    assert_memory_equal(piped, wanted, bytes);
    close(end[0]);
    for (size_t cut = 0; cut < 3; cut++) { /* whole, and two cut ones */
        assert_int_equal(pipe(end), 0);
        assert_int_equal(write(end[1], wanted, bytes - cut * 30), (ssize_t)(bytes - cut * 30));
        close(end[1]);
        assert_int_equal(in_child(read_from_stdin, end[0], STDIN_FILENO), cut ? 100 : 4);
    }
    assert_int_equal(in_child(write_to_stdout, open("/dev/full", O_WRONLY), STDOUT_FILENO), 1);
    free(wanted);
}

/* A tensor larger than the room that a pipe is trusted with at first. */
static int read_three_megabytes(void)
{
    struct sk_tensor_file file;
    struct sk_error err;
    if (sk_tensor_file_read(&file, "-", &err))
        return 1;
    const int64_t *data = file.tensor[0].data;
    int good = sk_tensor_elements(&file.tensor[0]) == 400000;
    for (int64_t i = 0; good && i < 400000; i++)
        good = data[i] == i * i;
    sk_tensor_file_free(&file);
    return good ? 0 : 2;
}

static void a_large_tensor_through_a_pipe(void **state)
{
    (void)state;
    struct sk_tensor_file file = {0};
    struct sk_error err;
    void *data;
    assert_int_equal(sk_tensor_file_add(&file, "squares", SK_I64, 2, (size_t[]){400, 1000}, &data, &err), 0);
    for (int64_t i = 0; i < 400000; i++)
        ((int64_t *)data)[i] = i * i;
    assert_int_equal(sk_tensor_file_write(&file, path, &err), 0);
    sk_tensor_file_free(&file);
    char command[160];
    snprintf(command, sizeof command, "cat %s", path);
    FILE *cat = popen(command, "r");
    assert_non_null(cat);
    assert_int_equal(in_child(read_three_megabytes, dup(fileno(cat)), STDIN_FILENO), 0);
    assert_int_equal(pclose(cat), 0);
}

/* Reads these bytes as a file and expects a message with `says` in it. */
static void refuse_bytes(const void *data, size_t bytes, const char *says)
{
    struct sk_tensor_file file;
    struct sk_error err = {0};
    put_bytes(path, data, bytes);
    assert_int_equal(sk_tensor_file_read(&file, path, &err), -1);
    assert_int_equal(file.count, 0);
    assert_null(file.tensor);
    assert_null(file.metadata);
    if (strncmp(err.text, path, strlen(path)) != 0 || !strstr(err.text, says))
        fail_msg("'%s' does not say '%s'", err.text, says);
    assert_null(strchr(err.text, '\n'));
}

static size_t assemble(char *text, const char *header, size_t data_bytes)
{
    uint64_t length = strlen(header);
    memcpy(text, &length, 8);
    memcpy(text + 8, header, length);
    memset(text + 8 + length, 0, data_bytes);
    return 8 + length + data_bytes;
}

static void refuse_header(const char *header, size_t data_bytes, const char *says)
{
    char text[2048];
    refuse_bytes(text, assemble(text, header, data_bytes), says);
}

static void files_of_other_programs(void **state)
{
    (void)state;
    char text[2048];
    struct sk_tensor_file file;
    struct sk_error err;
    const char *header = "{\"late\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[3,11]}, "
                         "\"early\":{\"data_offsets\":[0,3],\"dtype\":\"U8\",\"shape\":[3]}}   ";
    put_bytes(path, text, assemble(text, header, 11));
    assert_int_equal(sk_tensor_file_read(&file, path, &err), 0);
    assert_string_equal(file.tensor[0].name, "early");
    assert_string_equal(file.tensor[1].name, "late");
    assert_null(sk_tensor_file_get(&file, "crc32"));
    assert_null(file.metadata);
    sk_tensor_file_free(&file);
    put_bytes(path, text, assemble(text, "{}", 0));
    assert_int_equal(sk_tensor_file_read(&file, path, &err), 0);
    sk_tensor_file_free(&file);
}

/* Of a header that says so much more, and the data behind it. */
static void types_that_are_read_alone(void **state)
{
    (void)state;
    static const uint16_t half[] = {0x3c00, 0xc000, 0x0001, 0x83ff, 0x0400, 0x7bff, 0x7c00, 0x3555};
    static const float half_value[] = {1, -2, 0x1p-24f, -1023 * 0x1p-24f, 0x1p-14f, 65504, INFINITY, 1365 * 0x1p-12f};
    static const uint16_t brain[] = {0x3f80, 0xc040, 0x0001, 0x7f7f};
    static const float brain_value[] = {1, -3, 0x1p-133f, 0x1.fep127f};
    static const double wide[] = {0.1, -1e300};
    const char *header = "{\"half\":{\"dtype\":\"F16\",\"shape\":[8],\"data_offsets\":[0,16]},"
                         "\"brain\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[16,24]},"
                         "\"wide\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[24,40]},"
                         "\"other\":{\"dtype\":\"F8_E4M3\",\"shape\":[3],\"data_offsets\":[40,43]},"
                         "\"ints\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[43,47]}}";
    char text[2048];
    struct sk_tensor_file file;
    struct sk_error err;
    size_t length = assemble(text, header, 47), data = length - 47;
    memcpy(text + data, half, 16);
    memcpy(text + data + 16, brain, 8);
    memcpy(text + data + 24, wide, 16);
    put_bytes(path, text, length);
    assert_int_equal(sk_tensor_file_read(&file, path, &err), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sk_tensor_to_float(&file.tensor[i], &err), 0);
    assert_memory_equal(file.tensor[0].data, half_value, sizeof half_value);
    assert_memory_equal(file.tensor[1].data, brain_value, sizeof brain_value);
    assert_true(((float *)file.tensor[2].data)[0] == 0.1f && isinf(((float *)file.tensor[2].data)[1]));
    assert_int_equal(file.tensor[1].rank, 2);
    assert_string_equal(sk_tensor_type(&file.tensor[2]), "F32");
    for (size_t i = 3; i < 5; i++)
        assert_int_equal(sk_tensor_to_float(&file.tensor[i], &err), -1);
    assert_string_equal(err.text, "tensor 'ints' is of type I32, none of F32, F64, F16 and BF16");
    assert_string_equal(sk_tensor_type(&file.tensor[3]), "F8_E4M3");
    sk_tensor_file_free(&file);
}

static void lengths_that_cannot_be(void **state)
{
    (void)state;
    char text[64] = {0};
    const uint64_t claim[] = {UINT64_MAX, 1ULL << 63, 1ULL << 40, 100000001};
    for (size_t i = 0; i < 4; i++) {
        memcpy(text, &claim[i], 8);
        refuse_bytes(text, sizeof text, "not a weights file");
    }
    memcpy(text, (uint64_t[]){8000000}, 8);
    refuse_bytes(text, sizeof text, "ends inside its header: 8000000 bytes claimed, 56 there");
    memcpy(text, (uint64_t[]){57}, 8);
    refuse_bytes(text, sizeof text, "ends inside its header");
    memcpy(text, (uint64_t[]){0}, 8);
    refuse_bytes(text, sizeof text, "JSON");
    struct sk_tensor_file file;
    struct sk_error err;
    assert_int_equal(sk_tensor_file_read(&file, "/nonexistent/file", &err), -1);
    assert_int_equal(err.code, ENOENT);
    assert_int_equal(sk_tensor_file_read(&file, folder, &err), -1);
    assert_int_equal(err.code, EISDIR);
}

#define TENSOR(dtype, shape, offsets) "{\"t\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void headers_that_are_wrong(void **state)
{
    (void)state;
    refuse_header("nonsense", 0, "JSON");
    refuse_header("[]", 0, "JSON");
    refuse_header(" {}", 0, "JSON");
    refuse_header("{\"a\":", 0, "JSON");
    refuse_header("{}{}", 0, "JSON");
    refuse_header("{\"a\nb\":1}", 0, "control character");
    refuse_header("{\"a\\u0000b\":1}", 0, "control character");
    refuse_header("{\"a\\nb\":1}", 0, "tensor 'a?b' has a control character");
    refuse_header("{\"a\":[[[[1]]]]}", 0, "nested too deeply");
    refuse_header("{\"a\":{\"shape\":[1,1,1,1,1,1,1,1,1]}}", 0, "array of more than 8");
    refuse_header("{\"t\":7}", 0, "tensor 't': it is not an object");
    refuse_header("{\"t\":{}}", 0, "tensor 't': it has no dtype");
    refuse_header(TENSOR("4", "[1]", "[0,4]"), 4, "tensor 't': it has no dtype");
    refuse_header(TENSOR("\"\"", "[1]", "[0,2]"), 2, "tensor 't': its dtype '' is no name of a type");
    refuse_header(TENSOR("\"F 32\"", "[1]", "[0,4]"), 4, "dtype 'F 32'");
    refuse_header(TENSOR("\"F32F32F32F32F32F32\"", "[1]", "[0,4]"), 4, "dtype 'F32F32F32F32F32F32'");
    refuse_header(TENSOR("\"F16\"", "[2]", "[0,2]"), 2, "its shape and its data_offsets do not agree");
    refuse_header(TENSOR("\"I32\"", "[4294967296,4294967296,4294967296]", "[0,4]"), 4, "its shape and its data_offsets do not agree");
    refuse_header(TENSOR("\"F32\"", "3", "[0,4]"), 4, "no shape");
    refuse_header(TENSOR("\"F32\"", "[-1]", "[0,4]"), 4, "whole number");
    refuse_header(TENSOR("\"F32\"", "[1.5]", "[0,6]"), 6, "whole number");
    refuse_header(TENSOR("\"F32\"", "[1e300]", "[0,4]"), 4, "whole number");
    refuse_header(TENSOR("\"F32\"", "[\"1\"]", "[0,4]"), 4, "whole number");
    refuse_header(TENSOR("\"F32\"", "[1,1,1,1,1]", "[0,4]"), 4, "5 dimensions");
    refuse_header(TENSOR("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0, "do not agree");
    refuse_header(TENSOR("\"F32\"", "[9007199254740992,9007199254740992,0]", "[0,0]"), 0, "do not agree");
    refuse_header(TENSOR("\"I64\"", "[2305843009213693952]", "[0,0]"), 0, "whole number");
    refuse_header(TENSOR("\"F32\"", "[1]", "[0,8]"), 8, "do not agree");
    refuse_header(TENSOR("\"F32\"", "[1]", "[4,0]"), 4, "data_offsets");
    refuse_header(TENSOR("\"F32\"", "[1]", "[-4,0]"), 4, "data_offsets");
    refuse_header(TENSOR("\"F32\"", "[1]", "[0]"), 4, "data_offsets");
    refuse_header(TENSOR("\"F32\"", "[1]", "[0,4,8]"), 4, "data_offsets");
    refuse_header(TENSOR("\"F32\"", "[1]", "[0.5,4.5]"), 4, "data_offsets");
    refuse_header(TENSOR("\"F32\"", "[1]", "[4,8]"), 8, "leave a gap");
    refuse_header(TENSOR("\"F32\"", "[1]", "[0,4]"), 3, "ends inside its data");
    refuse_header(TENSOR("\"F32\"", "[1]", "[0,4]"), 5, "bytes after the last tensor");
    refuse_header(TENSOR("\"F32\"", "[1000000000000]", "[0,4000000000000]"), 16, "ends inside its data");
}

#define U8(name, size, begin, end) "\"" name "\":{\"dtype\":\"U8\",\"shape\":[" size "],\"data_offsets\":[" begin "," end "]}"

static void tensors_that_do_not_fit_together(void **state)
{
    (void)state;
    refuse_header("{" U8("a", "4", "0", "4") "," U8("b", "4", "2", "6") "}", 6, "overlap");
    refuse_header("{" U8("a", "4", "0", "4") "," U8("b", "4", "5", "9") "}", 9, "leave a gap");
    refuse_header("{" U8("a", "4", "0", "4") "," U8("a", "4", "4", "8") "}", 8, "has 'a' twice");
    refuse_header("{" U8("a", "4", "0", "4") "," U8("b", "4", "0", "4") "}", 8, "overlap");
    refuse_header("{\"t\":{\"dtype\":\"U8\",\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "'dtype' twice");
    refuse_header("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "'a' twice");
    refuse_header("{\"__metadata__\":{\"a\":1}}", 0, "no string");
    refuse_header("{\"__metadata__\":[]}", 0, "not an object");
    refuse_header("{\"__metadata__\":{\"crc32\":\"00000000\"}," U8("a", "1", "0", "1") "}", 1, "data are damaged");
    char name[400], header[800];
    memset(name, 'n', 96);
    name[96] = '\0';
    snprintf(header, sizeof header, "{\"%s\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", name);
    refuse_header(header, 0, "too long a name");
}

static void deep_nesting_of_any_length(void **state)
{
    (void)state;
    enum { DEPTH = 3000000 };
    char *text = malloc(8 + DEPTH);
    assert_non_null(text);
    memcpy(text, (uint64_t[]){DEPTH}, 8);
    memset(text + 8, '[', DEPTH);
    text[8] = '{';
    refuse_bytes(text, 8 + DEPTH, "nested too deeply");
    free(text);
}

/* A hundred thousand tensors are read in no time, and a duplicate is found among them. */
static void many_tensors(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    char *text = malloc(COUNT * 80);
    assert_non_null(text);
    size_t used = 8;
    text[used++] = '{';
    for (int i = 0; i <= COUNT; i++)
        used += (size_t)sprintf(text + used, "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}", i ? "," : "",
                                i == COUNT ? 4321 : i);
    text[used++] = '}';
    memcpy(text, (uint64_t[]){used - 8}, 8);
    refuse_bytes(text, used, "has 't4321' twice");
    free(text);
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    struct sk_tensor_file file;
    struct sk_error err;
    size_t bytes;
    fill(&file);
    assert_int_equal(sk_tensor_file_write(&file, other, &err), 0);
    sk_tensor_file_free(&file);
    unsigned char *data = get_bytes(other, &bytes);
    for (size_t length = 0; length < bytes; length++)
        refuse_bytes(data, length, "the file ends inside");
    data[bytes] = 0;
    refuse_bytes(data, bytes + 1, "bytes after the last tensor");
    free(data);
}

static void every_flipped_bit(void **state)
{
    (void)state;
    struct sk_tensor_file file;
    struct sk_error err;
    size_t bytes, header = 0, accepted = 0;
    fill(&file);
    assert_int_equal(sk_tensor_file_write(&file, other, &err), 0);
    unsigned char *data = get_bytes(other, &bytes);
    memcpy(&header, data, 8);
    for (size_t bit = 0; bit < 8 * bytes; bit++) {
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        struct sk_tensor_file again;
        put_bytes(path, data, bytes);
        if (sk_tensor_file_read(&again, path, &err) == 0) { /* only the name header_crc32 may change unseen */
            accepted++;
            assert_true(bit / 8 < 8 + header);
            assert_null(sk_tensor_file_get(&again, "header_crc32"));
            assert_non_null(sk_tensor_file_get(&again, "crc32"));
            for (size_t i = 0; i < file.count; i++)
                assert_non_null(sk_tensor_file_expect(&again, file.tensor[i].name, file.tensor[i].dtype,
                                                      file.tensor[i].rank, file.tensor[i].dim, &err));
            sk_tensor_file_free(&again);
        } else if (bit / 8 >= 8 + header)
            assert_non_null(strstr(err.text, "data are damaged"));
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(accepted <= 8 * strlen("header_crc32"));
    free(data);
    sk_tensor_file_free(&file);
}

/* Writes 64 KiB under a file size limit of 4 KiB, as a full disk would have it. */
static int write_too_much(void)
{
    struct sk_tensor_file file = {0};
    struct sk_error err;
    void *data;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, 4096});
    if (sk_tensor_file_add(&file, "big", SK_F32, 1, (size_t[]){16384}, &data, &err))
        return 2;
    int status = sk_tensor_file_write(&file, path, &err);
    sk_tensor_file_free(&file);
    return status && strncmp(err.text, path, strlen(path)) == 0 && err.code == EFBIG ? 0 : 1;
}

static void a_full_disk_leaves_the_previous_file(void **state)
{
    (void)state;
    struct sk_tensor_file file;
    struct sk_error err;
    fill(&file);
    assert_int_equal(sk_tensor_file_write(&file, path, &err), 0);
    sk_tensor_file_free(&file);
    assert_int_equal(in_child(write_too_much, open("/dev/null", O_RDONLY), STDIN_FILENO), 0);
    assert_int_equal(sk_tensor_file_read(&file, path, &err), 0);
    assert_int_equal(file.count, 4);
    assert_int_equal(sk_tensor_file_write(&file, "/nonexistent/file", &err), -1);
    assert_int_equal(err.code, ENOENT);
    sk_tensor_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_is_byte_exact),
        cmocka_unit_test(an_empty_file_is_a_file),
        cmocka_unit_test(what_add_and_expect_refuse),
        cmocka_unit_test(through_pipes),
        cmocka_unit_test(a_large_tensor_through_a_pipe),
        cmocka_unit_test(files_of_other_programs),
        cmocka_unit_test(types_that_are_read_alone),
        cmocka_unit_test(lengths_that_cannot_be),
        cmocka_unit_test(headers_that_are_wrong),
        cmocka_unit_test(tensors_that_do_not_fit_together),
        cmocka_unit_test(deep_nesting_of_any_length),
        cmocka_unit_test(many_tensors),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(a_full_disk_leaves_the_previous_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
