/* The phantoms are measured as a dermatologist would: a small oracle segments each lesion and takes its asymmetry,
   border, colours and diameter, knowing nothing of how it was drawn. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/noise.h"
#include "image/phantom.h"

enum { WIDTH = 64, PIXELS = WIDTH * WIDTH, IMAGES = 120, CELLS = 7 };

enum measure { ASYMMETRY, BORDER, COLOUR, DIAMETER, BRIGHTNESS, SKIN, GRAIN, MEASURES };
static const char *const measure_name[] = {"asymmetry", "border", "colours", "diameter", "brightness", "skin", "grain"};

struct oracle {
    double rgb[PIXELS][3]; /* smoothed by a 3x3 box */
    bool lesion[PIXELS];
    double value[MEASURES];
};

static void draw(struct sk_image *image, enum sk_phantom_class kind, uint64_t seed, uint64_t index, size_t width)
{
    const struct sk_phantom_spec spec = {sk_phantom_default, kind, seed, width};
    struct sk_error err;
    assert_int_equal(sk_phantom_draw(image, NULL, &spec, index, &err), 0);
}

static void smooth(struct oracle *o, const struct sk_image *image)
{
    for (int y = 0; y < WIDTH; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++) {
                double sum = 0;
                int n = 0;
                for (int v = y ? y - 1 : 0; v <= y + 1 && v < WIDTH; v++)
                    for (int u = x ? x - 1 : 0; u <= x + 1 && u < WIDTH; u++, n++)
                        sum += image->sample[3 * (v * WIDTH + u) + c];
                o->rgb[y * WIDTH + x][c] = sum / n;
            }
}

/* The skin's colour: the mean of the four sides' middles. */
static void skin_colour(const struct oracle *o, double skin[3])
{
    skin[0] = skin[1] = skin[2] = 0;
    int n = 0;
    for (int i = WIDTH / 4; i < WIDTH * 3 / 4; i++) {
        const int at[4] = {2 * WIDTH + i, (WIDTH - 3) * WIDTH + i, i * WIDTH + 2, i * WIDTH + WIDTH - 3};
        for (int k = 0; k < 4; k++, n++)
            for (int c = 0; c < 3; c++)
                skin[c] += o->rgb[at[k]][c];
    }
    for (int c = 0; c < 3; c++)
        skin[c] /= n;
}

/* Otsu's threshold: the greatest variance between the two sides. */
static int otsu(const int histogram[256], int total)
{
    double sum = 0, below = 0, sum_below = 0, best = -1;
    int threshold = 0;
    for (int i = 0; i < 256; i++)
        sum += i * histogram[i];
    for (int i = 0; i < 256; i++) {
        below += histogram[i];
        sum_below += i * histogram[i];
        if (below == 0 || below == total)
            continue;
        double d = sum_below / below - (sum - sum_below) / (total - below);
        double variance = below * (total - below) * d * d;
        if (variance > best)
            best = variance, threshold = i;
    }
    return threshold;
}

/* Keeps the largest 4-connected part of the lesion. */
static void largest_part(bool *lesion)
{
    static int label[PIXELS], stack[PIXELS * 4 + 1];
    int best = 0, best_size = 0, labels = 0;
    memset(label, 0, sizeof label);
    for (int start = 0; start < PIXELS; start++) {
        if (!lesion[start] || label[start])
            continue;
        int size = 0, top = 0;
        labels++;
        stack[top++] = start;
        while (top) {
            int p = stack[--top], x = p % WIDTH, y = p / WIDTH;
            if (!lesion[p] || label[p])
                continue;
            label[p] = labels;
            size++;
            if (x > 0) stack[top++] = p - 1;
            if (x < WIDTH - 1) stack[top++] = p + 1;
            if (y > 0) stack[top++] = p - WIDTH;
            if (y < WIDTH - 1) stack[top++] = p + WIDTH;
        }
        if (size > best_size)
            best_size = size, best = labels;
    }
    for (int p = 0; p < PIXELS; p++)
        lesion[p] = label[p] == best && best;
}

