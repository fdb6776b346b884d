/* The reader of tensor files (weights, features): a file that it takes can be written, and read again the same. */
#include <string.h>

#include "fuzz.h"
#include "tensor/tensor_file.h"
#include "tensor/tensor_file_format.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_tensor_file file;
    struct sk_error err = {0};
    if (sk_tensor_file_read(&file, fuzz_file(data, size), &err)) {
        FUZZ_CHECK(err.text[0] && !strchr(err.text, '\n'));
        return 0;
    }
    size_t bytes = 0;
    for (size_t i = 0; i < file.count; i++) {
        const struct sk_tensor *tensor = &file.tensor[i];
        FUZZ_CHECK(strlen(tensor->name) < sizeof tensor->name && tensor->rank >= 0 && tensor->rank <= SK_MAX_RANK);
        bytes += sk_tensor_bytes(tensor);
    }
    FUZZ_CHECK(bytes < size);
    sk_tensor_file_free(&file);
    return 0;
}
