// The order in which the coefficients of a block are stored.
#pragma once

#include <cstdint>

#include "jpeg/transform.h"

namespace lookalike::jpeg {

// Where the k-th coefficient is in a pair. What lies behind the last one is beyond both blocks.
struct Zigzag {
    uint8_t of[256];

    constexpr Zigzag() : of() {
        int row = 0, column = 0;
        for (int k = 0; k < 256; ++k) of[k] = kBeyond;
        for (int k = 0; k < static_cast<int>(kBlock); ++k) {
            of[k] = static_cast<uint8_t>(row * static_cast<int>(kPairSide) + column);
            const bool upwards = (row + column) % 2 == 0;
            int &along = upwards ? column : row, &against = upwards ? row : column;
            if (along == 7) {
                ++against;
            } else {
                ++along;
                if (against > 0) --against;
            }
        }
    }
    constexpr uint8_t operator[](uint32_t k) const { return of[k]; }
};
constexpr Zigzag kZigzag;

}  // namespace lookalike::jpeg
