#include "jpeg/transform.h"

#include <algorithm>
#include <cstring>

#include "isa.h"
#include "jpeg/transform_constants.h"
#include "jpeg/transform_sse2.h"

namespace lookalike::jpeg {
namespace {

constexpr int kSide = 8;
constexpr int kRangeMask = 1023;  // of the table by which libjpeg limits the values of 1 x 1

int16_t product(int16_t value, int16_t step) { return static_cast<int16_t>(value * step); }

int16_t saturated(int32_t value) {
    return static_cast<int16_t>(std::clamp<int32_t>(value, INT16_MIN, INT16_MAX));
}

uint8_t pixel(int32_t value) { return static_cast<uint8_t>(std::clamp(value, -128, 127) + 128); }

// Sums may overflow in hostile files, so they are unsigned.
uint32_t weighted(int16_t value, int16_t weight) { return static_cast<uint32_t>(value * weight); }

uint32_t weighted(const Four& weights, int16_t a, int16_t b, int16_t c, int16_t d) {
    return weighted(a, weights.first) + weighted(b, weights.second) + weighted(c, weights.third) +
           weighted(d, weights.fourth);
}

int32_t rounded(uint32_t sum, int bits) {
    return static_cast<int32_t>(sum + (1u << (bits - 1))) >> bits;
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

// Whether rows 1 to 3 and 5 to 7 have only zeros. libjpeg-turbo then takes a shortcut that does not
// saturate.
bool has_only_means(const Block& block) {
    int any = 0;
    for (int row = 1; row < kSide; ++row)
        for (int x = 0; x < kSide; ++x)
            if (row != 4) any |= block.values[row * kSide + x];
    return !any;
}

void transform_4x4(Block& block, const Steps& steps, uint8_t* out, size_t stride) {
    int16_t columns[4][kSide];
    const bool only_means = has_only_means(block);
    for (int x = 0; x < kSide; ++x) {
        int16_t in[kSide];
        for (int row = 0; row < kSide; ++row)
            in[row] = product(block.values[row * kSide + x], steps.values[row * kSide + x]);
        int32_t sums[4];
        four(in, kFirstOfFour, sums);
        for (int y = 0; y < 4; ++y)
            columns[y][x] = only_means ? static_cast<int16_t>(in[0] * 4) : saturated(sums[y]);
    }
    for (int y = 0; y < 4; ++y, out += stride) {
        int32_t sums[4];
        four(columns[y], kSecondOfFour, sums);
        for (int x = 0; x < 4; ++x) out[x] = pixel(sums[x]);
    }
    block = Block();
}

void transform_2x2(Block& block, const Steps& steps, uint8_t* out, size_t stride) {
    int32_t means[2] = {};
    int16_t columns[2][kSide];
    for (int x : {0, 1, 3, 5, 7}) {
        int16_t in[kSide];
        for (int row : {0, 1, 3, 5, 7})
            in[row] = product(block.values[row * kSide + x], steps.values[row * kSide + x]);
        const uint32_t mean = static_cast<uint32_t>(in[0]) << (kConstantBits + 2);
        const uint32_t half = weighted(kHalves, in[1], in[3], in[5], in[7]);
        const int32_t sums[2] = {rounded(mean + half, kFirstOfTwo),
                                 rounded(mean - half, kFirstOfTwo)};
        for (int y = 0; y < 2; ++y) columns[y][x] = saturated(sums[y]);
        if (x == 0) std::copy(sums, sums + 2, means);
    }
    for (int y = 0; y < 2; ++y, out += stride) {
        const int16_t* in = columns[y];
        const uint32_t mean = static_cast<uint32_t>(means[y]) << (kConstantBits + 2);
        const uint32_t half = weighted(kHalves, in[1], in[3], in[5], in[7]);
        out[0] = pixel(rounded(mean + half, kSecondOfTwo));
        out[1] = pixel(rounded(mean - half, kSecondOfTwo));
    }
    block = Block();
}

}  // namespace

Transform transform_for(int scale) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return scale == 2 ? transform_4x4_sse2 : transform_2x2_sse2;
#endif
    return scale == 2 ? transform_4x4 : transform_2x2;
}

uint8_t flat_pixel(int scale, int16_t average, int16_t step) {
    if (scale == 2) return pixel((product(product(average, step), 4) + 16) >> 5);
    if (scale == 4) {
        const uint32_t mean = static_cast<uint32_t>(product(average, step)) << (kConstantBits + 4);
        return pixel(rounded(mean, kSecondOfTwo));
    }
    const int wrapped = ((average * step + 4) >> 3) & kRangeMask;
    return pixel(wrapped > kRangeMask / 2 ? wrapped - kRangeMask - 1 : wrapped);
}

}  // namespace lookalike::jpeg
