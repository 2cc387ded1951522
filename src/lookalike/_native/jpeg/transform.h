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

constexpr size_t kBlock = 64, kSide = 8;

// Two blocks side by side, so that one vector has a row of both. Coefficient (row, column) of block
// b is at kPairSide * row + kSide * b + column.
constexpr size_t kPairSide = 2 * kSide, kPair = 2 * kBlock;
constexpr size_t kBeyond = kPair;  // where coefficients are put that no block has

struct Pair {
    alignas(32) int16_t values[kPair + kPairSide];
};

// The steps of both blocks.
struct Steps {
    alignas(32) int16_t values[kPair];
};

// Where the pixels of two blocks go, in rows `stride` bytes apart.
struct Places {
    uint8_t* out[2];
    size_t stride;
};

// Writes the pixels of both blocks.
using Transform = void (*)(const Pair& pair, const Steps& steps, const Places& places);

void transform_4x4(const Pair& pair, const Steps& steps, const Places& places);
void transform_2x2(const Pair& pair, const Steps& steps, const Places& places);

// For a scale of 2 or 4, by the active instruction set.
Transform transform_for(int scale);

}  // namespace lookalike::jpeg
