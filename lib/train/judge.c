#include "train/judge.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/streams.h"
#include "data/picture.h"
#include "nn/gan.h"
#include "nn/loss.h"
#include "nn/model.h"
#include "nn/recipes.h"
#include "stat/kernel_distance.h"
#include "stat/lapack.h"

enum { BATCH = 16, SEED = 1 /* of the kernel distance's subsets */ };

static struct sk_net *network(const struct sk_judge *judge)
{
    return judge->classifier.member[0].net;
}

static int check_size(const struct sk_arch *classifier, const struct sk_arch *gan, struct sk_error *err)
{
    if (classifier->size == gan->size)
        return 0;
    return sk_fail(err, "judges images of %zux%zu, not %zux%zu", classifier->size, classifier->size, gan->size, gan->size);
}

int sk_judge_open(struct sk_judge *judge, const char *path, const struct sk_arch *gan, int jobs, struct sk_error *err)
{
    const struct sk_net_use use = {BATCH, false, jobs};
    struct sk_tensor_file file;
    struct sk_arch arch;
    *judge = (struct sk_judge){.latent = gan->latent};
    if (sk_model_read(&file, path, "classifier", &arch, err))
        return -1;
    int failed = sk_ensemble_add(&judge->classifier, &file, &use, err) || check_size(&arch, gan, err);
    sk_tensor_file_free(&file);
    if (failed) {
        sk_judge_free(judge);
        return sk_prefix(err, "%s", sk_input_name(path));
    }
    judge->crc = judge->classifier.member[0].crc;
    return 0;
}

void sk_judge_free(struct sk_judge *judge)
{
    sk_ensemble_free(&judge->classifier);
    sk_gaussian_free(&judge->gaussian);
    free(judge->real_value);
    free(judge->fake_value);
    free(judge->z);
    free(judge->images);
    free(judge->label);
    *judge = (struct sk_judge){0};
}

static int allocate(struct sk_judge *judge, size_t count, struct sk_error *err)
{
    const size_t dim = sk_net_features_count(network(judge));
    judge->real_value = sk_alloc(count, dim * sizeof *judge->real_value, err);
    judge->fake_value = judge->real_value ? sk_alloc(SK_JUDGED, dim * sizeof *judge->fake_value, err) : NULL;
    judge->z = judge->fake_value ? sk_alloc(SK_JUDGED, judge->latent * sizeof *judge->z, err) : NULL;
    judge->images = judge->z ? sk_alloc(BATCH, sk_net_inputs(network(judge)) * sizeof *judge->images, err) : NULL;
    judge->label = judge->images ? sk_alloc(SK_JUDGED, 1, err) : NULL;
    judge->real = (struct sk_features){count, dim, judge->real_value};
    judge->fake = (struct sk_features){SK_JUDGED, dim, judge->fake_value};
    return judge->label ? 0 : -1;
}

/* The features of n images, which lie in judge->images, from row `at` on. */
static void look_at(struct sk_judge *judge, size_t n, float *features, size_t at)
{
    struct sk_net *net = network(judge);
    float logits[BATCH * SK_MAX_CLASSES];
    sk_net_infer(net, n, judge->images, logits);
    sk_net_features(net, n, features + at * judge->real.dim);
}

int sk_judge_start(struct sk_judge *judge, const struct sk_dataset *set, const uint32_t *index, size_t count, uint64_t seed,
                   struct sk_error *err)
{
    struct sk_lapack lapack;
    if (sk_lapack_find(&lapack, err)) /* what the first judgement needs: to be missed now, not then */
        return -1;
    if (count < 2)
        return sk_fail(err, "%zu validation image%s: two at least are wanted to judge by", count, count == 1 ? "" : "s");
    if (allocate(judge, count, err))
        return -1;
    for (size_t at = 0, n; at < count; at += n) {
        n = count - at < BATCH ? count - at : BATCH;
        sk_dataset_batch(set, index + at, n, judge->images);
        look_at(judge, n, judge->real_value, at);
    }
    sk_latents(SK_JUDGED, judge->latent, seed, sk_stream(SK_STREAM_JUDGE, 0), judge->z);
    for (size_t i = 0; i < SK_JUDGED; i++)
        judge->label[i] = set->label[index[i * count / SK_JUDGED]];
    return sk_gaussian_fit(&judge->gaussian, &judge->real, err);
}

