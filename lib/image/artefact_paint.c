#include "image/artefact_paint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "image/artefact.h"
#include "image/edge.h"
#include "image/noise.h"
#include "image/srgb.h"

enum { HAIRS = 40, HAIR_PIECES = 12, INK_LINES = 8, INK_PIECES = 24 };

/* What an artefact does to the light of a pixel that it covers: it takes some, by Beer and Lambert's law, or puts its own in its place. */
struct substance {
    bool absorbs;
    float colour[3]; /* optical densities, -ln of the light that is left; or linear light */
};

/* An image's artefacts, before there are pixels. */
struct scene {
    float half_width, half_height; /* of the image, in artefact.h's unit */
    struct substance substance[SK_ARTEFACTS];
    struct sk_stroke hair[HAIRS * HAIR_PIECES], ink[INK_LINES * INK_PIECES];
    size_t hair_strokes, ink_strokes;
    float ink_bleeding; /* width of its edge */
    uint32_t ink_salt;
    struct sk_scale ruler;
    float field_x, field_y, field_radius, field_edge;
};

/* --- what a pattern is ------------------------------------------------------ */

/* A pen's line of n strokes through (x, y) in its middle. */
static void draw_line(struct scene *s, int n, double x, double y, double angle, double bend, double length, double half_width)
{
    const double x0 = x - length / 2 * cos(angle), y0 = y - length / 2 * sin(angle);
    sk_cut_curve(s->ink + s->ink_strokes, n, x0, y0, angle, bend, length, half_width, 0.2);
    s->ink_strokes += (size_t)n;
}

/* Marks around the middle, where the lesion is: dots, or short lines that point to it. */
static void draw_marks(struct scene *s, double half_width, bool dots, struct sk_random *r)
{
    const int marks = 2 + (int)sk_random_below(r, 4);
    const double first = sk_random_between(r, 0, 2 * M_PI), length = sk_random_between(r, 0.2, 0.45);
    for (int i = 0; i < marks; i++) {
        const double angle = first + 2 * M_PI * (i + 0.3 * sk_random_normal(r)) / marks;
        const double away = sk_random_between(r, 0.7, 0.9), slant = 0.25 * sk_random_normal(r);
        const double x = away * s->half_width * cos(angle), y = away * s->half_height * sin(angle);
        draw_line(s, 4, x, y, angle + slant, angle + slant + 0.1, dots ? 0.3 * half_width : length, dots ? 1.3 * half_width : half_width);
    }
}

/* A ring around the middle that the hand did not quite close. */
static void draw_ring(struct scene *s, double half_width, struct sk_random *r)
{
    const double first = sk_random_between(r, 0, 2 * M_PI), turn = sk_random_between(r, 3.5, 6), drift = 0.06 * sk_random_normal(r);
    const double radius = sk_random_between(r, 0.7, 0.88), squeeze = sk_random_between(r, 0.85, 1);
    double px = 0, py = 0;
    for (int i = 0; i <= INK_PIECES; i++) {
        const double t = (double)i / INK_PIECES, angle = first + turn * t, rho = radius + drift * (2 * t - 1);
        const double x = rho * cos(angle), y = rho * squeeze * sin(angle);
        if (i > 0)
            s->ink[s->ink_strokes++] = (struct sk_stroke){(float)px, (float)py, (float)x, (float)y, (float)half_width, 1};
        px = x, py = y;
    }
}

/* One to three long lines, as at the edge of a field to be cut. */
static void draw_lines(struct scene *s, double half_width, struct sk_random *r)
{
    const int lines = 1 + (int)sk_random_below(r, 3);
    for (int i = 0; i < lines; i++) {
        const double around = sk_random_between(r, 0, 2 * M_PI), away = sk_random_between(r, 0.55, 0.85);
        const double angle = around + M_PI / 2 + 0.3 * sk_random_normal(r), bend = angle + 0.4 * sk_random_normal(r);
        const double x = away * s->half_width * cos(around), y = away * s->half_height * sin(around);
        draw_line(s, INK_PIECES, x, y, angle, bend, sk_random_between(r, 0.7, 1.6), half_width);
    }
}

