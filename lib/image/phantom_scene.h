#ifndef SK_IMAGE_PHANTOM_SCENE_H
#define SK_IMAGE_PHANTOM_SCENE_H

#include "base/random.h"
#include "image/artefact.h"
#include "image/phantom.h"

/* What a phantom shows, before there are pixels: phantom_scene.c draws it from random numbers,
   phantom.c makes the picture. Lengths are in units of half the image's width: the image is
   [-1, 1] x [-1, 1], y pointing down. Colours are optical densities, -ln of linear-light R, G, B. */

enum { LOBES = 5, NOTCHES = 5, DOTS = 48, HAIRS = 12, HAIR_SEGMENTS = 12 };

struct phantom_skin {
    float density[3];          /* of the bare skin */
    float tone, blush;         /* amplitude of pigment and of blood variation */
    float pores, pore_frequency;
    uint32_t salt;
};

/* A round thing: a lobe, a notch, a dot, a patch of another colour. */
struct phantom_spot {
    float x, y, radius, strength;
};

/* The lesion's extent, in a frame turned by (turn_cos, turn_sin) about its centre. */
struct phantom_outline {
    float x, y, turn_cos, turn_sin, stretch, radius;
    float wave_cos[3], wave_sin[3]; /* radius factor 1 + sum of the harmonics 2, 3, 4 of the angle */
    float ragged, ragged_frequency; /* of the border */
    float streaks;                  /* radial projections */
    float edge, edge_variation;     /* half width of the transition; how it varies along the border */
    struct phantom_spot lobe[LOBES], notch[NOTCHES];
    int lobes, notches;
    uint32_t salt;
};

/* What colours the lesion. */
enum phantom_colour { COLOUR_DARK, COLOUR_RED, COLOUR_BLUE, COLOUR_WHITE, COLOURS };

struct phantom_pigment {
    float melanin[3], amount;      /* extinction (green 1) and amount: density is their product */
    float blood;                   /* redness of the whole lesion */
    float centre, mottle;          /* darker (or lighter) centre; blotchiness, both relative */
    float net, net_cell, net_warp; /* network: relative amplitude, mesh width, irregularity */
    struct phantom_spot patch[COLOURS];
    struct phantom_spot dot[DOTS];
    int dots;
    uint32_t salt;
};

struct phantom_camera {
    float light, slope_x, slope_y, vignette; /* densities */
    float blur;                              /* width of the point spread */
    float grain;                             /* standard deviation, in steps of 1/255 */
    float tube;                              /* radius of the view, beyond the corners where none is seen */
    uint32_t salt;
};

struct phantom_scene {
    struct phantom_skin skin;
    struct phantom_outline outline;
    struct phantom_pigment pigment;
    struct sk_stroke hair[HAIRS * HAIR_SEGMENTS];
    int hair_segments;
    float hair_density[3];
    bool ruler_shown;
    struct sk_scale ruler; /* in the camera's graticule */
    struct phantom_camera camera;
    double grade; /* of atypia */
};

/* The scene of phantom `index` of a spec. */
void sk_phantom_scene(struct phantom_scene *scene, const struct sk_phantom_spec *spec, uint64_t index);

#endif
