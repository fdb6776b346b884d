#ifndef SK_NN_NET_H
#define SK_NN_NET_H

#include <stdbool.h>

#include "base/memory.h"
#include "nn/arch.h"
#include "nn/params.h"
#include "nn/pool.h"
#include "nn/upsample.h"

/* A network: layers over numbered maps, run in the order of their list and, for gradients, in the reverse. What a kind of layer
   does is in layers.c; what makes a network is a recipe (dcgan.h), which writes the list. There is no other graph.

   Maps are NHWC, [batch][side][side][channels]; a vector is a map of side 1. Map 0 is the network's input and the one that the
   recipe names its output: these lie in the caller's memory. All others lie in one arena, planned once for the largest batch by
   who lives when: training keeps what backward reads, inference keeps nothing.

   The convention for gradients: forward and backward overwrite what they compute. The gradients of parameters are summed over
   the batch. A map that several layers read has the sum of what they give, in the reverse order of the list: the first that runs
   backward writes, the others add, as is planned. */

/* Of u = x + bias: u > 0 ? u : slope u, or tanh(u). */
enum sk_activation { SK_LEAKY_RELU, SK_TANH };

enum sk_layer_kind {
    SK_LAYER_LINEAR, SK_LAYER_CONV, SK_LAYER_CONV_TRANSPOSE, SK_LAYER_BATCH_NORM, SK_LAYER_ACTIVATION, SK_LAYER_DROPOUT,
    SK_LAYER_ADD, SK_LAYER_CONCAT, SK_LAYER_UPSAMPLE, SK_LAYER_AVERAGE_POOL, SK_LAYER_MAX_POOL, SK_LAYER_GLOBAL_POOL,
    SK_LAYER_BASIS, SK_LAYER_EMBEDDING, SK_LAYER_PROJECTION, SK_LAYER_KINDS
};

/* Inception v3 has 94 convolutions, a batch norm behind each, and blocks of up to 6 branches. */
enum { SK_MAX_LAYERS = 256, SK_MAX_MAPS = 256, SK_MAX_INPUTS = 8, SK_MAX_GROUPS = 2 };

struct sk_map {
    size_t side, channels;
    bool keep;              /* inference, too, has it whole at the end */
    size_t value, gradient; /* where they begin in the arena, in floats; SK_OUTSIDE: in the caller's memory */
    size_t recomputed;      /* where backward finds the value, made anew; SK_OUTSIDE: where forward left it */
};

/* One line of the list. */
struct sk_layer {
    enum sk_layer_kind kind;
    char name[32];        /* its parameters are PREFIX.NAME.weight and the like */
    size_t inputs, input[SK_MAX_INPUTS], output; /* maps; the input is the output where it works in place */
    bool adds[SK_MAX_INPUTS]; /* to the gradient of that input, which another layer has begun */
    size_t detour;        /* where it writes that gradient in the arena if its kind cannot add */
    struct sk_conv2d_shape shape; /* of a convolution; of a transposed one, whose output is the large side, the reverse */
    enum sk_activation activation;
    float slope;          /* of a rectifier, also the one in batch norm or addition: 0 ReLU, 1 none */
    double epsilon;       /* of batch norm */
    struct sk_pool pool;
    enum sk_upsample upsample;
    size_t classes;       /* of an embedding or a projection */
    size_t weight, bias;  /* where parameters begin in the flat vector */
    size_t running_mean, running_var; /* and statistics in theirs */
    bool folds;           /* a convolution that infers with the batch norm behind it (nn/fold.h): the four above are that one's */
    size_t gain;
    float *folded_bias;
    size_t recomputes;    /* the layer that writes its input anew before it runs backward; SK_OUTSIDE none */
    size_t kept;          /* where what forward leaves for backward begins in the arena: batch norm's moments, dropout's mask */
    struct sk_conv2d *conv;
};

/* How weights begin. DCGAN's: N(0, 0.02), gains of batch norm N(1, 0.02). He's (He et al. 2015): N(0, sqrt(2 / inputs)), which
   keeps the variance through ReLU, linear layers N(0, sqrt(1 / inputs)), gains 1. Biases are 0. */
enum sk_initial { SK_INITIAL_DCGAN, SK_INITIAL_HE };

/* What a network is made for: batches up to max_batch, training too or inference alone, on so many threads. */
struct sk_net_use {
    size_t max_batch;
    bool training;
    int jobs;
};

