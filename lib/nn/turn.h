#ifndef SK_NN_TURN_H
#define SK_NN_TURN_H

#include <stddef.h>

enum { SK_TURNS = 8 };

/* The quarter turns of a square image and their mirror images: turn t, 0 to SK_TURNS - 1, mirrors columns by bit 0, rows by bit 1, and
   exchanges the two by bit 2, last. Pixel (row, column) of the turn is this one of the image. */
static inline size_t sk_turned_from(size_t side, size_t t, size_t row, size_t column)
{
    const size_t r = t & 2 ? side - 1 - row : row, c = t & 1 ? side - 1 - column : column;
    return t & 4 ? c * side + r : r * side + c;
}

#endif
