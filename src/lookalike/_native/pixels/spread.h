// How many levels samples span without a few of them, and how far numbers are from zero.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace lookalike {

// The least range that holds all but `specks` of the samples; `specks` is less than `count`.
int spread(const uint8_t* samples, size_t count, size_t specks);

// The mean of |number| / limit. No number counts more than 1.
template <typename Number>
double sureness(const Number* numbers, size_t count, double limit) {
    double sum = 0;
    for (size_t k = 0; k < count; ++k)
        sum += std::min(std::abs(static_cast<double>(numbers[k])), limit);
    return sum / (limit * static_cast<double>(count));
}

}  // namespace lookalike