/* The lesion: what differs from the skin, within the round field of view. */
static void segment(struct oracle *o)
{
    double skin[3];
    int histogram[256] = {0}, total = 0, distance[PIXELS];
    skin_colour(o, skin);
    o->value[SKIN] = skin[0] + skin[1] + skin[2];
    for (int p = 0; p < PIXELS; p++) {
        double dx = p % WIDTH - (WIDTH - 1) / 2., dy = p / WIDTH - (WIDTH - 1) / 2., squared = 0;
        distance[p] = -1;
        if (dx * dx + dy * dy > 0.9 * WIDTH * WIDTH / 4)
            continue;
        for (int c = 0; c < 3; c++)
            squared += (o->rgb[p][c] - skin[c]) * (o->rgb[p][c] - skin[c]);
        distance[p] = (int)fmin(255, sqrt(squared));
        histogram[distance[p]]++;
        total++;
    }
    int threshold = otsu(histogram, total);
    for (int p = 0; p < PIXELS; p++)
        o->lesion[p] = distance[p] > threshold;
    largest_part(o->lesion);
}

struct moments {
    double area, x, y, angle;
};

static struct moments moments(const bool *lesion)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    for (int p = 0; p < PIXELS; p++)
        if (lesion[p]) {
            double x = p % WIDTH, y = p / WIDTH;
            n++, sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
        }
    double mx = sx / n, my = sy / n;
    double vx = sxx / n - mx * mx, vy = syy / n - my * my, vxy = sxy / n - mx * my;
    return (struct moments){n, mx, my, 0.5 * atan2(2 * vxy, vx - vy)};
}

/* A: folded along its two principal axes, the share of the area that does not meet itself. */
static double asymmetry(const bool *lesion, struct moments m)
{
    double unmatched = 0;
    for (int axis = 0; axis < 2; axis++) {
        double angle = m.angle + axis * M_PI / 2, nx = -sin(angle), ny = cos(angle);
        for (int p = 0; p < PIXELS; p++) {
            double x = p % WIDTH, y = p / WIDTH, off = (x - m.x) * nx + (y - m.y) * ny;
            long u = lround(x - 2 * off * nx), v = lround(y - 2 * off * ny);
            bool mirror = u >= 0 && v >= 0 && u < WIDTH && v < WIDTH && lesion[v * WIDTH + u];
            unmatched += lesion[p] && !mirror;
        }
    }
    return unmatched / (2 * m.area);
}

/* B: perimeter against that of a disc of the same area. */
static double border(const bool *lesion, double area)
{
    double sides = 0;
    for (int y = 1; y < WIDTH; y++)
        for (int x = 1; x < WIDTH; x++) {
            int p = y * WIDTH + x;
            sides += (lesion[p] != lesion[p - 1]) + (lesion[p] != lesion[p - WIDTH]);
        }
    return sides / sqrt(4 * M_PI * area);
}

/* C: cells of the colour cube, 40 codes wide, that hold at least 4 % of the lesion each. */
static double colours(const struct oracle *o, double area)
{
    int count[CELLS * CELLS * CELLS] = {0}, seen = 0;
    for (int p = 0; p < PIXELS; p++)
        if (o->lesion[p]) {
            int r = (int)(o->rgb[p][0] / 40), g = (int)(o->rgb[p][1] / 40), b = (int)(o->rgb[p][2] / 40);
            count[(r * CELLS + g) * CELLS + b]++;
        }
    for (int i = 0; i < CELLS * CELLS * CELLS; i++)
        seen += count[i] >= 0.04 * area;
    return seen;
}

/* Neighbours' mean difference on the rim, where there is skin. */
static double roughness(const struct sk_image *image)
{
    double sum = 0;
    for (int i = WIDTH / 4; i < WIDTH * 3 / 4; i++)
        sum += abs(image->sample[3 * i] - image->sample[3 * i + 3]);
    return sum;
}

static void measure(struct oracle *o, const struct sk_image *image)
{
    smooth(o, image);
    segment(o);
    struct moments m = moments(o->lesion);
    assert_true(m.area >= 20);
    o->value[ASYMMETRY] = asymmetry(o->lesion, m);
    o->value[BORDER] = border(o->lesion, m.area);
    o->value[COLOUR] = colours(o, m.area);
    o->value[DIAMETER] = sqrt(m.area);
    o->value[GRAIN] = roughness(image);
    double sum = 0;
    for (int i = 0; i < 3 * PIXELS; i++)
        sum += image->sample[i];
    o->value[BRIGHTNESS] = sum;
}

