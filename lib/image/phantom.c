#include "image/phantom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"
#include "image/edge.h"
#include "image/mask.h"
#include "image/noise.h"
#include "image/phantom_scene.h"
#include "image/srgb.h"

/* The picture is made row by row, in planes of one float a pixel. Light is absorbed as Beer and Lambert have it:
   densities of skin, melanin and blood add up, reflected light is exp(-density); what lies above or scatters
   (veil, scar, hair) is mixed in linear light; sRGB comes last. Nothing is sampled finer than the pixel: edges
   are as wide as a pixel at least, and texture too fine for it fades out. */

enum plane { X, Y, U, V, COSINE, SINE, INSIDE, EDGE, MELANIN, BLOOD, BLUE, WHITE, HAIR, LIGHT, ONE, TWO, PLANES };

struct canvas {
    const struct phantom_scene *scene;
    size_t width;
    float pixel;     /* width of one */
    float footprint; /* width of what one sees, blur included */
    float *plane[PLANES];
};

/* cos(2 pi t) within 4e-3, for any |t| < 2^30: a network needs no more. */
static inline float cosine_of_turns(float t)
{
    float u = t - (float)(int32_t)t;
    u = u < 0 ? -u : u;                   /* even, and of period 1: fold to 0..1 */
    u = u > 0.5f ? 1 - u : u;             /* and to 0..1/2 */
    float s = 1 - 4 * u;                  /* a triangle wave: 1 at 0, -1 at 1/2 */
    return s * (1.5702f - s * s * (0.6424f - 0.0722f * s * s)); /* sin(pi s / 2) */
}

/* How much of a plane wave of this many cycles a unit is left when a width is averaged (Gaussian approximation
   of the box: variance width^2 / 12). */
static float wave_seen(float cycles, float width)
{
    const float pi = 3.14159265f;
    return expf(-2 * pi * pi / 12 * width * width * cycles * cycles);
}

/* A disc of soft edge, spread over the footprint where it is smaller than that. */
static inline float disc(float dx, float dy, float radius, float footprint)
{
    float squared = dx * dx + dy * dy, reach = radius * radius + 0.25f * footprint * footprint;
    float t = 1 - squared / (2 * reach);
    return t > 0 ? t * t * radius * radius / reach : 0;
}

static void noise(const struct canvas *c, enum plane out, enum plane x, enum plane y, float frequency, int octaves,
                  float amplitude, uint32_t salt)
{
    sk_noise_fractal(c->plane[out], c->plane[x], c->plane[y], c->width, frequency, octaves, amplitude, c->footprint,
                     salt);
}

/* --- the lesion's extent ------------------------------------------------- */

/* U, V: coordinates in the lesion's frame; COSINE, SINE: the direction from its centre. */
SK_SIMD static void lesion_frame(const struct canvas *c)
{
    const struct phantom_outline *o = &c->scene->outline;
    const float *x = c->plane[X], *y = c->plane[Y];
    float *u = c->plane[U], *v = c->plane[V], *cosine = c->plane[COSINE], *sine = c->plane[SINE];
    for (size_t i = 0; i < c->width; i++) {
        float dx = x[i] - o->x, dy = y[i] - o->y;
        u[i] = (dx * o->turn_cos + dy * o->turn_sin) / o->stretch;
        v[i] = (dy * o->turn_cos - dx * o->turn_sin) * o->stretch;
        float rho = sqrtf(u[i] * u[i] + v[i] * v[i]) + 1e-6f;
        cosine[i] = u[i] / rho;
        sine[i] = v[i] / rho;
    }
}

/* The radius in a direction: harmonics of the angle by multiplication of complex numbers. */
static inline float radius_factor(const struct phantom_outline *o, float cosine, float sine)
{
    float factor = 1, re = cosine, im = sine;
    for (int k = 0; k < 3; k++) {
        float next = re * cosine - im * sine;
        im = re * sine + im * cosine;
        re = next;
        factor += o->wave_cos[k] * re + o->wave_sin[k] * im;
    }
    return maxf(factor, 0.35f);
}

/* Smooth union of distances (Quilez's polynomial smooth minimum). */
static inline float join(float a, float b, float k)
{
    float h = maxf(k - fabsf(a - b), 0) / k;
    return minf(a, b) - h * h * k * 0.25f;
}

