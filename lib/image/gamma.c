#include "image/gamma.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

int sk_image_gamma(const struct sk_image *in, double gamma, struct sk_image *out, struct sk_error *err)
{
    if (sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err))
        return -1;
    uint16_t *curve = sk_alloc((size_t)in->maxval + 1, sizeof *curve, err);
    if (!curve)
        return -1;
    const double top = in->maxval;
    for (unsigned i = 0; i <= in->maxval; i++)
        curve[i] = (uint16_t)(top * pow(i / top, 1 / gamma) + 0.5);

    const size_t depth = sk_image_depth(in), total = in->width * in->height * depth;
    for (size_t i = 0; i < total; i++)
        out->sample[i] = curve[in->sample[i]];
    if (in->alpha)
        for (size_t i = depth - 1; i < total; i += depth)
            out->sample[i] = in->sample[i];
    free(curve);
    return 0;
}
