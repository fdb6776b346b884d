#include "image/align.h"

#include <math.h>

#include "base/simd.h"
#include "image/crop.h"

enum { LARGEST = SK_ALIGN_SIDE * SK_ALIGN_SIDE, PARAMETERS = SK_SIMILARITY_PARAMETERS, MOST_REACH = 8 };

static const sk_pixel missing = {0, 0, 0, 0}, whole = {0, 0, 0, 1}; /* nothing known; the weight of a pixel */
/* Pixels darker than this in all channels are taken for what a rotation or shift has left empty. */
static const float black = 0.04F;
/* Both pictures are blurred by this deviation, in pixels of the one that shows more, so that they are equally sharp. */
static const double base_blur = 1;
/* The share of the blur's weight that must have been on the disc for a pixel to be compared. */
static const float least_weight = 0.75F;
/* Deviation of the channels, on a scale of 0 to 1: less is plain, and shows no pattern to stretch. */
static const double plain = 0.02;
/* The distance of plain surfaces is that of their colours in this unit. */
static const double plain_unit = 0.05;
/* Distances below are what single precision leaves of a copy's 0, more or less by the turn it is found in. */
static const double rounding = 1e-5;
static const double least_scale = 0.4, greatest_scale = 2.5;
static const int most_steps[SK_ALIGN_LEVELS] = {8, 12}; /* finest level first */

/* Every LANES-th number goes into the same sum, so that sums do not depend on the width of the processor's vectors. */
enum { COLOURS = 3, LANES = 16, ROOM = LARGEST + LANES };

/* The pixels of the disc of one picture, and where they meet another at one level: places, colours of both, and how the second one's
   change with the place. Behind them there are some to a multiple of LANES that never meet. */
struct meeting {
    size_t pixels, padded, disc;    /* known ones, and all of the disc */
    double n;                       /* those that meet */
    float x[ROOM], y[ROOM];         /* in the first, mirrored if the map does */
    float known[ROOM];              /* 1 where they meet, else 0, as are then the slopes */
    int32_t at[ROOM];               /* the pixel of the second that is left of the place and above, */
    float across[ROOM], down[ROOM]; /* and how far the place is from it */
    float a[COLOURS][ROOM], b[COLOURS][ROOM], bx[COLOURS][ROOM], by[COLOURS][ROOM];
    float mean_a[COLOURS], mean_b[COLOURS], gain_a[COLOURS], gain_b[COLOURS]; /* what makes the channels comparable */
};

/* Half the size: means of 2 x 2 pixels. */
static void halve(const sk_pixel *picture, size_t side, sk_pixel *half)
{
    for (size_t y = 0; y < side / 2; y++)
        for (size_t x = 0; x < side / 2; x++) {
            const sk_pixel *p = picture + 2 * y * side + 2 * x;
            half[y * (side / 2) + x] = (p[0] + p[1] + p[side] + p[side + 1]) * 0.25F;
        }
}

/* Blurs along lines; what lies beyond the border weighs nothing. */
static void blur_lines(const sk_pixel *in, size_t side, size_t along, size_t across, const float *tap, size_t reach,
                       sk_pixel *out)
{
    for (size_t line = 0; line < side; line++)
        for (size_t i = 0; i < side; i++) {
            size_t low = i > reach ? i - reach : 0, high = i + reach < side ? i + reach : side - 1;
            sk_pixel sum = {0};
            for (size_t k = low; k <= high; k++)
                sum += in[line * across + k * along] * tap[k > i ? k - i : i - k];
            out[line * across + i * along] = sum;
        }
}

/* tap[0..reach] of a Gaussian, of which the later ones stand on either side; the reach. */
static size_t gaussian_taps(double sigma, float tap[MOST_REACH + 1])
{
    size_t reach = (size_t)fmin(ceil(2.5 * sigma), MOST_REACH);
    double value[MOST_REACH + 1], sum = 0;
    for (size_t k = 0; k <= reach; k++) {
        value[k] = exp(-(double)(k * k) / (2 * sigma * sigma));
        sum += (k ? 2 : 1) * value[k];
    }
    for (size_t k = 0; k <= reach; k++)
        tap[k] = (float)(value[k] / sum);
    return reach;
}