/* Distance to the border, negative within; raggedness is in ONE, streaks in TWO. */
static inline float border_distance(const struct phantom_outline *o, float u, float v, float cosine, float sine,
                                    float ragged, float streak)
{
    float rho = sqrtf(u * u + v * v), radius = o->radius * radius_factor(o, cosine, sine);
    float d = rho - radius, soft = 0.25f * o->radius;
    for (int k = 0; k < o->lobes; k++) {
        float du = u - o->lobe[k].x, dv = v - o->lobe[k].y;
        d = join(d, sqrtf(du * du + dv * dv) - o->lobe[k].radius, soft);
    }
    for (int k = 0; k < o->notches; k++) {
        float du = u - o->notch[k].x, dv = v - o->notch[k].y;
        d = -join(-d, sqrtf(du * du + dv * dv) - o->notch[k].radius, 0.3f * soft);
    }
    float rim = clampf(1 - fabsf(d) / (0.5f * o->radius), 0, 1);
    return d + o->radius * (ragged - rim * o->streaks * maxf(streak, 0));
}

/* INSIDE: 1 in the lesion, 0 outside; EDGE: distance to the border over the radius, negative within. */
SK_SIMD static void lesion_mask(const struct canvas *c)
{
    const struct phantom_outline *o = &c->scene->outline;
    const float *u = c->plane[U], *v = c->plane[V], *cosine = c->plane[COSINE], *sine = c->plane[SINE];
    const float *ragged = c->plane[ONE], *streak = c->plane[TWO], *softness = c->plane[LIGHT];
    float *inside = c->plane[INSIDE], *edge = c->plane[EDGE];
    for (size_t i = 0; i < c->width; i++) {
        float d = border_distance(o, u[i], v[i], cosine[i], sine[i], ragged[i], streak[i]);
        float soft = o->edge * clampf(1 + o->edge_variation * softness[i], 0.4f, 2.2f);
        inside[i] = step(-d, sqrtf(soft * soft + c->footprint * c->footprint));
        edge[i] = d / o->radius;
    }
}

static void draw_extent(const struct canvas *c)
{
    const struct phantom_outline *o = &c->scene->outline;
    lesion_frame(c);
    noise(c, ONE, U, V, o->ragged_frequency / o->radius, 4, o->ragged, o->salt);
    memset(c->plane[TWO], 0, c->width * sizeof(float));
    if (o->streaks > 0)
        noise(c, TWO, COSINE, SINE, 4.5f, 2, 1, o->salt + 1);
    noise(c, LIGHT, COSINE, SINE, 0.9f, 1, 1, o->salt + 2);
    lesion_mask(c);
}

/* --- what colours it ------------------------------------------------------ */

/* A patch of a colour: round, with an outline that noise distorts; zero where the lesion has none. */
static void draw_patch(const struct canvas *c, enum phantom_colour colour, enum plane out)
{
    const struct phantom_spot *patch = &c->scene->pigment.patch[colour];
    const float *u = c->plane[U], *v = c->plane[V], *inside = c->plane[INSIDE];
    float *to = c->plane[out];
    memset(to, 0, c->width * sizeof *to);
    if (patch->strength <= 0)
        return;
    noise(c, out, U, V, 0.7f / patch->radius, 4, 0.32f, c->scene->pigment.salt + 16 + (uint32_t)colour);
    for (size_t i = 0; i < c->width; i++) {
        float du = u[i] - patch->x, dv = v[i] - patch->y;
        float distance = sqrtf(du * du + dv * dv) / patch->radius;
        to[i] = patch->strength * inside[i] * step(1 - distance + to[i], 0.6f);
    }
}

/* Pigment network: three plane waves at 120 degrees make a honeycomb, distorted as far as it is irregular.
   Multiplies MELANIN. */
SK_SIMD static void weave(const struct canvas *c, float cell, float amplitude)
{
    const float *u = c->plane[U], *v = c->plane[V], *du = c->plane[ONE], *dv = c->plane[TWO];
    const float *edge = c->plane[EDGE];
    float *melanin = c->plane[MELANIN];
    for (size_t i = 0; i < c->width; i++) {
        float a = u[i] / cell + du[i], b = v[i] / cell + dv[i];
        float sum = cosine_of_turns(a) + cosine_of_turns(-0.5f * a + 0.8660254f * b) +
                    cosine_of_turns(-0.5f * a - 0.8660254f * b); /* 3 in the holes, -1.5 on the lines */
        float periphery = clampf(1.5f + 1.2f * edge[i], 0.4f, 1);
        melanin[i] *= maxf(1 - amplitude * periphery * sum, 0);
    }
}

