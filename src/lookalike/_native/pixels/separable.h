// How close a grid is to a constant plus the product of one column and one row.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

struct Variation {
    double total;  // mean square of the differences from the mean
    double rest;   // the part of it that the closest such grid leaves
};

Variation separable(const uint8_t* samples, size_t rows, size_t columns);

}  // namespace lookalike
