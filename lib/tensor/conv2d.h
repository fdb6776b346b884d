#ifndef SK_TENSOR_CONV2D_H
#define SK_TENSOR_CONV2D_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/product.h"

/* Convolution, its two gradients, and through them the transposed convolution (whose forward pass is the convolution's
   gradient to its input, and the other way round).

   Activations are NHWC. Weights are [kernel_h][kernel_w][in_c][out_c] (HWIO). PyTorch's files hold
   [out_c][in_c][kh][kw] for both: a convolution's OIHW, and a transposed convolution's IOHW, whose I is the small side.

     y[n][i][j][o] = sum over p, q, c of x[n][stride i - pad_h + p][stride j - pad_w + q][c] w[p][q][c][o]

   where x is 0 outside: pad_h rows and pad_w columns of zeros before the image, and after it what the last window needs. Every
   window must touch the image: pad_h < kernel_h and stride (out_h - 1) < in_h + pad_h, likewise across. What no window sees, it
   does not depend on. */
struct sk_conv2d_shape {
    size_t in_h, in_w, in_c;
    size_t out_h, out_w, out_c;
    size_t kernel_h, kernel_w;
    size_t stride; /* 1 or 2 */
    size_t pad_h, pad_w;
    size_t y_step; /* floats from a pixel of y, and of dy, to the next: more than out_c in a slice of wider maps; 0: out_c */
    bool add_dx;   /* the gradient to the input is added to what dx holds, and does not overwrite it */
    bool infer_only; /* backward is never called: the weights are packed once, and what gradients need takes no memory */
};

/* Stride 2 and half the size, for even in_h and in_w: kernel 4 with PyTorch's padding 1, kernel 5 with TensorFlow's SAME. */
static inline struct sk_conv2d_shape sk_conv2d_halving(size_t in_h, size_t in_w, size_t in_c, size_t out_c, size_t kernel)
{
    return (struct sk_conv2d_shape){.in_h = in_h, .in_w = in_w, .in_c = in_c, .out_h = in_h / 2, .out_w = in_w / 2, .out_c = out_c,
                                    .kernel_h = kernel, .kernel_w = kernel, .stride = 2, .pad_h = 1, .pad_w = 1};
}

/* Stride 1 and the same size: the middle tap of odd kernels lies on the pixel. */
static inline struct sk_conv2d_shape sk_conv2d_same(size_t in_h, size_t in_w, size_t in_c, size_t out_c, size_t kernel_h,
                                                    size_t kernel_w)
{
    return (struct sk_conv2d_shape){.in_h = in_h, .in_w = in_w, .in_c = in_c, .out_h = in_h, .out_w = in_w, .out_c = out_c,
                                    .kernel_h = kernel_h, .kernel_w = kernel_w, .stride = 1,
                                    .pad_h = (kernel_h - 1) / 2, .pad_w = (kernel_w - 1) / 2};
}

/* No padding: the windows that lie inside the image, which has at least one. */
static inline struct sk_conv2d_shape sk_conv2d_valid(size_t in_h, size_t in_w, size_t in_c, size_t out_c, size_t kernel_h,
                                                     size_t kernel_w, size_t stride)
{
    return (struct sk_conv2d_shape){.in_h = in_h, .in_w = in_w, .in_c = in_c, .out_h = (in_h - kernel_h) / stride + 1,
                                    .out_w = (in_w - kernel_w) / stride + 1, .out_c = out_c, .kernel_h = kernel_h,
                                    .kernel_w = kernel_w, .stride = stride};
}

/* WINOGRAD is for kernels 3x3, 5x5, 1x3, 3x1, 1x7 and 7x1 of stride 1 and for halving shapes of kernel 4 and 5; any
   other shape takes IM2COL instead, and so does DIRECT for the gradient to the input. */
enum sk_conv2d_algorithm { SK_CONV2D_AUTO, SK_CONV2D_IM2COL, SK_CONV2D_WINOGRAD, SK_CONV2D_DIRECT };

/* A convolution of one shape: what is derived from the shape and, for Winograd, the transformed weights. */
struct sk_conv2d;

/* Plans a convolution for batches of 1 to max_batch images; AUTO takes what is measured to be fastest for the shape. The
   choice depends on the shape alone, and no result on jobs or max_batch: the bytes are the same for all of them.
   What it allocates is entered into account (NULL: nowhere).
   0 with *plan set (sk_conv2d_free), or -1 with err (memory, overflow, shape out of range). */
SK_MUST_CHECK int sk_conv2d_new(struct sk_conv2d **plan, const struct sk_conv2d_shape *shape,
                                enum sk_conv2d_algorithm algorithm, size_t max_batch, int jobs,
                                struct sk_account *account, struct sk_error *err);
void sk_conv2d_free(struct sk_conv2d *plan);

/* What is computed by, whether AUTO has taken it or it was asked for. */
enum sk_conv2d_algorithm sk_conv2d_algorithm(const struct sk_conv2d *plan);

/* Floats of scratch memory that the calls below need, whatever the batch; layers may share one workspace, as its contents
   mean nothing between calls. */
size_t sk_conv2d_workspace(const struct sk_conv2d *plan);

/* Takes weights w [kernel_h][kernel_w][in_c][out_c]: they must stay in place, unless the plan is infer_only, and after every
   change this must be called again before the next forward or backward. */
void sk_conv2d_set_weights(struct sk_conv2d *plan, const float *w);

/* y [batch][out_h][out_w] of out_c floats each, y_step floats apart = convolution of x [batch][in_h][in_w][in_c]. Of y nothing
   but these is overwritten. A batch larger than max_batch is a mistake of the program, which aborts; so below. */
void sk_conv2d_forward(struct sk_conv2d *plan, size_t batch, const float *x, float *y, float *workspace);

/* The same with an ending (base/product.h) for each output: what y holds is added, then the channel's bias, then what is not
   above 0 is made 0. */
void sk_conv2d_infer(struct sk_conv2d *plan, size_t batch, const float *x, struct sk_ending_f32 ending, float *y,
                     float *workspace);

/* Gradients, given dy, the loss's gradient to y, which lies as y does:
     dx [batch][in_h][in_w][in_c]            is overwritten or, with add_dx, added to; NULL where not wanted (then the weights
                                             are not used)
     dw [kernel_h][kernel_w][in_c][out_c]    is overwritten, summed over the batch; NULL where not wanted (then x is not used).
                                             The sum is a tree of micro-batches (base/micro_batch.h)
   The transposed convolution: forward is backward(dy = its input, dx = its output, dw NULL); its gradient to
   its input is forward(x = gradient of its output); its gradient to w is backward(x = gradient of its output,
   dy = its input, dx NULL, dw). */
void sk_conv2d_backward(struct sk_conv2d *plan, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                        float *workspace);

#endif
