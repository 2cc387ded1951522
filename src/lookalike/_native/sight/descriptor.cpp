#include "sight/descriptor.h"

#include <algorithm>
#include <cstring>

namespace lookalike {
namespace {

// The sum of `Side` x `Side` pixels, at most 9 x 9. Rows of up to 8 are added up as a single number
// with four sums of 16 bits. Up to 8 bytes are loaded of each row.
template <size_t Side>
uint32_t sum_portable(const uint8_t* corner, size_t stride) {
    constexpr uint8_t kOn = 255;
    constexpr uint8_t kUsed[8] = {kOn,
                                  kOn,
                                  kOn,
                                  Side > 3 ? kOn : uint8_t{0},
                                  Side > 4 ? kOn : uint8_t{0},
                                  Side > 5 ? kOn : uint8_t{0},
                                  Side > 6 ? kOn : uint8_t{0},
                                  Side > 7 ? kOn : uint8_t{0}};
    constexpr uint64_t kEven = 0x00FF00FF00FF00FF, kOnes = 0x0001000100010001;
    uint64_t used = 0, sums = 0;
    std::memcpy(&used, kUsed, 8);
    uint32_t rest = 0;
    for (size_t y = 0; y < Side; ++y, corner += stride) {
        uint64_t row = 0;
        std::memcpy(&row, corner, 8);
        row &= used;
        sums += (row & kEven) + (row >> 8 & kEven);
        if (Side > 8) rest += corner[8];
    }
    return static_cast<uint32_t>(sums * kOnes >> 48) + rest;
}

// 16 x the mean of a sum, rounded: 2^20 / the number of pixels, then without the last 16 bits.
template <size_t Side>
uint16_t box_mean(const uint8_t* middle, size_t stride) {
    constexpr uint32_t kArea = Side * Side, kScale = ((2u << 20) + kArea) / (2 * kArea);
    constexpr size_t kReach = Side / 2;
    const uint32_t sum = sum_portable<Side>(middle - kReach * stride - kReach, stride);
    return static_cast<uint16_t>((sum * kScale + (1u << 15)) >> 16);
}

uint16_t mean_around(const uint8_t* middle, size_t stride, int reach) {
    switch (reach) {
        case 1: return box_mean<3>(middle, stride);
        case 2: return box_mean<5>(middle, stride);
        case 3: return box_mean<7>(middle, stride);
        default: return box_mean<9>(middle, stride);
    }
}

}  // namespace

Means box_means(const Level& level, size_t x, size_t y, size_t angle) {
    const uint8_t* middle = level.row(y) + x;
    const auto stride = static_cast<ptrdiff_t>(level.stride);
    const Offsets& offsets = offsets_at(angle);
    Means means;
    size_t box = 0;
    for (const Ring& ring : kRings)
        for (; box < ring.last; ++box)
            means[box] = mean_around(middle + offsets[box].y * stride + offsets[box].x,
                                     level.stride, ring.reach);
    return means;
}

void compare(const Means& means, uint8_t* bits) {
    for (size_t byte = 0; byte < kDescriptorBytes; ++byte) {
        unsigned value = 0;
        for (size_t bit = 0; bit < 8; ++bit) {
            const auto& [one, other] = kTested[8 * byte + bit];
            value |= static_cast<unsigned>(means[one] > means[other]) << bit;
        }
        bits[byte] = static_cast<uint8_t>(value);
    }
}

void margins(const Means& means, uint8_t* out) {
    for (size_t k = 0; k < kTests; ++k) {
        const int difference = means[kTested[k][0]] - means[kTested[k][1]];
        out[k] = static_cast<uint8_t>(std::min(difference < 0 ? -difference : difference, 255));
    }
}

}  // namespace lookalike
