// Exact means of areas, rounded once.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// A part of one axis, in eighths of samples, and how many equal pieces it is divided into.
struct Section {
    size_t begin, end, pieces;
};

// Writes down.pieces x across.pieces means of rows of `columns` samples each. Samples that lie only
// partly in an area count by the part that does. A mean is rounded half up.
void area_mean(const uint8_t* samples, size_t columns, const Section& across, const Section& down,
               uint8_t* out);

}  // namespace lookalike
