#include "base/tool.h"

const char *sk_version(void)
{
    return "sktools " SK_VERSION;
}

const char *sk_build_flags(void)
{
    return "compiler " __VERSION__ "; flags " SK_CFLAGS;
}