struct sk_net {
    char prefix[16];
    enum sk_conv2d_algorithm algorithm;
    size_t layers, maps;
    struct sk_layer layer[SK_MAX_LAYERS];
    struct sk_map map[SK_MAX_MAPS];
    size_t output, features;              /* maps; features: what sk_net_features averages, 0 for none */
    double epsilon;                       /* of the batch norms that follow; sk_net_input sets 1e-5 */
    enum sk_initial initial;              /* of the parameters that follow */
    size_t head;                          /* parameters from this one on are the head's, which --init leaves alone */
    const uint8_t *label;                 /* the classes of the images of the next passes, for embeddings: the caller's, [batch] */
    const float *vector;                  /* of inference: what embeddings give in place of label's, [batch][channels]; or NULL */
    bool recompute;                       /* batch norms write anew what backward reads of them: less memory, a little more time */
    double dropout;                       /* the probability that training drops a value where the list has dropout; 0 none */
    bool fixed_statistics;                /* training passes take the running statistics and leave them: a network that is not trained */
    struct sk_params params, buffers;     /* "PREFIX.*": what is trained; running statistics */
    float *weights, *gradients, *running; /* [params.total], gradients NULL where not training; [buffers.total] */

    struct sk_shared *shared;             /* where ranks share its batches (nn/shared.h), else NULL */

    /* What it was planned for, and the plan's memory. */
    struct sk_net_use use;
    size_t arena_floats, workspace_floats, scratch_floats;
    float *arena, *workspace, *scratch;
};

/* Writes a network's list into an empty net. outputs: logits an image of a classifier, nothing to others. 0, or -1 with err where a number
   of the architecture is out of range; with those in range no size overflows. */
typedef int sk_recipe(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err);

/* What recipes call, in the order of the list. Each returns the map that the layer writes. */
size_t sk_net_input(struct sk_net *net, const char *prefix, size_t side, size_t channels);
/* y = W x + bias: to the vector of so many channels. */
size_t sk_net_linear(struct sk_net *net, const char *name, size_t input, size_t channels);
/* y = W x: of a vector to a map. */
size_t sk_net_linear_to_map(struct sk_net *net, const char *name, size_t input, size_t side, size_t channels);
/* Convolutions without bias (tensor/conv2d.h). Of stride 2: half the side, and the reverse, twice the side. */
size_t sk_net_conv(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel);
size_t sk_net_conv_transpose(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel);
/* Of stride 1 to the same side, odd kernels; and of any stride over the windows that lie inside. */
size_t sk_net_conv_same(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel_h, size_t kernel_w);
size_t sk_net_conv_valid(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel, size_t stride);
/* With the rectifier behind it. */
size_t sk_net_batch_norm(struct sk_net *net, const char *name, size_t input, float slope);
/* With a bias before it, named as the layer's that it belongs to; in place. */
size_t sk_net_activation(struct sk_net *net, const char *name, size_t input, enum sk_activation activation, float slope);
/* In place. */
size_t sk_net_dropout(struct sk_net *net, size_t input);
/* The sum of two maps of one shape, with a rectifier behind it, in the memory of the first where nobody else needs that. */
size_t sk_net_add(struct sk_net *net, const char *name, size_t branch, size_t trunk, float slope);
/* Maps of one side, their channels behind one another; at most SK_MAX_INPUTS. */
size_t sk_net_concat(struct sk_net *net, const char *name, size_t inputs, const size_t *input);
/* To twice the side. */
size_t sk_net_upsample(struct sk_net *net, size_t input, enum sk_upsample how);
/* Windows as in nn/pool.h, whose side and channels are the input's. */
size_t sk_net_average_pool(struct sk_net *net, size_t input, struct sk_pool window);
size_t sk_net_max_pool(struct sk_net *net, size_t input, struct sk_pool window);
/* The mean over the pixels: a vector. */
size_t sk_net_global_pool(struct sk_net *net, size_t input);
/* Of a vector to a map: a learned map, each channel times the vector's. It begins with N(0, 1). */
size_t sk_net_basis(struct sk_net *net, const char *name, size_t input, size_t side);
/* Of net->label, which must be set then: a learned vector for each class. It begins with N(0, 1). */
size_t sk_net_embedding(struct sk_net *net, const char *name, size_t classes, size_t channels);
/* The product of a vector with its class's: one channel. It begins with 0. */
size_t sk_net_projection(struct sk_net *net, const char *name, size_t input, size_t classes);