/* P(b > a) + P(b = a) / 2 */
static double auc(const double *a, const double *b, int n)
{
    double wins = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            wins += b[j] > a[i] ? 1 : b[j] == a[i] ? 0.5 : 0;
    return wins / n / n;
}

/* Sum of the four ABCD measures, each in standard deviations of both classes together. */
static void total_score(const double value[2][MEASURES][IMAGES], double score[2][IMAGES])
{
    memset(score, 0, 2 * sizeof score[0]);
    for (int m = ASYMMETRY; m <= DIAMETER; m++) {
        double sum = 0, squares = 0;
        for (int k = 0; k < 2; k++)
            for (int i = 0; i < IMAGES; i++)
                sum += value[k][m][i], squares += value[k][m][i] * value[k][m][i];
        double mean = sum / (2 * IMAGES), deviation = sqrt(squares / (2 * IMAGES) - mean * mean);
        for (int k = 0; k < 2; k++)
            for (int i = 0; i < IMAGES; i++)
                score[k][i] += (value[k][m][i] - mean) / deviation;
    }
}

/* Malignant phantoms score higher on every letter, by a margin, but no letter tells all of them apart; what is
   no letter tells nothing (a standard error of the area is 0.037 here). */
static void the_classes_differ_by_abcd_alone(void **state)
{
    (void)state;
    static const double low[MEASURES] = {0.75, 0.75, 0.6, 0.58, 0.35, 0.4, 0.4};
    static const double high[MEASURES] = {0.97, 0.97, 0.9, 0.8, 0.6, 0.6, 0.6};
    static double value[2][MEASURES][IMAGES], score[2][IMAGES];
    static struct oracle o;
    struct sk_image image = {0};
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < IMAGES; i++) {
            draw(&image, (enum sk_phantom_class)kind, 7, (uint64_t)i, WIDTH);
            measure(&o, &image);
            for (int m = 0; m < MEASURES; m++)
                value[kind][m][i] = o.value[m];
        }
    sk_image_free(&image);
    for (int m = 0; m < MEASURES; m++) {
        double area = auc(value[0][m], value[1][m], IMAGES);
        print_message("# AUC of %s: %.3f\n", measure_name[m], area);
        assert_true(area > low[m] && area < high[m]);
    }
    total_score((const double(*)[MEASURES][IMAGES])value, score);
    double area = auc(score[0], score[1], IMAGES);
    print_message("# AUC of the sum: %.3f\n", area);
    assert_true(area > 0.88 && area < 0.995);
}

static bool same_samples(const struct sk_image *a, const struct sk_image *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->sample, b->sample, a->width * a->height * 3 * sizeof *a->sample) == 0;
}

static void a_phantom_depends_on_its_arguments_alone(void **state)
{
    (void)state;
    struct sk_image a = {0}, b = {0};
    draw(&a, SK_PHANTOM_MALIGNANT, 3, 11, WIDTH);
    draw(&b, SK_PHANTOM_BENIGN, 9, 2, 2 * WIDTH); /* leaves its traces in the memory */
    draw(&b, SK_PHANTOM_MALIGNANT, 3, 11, WIDTH);
    assert_true(same_samples(&a, &b));
    draw(&b, SK_PHANTOM_BENIGN, 3, 11, WIDTH);
    assert_false(same_samples(&a, &b));
    draw(&b, SK_PHANTOM_MALIGNANT, 4, 11, WIDTH);
    assert_false(same_samples(&a, &b));
    draw(&b, SK_PHANTOM_MALIGNANT, 3, 12, WIDTH);
    assert_false(same_samples(&a, &b));
    draw(&b, SK_PHANTOM_MALIGNANT, 3 + (UINT64_C(1) << 40), 11, WIDTH);
    assert_false(same_samples(&a, &b));
    sk_image_free(&a);
    sk_image_free(&b);
}

