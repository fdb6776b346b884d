#include "image/fingerprint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { RINGS = SK_FINGERPRINT_RINGS, ANGLES = SK_FINGERPRINT_ANGLES, SAMPLES = RINGS * ANGLES, SIDE = 24 };

/* Standard deviation, on a scale of 0 to 1, below which an image counts as plain and is not stretched any further. */
static const double plain = 0.02;
/* Of the mean colours: a shift of the brightness by a tenth makes a distance of 0.02 a channel. */
static const double mean_weight = 0.2;

/* Mean colour, 0 to 1, of the box [x0, x1) x [y0, y1) in pixels, parts of pixels counting in part. */
static void box_mean(const struct sk_image *image, double x0, double x1, double y0, double y1, double colour[3])
{
    unsigned depth = sk_image_depth(image), step = image->channels == 3 ? 1 : 0;
    size_t right = (size_t)fmin(ceil(x1), (double)image->width), bottom = (size_t)fmin(ceil(y1), (double)image->height);
    double sum[3] = {0, 0, 0}, total = 0;
    for (size_t y = (size_t)y0; y < bottom; y++)
        for (size_t x = (size_t)x0; x < right; x++) {
            double across = fmin((double)x + 1, x1) - fmax((double)x, x0);
            double weight = across * (fmin((double)y + 1, y1) - fmax((double)y, y0));
            const uint16_t *sample = image->sample + (y * image->width + x) * depth;
            for (unsigned c = 0; c < 3; c++)
                sum[c] += weight * sample[c * step];
            total += weight;
        }
    for (unsigned c = 0; c < 3; c++)
        colour[c] = sum[c] / (total * image->maxval);
}

/* The centre square, averaged down to SIDE x SIDE. */
static void thumbnail(const struct sk_image *image, double pixel[SIDE][SIDE][3])
{
    double side = (double)(image->width < image->height ? image->width : image->height), cell = side / SIDE;
    double left = ((double)image->width - side) / 2, top = ((double)image->height - side) / 2;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            box_mean(image, left + x * cell, left + (x + 1) * cell, top + y * cell, top + (y + 1) * cell, pixel[y][x]);
}

/* Bilinear sample at (x, y), pixel centres at whole numbers; the point lies within the outermost centres. */
static void interpolate(double pixel[SIDE][SIDE][3], double x, double y, double colour[3])
{
    int column = (int)fmin(x, SIDE - 2), row = (int)fmin(y, SIDE - 2);
    double u = x - column, v = y - row;
    for (int c = 0; c < 3; c++)
        colour[c] = (1 - v) * ((1 - u) * pixel[row][column][c] + u * pixel[row][column + 1][c]) +
                    v * ((1 - u) * pixel[row + 1][column][c] + u * pixel[row + 1][column + 1][c]);
}

/* The rings' radii are such that each stands for a ring of one width; the area it stands for is its weight. */
static void sample_rings(double pixel[SIDE][SIDE][3], double sample[SAMPLES][3], double weight[SAMPLES])
{
    double centre = (SIDE - 1) / 2.0, step = 2 * acos(-1) / ANGLES;
    for (int ring = 0; ring < RINGS; ring++)
        for (int angle = 0; angle < ANGLES; angle++) {
            double radius = centre * (ring + 0.5) / RINGS;
            interpolate(pixel, centre + radius * cos(angle * step), centre + radius * sin(angle * step),
                        sample[ring * ANGLES + angle]);
            weight[ring * ANGLES + angle] = (2 * ring + 1) / (double)(RINGS * RINGS * ANGLES);
        }
}

int sk_fingerprint(const struct sk_image *image, float *print, struct sk_error *err)
{
    double pixel[SIDE][SIDE][3], sample[SAMPLES][3], weight[SAMPLES], mean[3] = {0, 0, 0}, variance = 0;
    if (image->width < SK_FINGERPRINT_SMALLEST || image->height < SK_FINGERPRINT_SMALLEST)
        return sk_fail(err, "%zu x %zu pixels are too few to compare", image->width, image->height);
    thumbnail(image, pixel);
    sample_rings(pixel, sample, weight);
    for (int i = 0; i < SAMPLES; i++)
        for (int c = 0; c < 3; c++)
            mean[c] += weight[i] * sample[i][c];
    for (int i = 0; i < SAMPLES; i++)
        for (int c = 0; c < 3; c++)
            variance += weight[i] * (sample[i][c] - mean[c]) * (sample[i][c] - mean[c]);
    double scale = 1 / fmax(sqrt(variance), plain);
    for (int i = 0; i < SAMPLES; i++)
        for (int c = 0; c < 3; c++)
            print[i * 3 + c] = (float)((sample[i][c] - mean[c]) * scale * sqrt(weight[i]));
    for (int c = 0; c < 3; c++)
        print[SAMPLES * 3 + c] = (float)(mean_weight * mean[c]);
    return 0;
}

void sk_fingerprint_turn(const float *print, int turn, float *turned)
{
    for (int ring = 0; ring < RINGS; ring++)
        for (int angle = 0; angle < ANGLES; angle++) {
            int from = turn < ANGLES ? angle - turn : turn - angle; /* a mirror image runs the other way */
            from = (from + 2 * ANGLES) % ANGLES;
            memcpy(turned + 3 * (ring * ANGLES + angle), print + 3 * (ring * ANGLES + from), 3 * sizeof *print);
        }
    memcpy(turned + 3 * SAMPLES, print + 3 * SAMPLES, 3 * sizeof *print);
}

void sk_fingerprint_turns(const float *print, float *turned)
{
    for (int turn = 0; turn < SK_FINGERPRINT_TURNS; turn++)
        sk_fingerprint_turn(print, turn, turned + turn * SK_FINGERPRINT_DIM);
}

struct prints {
    float *print;
    size_t count, capacity;
};

/* Appends the image's fingerprint. */
static int append(void *context, const struct sk_image *image, struct sk_error *err)
{
    struct prints *p = context;
    if (p->count == p->capacity) {
        size_t wanted = p->capacity ? p->capacity * 2 : 16, bytes;
        float *moved = sk_mul(wanted, SK_FINGERPRINT_DIM * sizeof *moved, &bytes) ? realloc(p->print, bytes) : NULL;
        if (!moved)
            return sk_fail(err, "no memory for %zu images", wanted);
        p->print = moved;
        p->capacity = wanted;
    }
    if (sk_fingerprint(image, p->print + p->count * SK_FINGERPRINT_DIM, err))
        return -1;
    p->count++;
    return 0;
}

int sk_fingerprints_read(const char *path, float **prints, size_t *count, struct sk_error *err)
{
    struct prints p = {0};
    int status = sk_image_visit(path, append, &p, err);
    if (status) {
        free(p.print);
        p.print = NULL;
    }
    *prints = p.print;
    *count = p.count;
    return status;
}