static void draw_network(const struct canvas *c)
{
    const struct phantom_pigment *p = &c->scene->pigment;
    float seen = wave_seen(1 / p->net_cell, 1.4f * c->footprint);
    if (p->net * seen < 0.01f)
        return;
    noise(c, ONE, U, V, 0.3f / p->net_cell, 2, p->net_warp, p->salt + 1);
    noise(c, TWO, U, V, 0.3f / p->net_cell, 2, p->net_warp, p->salt + 2);
    weave(c, p->net_cell, 0.45f * p->net * seen);
}

static void draw_dots(const struct canvas *c)
{
    const struct phantom_pigment *p = &c->scene->pigment;
    const float *u = c->plane[U], *v = c->plane[V], *inside = c->plane[INSIDE];
    float *melanin = c->plane[MELANIN];
    for (int k = 0; k < p->dots; k++)
        for (size_t i = 0; i < c->width; i++)
            melanin[i] += p->dot[k].strength * inside[i] *
                          disc(u[i] - p->dot[k].x, v[i] - p->dot[k].y, p->dot[k].radius, c->footprint);
}

/* MELANIN, BLOOD: densities; BLUE, WHITE: shares of the veil and of the scar-like regression. */
static void draw_pigment(const struct canvas *c)
{
    const struct phantom_pigment *p = &c->scene->pigment;
    const float *inside = c->plane[INSIDE], *edge = c->plane[EDGE], *white = c->plane[WHITE];
    float *melanin = c->plane[MELANIN], *blood = c->plane[BLOOD];
    noise(c, MELANIN, U, V, 1.3f / c->scene->outline.radius, 4, p->mottle, p->salt);
    for (size_t i = 0; i < c->width; i++) {
        float profile = 1 + p->centre * (clampf(-edge[i], 0, 1) - 0.4f);
        melanin[i] = p->amount * inside[i] * maxf(profile + melanin[i], 0.1f);
    }
    draw_network(c);
    draw_dots(c);
    draw_patch(c, COLOUR_DARK, ONE);
    draw_patch(c, COLOUR_RED, BLOOD);
    draw_patch(c, COLOUR_BLUE, BLUE);
    draw_patch(c, COLOUR_WHITE, WHITE);
    for (size_t i = 0; i < c->width; i++) {
        melanin[i] = maxf(melanin[i] + c->plane[ONE][i], 0) * (1 - 0.75f * white[i]);
        blood[i] += p->blood * inside[i];
    }
}

/* --- skin, hairs, light --------------------------------------------------- */

/* Adds the bare skin's variation to MELANIN and BLOOD. */
static void draw_skin(const struct canvas *c)
{
    const struct phantom_skin *s = &c->scene->skin;
    float *melanin = c->plane[MELANIN], *blood = c->plane[BLOOD], *one = c->plane[ONE], *two = c->plane[TWO];
    noise(c, ONE, X, Y, 1.1f, 3, s->tone, s->salt);
    noise(c, TWO, X, Y, s->pore_frequency, 3, s->pores, s->salt + 1);
    for (size_t i = 0; i < c->width; i++)
        melanin[i] += one[i] + two[i];
    noise(c, ONE, X, Y, 2.3f, 4, s->blush, s->salt + 2);
    for (size_t i = 0; i < c->width; i++)
        blood[i] += one[i] > 0 ? one[i] : 0.4f * one[i]; /* skin flushes more than it pales */
}

static struct sk_artefact_row artefact_row(const struct canvas *c)
{
    return (struct sk_artefact_row){c->plane[X], c->plane[Y][0], c->width, c->pixel, c->footprint};
}

/* HAIR: the share of each pixel that hairs cover. */
static void draw_hairs(const struct canvas *c)
{
    const struct sk_artefact_row row = artefact_row(c);
    memset(c->plane[HAIR], 0, c->width * sizeof(float));
    sk_draw_strokes(c->plane[HAIR], &row, c->scene->hair, (size_t)c->scene->hair_segments);
}