static void draw_ink(struct scene *s, struct sk_random *r)
{
    /* Densities of gentian violet, and of a blue marker */
    static const float dye[2][3] = {{1.35f, 1.75f, 0.55f}, {2.1f, 1.2f, 0.45f}};
    const double half_width = sk_random_between(r, 0.03, 0.075), amount = sk_random_between(r, 0.6, 1.3);
    const double blue = sk_random_uniform(r);
    for (int c = 0; c < 3; c++)
        s->substance[SK_ARTEFACT_INK].colour[c] =
            (float)(amount * ((1 - blue) * (double)dye[0][c] + blue * (double)dye[1][c]));
    s->substance[SK_ARTEFACT_INK].absorbs = true;
    s->ink_salt = sk_random_bits(r);
    s->ink_bleeding = (float)(half_width * sk_random_between(r, 0.4, 1.1));
    switch (sk_random_below(r, 4)) {
    case 0: draw_marks(s, half_width, true, r); break;
    case 1: draw_marks(s, half_width, false, r); break;
    case 2: draw_ring(s, half_width, r); break;
    default: draw_lines(s, half_width, r); break;
    }
}

/* Hairs of one head: much alike in colour and width, most of them in one direction. */
static void draw_hairs(struct scene *s, struct sk_random *r)
{
    const int hairs = (int)(3 * pow(HAIRS / 3.0, sk_random_uniform(r)));
    const bool fair = sk_random_uniform(r) < 0.25;
    const double shade = fair ? sk_random_between(r, 0.55, 0.85) : sk_random_between(r, 0.01, 0.06);
    const double width = sk_random_between(r, 0.004, 0.011), length = sk_random_between(r, 0.5, 1.8);
    const double growth = sk_random_between(r, 0, 2 * M_PI), disorder = sk_random_between(r, 0.2, 1.2);
    for (int c = 0; c < 3; c++)
        s->substance[SK_ARTEFACT_HAIRS].colour[c] = (float)(shade * (1 - (fair ? 0.1 : 0.25) * c));
    for (int i = 0; i < hairs; i++) {
        const double angle = growth + disorder * sk_random_normal(r), bend = angle + 0.5 * sk_random_normal(r);
        const double reach = length * sk_random_between(r, 0.6, 1.2), half_width = width * sk_random_between(r, 0.5, 1.4);
        const double x = (double)s->half_width * sk_random_between(r, -1, 1);
        const double y = (double)s->half_height * sk_random_between(r, -1, 1);
        sk_cut_curve(s->hair + s->hair_strokes, HAIR_PIECES, x - reach / 2 * cos(angle), y - reach / 2 * sin(angle), angle, bend, reach,
                     half_width, 0.8); /* its middle is in the image */
        s->hair_strokes += HAIR_PIECES;
    }
}

static void draw_ruler(struct scene *s, struct sk_random *r)
{
    s->ruler = sk_scale_draw(sk_random_between(r, 0.1, 0.22), 0.8, 0.95, r);
    s->ruler.half_width *= 1.8f; /* printed, and not etched as a phantom's */
    s->ruler.marks_alone = sk_random_uniform(r) < 0.5;
    /* Beside the centre of an image that is no square: */
    s->ruler.distance *= fabsf(s->ruler.along_y) * s->half_width + fabsf(s->ruler.along_x) * s->half_height;
}

/* Black corners of any shape of image: the field's radius is a share of the way to the corner. */
static void draw_corners(struct scene *s, struct sk_random *r)
{
    const double corner = hypot((double)s->half_width, (double)s->half_height);
    const double dark = sk_random_between(r, 0, 0.015);
    s->field_radius = (float)(corner * sk_random_between(r, 0.74, 0.92));
    s->field_x = (float)(0.02 * corner * sk_random_normal(r));
    s->field_y = (float)(0.02 * corner * sk_random_normal(r));
    s->field_edge = (float)sk_random_between(r, 0.005, 0.05);
    for (int c = 0; c < 3; c++)
        s->substance[SK_ARTEFACT_CORNERS].colour[c] = (float)dark;
}

