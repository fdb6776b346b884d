#ifndef SK_NN_BATCH_NORM_H
#define SK_NN_BATCH_NORM_H

#include <stdbool.h>
#include <stddef.h>

/* Batch normalisation (Ioffe and Szegedy 2015) with the rectifier that follows it, over rows of channels:
     x^ = (x - mean) / sqrt(var + epsilon);  u = weight x^ + bias;  y = u > 0 ? u : slope u
   mean and var (biased) are per channel over the rows. Running statistics move by 0.1, the variance
   unbiased, as in PyTorch. Rows are the pixels of images; sums over them are trees over micro-batches of images
   (base/micro_batch.h): forward of moments, backward of two sums. */
struct sk_batch_norm {
    size_t channels;                   /* at most SK_BATCH_NORM_CHANNELS */
    size_t pixels;                     /* rows of an image */
    float slope;                       /* 0 ReLU, 0.2 LeakyReLU, 1 none */
    double epsilon;                    /* 1e-5, as in PyTorch; Inception has 1e-3 */
    const float *weight, *bias;        /* [channels] */
    float *running_mean, *running_var; /* [channels], moved by each training forward that is not fixed */
    bool fixed;                        /* mean and var are the running statistics, which stay: constants to the gradient too */
};

enum { SK_BATCH_NORM_CHANNELS = 8192 };

/* Of a channel's values in some rows: their mean, and the sum of their squared deviations from it. */
struct sk_moments {
    double rows, mean, m2;
};

/* Floats of scratch that the functions below need for this many images; its memory is aligned for doubles. */
size_t sk_batch_norm_scratch(size_t images, size_t pixels, size_t channels);

/* The moments [channels] of x [images][pixels][channels]: a tree, whose nodes are joined by sk_moments_join. */
void sk_batch_norm_moments(const struct sk_batch_norm *bn, size_t images, const float *x, struct sk_moments *moments,
                           float *scratch, int jobs);
struct sk_moments sk_moments_join(struct sk_moments left, struct sk_moments right);

/* What training makes of the moments of the whole batch: mean, inv_std [channels]; they move the running statistics. */
void sk_batch_norm_statistics(const struct sk_batch_norm *bn, const struct sk_moments *moments, float *mean, float *inv_std);

/* y = x by these; x, y [images][pixels][channels] (may be the same memory). */
void sk_batch_norm_apply(const struct sk_batch_norm *bn, size_t images, const float *x, float *y, const float *mean,
                         const float *inv_std, int jobs);

/* Training, by the three above: x, y [images][pixels][channels] (may be the same memory); mean, inv_std [channels] are kept for
   backward. */
void sk_batch_norm_forward(const struct sk_batch_norm *bn, size_t images, const float *x, float *y, float *mean,
                           float *inv_std, float *scratch, int jobs);

/* Inference: with the running statistics. */
void sk_batch_norm_infer(const struct sk_batch_norm *bn, size_t images, const float *x, float *y, int jobs);

/* sums [2][channels], of du and of du x^, a tree; x and dy as below. */
void sk_batch_norm_gradient_sums(const struct sk_batch_norm *bn, size_t images, const float *x, const float *mean,
                                 const float *inv_std, const float *dy, float *sums, float *scratch, int jobs);

/* dx, given the sums over `all` images, of which these are some; sums are overwritten. */
void sk_batch_norm_apply_gradient(const struct sk_batch_norm *bn, size_t images, size_t all, const float *x, const float *mean,
                                  const float *inv_std, const float *dy, float *sums, float *dx, int jobs);

/* The two. x as given to forward and what forward kept; dy, dx [images][pixels][channels] (may be the same memory).
   dweight, dbias [channels] are added to; both NULL where not wanted. */
void sk_batch_norm_backward(const struct sk_batch_norm *bn, size_t images, const float *x, const float *mean,
                            const float *inv_std, const float *dy, float *dx, float *dweight, float *dbias,
                            float *scratch, int jobs);

#endif
