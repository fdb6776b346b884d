#ifndef SK_TENSOR_CONV2D_H
#define SK_TENSOR_CONV2D_H

#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"

/* Convolution of stride 2, its two gradients, and through them the transposed convolution
   (whose forward pass is the convolution's gradient to its input, and the other way round).

   Activations are NHWC. Weights are [kernel][kernel][in_c][out_c] (HWIO). PyTorch's files hold
   [out_c][in_c][kh][kw] for both: a convolution's OIHW, and a transposed convolution's IOHW, whose I is the small side.

     y[n][i][j][o] = sum over p, q, c of x[n][2i - 1 + p][2j - 1 + q][c] w[p][q][c][o]      (x is 0 outside)

   One row and column of padding before; after, what the kernel needs: kernel 4 is PyTorch's padding 1, kernel 5
   is TensorFlow's SAME for even sizes. out_h = in_h / 2, out_w = in_w / 2; in_h and in_w are even. */
struct sk_conv2d_shape {
    size_t in_h, in_w, in_c; /* the large side: even in_h, in_w */
    size_t out_c;            /* channels of the small side, in_h/2 x in_w/2 */
    size_t kernel;           /* 4 or 5 */
};

/* DIRECT takes im2col for the gradient to the input. */
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

/* What AUTO has taken, or what was asked for. */
enum sk_conv2d_algorithm sk_conv2d_algorithm(const struct sk_conv2d *plan);

/* Floats of scratch memory that the calls below need, whatever the batch; layers may share one workspace, as its contents
   mean nothing between calls. */
size_t sk_conv2d_workspace(const struct sk_conv2d *plan);

/* Takes weights w [kernel][kernel][in_c][out_c]: they must stay in place, and after every change this must be called
   again before the next forward or backward. */
void sk_conv2d_set_weights(struct sk_conv2d *plan, const float *w);

/* y [batch][in_h/2][in_w/2][out_c] = convolution of x [batch][in_h][in_w][in_c]. y is overwritten.
   A batch larger than max_batch is a mistake of the program, which aborts; so below. */
void sk_conv2d_forward(struct sk_conv2d *plan, size_t batch, const float *x, float *y, float *workspace);

/* Gradients, given dy, the loss's gradient to y:
     dx [batch][in_h][in_w][in_c]            is overwritten; NULL where not wanted (then the weights are not used)
     dw [kernel][kernel][in_c][out_c]        is overwritten, summed over the batch; NULL where not wanted (then x is not used)
   The transposed convolution: forward is backward(dy = its input, dx = its output, dw NULL); its gradient to
   its input is forward(x = gradient of its output); its gradient to w is backward(x = gradient of its output,
   dy = its input, dx NULL, dw). */
void sk_conv2d_backward(struct sk_conv2d *plan, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                        float *workspace);

#endif