/* The layer's weight, or gain, begins with so many times what it would. */
void sk_net_scale_initial(struct sk_net *net, const char *name, double factor);

/* Makes the network of a recipe: plans it and gives it memory. Weights are zero, running variances 1. What it allocates is
   entered into account (NULL: nowhere). 0 with *net set (sk_net_free), or -1 with err. */
SK_MUST_CHECK int sk_net_new(struct sk_net **net, sk_recipe *recipe, const struct sk_arch *arch, size_t outputs,
                             const struct sk_net_use *use, struct sk_account *account, struct sk_error *err);
void sk_net_free(struct sk_net *net);

/* Values of one image's input and output. */
size_t sk_net_inputs(const struct sk_net *net);
size_t sk_net_outputs(const struct sk_net *net);

/* To be called after every change of the weights. */
void sk_net_weights_changed(struct sk_net *net);

/* Where ranks share its batches (nn/shared.h) all of them run the two passes below, each on its own images: a batch is then what this rank
   has of it, and gradients are of all. */
/* Training forward of x to y over `groups` equal parts of the batch, each with batch statistics of its own, which move the
   running statistics in order. random draws the dropout masks; NULL where dropout is 0. x and y must stay in place until
   backward. */
void sk_net_forward(struct sk_net *net, size_t batch, size_t groups, const float *x, float *y, struct sk_random *random);

/* Once after forward with the same batch, groups, x and y, which stays as it is: fills gradients where weights_too, and dx where it
   is not NULL. dy, the loss's gradient to y, may be used as scratch, and so is what forward has left. */
void sk_net_backward(struct sk_net *net, size_t batch, size_t groups, const float *x, float *y, float *dy, float *dx,
                     bool weights_too);

/* Inference with the running statistics: what becomes of an image depends on that image alone, to the last bit. */
void sk_net_infer(struct sk_net *net, size_t batch, const float *x, float *y);

/* After infer of that batch: features [batch][sk_net_features_count], the mean of the features' map over its pixels. */
void sk_net_features(const struct sk_net *net, size_t batch, float *features);
size_t sk_net_features_count(const struct sk_net *net);

/* After infer: that map itself, [batch][sk_net_features_values], the net's until it runs again. */
const float *sk_net_features_map(const struct sk_net *net);
size_t sk_net_features_values(const struct sk_net *net);

/* Weights and running statistics to and from a file, by their names. 0, or -1 with err; loading ends in weights_changed. */
SK_MUST_CHECK int sk_net_save(const struct sk_net *net, struct sk_tensor_file *file, struct sk_error *err);
SK_MUST_CHECK int sk_net_load(struct sk_net *net, const struct sk_tensor_file *file, struct sk_error *err);

/* The same with names that begin with `prefix` in place of the network's. */
SK_MUST_CHECK int sk_net_save_as(const struct sk_net *net, const char *prefix, struct sk_tensor_file *file, struct sk_error *err);
SK_MUST_CHECK int sk_net_load_as(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err);

/* Makes a network out of a file: its tensors and their shapes are looked at before memory is given. As sk_net_new. */
/* The file's names begin with `prefix` in sk_net_open_as; with "" they have nothing before the layer's, with NULL the network's own. */
SK_MUST_CHECK int sk_net_open_as(struct sk_net **net, sk_recipe *recipe, const struct sk_arch *arch, size_t outputs,
                                 const struct sk_net_use *use, const char *prefix, const struct sk_tensor_file *file,
                                 struct sk_error *err);
SK_MUST_CHECK int sk_net_open(struct sk_net **net, sk_recipe *recipe, const struct sk_arch *arch, size_t outputs,
                              const struct sk_net_use *use, const struct sk_tensor_file *file, struct sk_error *err);

/* All but the head to a file, by their names. 0, or -1 with err. */
SK_MUST_CHECK int sk_net_save_trunk(const struct sk_net *net, struct sk_tensor_file *file, struct sk_error *err);

/* Fills all but the head from tensors named with another prefix, such as a GAN's "discriminator". 0, or -1 with err. */
SK_MUST_CHECK int sk_net_load_trunk(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file,
                                    struct sk_error *err);
/* The kernels of its convolutions alone, without biases and batch norms. */
SK_MUST_CHECK int sk_net_load_kernels(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err);

#endif
