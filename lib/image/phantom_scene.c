#include "image/phantom_scene.h"

#include <math.h>
#include <string.h>

/* Each part draws from a sequence of its own, so that turning one off or up leaves the others as they are. */
enum part {
    PART_ATYPIA,
    PART_SKIN,
    PART_PLACE,
    PART_ASYMMETRY,
    PART_BORDER,
    PART_PIGMENT,
    PART_NETWORK,
    PART_ISLANDS,
    PART_DOTS,
    PART_HAIR,
    PART_CAMERA,
    PART_FIELD,
    PART_RULER,
    PARTS
};
enum { PART_BITS = 4 };
_Static_assert(PARTS <= 1 << PART_BITS, "the sequences of two images would overlap");

/* All that the class decides is the mean of the grade of atypia, about 0 to 1. The four features of the ABCD rule follow
   the grade, each with a scatter of its own; skin, hairs and camera never see it. The area under the ROC curve of the
   grade itself is Phi((1 - overlap) APART / (sqrt(2) SPREAD)). */
static const double MIDDLE = 0.48, APART = 0.72, SPREAD = 0.15, SCATTER = 0.12;

struct atypia {
    double grade, asymmetry, border, colour, structure;
};

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

static float uniform(struct sk_random *r, double low, double high)
{
    return (float)sk_random_between(r, low, high);
}

static float normal(struct sk_random *r, double mean, double deviation)
{
    return (float)(mean + deviation * sk_random_normal(r));
}

/* Median and relative spread of a positive quantity. */
static float lognormal(struct sk_random *r, double median, double spread)
{
    return (float)(median * exp(spread * sk_random_normal(r)));
}

static bool chance(struct sk_random *r, double probability)
{
    return sk_random_uniform(r) < probability;
}

static struct atypia draw_atypia(enum sk_phantom_class kind, double overlap, struct sk_random *r)
{
    double side = kind == SK_PHANTOM_MALIGNANT ? 0.5 : -0.5;
    double grade = MIDDLE + side * (1 - overlap) * APART + SPREAD * sk_random_normal(r), feature[4];
    for (int i = 0; i < 4; i++)
        feature[i] = clamp(grade + SCATTER * sk_random_normal(r), 0, 1);
    return (struct atypia){grade, feature[0], feature[1], feature[2], feature[3]};
}

/* Tones between pale, pink, tan and the violet of polarised light: the spread of published dermoscopy sets. */
static void draw_skin(struct phantom_skin *skin, double texture, struct sk_random *r)
{
    double exposure = 0.16 * sk_random_normal(r), redness = clamp(0.26 * sk_random_normal(r), -0.35, 0.7);
    skin->density[0] = (float)clamp(0.50 + exposure + 0.09 * sk_random_normal(r), 0.08, 1.3);
    skin->density[1] = (float)clamp(1.08 + exposure + redness, 0.25, 2);
    skin->density[2] = (float)clamp(1.04 + exposure + 0.9 * redness + 0.17 * sk_random_normal(r), 0.25, 2.2);
    skin->tone = (float)texture * lognormal(r, 0.032, 0.5);
    skin->blush = (float)texture * lognormal(r, 0.045, 0.6);
    skin->pores = (float)texture * lognormal(r, 0.032, 0.5);
    skin->pore_frequency = uniform(r, 9, 16);
    skin->salt = sk_random_bits(r);
}

/* A spot whose centre lies at distance low..high from the origin, in any direction. */
static struct phantom_spot spot_around(struct sk_random *r, double low, double high)
{
    double angle = sk_random_between(r, 0, 2 * M_PI), distance = sk_random_between(r, low, high);
    return (struct phantom_spot){.x = (float)(distance * cos(angle)), .y = (float)(distance * sin(angle))};
}

/* Where the lesion lies, and how large it is: an ellipse. */
static void draw_place(struct phantom_outline *o, double diameter, const struct atypia *a, struct sk_random *r)
{
    double angle = sk_random_between(r, 0, 2 * M_PI);
    o->x = (float)clamp(0.11 * sk_random_normal(r), -0.3, 0.3);
    o->y = (float)clamp(0.11 * sk_random_normal(r), -0.3, 0.3);
    o->turn_cos = (float)cos(angle);
    o->turn_sin = (float)sin(angle);
    o->stretch = (float)exp(0.14 * fabs(sk_random_normal(r)));
    double grade = (a->asymmetry + a->border + a->colour + a->structure) / 4;
    double factor = exp(0.45 * (grade - MIDDLE) + 0.25 * sk_random_normal(r));
    o->radius = (float)(diameter / SK_PHANTOM_FIELD_MM * clamp(factor, 0.32, 1.53));
}