/* The disc of a picture blurred by a Gaussian, each pixel divided by the weight that it has gathered, so that what is missing
   or beyond the disc leaves no trace. The fourth number is that weight. */
static void blur_disc(const sk_pixel *picture, size_t side, double sigma, sk_pixel *out)
{
    float tap[MOST_REACH + 1];
    sk_pixel disc[LARGEST], half[LARGEST];
    size_t reach = gaussian_taps(sigma, tap);
    double centre = (double)(side - 1) / 2, square = (double)(side * side) / 4;
    for (size_t p = 0; p < side * side; p++) {
        size_t column = p % side, row = p / side;
        double x = (double)column - centre, y = (double)row - centre;
        disc[p] = x * x + y * y <= square ? picture[p] : missing;
    }
    blur_lines(disc, side, 1, side, tap, reach, half);
    blur_lines(half, side, side, 1, tap, reach, out);
    for (size_t p = 0; p < side * side; p++) {
        float weight = out[p][3];
        out[p] = weight > 0 ? out[p] / weight : missing;
        out[p][3] = weight;
    }
}

static bool is_black(sk_pixel colour)
{
    return fmaxf(fmaxf(colour[0], colour[1]), colour[2]) < black;
}

/* Whether a pixel or one beside it is black. */
static bool touches_black(const sk_pixel *picture, size_t row, size_t column)
{
    for (size_t y = row ? row - 1 : 0; y <= row + 1 && y < SK_ALIGN_SIDE; y++)
        for (size_t x = column ? column - 1 : 0; x <= column + 1 && x < SK_ALIGN_SIDE; x++)
            if (is_black(picture[y * SK_ALIGN_SIDE + x]))
                return true;
    return false;
}

/* Gives pixels the weight 1; takes out those that are black or border on black, which is what a rotation or shift has left
   empty, unless that is most of them. */
static void weigh(const sk_pixel *colour, sk_pixel *picture)
{
    size_t empty = 0;
    for (size_t p = 0; p < LARGEST; p++) {
        bool out = touches_black(colour, p / SK_ALIGN_SIDE, p % SK_ALIGN_SIDE);
        picture[p] = out ? missing : colour[p] + whole;
        empty += out;
    }
    for (size_t p = 0; p < LARGEST && 2 * empty > LARGEST; p++)
        picture[p] = colour[p] + whole;
}

int sk_align_picture(const struct sk_image *image, sk_pixel *picture, struct sk_error *err)
{
    struct sk_image square = {0};
    sk_pixel colour[LARGEST];
    if (image->width < SK_ALIGN_SMALLEST || image->height < SK_ALIGN_SMALLEST)
        return sk_fail(err, "%zu x %zu pixels are too few to compare", image->width, image->height);
    int status = sk_image_crop(image, SK_ALIGN_SIDE, &square, err);
    for (size_t p = 0; p < LARGEST && status == 0; p++) {
        const uint16_t *sample = square.sample + p * sk_image_depth(&square);
        unsigned step = square.channels == 3 ? 1 : 0;
        float scale = 1 / (float)square.maxval;
        colour[p] = (sk_pixel){(float)sample[0], (float)sample[step], (float)sample[2 * step], 0} * scale;
    }
    sk_image_free(&square);
    if (status)
        return -1;
    weigh(colour, picture);
    for (size_t side = SK_ALIGN_SIDE; side > SK_ALIGN_SIDE >> (SK_ALIGN_LEVELS - 1); side /= 2) {
        halve(picture, side, picture + side * side);
        picture += side * side;
    }
    return 0;
}

struct sk_similarity sk_similarity_inverse(const struct sk_similarity *map)
{
    double square = map->a * map->a + map->b * map->b, sign = map->mirror ? -1 : 1;
    /* q = A M p + t, and M A^-1 = A'^-1 M with A' turning the other way where M mirrors */
    struct sk_similarity inverse = {map->mirror, map->a / square, -sign * map->b / square, 0, 0};
    double y = sign * map->d;
    inverse.c = -(inverse.a * map->c - inverse.b * y);
    inverse.d = -(inverse.b * map->c + inverse.a * y);
    return inverse;
}