/* As files have them: whoever draws the same latents finds the same distances. */
static int round_image(float *image, size_t size, struct sk_image *picture, struct sk_error *err)
{
    if (sk_picture(picture, image, size, err))
        return -1;
    sk_dataset_convert(picture, image);
    return 0;
}

static int draw(struct sk_judge *judge, struct sk_net *generator, size_t at, size_t n, struct sk_image *picture, struct sk_error *err)
{
    const size_t size = judge->classifier.arch.size, values = sk_net_outputs(generator);
    generator->label = judge->label + at;
    sk_net_infer(generator, n, judge->z + at * judge->latent, judge->images);
    for (size_t i = 0; i < n; i++)
        if (round_image(judge->images + i * values, size, picture, err))
            return -1;
    return 0;
}

int sk_judge_look(struct sk_judge *judge, struct sk_net *generator, struct sk_judgement *judgement, struct sk_error *err)
{
    const size_t batch = generator->use.max_batch < BATCH ? generator->use.max_batch : BATCH;
    struct sk_image picture = {0};
    struct sk_gaussian fake = {0};
    struct sk_kernel_distance kernel;
    int failed = 0;
    for (size_t at = 0, n; !failed && at < SK_JUDGED; at += n) {
        n = SK_JUDGED - at < batch ? SK_JUDGED - at : batch;
        failed = draw(judge, generator, at, n, &picture, err);
        if (!failed)
            look_at(judge, n, judge->fake_value, at);
    }
    failed = failed || sk_gaussian_fit(&fake, &judge->fake, err) ||
             sk_gaussian_distance(&judge->gaussian, &fake, &judgement->fd, err) ||
             sk_kernel_distance(&judge->real, &judge->fake, SEED, generator->use.jobs, &kernel, err);
    if (!failed)
        judgement->kid = kernel.distance;
    sk_gaussian_free(&fake);
    sk_image_free(&picture);
    return failed ? -1 : 0;
}

static void add(struct sk_account *account, enum sk_memory_use use, size_t count, size_t size)
{
    account->bytes[use] = sk_sum(account->bytes[use], sk_product(count, size));
}

int sk_judge_account(const char *path, const struct sk_arch *gan, size_t photographs, int jobs, struct sk_account *account,
                     struct sk_error *err)
{
    const struct sk_net_use use = {BATCH, false, jobs};
    struct sk_tensor_file file;
    struct sk_arch arch;
    struct sk_net *net;
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) /* a pipe can be read but once, and what is missing is said when it is */
        return 0;
    if (sk_model_read(&file, path, "classifier", &arch, err))
        return -1;
    sk_tensor_file_free(&file);
    if (check_size(&arch, gan, err) || sk_net_new(&net, sk_recipes_of(&arch)->classifier, &arch, 1, &use, account, err))
        return sk_prefix(err, "%s", path);
    const size_t dim = sk_net_features_count(net);
    add(account, SK_WEIGHTS, (size_t)status.st_size, 1);
    add(account, SK_ACTIVATIONS, sk_sum(photographs, SK_JUDGED), dim * 3 * sizeof(float)); /* and in double, as the distances have them */
    add(account, SK_ACTIVATIONS, SK_JUDGED, gan->latent * sizeof(float));
    add(account, SK_ACTIVATIONS, BATCH, sk_arch_values(gan, 0) * sizeof(float));
    sk_net_free(net);
    return 0;
}
