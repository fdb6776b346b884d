#ifndef SK_TRAIN_PRETRAINED_H
#define SK_TRAIN_PRETRAINED_H

#include "data/dataset.h"
#include "nn/gan.h"
#include "nn/net.h"
#include "tensor/tensor_file.h"

/* What a training starts from (--init). A classifier: a GAN, whose discriminator has its trunk or, without batch norms, the trunk's
   kernels; a classifier of its architecture; or the weights of Inception v3 (nn/inception.h). The head is never taken. A GAN: another
   one, model or checkpoint, both of whose networks are taken. */
struct sk_pretrained {
    struct sk_tensor_file file;
    const char *prefix; /* of its tensors' names */
    bool kernels_alone;
    struct sk_class_names classes; /* of a conditional GAN for a GAN */
    char crc[16];       /* CRC-32 of its tensors; "-" where nothing was read */
};

/* Reads the file once, as it may be a pipe; path NULL: there is none. It must suit *arch, which takes the variant of it where the
   architecture has one. 0, or -1 with err, which names the file. sk_pretrained_free in either case. */
SK_MUST_CHECK int sk_pretrained_read(struct sk_pretrained *pretrained, const char *path, struct sk_arch *arch, struct sk_error *err);

/* Fills all of the network but its head, or its kernels alone, and forgets the file's tensors. 0, or -1 with err. */
SK_MUST_CHECK int sk_pretrained_load(struct sk_pretrained *pretrained, struct sk_net *net, struct sk_error *err);

/* The same for a GAN, whose networks must be of the same shape. */
SK_MUST_CHECK int sk_pretrained_read_gan(struct sk_pretrained *pretrained, const char *path, const struct sk_arch *arch,
                                         struct sk_error *err);

/* Fills both networks, whose images are the set's, and forgets the file's tensors. Of the classes' vectors those are taken whose class
   the file names, too; the others stay as they are. sk_gan_weights_changed is the caller's. 0, or -1 with err. */
SK_MUST_CHECK int sk_pretrained_load_gan(struct sk_pretrained *pretrained, struct sk_gan *gan, const struct sk_dataset *set,
                                         struct sk_error *err);

/* Of a GAN: is this class one whose vectors the file has? */
bool sk_pretrained_has_class(const struct sk_pretrained *pretrained, const char *name);

void sk_pretrained_free(struct sk_pretrained *pretrained);

#endif
