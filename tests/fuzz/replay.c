/* replay FILE...: a fuzz target on each of the files, for make check; needs no libFuzzer. */
#include <string.h>

#include "fuzz.h"

int main(int argc, char **argv)
{
    static uint8_t data[1 << 20];
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        FILE *in = fopen(argv[i], "rb");
        size_t size = in ? fread(data, 1, sizeof data, in) : 0;
        if (!in || ferror(in)) {
            perror(argv[i]);
            return 1;
        }
        fclose(in);
        uint8_t *exact = malloc(size + !size); /* for the sanitizers: nothing behind it */
        FUZZ_CHECK(exact);
        memcpy(exact, data, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    printf("%d files\n", argc - 1);
    return 0;
}
