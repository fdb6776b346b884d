#ifndef SK_TRAIN_PRETRAINED_H
#define SK_TRAIN_PRETRAINED_H

#include "nn/net.h"
#include "tensor/tensor_file.h"

/* What a classifier starts from (--init): a GAN, whose discriminator has its trunk or, without batch norms, the trunk's kernels; a classifier
   of its architecture; or the weights of Inception v3 (nn/inception.h). The head is never taken. */
struct sk_pretrained {
    struct sk_tensor_file file;
    const char *prefix; /* of its tensors' names */
    bool kernels_alone;
    char crc[16];       /* CRC-32 of its tensors; "-" where nothing was read */
};

/* Reads the file once, as it may be a pipe; path NULL: there is none. It must suit *arch, which takes the variant of it where the
   architecture has one. 0, or -1 with err, which names the file. sk_pretrained_free in either case. */
SK_MUST_CHECK int sk_pretrained_read(struct sk_pretrained *pretrained, const char *path, struct sk_arch *arch, struct sk_error *err);

/* Fills all of the network but its head, or its kernels alone, and forgets the file's tensors. 0, or -1 with err. */
SK_MUST_CHECK int sk_pretrained_load(struct sk_pretrained *pretrained, struct sk_net *net, struct sk_error *err);

void sk_pretrained_free(struct sk_pretrained *pretrained);

#endif