/* Harmonics of the outline, and lobes that grow out of it. */
static void draw_asymmetry(struct phantom_outline *o, double strength, const struct atypia *a, struct sk_random *r)
{
    double wave = strength * (0.015 + 0.12 * a->asymmetry);
    for (int i = 0; i < 3; i++, wave *= 0.75) {
        o->wave_cos[i] = (float)(wave * sk_random_normal(r));
        o->wave_sin[i] = (float)(wave * sk_random_normal(r));
    }
    o->lobes = chance(r, 1.6 * a->asymmetry - 0.4) ? 1 + (int)sk_random_below(r, 2) : 0;
    for (int i = 0; i < o->lobes; i++) {
        o->lobe[i] = spot_around(r, 0.6, 0.95);
        double out = clamp(strength, 0, 1 / hypot((double)o->lobe[i].x, (double)o->lobe[i].y)); /* none stands alone */
        o->lobe[i].x *= o->radius * (float)out;
        o->lobe[i].y *= o->radius * (float)out;
        o->lobe[i].radius = o->radius * uniform(r, 0.3, 0.6);
    }
}

/* How the border runs: ragged, notched, streaked, sharp here and blurred there. */
static void draw_border(struct phantom_outline *o, double strength, const struct atypia *a, struct sk_random *r)
{
    o->ragged = (float)(strength * (0.02 + 0.10 * a->border * a->border));
    o->ragged_frequency = uniform(r, 1.3, 2.5);
    o->streaks = chance(r, a->structure - 0.25) ? (float)(strength * sk_random_between(r, 0.03, 0.15)) : 0;
    o->edge = o->radius * lognormal(r, 0.18, 0.45);
    o->edge_variation = (float)(strength * (0.13 + 0.45 * a->border));
    o->notches = strength > 0 ? (int)(a->border * sk_random_between(r, 0, NOTCHES) * 0.999) : 0;
    for (int i = 0; i < o->notches; i++) {
        o->notch[i] = spot_around(r, 0.85 * o->radius, 1.15 * o->radius);
        o->notch[i].radius = o->radius * (float)clamp(strength * sk_random_between(r, 0.12, 0.32), 0, 0.6);
    }
    o->salt = sk_random_bits(r);
}

static void draw_pigment(struct phantom_pigment *p, double mottle, const struct atypia *a, struct sk_random *r)
{
    p->melanin[0] = uniform(r, 0.38, 0.72);
    p->melanin[1] = 1;
    p->melanin[2] = uniform(r, 1.0, 1.5);
    /* Atypical lesions get their darkness from patches: on the whole both classes absorb alike. */
    p->amount = (float)clamp(lognormal(r, 1.5, 0.42) * (1.1 - 0.3 * a->colour), 0.4, 3.2);
    p->blood = (float)clamp(0.3 + 0.25 * sk_random_normal(r), 0, 0.9);
    p->centre = normal(r, 0.15, 0.3);
    p->mottle = (float)(mottle * (0.065 + 0.14 * a->colour)) * lognormal(r, 1, 0.3);
    p->salt = sk_random_bits(r);
}

static void draw_network(struct phantom_pigment *p, double strength, const struct atypia *a, struct sk_random *r)
{
    p->net = chance(r, 0.7) ? (float)(strength * sk_random_between(r, 0.08, 0.42)) : 0;
    p->net_cell = uniform(r, 0.09, 0.17);
    p->net_warp = (float)(0.08 + 0.48 * a->structure);
}

/* Islands of the colours that a nevus seldom has; each appears the more likely the higher the grade. */
static void draw_islands(struct phantom_pigment *p, double strength, double radius, const struct atypia *a,
                         struct sk_random *r)
{
    static const double strongest[COLOURS] = {3.2, 0.8, 0.9, 0.9};
    for (int colour = 0; colour < COLOURS; colour++) {
        struct phantom_spot *island = &p->patch[colour];
        *island = spot_around(r, 0.15 * radius, 0.8 * radius);
        island->radius = (float)radius * uniform(r, 0.25, 0.7);
        double amount = strength * strongest[colour] * (0.4 + 0.6 * a->colour) * sk_random_between(r, 0.3, 1);
        if (colour == COLOUR_BLUE || colour == COLOUR_WHITE) /* shares */
            amount = clamp(amount, 0, 1);
        island->strength = chance(r, 1.05 * a->colour - (colour == COLOUR_DARK ? 0 : 0.25)) ? (float)amount : 0;
    }
}

static void draw_dots(struct phantom_pigment *p, double factor, double radius, const struct atypia *a,
                      struct sk_random *r)
{
    /* A nevus may have globules too: alike, and within; atypical dots vary and crowd at the border. */
    p->dots = chance(r, 0.35 + 0.3 * a->structure) ? (int)(sk_random_between(r, 0.15, 1) * DOTS) : 0;
    double size = sk_random_between(r, 0.012, 0.03), strength = factor * sk_random_between(r, 0.3, 0.8);
    double scatter = 0.1 + 0.6 * a->structure, inner = 0.9 * a->structure;
    for (int i = 0; i < p->dots; i++) {
        p->dot[i] = spot_around(r, inner * radius * sk_random_uniform(r), radius);
        p->dot[i].radius = lognormal(r, size, scatter);
        p->dot[i].strength = lognormal(r, strength, scatter);
    }
    if (factor <= 0)
        p->dots = 0;
}

