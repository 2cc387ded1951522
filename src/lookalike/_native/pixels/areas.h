// The connected areas of a picture with few values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

// What `areas` writes for each area, in this order. `bottom` and `right` are one beyond the last.
enum AreaField : size_t { kValue, kCount, kTop, kLeft, kBottom, kRight, kAreaFields };

// Finds areas of equal values, connected up, down, left and right. They are in the order of their
// first pixels, row by row, with kAreaFields numbers each.
std::vector<int64_t> areas(const uint8_t* values, size_t rows, size_t columns);

}  // namespace lookalike
