// A Gaussian blur of radius 2, as three box blurs each way in fixed point, like Pillow's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// rows x columns -> rows x columns, along the rows, then along the columns. Each pass is rounded to
// 8 bits.
void blur(const uint8_t* samples, size_t rows, size_t columns, uint8_t* out);

}  // namespace lookalike