/* The scale stands in the light's way. */
static void draw_ruler(const struct canvas *c)
{
    if (!c->scene->ruler_shown)
        return;
    const struct sk_artefact_row row = artefact_row(c);
    float *light = c->plane[LIGHT], *taken = c->plane[ONE];
    sk_draw_scale(taken, &row, &c->scene->ruler);
    for (size_t i = 0; i < c->width; i++)
        light[i] *= 1 - taken[i];
}

/* LIGHT: what reaches and leaves the skin at each point, 1 unattenuated. */
static void draw_light(const struct canvas *c)
{
    const struct phantom_camera *camera = &c->scene->camera;
    const float *x = c->plane[X], *y = c->plane[Y];
    const struct sk_artefact_row row = artefact_row(c);
    float *light = c->plane[LIGHT], *seen = c->plane[ONE];
    sk_draw_field(seen, &row, 0, 0, camera->tube, 0.02f);
    for (size_t i = 0; i < c->width; i++) {
        float squared = x[i] * x[i] + y[i] * y[i];
        float density = camera->light + camera->slope_x * x[i] + camera->slope_y * y[i] + camera->vignette * squared;
        light[i] = expf(-density) * (0.02f + 0.98f * seen[i]);
    }
}

/* --- colour --------------------------------------------------------------- */

static uint16_t encode(float linear, float grain)
{
    return (uint16_t)clampf(255 * sk_srgb_encode(clampf(linear, 0, 1)) + grain + 0.5f, 0, 255);
}

/* About normal, deviation 1: four bytes of a hash, added. */
static inline float grain(uint32_t h)
{
    uint32_t sum = (h & 255) + (h >> 8 & 255) + (h >> 16 & 255) + (h >> 24);
    return ((float)sum - 510) / 147.8f;
}

static void compose(const struct canvas *c, size_t row, uint16_t *sample)
{
    static const float blood_extinction[3] = {0.12f, 1, 0.85f};
    static const float veil[3] = {0.065f, 0.10f, 0.165f}; /* linear light: blue-grey */
    static const float white = 0.75f;
    const struct phantom_scene *s = c->scene;
    for (int channel = 0; channel < 3; channel++) {
        float bare = s->skin.density[channel], hair_light = expf(-s->hair_density[channel]);
        float scar = 0.6f * expf(-bare) + 0.4f * white; /* paler than the skin around it */
        float melanin = s->pigment.melanin[channel], blood = blood_extinction[channel];
        for (size_t i = 0; i < c->width; i++) {
            float light = expf(-bare - melanin * c->plane[MELANIN][i] - blood * c->plane[BLOOD][i]);
            light += 0.6f * c->plane[WHITE][i] * (scar - light);
            light += 0.75f * c->plane[BLUE][i] * (veil[channel] - light);
            light += c->plane[HAIR][i] * (hair_light - light);
            uint32_t h = sk_noise_hash((uint32_t)i, (uint32_t)row, s->camera.salt + (uint32_t)channel);
            sample[3 * i + (size_t)channel] = encode(light * c->plane[LIGHT][i], s->camera.grain * grain(h));
        }
    }
}

/* --- what is true of it ------------------------------------------------------ */

/* The six colours of the ABCD rule. */
enum hue { HUE_WHITE, HUE_BLUE, HUE_RED, HUE_LIGHT_BROWN, HUE_DARK_BROWN, HUE_BLACK, HUES };

/* By what lies in the skin, whatever the light: veil and scar cover what is below them; redness shows where there is
   little melanin; the more melanin, the darker. */
static enum hue hue(float melanin, float blood, float blue, float white)
{
    if (white > 0.35f && white >= blue)
        return HUE_WHITE;
    if (blue > 0.3f)
        return HUE_BLUE;
    if (blood > 0.55f && blood > 0.5f * melanin)
        return HUE_RED;
    return melanin < 1.2f ? HUE_LIGHT_BROWN : melanin < 2.6f ? HUE_DARK_BROWN : HUE_BLACK;
}

struct tally {
    size_t seen[HUES], inside;
};