static void draw_scene(struct scene *s, const struct sk_image *image, const uint64_t pattern[SK_ARTEFACTS])
{
    static void (*const draw[SK_ARTEFACTS])(struct scene *, struct sk_random *) = {draw_ink, draw_hairs, draw_ruler, draw_corners};
    const double side = (double)(image->width < image->height ? image->width : image->height);
    memset(s, 0, sizeof *s);
    s->half_width = (float)((double)image->width / side);
    s->half_height = (float)((double)image->height / side);
    for (int a = 0; a < SK_ARTEFACTS; a++) {
        struct sk_random r;
        sk_random_init(&r, pattern[a], (uint64_t)a);
        if (pattern[a] != 0)
            draw[a](s, &r);
    }
}

/* --- the picture --------------------------------------------------------------- */

enum plane { X, Y, NOISE, COVER, PLANES = COVER + SK_ARTEFACTS };

struct painting {
    struct scene *scene;
    const uint64_t *pattern;
    struct sk_image *image, *mask;
    struct sk_artefact_row row;
    float *plane[PLANES];
};

/* Ink lies thick here and thin there, and its edge runs out into the furrows of the skin. */
static void cover_ink(const struct painting *p, float *cover)
{
    const struct scene *s = p->scene;
    struct sk_artefact_row soft = p->row;
    float *noise = p->plane[NOISE];
    soft.footprint = sqrtf(soft.footprint * soft.footprint + s->ink_bleeding * s->ink_bleeding);
    sk_draw_strokes(cover, &soft, s->ink, s->ink_strokes);
    sk_noise_fractal(noise, p->plane[X], p->plane[Y], p->row.width, 14, 4, 0.22f, p->row.footprint, s->ink_salt);
    for (size_t i = 0; i < p->row.width; i++)
        if (cover[i] > 0)
            cover[i] = maxf(0.3f * cover[i], step(cover[i] - 0.45f + 0.6f * noise[i], 0.3f) * clampf(0.85f + noise[i], 0.2f, 1));
}

static void cover_row(const struct painting *p)
{
    const struct scene *s = p->scene;
    const struct sk_artefact_row *row = &p->row;
    float *const *cover = p->plane + COVER;
    for (int a = 0; a < SK_ARTEFACTS; a++)
        memset(cover[a], 0, row->width * sizeof(float));
    if (p->pattern[SK_ARTEFACT_INK] != 0)
        cover_ink(p, cover[SK_ARTEFACT_INK]);
    sk_draw_strokes(cover[SK_ARTEFACT_HAIRS], row, s->hair, s->hair_strokes);
    if (p->pattern[SK_ARTEFACT_RULER] != 0)
        sk_draw_scale(cover[SK_ARTEFACT_RULER], row, &s->ruler);
    if (p->pattern[SK_ARTEFACT_CORNERS] != 0) {
        float *corner = cover[SK_ARTEFACT_CORNERS];
        sk_draw_field(corner, row, s->field_x, s->field_y, s->field_radius, s->field_edge);
        for (size_t i = 0; i < row->width; i++)
            corner[i] = 1 - corner[i];
    }
}

/* The light of a substance that covers this share, over what was there. */
static inline float lay(const struct substance *substance, int channel, float cover, float light)
{
    if (substance->absorbs)
        return light * expf(-cover * substance->colour[channel]);
    return light + cover * (substance->colour[channel] - light);
}

/* Gray is the luminance of what an artefact would be in colour. */
static struct substance in_gray(const struct substance *colour)
{
    static const float weight[3] = {0.2126f, 0.7152f, 0.0722f}; /* ITU-R BT.709 */
    struct substance gray = *colour;
    float sum = 0;
    for (int c = 0; c < 3; c++)
        sum += weight[c] * (colour->absorbs ? expf(-colour->colour[c]) : colour->colour[c]);
    gray.colour[0] = colour->absorbs ? -logf(sum) : sum;
    return gray;
}

