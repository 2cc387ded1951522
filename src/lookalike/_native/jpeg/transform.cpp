#include "jpeg/transform.h"

#include <algorithm>
#include <cstring>

#include "isa.h"
#include "jpeg/flat.h"
#include "jpeg/transform_avx2.h"
#include "jpeg/transform_constants.h"

namespace lookalike::jpeg {
namespace {

int16_t saturated(int32_t value) {
    return static_cast<int16_t>(std::clamp<int32_t>(value, INT16_MIN, INT16_MAX));
}

// Sums may overflow in hostile files, so they are unsigned.
uint32_t weighted(int16_t value, int16_t weight) { return static_cast<uint32_t>(value * weight); }

uint32_t weighted(const Four& weights, int16_t a, int16_t b, int16_t c, int16_t d) {
    return weighted(a, weights.first) + weighted(b, weights.second) + weighted(c, weights.third) +
           weighted(d, weights.fourth);
}

// Four sums from coefficients 0, 1, 2, 3, 5, 6 and 7 of a row or column.
void four(const int16_t* in, int bits, int32_t* out) {
    const uint32_t mean = static_cast<uint32_t>(in[0]) << (kConstantBits + 1);
    const uint32_t turn = weighted(in[2], kEven2) + weighted(in[6], kEven6);
    const uint32_t outer = weighted(kOuter, in[1], in[3], in[5], in[7]);
    const uint32_t inner = weighted(kInner, in[1], in[3], in[5], in[7]);
    out[0] = rounded(mean + turn + outer, bits);
    out[1] = rounded(mean - turn + inner, bits);
    out[2] = rounded(mean - turn - inner, bits);
    out[3] = rounded(mean + turn - outer, bits);
}

// The columns of one block, times their steps.
struct Columns {
    const int16_t* values;
    const int16_t* steps;

    void read(size_t x, int16_t* in) const {
        for (size_t row = 0; row < kSide; ++row)
            in[row] = product(values[row * kPairSide + x], steps[row * kPairSide + x]);
    }

    // Whether rows 1 to 3 and 5 to 7 have only zeros. libjpeg-turbo then takes a shortcut that does
    // not saturate.
    bool have_only_means() const {
        int any = 0;
        for (size_t row = 1; row < kSide; ++row)
            for (size_t x = 0; x < kSide; ++x)
                if (row != 4) any |= values[row * kPairSide + x];
        return !any;
    }
};

void block_4x4(const Columns& block, uint8_t* out, size_t stride) {
    int16_t rows[4][kSide];
    const bool only_means = block.have_only_means();
    for (size_t x = 0; x < kSide; ++x) {
        int16_t in[kSide];
        int32_t sums[4];
        block.read(x, in);
        four(in, kFirstOfFour, sums);
        for (int y = 0; y < 4; ++y)
            rows[y][x] = only_means ? product(in[0], 4) : saturated(sums[y]);
    }
    for (const auto& row : rows) {
        int32_t sums[4];
        four(row, kSecondOfFour, sums);
        for (int x = 0; x < 4; ++x) out[x] = pixel(sums[x]);
        out += stride;
    }
}

// Two sums from a mean, shifted, and coefficients 1, 3, 5 and 7 of a row or column.
void two(int32_t first, const int16_t* in, int bits, int32_t* out) {
    const uint32_t mean = static_cast<uint32_t>(first) << (kConstantBits + 2);
    const uint32_t half = weighted(kHalves, in[1], in[3], in[5], in[7]);
    out[0] = rounded(mean + half, bits);
    out[1] = rounded(mean - half, bits);
}

void block_2x2(const Columns& block, uint8_t* out, size_t stride) {
    int32_t means[2] = {};
    int16_t rows[2][kSide] = {};
    for (size_t x : {0, 1, 3, 5, 7}) {
        int16_t in[kSide] = {};
        int32_t sums[2];
        block.read(x, in);
        two(in[0], in, kFirstOfTwo, sums);
        for (int y = 0; y < 2; ++y) rows[y][x] = saturated(sums[y]);
        if (x == 0) std::copy(sums, sums + 2, means);
    }
    for (int y = 0; y < 2; ++y, out += stride) {
        int32_t sums[2];
        two(means[y], rows[y], kSecondOfTwo, sums);
        out[0] = pixel(sums[0]);
        out[1] = pixel(sums[1]);
    }
}

template <typename OneBlock>
void both(const Pair& pair, const Steps& steps, const Places& places, OneBlock one_block) {
    for (size_t b = 0; b < 2; ++b)
        one_block({pair.values + b * kSide, steps.values + b * kSide}, places.out[b],
                  places.stride);
}

}  // namespace

void transform_4x4(const Pair& pair, const Steps& steps, const Places& places) {
    both(pair, steps, places, block_4x4);
}

void transform_2x2(const Pair& pair, const Steps& steps, const Places& places) {
    both(pair, steps, places, block_2x2);
}

Transform transform_for(int scale) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return scale == 2 ? transform_4x4_avx2 : transform_2x2_avx2;
#endif
    return scale == 2 ? transform_4x4 : transform_2x2;
}

}  // namespace lookalike::jpeg