/* A row of the mask, and of the tally of colours. Wants what draw_extent and draw_pigment have left. */
static void record(const struct canvas *c, size_t row, struct sk_image *mask, struct tally *tally)
{
    const float scale = c->scene->outline.radius / c->pixel; /* of EDGE, to pixels */
    uint16_t *sample = mask->sample + row * c->width;
    for (size_t i = 0; i < c->width; i++) {
        float within = -c->plane[EDGE][i] * scale;
        sample[i] = (uint16_t)(255 * clampf(0.5f + within, 0, 1) + 0.5f);
        if (within < 0)
            continue;
        float full = 1 / maxf(c->plane[INSIDE][i], 0.5f); /* where the lesion fades out it is no other colour */
        tally->inside++;
        tally->seen[hue(full * c->plane[MELANIN][i], full * c->plane[BLOOD][i], full * c->plane[BLUE][i],
                        full * c->plane[WHITE][i])]++;
    }
}

static void conclude(struct sk_phantom_truth *truth, const struct phantom_scene *scene, const struct tally *tally)
{
    const double pi = 3.14159265358979323846, pixel = (double)SK_PHANTOM_FIELD_MM / (double)truth->mask.width; /* mm */
    struct sk_mask_shape shape;
    sk_mask_measure(&truth->mask, &shape);
    truth->asymmetry = shape.asymmetry;
    truth->border = shape.area > 0 ? shape.perimeter * shape.perimeter / (4 * pi * shape.area) : 0;
    truth->diameter = shape.diameter * pixel;
    truth->area = shape.area * pixel * pixel;
    truth->cut = shape.cut;
    truth->grade = scene->grade;
    truth->colours = 0;
    for (int k = 0; k < HUES; k++)
        truth->colours += tally->seen[k] > 0 && 20 * tally->seen[k] >= tally->inside;
}

/* --- all of it ---------------------------------------------------------------- */

const struct sk_phantom_model sk_phantom_default = {
    .overlap = 0.2, .diameter = 6.6, .asymmetry = 1, .border = 1, .islands = 1, .network = 1, .dots = 1, .mottle = 1,
    .texture = 1, .vignette = 1, .noise = 1, .hair = 0.3, .field = 0.1, .ruler = 0.1,
};

static void place_row(const struct canvas *c, size_t row)
{
    for (size_t i = 0; i < c->width; i++) {
        c->plane[X][i] = ((float)i + 0.5f) * c->pixel - 1;
        c->plane[Y][i] = ((float)row + 0.5f) * c->pixel - 1;
    }
}

static void draw_rows(const struct canvas *c, struct sk_image *image, struct sk_phantom_truth *truth)
{
    struct tally tally = {0};
    for (size_t row = 0; row < c->width; row++) {
        place_row(c, row);
        draw_extent(c);
        draw_pigment(c);
        if (truth)
            record(c, row, &truth->mask, &tally);
        draw_skin(c);
        draw_hairs(c);
        draw_light(c);
        draw_ruler(c);
        compose(c, row, image->sample + row * c->width * 3);
    }
    if (truth)
        conclude(truth, c->scene, &tally);
}

int sk_phantom_draw(struct sk_image *image, struct sk_phantom_truth *truth, const struct sk_phantom_spec *spec,
                    uint64_t index, struct sk_error *err)
{
    const size_t width = spec->width;
    if (width < 1 || width > SK_PHANTOM_MAX_WIDTH)
        return sk_fail(err, "a phantom's width is 1 to %d pixels, not %zu", SK_PHANTOM_MAX_WIDTH, width);
    if (sk_image_shape(image, width, width, 3, false, 255, err) ||
        (truth && sk_image_shape(&truth->mask, width, width, 1, false, 255, err)))
        return -1;
    float *planes = sk_alloc(width, PLANES * sizeof *planes, err);
    if (!planes)
        return -1;

    struct phantom_scene scene;
    sk_phantom_scene(&scene, spec, index);
    struct canvas canvas = {.scene = &scene, .width = width, .pixel = 2 / (float)width};
    canvas.footprint = sqrtf(canvas.pixel * canvas.pixel + scene.camera.blur * scene.camera.blur);
    for (size_t i = 0; i < PLANES; i++)
        canvas.plane[i] = planes + i * width;
    draw_rows(&canvas, image, truth);
    free(planes);
    return 0;
}
