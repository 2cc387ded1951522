#include "sight/weakest.h"

#include <algorithm>

#include "sight/key_bits.h"
#include "sight/points.h"

namespace lookalike {
namespace {

// The places in a key of the three smallest of its margins. Of equal ones, the first.
uint16_t three_weakest(const uint8_t* margins, const uint8_t* positions) {
    uint32_t smallest[3] = {~0U, ~0U, ~0U};  // the margin above, the place below
    for (uint32_t k = 0; k < kKeyBits; ++k) {
        uint32_t value = static_cast<uint32_t>(margins[positions[k]]) << 8 | k;
        for (uint32_t& one : smallest)
            if (value < one) std::swap(value, one);
    }
    uint32_t packed = 0;
    for (uint32_t k = 0; k < 3; ++k)
        packed |= (static_cast<uint32_t>(kKeyBits) - 1 - (smallest[k] & 0xff)) << 5 * k;
    return static_cast<uint16_t>(packed);
}

}  // namespace

void weakest_bits(const uint8_t* margins, size_t count, uint16_t* weakest) {
    for (size_t row = 0; row < count; ++row)
        for (size_t t = 0; t < kKeyTables; ++t)
            weakest[row * kKeyTables + t] =
                three_weakest(margins + row * 64 * kDescriptorWords, kKeyPositions[t]);
}

}  // namespace lookalike