static void widths(void **state)
{
    (void)state;
    struct sk_image image = {0};
    struct sk_error err;
    static const size_t good[] = {1, 2, 3, 31, 65};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        draw(&image, SK_PHANTOM_MALIGNANT, 1, i, good[i]);
        assert_int_equal(image.width, good[i]);
        assert_int_equal(image.height, good[i]);
        assert_int_equal(image.channels, 3);
        assert_int_equal(image.maxval, 255);
        assert_false(image.alpha);
        for (size_t k = 0; k < 3 * good[i] * good[i]; k++)
            assert_true(image.sample[k] <= 255);
    }
    static const size_t bad[] = {0, SK_PHANTOM_MAX_WIDTH + 1};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct sk_phantom_spec spec = {sk_phantom_default, SK_PHANTOM_BENIGN, 1, bad[i]};
        assert_int_equal(sk_phantom_draw(&image, NULL, &spec, 0, &err), -1);
    }
    sk_image_free(&image);
}

/* Mean difference between an image and one of `factor` times its width, averaged down. */
static double difference(const struct sk_image *small, const struct sk_image *large)
{
    size_t n = small->width, factor = large->width / n;
    double sum = 0;
    for (size_t y = 0; y < n; y++)
        for (size_t x = 0; x < n; x++)
            for (size_t c = 0; c < 3; c++) {
                double mean = 0;
                for (size_t v = 0; v < factor; v++)
                    for (size_t u = 0; u < factor; u++)
                        mean += large->sample[3 * ((y * factor + v) * large->width + x * factor + u) + c];
                sum += fabs(mean / (double)(factor * factor) - small->sample[3 * (y * n + x) + c]);
            }
    return sum / (double)(3 * n * n);
}

static void every_width_shows_the_same_lesion(void **state)
{
    (void)state;
    struct sk_image w32 = {0}, w64 = {0}, w256 = {0};
    double fine = 0, coarse = 0, other = 0;
    enum { N = 12 };
    for (uint64_t i = 0; i < N; i++) {
        draw(&w256, i % 2 ? SK_PHANTOM_BENIGN : SK_PHANTOM_MALIGNANT, 5, i, 256);
        draw(&w64, i % 2 ? SK_PHANTOM_BENIGN : SK_PHANTOM_MALIGNANT, 5, i, 64);
        draw(&w32, i % 2 ? SK_PHANTOM_BENIGN : SK_PHANTOM_MALIGNANT, 5, i, 32);
        fine += difference(&w64, &w256) / N;
        coarse += difference(&w32, &w256) / N;
        draw(&w64, i % 2 ? SK_PHANTOM_BENIGN : SK_PHANTOM_MALIGNANT, 5, i + N, 64);
        other += difference(&w64, &w256) / N;
    }
    print_message("# mean difference of 64 and 256: %.2f, 32 and 256: %.2f; of other phantoms %.2f\n", fine, coarse,
                  other);
    assert_true(fine < 3 && coarse < 5 && other > 5 * fine);
    sk_image_free(&w32);
    sk_image_free(&w64);
    sk_image_free(&w256);
}

/* --- the model's parts, and what is true ------------------------------------------ */

static void draw_true(struct sk_image *image, struct sk_phantom_truth *truth, const struct sk_phantom_model *model,
                      enum sk_phantom_class kind, uint64_t index)
{
    const struct sk_phantom_spec spec = {*model, kind, 3, WIDTH};
    struct sk_error err;
    assert_int_equal(sk_phantom_draw(image, truth, &spec, index, &err), 0);
}