static void draw_hair(struct phantom_scene *s, double length, double half_width, struct sk_random *r)
{
    double angle = sk_random_between(r, 0, 2 * M_PI), bend = angle + 0.5 * sk_random_normal(r);
    double x0 = sk_random_between(r, -1.1, 1.1), y0 = sk_random_between(r, -1.1, 1.1);
    sk_cut_curve(s->hair + s->hair_segments, HAIR_SEGMENTS, x0, y0, angle, bend, length, half_width, 0.6);
    s->hair_segments += HAIR_SEGMENTS;
}

static void draw_hairs(struct phantom_scene *s, double share, struct sk_random *r)
{
    int hairs = chance(r, share) ? 1 + (int)sk_random_below(r, HAIRS) : 0;
    double length = sk_random_between(r, 0.2, 1.8), width = sk_random_between(r, 0.005, 0.013);
    double dark = sk_random_between(r, 1.4, 3.2);
    s->hair_segments = 0;
    for (int i = 0; i < hairs; i++)
        draw_hair(s, length * sk_random_between(r, 0.6, 1.2), width * sk_random_between(r, 0.7, 1.2), r);
    for (int c = 0; c < 3; c++)
        s->hair_density[c] = (float)(dark + 0.25 * c);
}

static void draw_camera(struct phantom_camera *camera, const struct sk_phantom_model *model, struct sk_random *r)
{
    const float uneven = (float)model->vignette;
    camera->light = normal(r, 0, 0.08);
    camera->slope_x = uneven * normal(r, 0, 0.08);
    camera->slope_y = uneven * normal(r, 0, 0.08);
    camera->vignette = uneven * uniform(r, 0, 0.22);
    camera->blur = lognormal(r, 0.018, 0.5);
    camera->grain = (float)model->noise * lognormal(r, 1.2, 0.4);
    camera->salt = sk_random_bits(r);
}

static void draw_field(struct phantom_camera *camera, double share, struct sk_random *r)
{
    camera->tube = chance(r, share) ? uniform(r, 1.02, 1.3) : 2;
}

static void draw_ruler(struct phantom_scene *s, double share, struct sk_random *r)
{
    s->ruler_shown = chance(r, share);
    s->ruler = sk_scale_draw(2.0 / SK_PHANTOM_FIELD_MM, 0.72, 0.95, r); /* a mark at each millimetre */
}

static struct sk_random sequence(const struct sk_phantom_spec *spec, uint64_t index, enum part part)
{
    struct sk_random r;
    uint64_t image = index << 1 | (spec->kind == SK_PHANTOM_MALIGNANT);
    sk_random_init(&r, spec->seed, image << PART_BITS | (uint64_t)part);
    return r;
}

void sk_phantom_scene(struct phantom_scene *scene, const struct sk_phantom_spec *spec, uint64_t index)
{
    const struct sk_phantom_model *model = &spec->model;
    struct phantom_outline *outline = &scene->outline;
    struct phantom_pigment *pigment = &scene->pigment;
    struct sk_random r[PARTS];
    for (int part = 0; part < PARTS; part++)
        r[part] = sequence(spec, index, (enum part)part);

    memset(scene, 0, sizeof *scene);
    const struct atypia atypia = draw_atypia(spec->kind, model->overlap, &r[PART_ATYPIA]);
    scene->grade = atypia.grade;
    draw_skin(&scene->skin, model->texture, &r[PART_SKIN]);
    draw_place(outline, model->diameter, &atypia, &r[PART_PLACE]);
    draw_asymmetry(outline, model->asymmetry, &atypia, &r[PART_ASYMMETRY]);
    draw_border(outline, model->border, &atypia, &r[PART_BORDER]);
    draw_pigment(pigment, model->mottle, &atypia, &r[PART_PIGMENT]);
    draw_network(pigment, model->network, &atypia, &r[PART_NETWORK]);
    draw_islands(pigment, model->islands, (double)outline->radius, &atypia, &r[PART_ISLANDS]);
    draw_dots(pigment, model->dots, (double)outline->radius, &atypia, &r[PART_DOTS]);
    draw_hairs(scene, model->hair, &r[PART_HAIR]);
    draw_camera(&scene->camera, model, &r[PART_CAMERA]);
    draw_field(&scene->camera, model->field, &r[PART_FIELD]);
    draw_ruler(scene, model->ruler, &r[PART_RULER]);
}
