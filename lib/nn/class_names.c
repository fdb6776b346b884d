#include "nn/class_names.h"

#include <string.h>

int sk_class_names_read(struct sk_class_names *classes, const struct sk_tensor_file *file, struct sk_error *err)
{
    const char *word = sk_tensor_file_get(file, "classes");
    classes->count = 0;
    for (size_t length; word && *word; word += length + (word[length] == ' ')) {
        length = strcspn(word, " ");
        if (classes->count == SK_MAX_CLASSES || length == 0 || length >= SK_CLASS_NAME || memchr(word, '\t', length) ||
            memchr(word, '\n', length))
            return sk_fail(err, "metadata 'classes' is no list of at most %d names", SK_MAX_CLASSES);
        memcpy(classes->name[classes->count], word, length);
        classes->name[classes->count++][length] = '\0';
    }
    return 0;
}