/* The mask is where the oracle sees the lesion; and to ask for it does not change the picture. */
static void the_mask_is_the_lesion(void **state)
{
    (void)state;
    static struct oracle o;
    struct sk_phantom_model model = sk_phantom_default;
    struct sk_image image = {0}, plain = {0};
    struct sk_phantom_truth truth = {0};
    double overlap = 0;
    enum { N = 40 };
    model.hair = model.field = model.ruler = 0;
    for (uint64_t i = 0; i < N; i++) {
        draw_true(&image, &truth, &model, i % 2 ? SK_PHANTOM_BENIGN : SK_PHANTOM_MALIGNANT, i);
        draw_true(&plain, NULL, &model, i % 2 ? SK_PHANTOM_BENIGN : SK_PHANTOM_MALIGNANT, i);
        assert_true(same_samples(&image, &plain));
        smooth(&o, &image);
        segment(&o);
        int both = 0, any = 0;
        for (int p = 0; p < PIXELS; p++) {
            bool is = truth.mask.sample[p] >= 128;
            both += is && o.lesion[p];
            any += is || o.lesion[p];
        }
        overlap += (double)both / any / N;
    }
    print_message("# the mask over the oracle's, intersection over union: %.3f\n", overlap);
    assert_true(overlap > 0.75);
    sk_image_free(&image);
    sk_image_free(&plain);
    sk_image_free(&truth.mask);
}

/* Areas under the curve of the truth's columns, at an overlap of the classes. */
static void truth_areas(double overlap, double area[5])
{
    static double value[2][5][IMAGES];
    struct sk_phantom_model model = sk_phantom_default;
    struct sk_image image = {0};
    struct sk_phantom_truth t = {0};
    model.overlap = overlap;
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < IMAGES; i++) {
            draw_true(&image, &t, &model, (enum sk_phantom_class)kind, (uint64_t)i);
            const double all[5] = {t.asymmetry, t.border, t.colours, t.diameter, t.grade};
            assert_true(t.asymmetry >= 0 && t.asymmetry < 1 && t.border > 0.95 && t.colours >= 1 && t.colours <= 6);
            assert_true(t.diameter > 0 && t.diameter < 14 * M_SQRT2 && t.area > 0 && t.area <= 14 * 14);
            for (int m = 0; m < 5; m++)
                value[kind][m][i] = all[m];
        }
    for (int m = 0; m < 5; m++)
        area[m] = auc(value[0][m], value[1][m], IMAGES);
    print_message("# overlap %.1f, AUC of asymmetry %.3f, border %.3f, colours %.3f, diameter %.3f, grade %.3f\n", overlap,
                  area[0], area[1], area[2], area[3], area[4]);
    sk_image_free(&image);
    sk_image_free(&t.mask);
}

static void the_overlap_brings_the_classes_together(void **state)
{
    (void)state;
    double apart[5], usual[5], same[5];
    truth_areas(0, apart);
    truth_areas(sk_phantom_default.overlap, usual);
    truth_areas(1, same);
    for (int m = 0; m < 5; m++) {
        assert_true(apart[m] > 0.65 && usual[m] > 0.6);
        assert_true(same[m] > 0.38 && same[m] < 0.62); /* the standard error is 0.037 */
    }
    assert_true(apart[4] > 0.99);
}

static bool same_mask(const struct sk_phantom_truth *a, const struct sk_phantom_truth *b)
{
    return memcmp(a->mask.sample, b->mask.sample, PIXELS * sizeof *a->mask.sample) == 0;
}

enum { OUTLINE = 1, PIGMENT = 2, SURFACE = 4 }; /* what a part changes */

static double share_changed(const struct sk_image *a, const struct sk_image *b, const struct sk_image *outside)
{
    size_t changed = 0, n = 0;
    for (size_t p = 0; p < PIXELS; p++) {
        if (outside && outside->sample[p] > 0)
            continue;
        n++;
        changed += memcmp(a->sample + 3 * p, b->sample + 3 * p, 3 * sizeof *a->sample) != 0;
    }
    return n ? (double)changed / (double)n : 0;
}

