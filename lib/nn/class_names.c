#include "nn/class_names.h"

#include <stdbool.h>
#include <string.h>

/* The length of the character that begins here; 0 where it is none of UTF-8 (RFC 3629), or a control character or blank. */
static size_t character(const unsigned char *text)
{
    const unsigned char first = *text;
    const size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    const bool overlong = (first == 0xe0 && text[1] < 0xa0) || (first == 0xf0 && text[1] < 0x90);
    const bool beyond = (first == 0xed && text[1] > 0x9f) || (first == 0xf4 && text[1] > 0x8f);
    return first <= ' ' || first == 0x7f || overlong || beyond ? 0 : length;
}

int sk_class_name_check(const char *name, struct sk_error *err)
{
    if (strlen(name) >= SK_CLASS_NAME)
        return sk_fail(err, "class name '%.80s' is longer than %d bytes", name, SK_CLASS_NAME - 1);
    if (*name == '\0')
        return sk_fail(err, "the class has no name");
    if (strcmp(name, "-") == 0)
        return sk_fail(err, "class name '-' means none in tables");
    for (size_t i = 0, length; name[i]; i += length) {
        length = character((const unsigned char *)name + i);
        if (length == 0)
            return sk_fail(err, "class name '%.80s' has white space, control characters, or bytes that are not UTF-8", name);
    }
    return 0;
}

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