/* Takes the known pixels of a disc. */
static void take_disc(const sk_pixel *from, size_t side, bool mirror, struct meeting *m)
{
    const float half = (float)side / 2, sign = mirror ? -1 : 1;
    m->pixels = m->disc = 0;
    for (size_t p = 0; p < side * side; p++) {
        const size_t row = p / side, column = p % side;
        float x = ((float)column + 0.5F) / half - 1, y = (((float)row + 0.5F) / half - 1) * sign;
        if (x * x + y * y > 1)
            continue;
        m->disc++;
        if (from[p][3] < least_weight)
            continue;
        m->x[m->pixels] = x;
        m->y[m->pixels] = y;
        for (int c = 0; c < COLOURS; c++)
            m->a[c][m->pixels] = from[p][c];
        m->pixels++;
    }
    m->padded = (m->pixels + LANES - 1) / LANES * LANES;
    for (size_t i = m->pixels; i < m->padded; i++) {
        m->x[i] = m->y[i] = 0;
        for (int c = 0; c < COLOURS; c++)
            m->a[c][i] = 0;
    }
}

/* Where the map takes the pixels; not known where that is beyond the disc. */
SK_SIMD static void place(const struct sk_similarity *map, size_t side, struct meeting *m)
{
    const float a = (float)map->a, b = (float)map->b, c = (float)map->c, d = (float)map->d;
    const float half = (float)side / 2, last = (float)(side - 1);
    const int32_t width = (int32_t)side;
    for (size_t i = 0; i < m->padded; i++) {
        float x = m->x[i], y = m->y[i], u = a * x - b * y + c, v = b * x + a * y + d;
        float known = u * u + v * v <= 1 ? 1 : 0;
        u = ((u + 1) * half - 0.5F) * known;
        v = ((v + 1) * half - 0.5F) * known;
        u = u < 0 ? 0 : u > last ? last : u;
        v = v < 0 ? 0 : v > last ? last : v;
        int32_t left = (int32_t)u, top = (int32_t)v;
        left = left < width - 1 ? left : width - 2;
        top = top < width - 1 ? top : width - 2;
        m->known[i] = known;
        m->at[i] = top * width + left;
        m->across[i] = u - (float)left;
        m->down[i] = v - (float)top;
    }
    for (size_t i = m->pixels; i < m->padded; i++)
        m->known[i] = 0;
}

/* The colour of `to` there, bilinear, and its slopes; not known where too little of it is. */
static void sample(const sk_pixel *to, size_t side, struct meeting *m)
{
    for (size_t i = 0; i < m->padded; i++) {
        const sk_pixel *p = to + m->at[i];
        sk_pixel top = p[1] - p[0], bottom = p[side + 1] - p[side], left = p[0] + (p[side] - p[0]) * m->down[i];
        sk_pixel bx = top + (bottom - top) * m->down[i], by = (p[side] - p[0]) + (bottom - top) * m->across[i];
        sk_pixel b = left + bx * m->across[i];
        float known = ((b[3] >= least_weight) & (p[0][3] * p[1][3] * p[side][3] * p[side + 1][3] > 0)) ? m->known[i] : 0;
        m->known[i] = known;
        bx *= known;
        by *= known;
        for (int c = 0; c < COLOURS; c++) {
            m->b[c][i] = b[c];
            m->bx[c][i] = bx[c];
            m->by[c][i] = by[c];
        }
    }
}

static inline double total(const float sum[LANES])
{
    double all = 0;
    for (size_t l = 0; l < LANES; l++)
        all += (double)sum[l];
    return all;
}