/* Each part changes the picture, and nothing but what it says: the outline; or what is within; or nothing of the lesion. */
static void a_part_leaves_the_others_as_they_are(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        int changes;
        double from, to;
    } part[] = {
        {offsetof(struct sk_phantom_model, asymmetry), OUTLINE, 1, 0},
        {offsetof(struct sk_phantom_model, border), OUTLINE, 1, 0},
        {offsetof(struct sk_phantom_model, diameter), OUTLINE, 6, 8},
        {offsetof(struct sk_phantom_model, islands), PIGMENT, 1, 0},
        {offsetof(struct sk_phantom_model, network), PIGMENT, 1, 0},
        {offsetof(struct sk_phantom_model, dots), PIGMENT, 1, 0},
        {offsetof(struct sk_phantom_model, mottle), PIGMENT, 1, 0},
        {offsetof(struct sk_phantom_model, texture), SURFACE, 1, 0},
        {offsetof(struct sk_phantom_model, vignette), SURFACE, 1, 0},
        {offsetof(struct sk_phantom_model, noise), SURFACE, 1, 0},
        {offsetof(struct sk_phantom_model, hair), SURFACE, 1, 0},
        {offsetof(struct sk_phantom_model, field), SURFACE, 1, 0},
        {offsetof(struct sk_phantom_model, ruler), SURFACE, 1, 0},
    };
    struct sk_image a = {0}, b = {0};
    struct sk_phantom_truth ta = {0}, tb = {0};
    for (size_t k = 0; k < sizeof part / sizeof *part; k++) {
        struct sk_phantom_model model = sk_phantom_default;
        double *value = (double *)(void *)((char *)&model + part[k].offset), changed = 0, outside = 0;
        enum { N = 8 };
        for (uint64_t i = 0; i < N; i++) {
            *value = part[k].from;
            draw_true(&a, &ta, &model, SK_PHANTOM_MALIGNANT, i);
            *value = part[k].to;
            draw_true(&b, &tb, &model, SK_PHANTOM_MALIGNANT, i);
            changed += share_changed(&a, &b, NULL) / N;
            if (part[k].changes != OUTLINE)
                assert_true(same_mask(&ta, &tb));
            if (part[k].changes == SURFACE)
                assert_int_equal(ta.colours, tb.colours);
            if (part[k].changes == PIGMENT) /* a soft edge reaches a little beyond the mask */
                outside += share_changed(&a, &b, &ta.mask) / N;
            assert_true(ta.grade == tb.grade);
        }
        print_message("# part %zu: %.3f of the pixels change\n", k, changed);
        assert_true(changed > 0.005 && outside < 0.5 * changed + 0.1);
        if (part[k].offset == offsetof(struct sk_phantom_model, hair) ||
            part[k].offset == offsetof(struct sk_phantom_model, ruler))
            assert_true(changed < 0.3);
    }
    sk_image_free(&a);
    sk_image_free(&b);
    sk_image_free(&ta.mask);
    sk_image_free(&tb.mask);
}

/* Without asymmetry and raggedness it is an ellipse; without islands and structure, it has a brown or two. */
static void what_is_turned_off_is_not_there(void **state)
{
    (void)state;
    struct sk_phantom_model plain = sk_phantom_default, odd = sk_phantom_default;
    struct sk_image image = {0};
    struct sk_phantom_truth t = {0}, u = {0};
    int colours = 0, more = 0;
    enum { N = 30 };
    plain.asymmetry = plain.border = plain.islands = plain.network = plain.dots = plain.mottle = 0;
    odd.asymmetry = odd.border = odd.islands = 2;
    for (uint64_t i = 0; i < N; i++) {
        draw_true(&image, &t, &plain, SK_PHANTOM_MALIGNANT, i);
        if (!t.cut) {
            assert_true(t.asymmetry < 0.03);
            assert_true(t.border < 1.4); /* axes 1 to 2 at most */
            double equal = sqrt(4 * t.area / M_PI); /* diameter of the disc of this area */
            assert_true(t.diameter > 0.99 * equal && t.diameter < 1.6 * equal);
        }
        colours += t.colours;
        draw_true(&image, &u, &odd, SK_PHANTOM_MALIGNANT, i);
        assert_false(same_mask(&t, &u));
        more += u.colours;
    }
    print_message("# colours: %.2f plain, %.2f with islands\n", (double)colours / N, (double)more / N);
    assert_true(colours < 2 * N && more > colours + N);
    sk_image_free(&image);
    sk_image_free(&t.mask);
    sk_image_free(&u.mask);
}

