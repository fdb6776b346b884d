#include "image/phantom_scene.h"

#include <math.h>
#include <string.h>

/* All that the class decides is the distribution of the grade of atypia, about 0 to 1. The four features
   of the ABCD rule follow the grade, each with a scatter of its own; skin, hairs and camera never see it. The
   grades overlap, so that no classifier can be perfect: the area under the ROC curve of the grade itself is
   Phi((0.72 - 0.24) / sqrt(0.13^2 + 0.18^2)) = 0.985. */
struct atypia {
    double asymmetry, border, colour, structure;
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

static struct atypia draw_atypia(enum sk_phantom_class kind, struct sk_random *r)
{
    double grade = kind == SK_PHANTOM_MALIGNANT ? 0.72 + 0.18 * sk_random_normal(r) : 0.24 + 0.13 * sk_random_normal(r);
    double feature[4];
    for (int i = 0; i < 4; i++)
        feature[i] = clamp(grade + 0.12 * sk_random_normal(r), 0, 1);
    return (struct atypia){feature[0], feature[1], feature[2], feature[3]};
}

/* Tones between pale, pink, tan and the violet of polarised light: the spread of published dermoscopy sets. */
static void draw_skin(struct phantom_skin *skin, struct sk_random *r)
{
    double exposure = 0.16 * sk_random_normal(r), redness = clamp(0.26 * sk_random_normal(r), -0.35, 0.7);
    skin->density[0] = (float)clamp(0.50 + exposure + 0.09 * sk_random_normal(r), 0.08, 1.3);
    skin->density[1] = (float)clamp(1.08 + exposure + redness, 0.25, 2);
    skin->density[2] = (float)clamp(1.04 + exposure + 0.9 * redness + 0.17 * sk_random_normal(r), 0.25, 2.2);
    skin->tone = lognormal(r, 0.032, 0.5);
    skin->blush = lognormal(r, 0.045, 0.6);
    skin->pores = lognormal(r, 0.032, 0.5);
    skin->pore_frequency = uniform(r, 9, 16);
    skin->salt = sk_random_bits(r);
}

/* A spot whose centre lies at distance low..high from the origin, in any direction. */
static struct phantom_spot spot_around(struct sk_random *r, double low, double high)
{
    double angle = sk_random_between(r, 0, 2 * M_PI), distance = sk_random_between(r, low, high);
    return (struct phantom_spot){.x = (float)(distance * cos(angle)), .y = (float)(distance * sin(angle))};
}

static void draw_outline(struct phantom_outline *o, const struct atypia *a, struct sk_random *r)
{
    double angle = sk_random_between(r, 0, 2 * M_PI);
    o->x = (float)clamp(0.11 * sk_random_normal(r), -0.3, 0.3);
    o->y = (float)clamp(0.11 * sk_random_normal(r), -0.3, 0.3);
    o->turn_cos = (float)cos(angle);
    o->turn_sin = (float)sin(angle);
    o->stretch = (float)exp(0.14 * fabs(sk_random_normal(r)));
    double grade = (a->asymmetry + a->border + a->colour + a->structure) / 4;
    o->radius = (float)clamp(0.38 * exp(0.45 * grade + 0.25 * sk_random_normal(r)), 0.15, 0.72);

    double wave = 0.015 + 0.12 * a->asymmetry;
    for (int i = 0; i < 3; i++, wave *= 0.75) {
        o->wave_cos[i] = (float)(wave * sk_random_normal(r));
        o->wave_sin[i] = (float)(wave * sk_random_normal(r));
    }
    o->ragged = (float)(0.02 + 0.10 * a->border * a->border);
    o->ragged_frequency = uniform(r, 1.3, 2.5);
    o->streaks = chance(r, a->structure - 0.25) ? uniform(r, 0.03, 0.15) : 0;
    o->edge = o->radius * lognormal(r, 0.18, 0.45);
    o->edge_variation = (float)(0.13 + 0.45 * a->border);

    o->lobes = chance(r, 1.6 * a->asymmetry - 0.4) ? 1 + (int)sk_random_below(r, 2) : 0;
    for (int i = 0; i < o->lobes; i++) {
        o->lobe[i] = spot_around(r, 0.6 * o->radius, 0.95 * o->radius);
        o->lobe[i].radius = o->radius * uniform(r, 0.3, 0.6);
    }
    o->notches = (int)(a->border * sk_random_between(r, 0, NOTCHES) * 0.999);
    for (int i = 0; i < o->notches; i++) {
        o->notch[i] = spot_around(r, 0.85 * o->radius, 1.15 * o->radius);
        o->notch[i].radius = o->radius * uniform(r, 0.12, 0.32);
    }
    o->salt = sk_random_bits(r);
}

/* Patches of the colours that a nevus seldom has; each appears the more likely the higher the grade. */
static void draw_patches(struct phantom_pigment *p, double radius, const struct atypia *a, struct sk_random *r)
{
    static const double strongest[COLOURS] = {3.2, 0.8, 0.9, 0.9};
    for (int colour = 0; colour < COLOURS; colour++) {
        p->patch[colour] = spot_around(r, 0.15 * radius, 0.8 * radius);
        p->patch[colour].radius = (float)radius * uniform(r, 0.25, 0.7);
        double strength = strongest[colour] * (0.4 + 0.6 * a->colour) * sk_random_between(r, 0.3, 1);
        bool seen = chance(r, 1.05 * a->colour - (colour == COLOUR_DARK ? 0 : 0.25));
        p->patch[colour].strength = seen ? (float)strength : 0;
    }
}

static void draw_dots(struct phantom_pigment *p, double radius, const struct atypia *a, struct sk_random *r)
{
    /* A nevus may have globules too: alike, and within; atypical dots vary and crowd at the border. */
    p->dots = chance(r, 0.35 + 0.3 * a->structure) ? (int)(sk_random_between(r, 0.15, 1) * DOTS) : 0;
    double size = sk_random_between(r, 0.012, 0.03), strength = sk_random_between(r, 0.3, 0.8);
    double scatter = 0.1 + 0.6 * a->structure, inner = 0.9 * a->structure;
    for (int i = 0; i < p->dots; i++) {
        p->dot[i] = spot_around(r, inner * radius * sk_random_uniform(r), radius);
        p->dot[i].radius = lognormal(r, size, scatter);
        p->dot[i].strength = lognormal(r, strength, scatter);
    }
}

static void draw_pigment(struct phantom_pigment *p, double radius, const struct atypia *a, struct sk_random *r)
{
    p->melanin[0] = uniform(r, 0.38, 0.72);
    p->melanin[1] = 1;
    p->melanin[2] = uniform(r, 1.0, 1.5);
    /* Atypical lesions get their darkness from patches: on the whole both classes absorb alike. */
    p->amount = (float)clamp(lognormal(r, 1.5, 0.42) * (1.1 - 0.3 * a->colour), 0.4, 3.2);
    p->blood = (float)clamp(0.3 + 0.25 * sk_random_normal(r), 0, 0.9);
    p->centre = normal(r, 0.15, 0.3);
    p->mottle = (float)(0.065 + 0.14 * a->colour) * lognormal(r, 1, 0.3);
    p->net = chance(r, 0.7) ? uniform(r, 0.08, 0.42) : 0;
    p->net_cell = uniform(r, 0.09, 0.17);
    p->net_warp = (float)(0.08 + 0.48 * a->structure);
    draw_patches(p, radius, a, r);
    draw_dots(p, radius, a, r);
    p->salt = sk_random_bits(r);
}

/* One hair: a quadratic Bezier curve, cut into straight pieces. */
static void draw_hair(struct phantom_scene *s, double length, double half_width, struct sk_random *r)
{
    double angle = sk_random_between(r, 0, 2 * M_PI), bend = angle + 0.5 * sk_random_normal(r);
    double x0 = sk_random_between(r, -1.1, 1.1), y0 = sk_random_between(r, -1.1, 1.1);
    double x1 = x0 + length / 2 * cos(angle), y1 = y0 + length / 2 * sin(angle);
    double x2 = x1 + length / 2 * cos(bend), y2 = y1 + length / 2 * sin(bend);
    double px = x0, py = y0;
    for (int i = 1; i <= HAIR_SEGMENTS; i++) {
        double t = (double)i / HAIR_SEGMENTS, u = 1 - t;
        double x = u * u * x0 + 2 * u * t * x1 + t * t * x2, y = u * u * y0 + 2 * u * t * y1 + t * t * y2;
        s->hair[s->hair_segments++] = (struct phantom_segment){
            (float)px, (float)py, (float)x, (float)y, (float)(half_width * (1 - 0.6 * t)), /* tapers */
        };
        px = x, py = y;
    }
}

static void draw_hairs(struct phantom_scene *s, struct sk_random *r)
{
    int hairs = chance(r, 0.3) ? 1 + (int)sk_random_below(r, HAIRS) : 0;
    double length = sk_random_between(r, 0.2, 1.8), width = sk_random_between(r, 0.005, 0.013);
    double dark = sk_random_between(r, 1.4, 3.2);
    s->hair_segments = 0;
    for (int i = 0; i < hairs; i++)
        draw_hair(s, length * sk_random_between(r, 0.6, 1.2), width * sk_random_between(r, 0.7, 1.2), r);
    for (int c = 0; c < 3; c++)
        s->hair_density[c] = (float)(dark + 0.25 * c);
}

static void draw_camera(struct phantom_camera *camera, struct sk_random *r)
{
    camera->light = normal(r, 0, 0.08);
    camera->slope_x = normal(r, 0, 0.08);
    camera->slope_y = normal(r, 0, 0.08);
    camera->vignette = uniform(r, 0, 0.22);
    camera->blur = lognormal(r, 0.018, 0.5);
    camera->grain = lognormal(r, 1.2, 0.4);
    camera->tube = chance(r, 0.1) ? uniform(r, 1.02, 1.3) : 2;
    camera->salt = sk_random_bits(r);
}

void sk_phantom_scene(struct phantom_scene *scene, enum sk_phantom_class kind, struct sk_random *r)
{
    memset(scene, 0, sizeof *scene);
    struct atypia atypia = draw_atypia(kind, r);
    draw_skin(&scene->skin, r);
    draw_outline(&scene->outline, &atypia, r);
    draw_pigment(&scene->pigment, scene->outline.radius, &atypia, r);
    draw_hairs(scene, r);
    draw_camera(&scene->camera, r);
}