SK_SIMD static double sum_of(const float *value, const float *known, size_t n)
{
    float sum[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            sum[l] += known[i + l] * value[i + l];
    return total(sum);
}

SK_SIMD static double square_deviations(const float *value, const float *known, size_t n, float mean)
{
    float sum[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            sum[l] += known[i + l] * (value[i + l] - mean) * (value[i + l] - mean);
    return total(sum);
}

/* Lays the pixels over another picture; the share of the smaller disc that meets. */
static double meet(const sk_pixel *to, size_t side, const struct sk_similarity *map, struct meeting *m)
{
    place(map, side, m);
    sample(to, side, m);
    m->n = sum_of(m->known, m->known, m->padded);
    double square = map->a * map->a + map->b * map->b;
    return m->n / ((double)m->disc * fmin(1, 1 / square));
}

/* Finds offsets and gains, such that the differences that remain have the distance for their root of the sum of squares. */
static void standardise(struct meeting *m)
{
    double square_a[COLOURS], square_b[COLOURS], weight[COLOURS], all = 0, all_a = 0, all_b = 0;
    for (int c = 0; c < COLOURS; c++) {
        m->mean_a[c] = (float)(sum_of(m->a[c], m->known, m->padded) / m->n);
        m->mean_b[c] = (float)(sum_of(m->b[c], m->known, m->padded) / m->n);
        square_a[c] = square_deviations(m->a[c], m->known, m->padded, m->mean_a[c]);
        square_b[c] = square_deviations(m->b[c], m->known, m->padded, m->mean_b[c]);
        weight[c] = sqrt(square_a[c] * square_b[c]);
        all += weight[c];
        all_a += square_a[c];
        all_b += square_b[c];
    }
    bool flat = fmin(all_a, all_b) < plain * plain * 3 * m->n;
    for (int c = 0; c < COLOURS; c++) {
        double unit = sqrt(1 / (3 * m->n)) / plain_unit, part = all > 0 ? sqrt(weight[c] / all) : 0;
        m->gain_a[c] = (float)(flat ? unit : part > 0 ? part / sqrt(square_a[c]) : 0);
        m->gain_b[c] = (float)(flat ? unit : part > 0 ? part / sqrt(square_b[c]) : 0);
        if (flat)
            m->mean_a[c] = m->mean_b[c] = 0;
    }
}

/* How much a colour of the second is above that of the first. */
static inline float difference(const struct meeting *m, int colour, size_t i)
{
    return (m->b[colour][i] - m->mean_b[colour]) * m->gain_b[colour] - (m->a[colour][i] - m->mean_a[colour]) * m->gain_a[colour];
}

SK_SIMD static double distance_of(const struct meeting *m)
{
    float sum[LANES] = {0};
    for (size_t i = 0; i < m->padded; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            float red = difference(m, 0, i + l), green = difference(m, 1, i + l), blue = difference(m, 2, i + l);
            sum[l] += m->known[i + l] * (red * red + green * green + blue * blue);
        }
    double distance = sqrt(total(sum));
    return distance < rounding ? 0 : fmin(distance, 2);
}

/* Sums over the pixels i and the colours of the products that normal equations are of: sum [k][l], i = l modulo LANES. With the
   slopes s = (x bx + y by, x by - y bx, bx, by): s_j s_k for k <= j, row by row, then s_j times the difference. */
enum { SQUARES = PARAMETERS * (PARAMETERS + 1) / 2, SUMS = SQUARES + PARAMETERS };

static inline void add_products(const struct meeting *m, size_t i, size_t l, float sum[SUMS][LANES])
{
    float xx = 0, xy = 0, yy = 0, xe = 0, ye = 0;
    for (int c = 0; c < COLOURS; c++) {
        const float e = difference(m, c, i + l), bx = m->bx[c][i + l] * m->gain_b[c], by = m->by[c][i + l] * m->gain_b[c];
        xx += bx * bx;
        xy += bx * by;
        yy += by * by;
        xe += bx * e;
        ye += by * e;
    }
    const float x = m->x[i + l], y = m->y[i + l];
    sum[0][l] += x * x * xx + 2 * x * y * xy + y * y * yy;
    sum[1][l] += (x * x - y * y) * xy + x * y * (yy - xx);
    sum[2][l] += x * x * yy - 2 * x * y * xy + y * y * xx;
    sum[3][l] += x * xx + y * xy;
    sum[4][l] += x * xy - y * xx;
    sum[5][l] += xx;
    sum[6][l] += x * xy + y * yy;
    sum[7][l] += x * yy - y * xy;
    sum[8][l] += xy;
    sum[9][l] += yy;
    sum[10][l] += x * xe + y * ye;
    sum[11][l] += x * ye - y * xe;
    sum[12][l] += xe;
    sum[13][l] += ye;
}

/* The normal equations of a Gauss-Newton step: matrix step = side, in map parameters; only the lower triangle. */
SK_SIMD static void normal_equations(const struct meeting *m, double half, double matrix[PARAMETERS][PARAMETERS],
                                     double side[PARAMETERS])
{
    float sum[SUMS][LANES] = {{0}};
    for (size_t i = 0; i < m->padded; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            add_products(m, i, l, sum);
    for (int j = 0, k = 0; j < PARAMETERS; j++) {
        side[j] = -half * total(sum[SQUARES + j]);
        for (int i = 0; i <= j; i++)
            matrix[j][i] = half * half * total(sum[k++]);
    }
}

/* Solves by Cholesky's factor, after a thousandth has been added to the diagonal. false where the matrix is singular. */
static bool solve(double matrix[PARAMETERS][PARAMETERS], double side[PARAMETERS])
{
    for (int j = 0; j < PARAMETERS; j++) {
        matrix[j][j] *= 1.001;
        for (int k = 0; k <= j; k++) {
            double sum = matrix[j][k];
            for (int i = 0; i < k; i++)
                sum -= matrix[j][i] * matrix[k][i];
            if (j == k && !(sum > 1e-12))
                return false;
            matrix[j][k] = j == k ? sqrt(sum) : sum / matrix[k][k];
        }
    }
    for (int j = 0; j < PARAMETERS; j++) {
        for (int i = 0; i < j; i++)
            side[j] -= matrix[j][i] * side[i];
        side[j] /= matrix[j][j];
    }
    for (int j = PARAMETERS - 1; j >= 0; j--) {
        for (int i = j + 1; i < PARAMETERS; i++)
            side[j] -= matrix[i][j] * side[i];
        side[j] /= matrix[j][j];
    }
    return true;
}

bool sk_similarity_advance(struct sk_similarity *map, double matrix[PARAMETERS][PARAMETERS], double right[PARAMETERS],
                           size_t side, double least, double greatest)
{
    double length = 0;
    if (!solve(matrix, right))
        return false;
    for (int j = 0; j < PARAMETERS; j++)
        length = fmax(length, fabs(right[j]));
    double most = 4.0 / (double)side, part = length > most ? most / length : 1; /* two pixels */
    map->a += part * right[0];
    map->b += part * right[1];
    map->c += part * right[2];
    map->d += part * right[3];
    double scale = hypot(map->a, map->b);
    return length * (double)side > 0.02 && scale > least && scale < greatest;
}

/* Moves the map by a step; false where there is none, where it is too small to matter, or leads out of all measure. */
static bool advance(const struct meeting *m, size_t side, struct sk_similarity *map)
{
    double matrix[PARAMETERS][PARAMETERS], step[PARAMETERS];
    normal_equations(m, (double)side / 2, matrix, step);
    return sk_similarity_advance(map, matrix, step, side, least_scale, greatest_scale);
}

/* Improves the alignment at one level. */
static void align_level(const sk_pixel *from, const sk_pixel *to, size_t side, int steps, struct sk_alignment *found)
{
    struct meeting m;
    struct sk_similarity map = found->map;
    found->distance = 2;
    found->overlap = 0;
    sk_pixel blurred[2][LARGEST];
    double scale = fmin(hypot(map.a, map.b), 1);
    blur_disc(from, side, base_blur / scale, blurred[0]);
    blur_disc(to, side, base_blur, blurred[1]);
    take_disc(blurred[0], side, map.mirror, &m);
    for (int step = 0;; step++) {
        double overlap = meet(blurred[1], side, &map, &m);
        if (m.n < 8)
            return;
        standardise(&m);
        double distance = distance_of(&m);
        if (step == 0 || distance < found->distance)
            *found = (struct sk_alignment){map, distance, overlap};
        if (step == steps || !advance(&m, side, &map))
            return;
    }
}

void sk_align(const sk_pixel *from, const sk_pixel *to, const struct sk_similarity *start, double hopeless,
              struct sk_alignment *found)
{
    size_t at = SK_ALIGN_PIXELS;
    found->map = *start;
    for (int level = SK_ALIGN_LEVELS - 1; level >= 0; level--) {
        size_t side = (size_t)SK_ALIGN_SIDE >> level;
        at -= side * side;
        align_level(from + at, to + at, side, most_steps[level], found);
        if (found->distance > hopeless)
            return;
    }
}