/* The ends of all ranges together are drawn, and a lesion smaller than a pixel is no error. */
static void extremes(void **state)
{
    (void)state;
    static const double factor[] = {0, 4}, share[] = {0, 1}, diameter[] = {1, SK_PHANTOM_FIELD_MM};
    static const size_t width[] = {1, 2, 40};
    struct sk_image image = {0};
    struct sk_phantom_truth t = {0};
    struct sk_error err;
    for (unsigned k = 0; k < 3 * 8; k++) {
        double f = factor[k & 1], h = share[k >> 1 & 1], d = diameter[k >> 2 & 1];
        const struct sk_phantom_model model = {h, d, f, f, f, f, f, f, f, f, f, h, h, h};
        const struct sk_phantom_spec spec = {model, SK_PHANTOM_MALIGNANT, k, width[k / 8]};
        for (uint64_t i = 0; i < 6; i++) {
            assert_int_equal(sk_phantom_draw(&image, &t, &spec, i, &err), 0);
            assert_true(isfinite(t.asymmetry) && isfinite(t.border) && isfinite(t.diameter) && t.asymmetry <= 1);
            assert_true((t.area > 0) == (t.diameter > 0));
        }
    }
    sk_image_free(&image);
    sk_image_free(&t.mask);
}

/* --- noise -------------------------------------------------------------------------- */

/* Mean 0, deviation 1, continuous across lattice lines, the origin's included; other salts are other fields. */
static void noise_is_a_field(void **state)
{
    (void)state;
    enum { N = 100000 };
    static float x[N], y[N], a[N], b[N], c[N];
    struct sk_random r;
    sk_random_init(&r, 1, 0);
    for (int i = 0; i < N; i++) {
        x[i] = (float)sk_random_between(&r, -50, 50);
        y[i] = (float)sk_random_between(&r, -50, 50);
        if (i % 2)
            x[i] = (float)(i % 101 - 50);
    }
    sk_noise_add(a, x, y, N, 1, 1, 42);
    sk_noise_add(c, x, y, N, 1, 1, 43);
    for (int i = 0; i < N; i++)
        x[i] -= 1e-4f;
    sk_noise_add(b, x, y, N, 1, 1, 42);
    double sum = 0, squares = 0, step = 0, product = 0;
    for (int i = 0; i < N; i += 2) {
        sum += (double)a[i], squares += (double)(a[i] * a[i]), product += (double)(a[i] * c[i]);
    }
    for (int i = 0; i < N; i++)
        step = fmax(step, fabs((double)(a[i] - b[i])));
    assert_true(fabs(sum / (N / 2)) < 0.03);
    print_message("# deviation %.3f\n", sqrt(squares / (N / 2)));
    assert_true(fabs(sqrt(squares / (N / 2)) - 1) < 0.02);
    assert_true(fabs(product / (N / 2)) < 0.05);
    assert_true(step < 3e-3); /* the slope is below 15 */
}

static void texture_finer_than_the_pixel_fades(void **state)
{
    (void)state;
    enum { N = 4096 };
    static float x[N], y[N], fine[N], faded[N];
    for (int i = 0; i < N; i++)
        x[i] = (float)(i % 64) / 7, y[i] = (float)(i / 64) / 7;
    sk_noise_fractal(fine, x, y, N, 8, 3, 1, 0, 5);
    sk_noise_fractal(faded, x, y, N, 8, 3, 1, 1, 5);
    double squares = 0;
    for (int i = 0; i < N; i++) {
        squares += (double)(fine[i] * fine[i]);
        assert_true(faded[i] == 0);
    }
    assert_true(fabs(sqrt(squares / N) - 1) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_a_field),
        cmocka_unit_test(texture_finer_than_the_pixel_fades),
        cmocka_unit_test(a_phantom_depends_on_its_arguments_alone),
        cmocka_unit_test(widths),
        cmocka_unit_test(every_width_shows_the_same_lesion),
        cmocka_unit_test(the_classes_differ_by_abcd_alone),
        cmocka_unit_test(the_mask_is_the_lesion),
        cmocka_unit_test(the_overlap_brings_the_classes_together),
        cmocka_unit_test(a_part_leaves_the_others_as_they_are),
        cmocka_unit_test(what_is_turned_off_is_not_there),
        cmocka_unit_test(extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
