// The connected areas of a picture of few values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

// What `areas` writes of each area, in this order; bottom and right lie one behind the last.
enum AreaField : size_t { kValue, kCount, kTop, kLeft, kBottom, kRight, kAreaFields };

// Areas of equal values, neighbours up, down, left and right, in the order of their first pixels
// row by row: kAreaFields numbers each.
std::vector<int64_t> areas(const uint8_t* values, size_t rows, size_t columns);

}  // namespace lookalike