static void paint_row(const struct painting *p, size_t y)
{
    struct sk_image *image = p->image;
    const size_t depth = sk_image_depth(image);
    const float maxval = (float)image->maxval;
    uint16_t *sample = image->sample + y * image->width * depth;
    for (size_t i = 0; i < image->width; i++, sample += depth) {
        float bare = 1; /* share that nothing covers */
        for (int a = 0; a < SK_ARTEFACTS; a++)
            bare *= 1 - p->plane[COVER + a][i];
        if (p->mask)
            p->mask->sample[y * image->width + i] = (uint16_t)ceilf(255 * (1 - bare));
        for (int c = 0; bare < 1 && c < (int)image->channels; c++) {
            float light = sk_srgb_decode((float)sample[c] / maxval);
            for (int a = 0; a < SK_ARTEFACTS; a++)
                light = lay(&p->scene->substance[a], c, p->plane[COVER + a][i], light);
            sample[c] = (uint16_t)(maxval * clampf(sk_srgb_encode(light), 0, 1) + 0.5f);
        }
    }
}

/* What is thinner than a pixel becomes as wide and lets through the more: it covers as much as on finer pixels. */
static void widen(float *half_width, float *opacity, float footprint)
{
    if (*half_width < 0.5f * footprint) {
        *opacity *= 2 * *half_width / footprint;
        *half_width = 0.5f * footprint;
    }
}

static void paint_rows(struct painting *p)
{
    const struct sk_image *image = p->image;
    const float pixel = 2 / (float)(image->width < image->height ? image->width : image->height), blur = 0.006f;
    p->row = (struct sk_artefact_row){.x = p->plane[X], .width = image->width, .pixel = pixel,
                                      .footprint = sqrtf(pixel * pixel + blur * blur)};
    for (size_t k = 0; k < p->scene->hair_strokes; k++)
        widen(&p->scene->hair[k].half_width, &p->scene->hair[k].opacity, p->row.footprint);
    widen(&p->scene->ruler.half_width, &p->scene->ruler.opacity, p->row.footprint);
    for (size_t y = 0; y < image->height; y++) {
        p->row.y = ((float)y + 0.5f) * pixel - p->scene->half_height;
        for (size_t i = 0; i < image->width; i++) {
            p->plane[X][i] = ((float)i + 0.5f) * pixel - p->scene->half_width;
            p->plane[Y][i] = p->row.y;
        }
        cover_row(p);
        paint_row(p, y);
    }
}

int sk_artefact_paint(struct sk_image *image, const uint64_t pattern[SK_ARTEFACTS], struct sk_image *mask, struct sk_error *err)
{
    bool any = false;
    for (int a = 0; a < SK_ARTEFACTS; a++)
        any |= pattern[a] != 0;
    if (mask && sk_image_shape(mask, image->width, image->height, 1, false, 255, err))
        return -1;
    if (!any) {
        if (mask)
            memset(mask->sample, 0, mask->width * mask->height * sizeof *mask->sample);
        return 0;
    }
    struct scene *scene = sk_alloc(1, sizeof *scene, err);
    float *planes = scene ? sk_alloc(image->width, PLANES * sizeof *planes, err) : NULL;
    if (planes) {
        struct painting p = {.scene = scene, .pattern = pattern, .image = image, .mask = mask};
        draw_scene(scene, image, pattern);
        if (image->channels == 1)
            for (int a = 0; a < SK_ARTEFACTS; a++)
                scene->substance[a] = in_gray(&scene->substance[a]);
        for (size_t i = 0; i < PLANES; i++)
            p.plane[i] = planes + i * image->width;
        paint_rows(&p);
    }
    free(planes);
    free(scene);
    return planes ? 0 : -1;
}
