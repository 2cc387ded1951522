// The bits of a hash, from how far the value of each is above its threshold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pixels/spread.h"

namespace lookalike {

// As `Reduced` in algorithms/algorithm.py.
struct Doubt {
    double within;  // levels of grey, with the error of the pixels
    double most;    // the largest share of doubtful bits
};

// Row by row, most significant first, with zero bits in front. Returns whether few enough are
// doubtful. `level` is how much of the margins is one level of grey.
template <typename Number>
bool put_bits(const std::vector<Number>& margins, double level, const Doubt& doubt,
              std::string& out) {
    const size_t count = margins.size();
    if (1 - sureness(margins.data(), count, doubt.within * level) > doubt.most) return false;
    const size_t width = (count + 7) / 8, first = 8 * width - count;
    out.assign(width, '\0');
    for (size_t k = 0; k < count; ++k) {
        const size_t bit = first + k;
        if (margins[k] > 0) out[bit / 8] = static_cast<char>(out[bit / 8] | 0x80 >> bit % 8);
    }
    return true;
}

}  // namespace lookalike
