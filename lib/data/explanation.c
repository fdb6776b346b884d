#include "data/explanation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/background.h"
#include "nn/attribution.h"
#include "nn/loss.h"
#include "nn/recipes.h"

/* --- networks ------------------------------------------------------------------- */

static int copy_net(struct sk_net **net, const struct sk_ensemble *ensemble, const struct sk_member *member, int jobs, struct sk_error *err)
{
    const struct sk_net_use use = {SK_PATH_BATCH, true, jobs};
    if (sk_net_new(net, sk_recipes_of(&member->arch)->classifier, &member->arch, sk_class_logits(ensemble->classes), &use, NULL, err))
        return -1;
    (*net)->fixed_statistics = true;
    memcpy((*net)->weights, member->net->weights, (*net)->params.total * sizeof(float));
    memcpy((*net)->running, member->net->running, (*net)->buffers.total * sizeof(float));
    sk_net_weights_changed(*net);
    return 0;
}

int sk_explainer_open(struct sk_explainer *explainer, const struct sk_ensemble *ensemble, int jobs, struct sk_error *err)
{
    const size_t values = sk_arch_values(&ensemble->arch, 0);
    float **const image[] = {&explainer->background, &explainer->turned, &explainer->turned_background, &explainer->attribution};
    explainer->ensemble = ensemble;
    for (size_t m = 0; m < ensemble->members; m++)
        if (copy_net(&explainer->net[m], ensemble, &ensemble->member[m], jobs, err))
            return -1;
    for (size_t i = 0; i < sizeof image / sizeof *image; i++)
        if (!(*image[i] = sk_alloc(values, sizeof(float), err)))
            return -1;
    explainer->row = sk_alloc(ensemble->arch.size, sizeof(float), err);
    return explainer->row ? 0 : -1;
}

void sk_explainer_free(struct sk_explainer *explainer)
{
    for (size_t m = 0; m < SK_MAX_MEMBERS; m++)
        sk_net_free(explainer->net[m]);
    free(explainer->background);
    free(explainer->turned);
    free(explainer->turned_background);
    free(explainer->attribution);
    free(explainer->row);
    *explainer = (struct sk_explainer){0};
}

/* --- heat ----------------------------------------------------------------------- */

/* Of the class's logit less the mean of the others': of two classes there is but one, the second's. */
static void direction_of(const struct sk_ensemble *ensemble, const struct sk_member *member, size_t class, float *direction)
{
    const size_t classes = ensemble->classes, place = member->place[class];
    if (classes == 2)
        direction[0] = (float)((place == 1 ? 1 : -1) / member->temperature);
    for (size_t c = 0; c < classes && classes > 2; c++)
        direction[c] = (float)((c == place ? 1 : -1 / (double)(classes - 1)) / member->temperature);
}

/* Adds what one member makes of one turn, turned back. */
static int add_heat(struct sk_explainer *explainer, size_t m, size_t turn, const float *x, size_t class, float weight, float *heat,
                    struct sk_error *err)
{
    const size_t side = explainer->ensemble->arch.size;
    float direction[SK_MAX_CLASSES];
    direction_of(explainer->ensemble, &explainer->ensemble->member[m], class, direction);
    sk_turn_images(1, side, turn, x, explainer->turned);
    sk_turn_images(1, side, turn, explainer->background, explainer->turned_background);
    if (sk_integrated_gradients(explainer->net[m], explainer->turned, explainer->turned_background, direction, explainer->attribution, err))
        return -1;
    const float *attribution = explainer->attribution;
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++)
            for (size_t c = 0; c < SK_IMAGE_CHANNELS; c++)
                heat[sk_turned_from(side, turn, row, column)] += weight * *attribution++;
    return 0;
}

/* Rows (step 1) or columns (step side), by a Gaussian that ends with the image. */
static void smooth_lines(size_t side, double sigma, size_t step, float *line, float *heat)
{
    const size_t radius = (size_t)ceil(3 * sigma), next = step == 1 ? side : 1;
    for (size_t l = 0; l < side; l++) {
        for (size_t i = 0; i < side; i++)
            line[i] = heat[l * next + i * step];
        for (size_t i = 0; i < side; i++) {
            double sum = 0, weights = 0;
            for (size_t k = i < radius ? 0 : i - radius; k < side && k <= i + radius; k++) {
                const double distance = ((double)k - (double)i) / sigma, weight = exp(-distance * distance / 2);
                sum += weight * (double)line[k];
                weights += weight;
            }
            heat[l * next + i * step] = (float)(sum / weights);
        }
    }
}

int sk_explain(struct sk_explainer *explainer, const float *x, size_t class, float *heat, struct sk_error *err)
{
    const struct sk_ensemble *ensemble = explainer->ensemble;
    const size_t side = ensemble->arch.size, pixels = side * side, turns = ensemble->turns ? SK_TURNS : 1;
    const double sigma = (double)side / 64;
    sk_background(side, x, explainer->background);
    memset(heat, 0, pixels * sizeof *heat);
    for (size_t t = 0; t < turns; t++)
        for (size_t m = 0; m < ensemble->members; m++)
            if (add_heat(explainer, m, t, x, class, 1 / (float)(turns * ensemble->members), heat, err))
                return -1;
    smooth_lines(side, sigma, 1, explainer->row, heat);
    smooth_lines(side, sigma, side, explainer->row, heat);
    for (size_t p = 0; p < pixels; p++) {
        if (!isfinite(heat[p]))
            return sk_fail(err, "its gradients are not finite");
        heat[p] = heat[p] > 0 ? heat[p] : 0;
    }
    return 0;
}

/* --- the picture ------------------------------------------------------------------ */

static void draw_pixel(const float *x, double hot, uint16_t *sample)
{
    const double luma = 0.299 * (double)x[0] + 0.587 * (double)x[1] + 0.114 * (double)x[2];
    const double ground = 255 * (luma + 1) / 4 * (1 - hot);
    sample[2] = (uint16_t)lrint(ground);
    sample[0] = (uint16_t)(sample[2] + lrint(255 * hot));
    sample[1] = (uint16_t)(sample[2] + lrint(255 * hot * hot));
}

int sk_heat_map(size_t side, const float *x, const float *heat, struct sk_image *picture, struct sk_error *err)
{
    const size_t pixels = side * side;
    float hottest = 0;
    for (size_t p = 0; p < pixels; p++)
        hottest = heat[p] > hottest ? heat[p] : hottest;
    if (sk_image_shape(picture, side, side, SK_IMAGE_CHANNELS, false, 255, err))
        return -1;
    for (size_t p = 0; p < pixels; p++)
        draw_pixel(x + p * SK_IMAGE_CHANNELS, hottest > 0 ? (double)heat[p] / (double)hottest : 0,
                   picture->sample + p * SK_IMAGE_CHANNELS);
    return 0;
}
