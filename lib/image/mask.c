#include "image/mask.h"

#include <math.h>

static const double half_turn = 3.14159265358979323846;

/* The mask at a pixel's centre; nothing outside. */
static inline double at(const struct sk_image *mask, long x, long y)
{
    if (x < 0 || y < 0 || x >= (long)mask->width || y >= (long)mask->height)
        return 0;
    return mask->sample[(size_t)y * mask->width + (size_t)x] / (double)mask->maxval;
}

/* --- area and axes ---------------------------------------------------------- */

struct inertia {
    double area, x, y, angle; /* of the first axis */
};

static struct inertia inertia(const struct sk_image *mask)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    for (size_t row = 0; row < mask->height; row++)
        for (size_t column = 0; column < mask->width; column++) {
            double m = mask->sample[row * mask->width + column], x = (double)column, y = (double)row;
            n += m, sx += m * x, sy += m * y, sxx += m * x * x, syy += m * y * y, sxy += m * x * y;
        }
    if (n == 0)
        return (struct inertia){0};
    double mx = sx / n, my = sy / n, vx = sxx / n - mx * mx, vy = syy / n - my * my, vxy = sxy / n - mx * my;
    return (struct inertia){n / mask->maxval, mx, my, 0.5 * atan2(2 * vxy, vx - vy)};
}

static double between(const struct sk_image *mask, double x, double y)
{
    double fx = floor(x), fy = floor(y), dx = x - fx, dy = y - fy;
    long ix = (long)fx, iy = (long)fy;
    double top = (1 - dx) * at(mask, ix, iy) + dx * at(mask, ix + 1, iy);
    double bottom = (1 - dx) * at(mask, ix, iy + 1) + dx * at(mask, ix + 1, iy + 1);
    return (1 - dy) * top + dy * bottom;
}

/* What is within but has no counterpart across an axis through the centre of mass. */
static double unmatched(const struct sk_image *mask, const struct inertia *m, double angle)
{
    double nx = -sin(angle), ny = cos(angle), sum = 0;
    for (size_t row = 0; row < mask->height; row++)
        for (size_t column = 0; column < mask->width; column++) {
            double here = mask->sample[row * mask->width + column] / (double)mask->maxval;
            if (here == 0)
                continue;
            double x = (double)column, y = (double)row, off = 2 * ((x - m->x) * nx + (y - m->y) * ny);
            sum += fmax(here - between(mask, x - off * nx, y - off * ny), 0);
        }
    return sum;
}

/* --- outline ------------------------------------------------------------------ */

struct point {
    double x, y;
};

enum { DIRECTIONS = 90 }; /* the greatest extent is missed by 1 - cos(1 degree), 0.02 %, at most */

struct extent {
    double x[DIRECTIONS], y[DIRECTIONS], low[DIRECTIONS], high[DIRECTIONS];
};

static void begin_extent(struct extent *e)
{
    for (int i = 0; i < DIRECTIONS; i++) {
        e->x[i] = cos(half_turn * i / DIRECTIONS);
        e->y[i] = sin(half_turn * i / DIRECTIONS);
        e->low[i] = INFINITY;
        e->high[i] = -INFINITY;
    }
}

static void extend(struct extent *e, struct point p)
{
    for (int i = 0; i < DIRECTIONS; i++) {
        double along = p.x * e->x[i] + p.y * e->y[i];
        e->low[i] = along < e->low[i] ? along : e->low[i];
        e->high[i] = along > e->high[i] ? along : e->high[i];
    }
}

/* Where the outline crosses the sides of the cell whose corners are the centres of the pixels (x, y) to (x + 1, y + 1), in
   turn: 0, 2 or 4 points. */
static int crossings(const double value[4], long x, long y, struct point cross[4])
{
    static const int dx[4] = {0, 1, 1, 0}, dy[4] = {0, 0, 1, 1};
    int n = 0;
    for (int i = 0; i < 4; i++) {
        int next = (i + 1) % 4;
        if ((value[i] >= 0) == (value[next] >= 0))
            continue;
        double t = value[i] / (value[i] - value[next]);
        cross[n++] = (struct point){(double)x + dx[i] + t * (dx[next] - dx[i]), (double)y + dy[i] + t * (dy[next] - dy[i])};
    }
    return n;
}

/* Length of the outline within a cell: marching squares (Lorensen and Cline, SIGGRAPH 1987, in the plane). */
static double march(const struct sk_image *mask, long x, long y, struct extent *e)
{
    const double value[4] = {at(mask, x, y) - 0.5, at(mask, x + 1, y) - 0.5, at(mask, x + 1, y + 1) - 0.5,
                             at(mask, x, y + 1) - 0.5};
    struct point cross[4];
    int n = crossings(value, x, y, cross), shift = 0;
    if (n == 4) { /* a saddle: by the mean, what is within hangs together, or what is without */
        bool joined = value[0] + value[1] + value[2] + value[3] >= 0;
        shift = joined != (value[0] >= 0);
    }
    double length = 0;
    for (int i = 0; i < n; i += 2) {
        struct point a = cross[i + shift], b = cross[(i + shift + 1) % n];
        length += hypot(a.x - b.x, a.y - b.y);
        extend(e, a);
        extend(e, b);
    }
    return length;
}

static double widest(const struct extent *e)
{
    double most = 0;
    for (int i = 0; i < DIRECTIONS; i++)
        most = fmax(most, e->high[i] - e->low[i]);
    return most;
}

static bool reaches_edge(const struct sk_image *mask)
{
    const long right = (long)mask->width - 1, bottom = (long)mask->height - 1;
    for (long x = 0; x <= right; x++)
        if (at(mask, x, 0) >= 0.5 || at(mask, x, bottom) >= 0.5)
            return true;
    for (long y = 0; y <= bottom; y++)
        if (at(mask, 0, y) >= 0.5 || at(mask, right, y) >= 0.5)
            return true;
    return false;
}

void sk_mask_measure(const struct sk_image *mask, struct sk_mask_shape *shape)
{
    *shape = (struct sk_mask_shape){0};
    struct extent extent;
    double perimeter = 0;
    begin_extent(&extent);
    for (long y = -1; y < (long)mask->height; y++)
        for (long x = -1; x < (long)mask->width; x++)
            perimeter += march(mask, x, y, &extent);
    if (perimeter == 0)
        return;
    struct inertia m = inertia(mask);
    shape->area = m.area;
    shape->perimeter = perimeter;
    shape->diameter = widest(&extent);
    shape->asymmetry = (unmatched(mask, &m, m.angle) + unmatched(mask, &m, m.angle + half_turn / 2)) / (2 * m.area);
    shape->cut = reaches_edge(mask);
}
