// Reduced inverse DCTs: 4 x 4, 2 x 2 or 1 x 1 pixels from a block of 8 x 8 coefficients.
//
// The algorithm is that of jidctred.c of the Independent JPEG Group. The pixels are those of the
// SSE2 code of libjpeg-turbo: its products of coefficients and steps have 16 bits, and so has what
// goes from the first pass to the second. The last row and column used are not the fourth: 4 x 4
// uses all but row and column 4, and 2 x 2 uses 0, 1, 3, 5 and 7.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike::jpeg {

constexpr size_t kBlock = 64;
constexpr int kBeyond = kBlock;  // where coefficients are put that no block has

// Coefficients row by row, and one that is beyond.
struct Block {
    alignas(16) int16_t values[kBlock + 8];
};

struct Steps {
    alignas(16) int16_t values[kBlock];  // row by row
};

// Writes the pixels of a block, in rows `stride` bytes apart, and clears the block.
using Transform = void (*)(Block& block, const Steps& steps, uint8_t* out, size_t stride);

// For a scale of 2 or 4, by the active instruction set.
Transform transform_for(int scale);

// The pixel of a block that has no coefficient but its average.
uint8_t flat_pixel(int scale, int16_t average, int16_t step);

}  // namespace lookalike::jpeg
