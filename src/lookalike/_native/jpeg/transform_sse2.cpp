#include "jpeg/transform_sse2.h"

#if LOOKALIKE_X86
#include <emmintrin.h>

#include <cstring>

#include "jpeg/transform_constants.h"

namespace lookalike::jpeg {
namespace {

using V = __m128i;

V load(const int16_t* from) { return _mm_load_si128(reinterpret_cast<const V*>(from)); }

// Two weights in each 32 bits.
V two(int16_t low, int16_t high) {
    const uint32_t both = static_cast<uint16_t>(low) | uint32_t{static_cast<uint16_t>(high)} << 16;
    return _mm_set1_epi32(static_cast<int>(both));
}

// Pairs of coefficients 1 and 3, and of 5 and 7.
struct Odd {
    V a, b;

    V weighted(const Four& weights) const {
        return _mm_add_epi32(_mm_madd_epi16(a, two(weights.first, weights.second)),
                             _mm_madd_epi16(b, two(weights.third, weights.fourth)));
    }
};

V rounded(V sums, int bits) {
    return _mm_srai_epi32(_mm_add_epi32(sums, _mm_set1_epi32(1 << (bits - 1))), bits);
}

// Four sums of four columns each.
struct FourSums {
    V sums[4];

    // `mean` has coefficients 0 in the upper halves. `even` pairs coefficients 2 and 6.
    FourSums(V mean, V even, const Odd& odd, int bits) {
        const V high = _mm_srai_epi32(mean, 16 - kConstantBits - 1);
        const V turn = _mm_madd_epi16(even, two(kEven2, kEven6));
        const V plus = _mm_add_epi32(high, turn), minus = _mm_sub_epi32(high, turn);
        const V outer = odd.weighted(kOuter), inner = odd.weighted(kInner);
        sums[0] = rounded(_mm_add_epi32(plus, outer), bits);
        sums[1] = rounded(_mm_add_epi32(minus, inner), bits);
        sums[2] = rounded(_mm_sub_epi32(minus, inner), bits);
        sums[3] = rounded(_mm_sub_epi32(plus, outer), bits);
    }
};

// The second pass of 4 x 4. Each vector has two columns, their four rows in turn.
void rows_of_four(V c01, V c23, V c45, V c67, uint8_t* out, size_t stride) {
    const Odd odd{_mm_unpackhi_epi16(c01, c23), _mm_unpackhi_epi16(c45, c67)};
    const FourSums found(_mm_unpacklo_epi16(_mm_setzero_si128(), c01), _mm_unpacklo_epi16(c23, c67),
                         odd, kSecondOfFour);
    const V even = _mm_packs_epi32(found.sums[0], found.sums[2]);
    const V uneven = _mm_packs_epi32(found.sums[1], found.sums[3]);
    const V low = _mm_unpacklo_epi16(even, uneven), high = _mm_unpackhi_epi16(even, uneven);
    const V bytes = _mm_packs_epi16(_mm_unpacklo_epi32(low, high), _mm_unpackhi_epi32(low, high));
    uint32_t rows[4];
    _mm_storeu_si128(reinterpret_cast<V*>(rows), _mm_xor_si128(bytes, _mm_set1_epi8(-128)));
    for (const uint32_t row : rows) {
        std::memcpy(out, &row, sizeof row);
        out += stride;
    }
}

void clear(Block& block) {
    for (size_t k = 0; k < kBlock; k += 8)
        _mm_store_si128(reinterpret_cast<V*>(block.values + k), _mm_setzero_si128());
}

struct Rows {
    const Block& block;
    const Steps& steps;

    V operator[](size_t row) const {
        return _mm_mullo_epi16(load(block.values + 8 * row), load(steps.values + 8 * row));
    }
};

bool has_only_means(const Block& block) {
    V any = _mm_setzero_si128();
    for (size_t row : {1, 2, 3, 5, 6, 7}) any = _mm_or_si128(any, load(block.values + 8 * row));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(any, _mm_setzero_si128())) == 0xFFFF;
}

}  // namespace

void transform_4x4_sse2(Block& block, const Steps& steps, uint8_t* out, size_t stride) {
    const Rows in{block, steps};
    if (has_only_means(block)) {
        const V first = _mm_slli_epi16(in[0], 2);
        const V low = _mm_unpacklo_epi16(first, first), high = _mm_unpackhi_epi16(first, first);
        rows_of_four(_mm_shuffle_epi32(low, 0x50), _mm_shuffle_epi32(low, 0xFA),
                     _mm_shuffle_epi32(high, 0x50), _mm_shuffle_epi32(high, 0xFA), out, stride);
        return clear(block);
    }
    const V in0 = in[0], in1 = in[1], in2 = in[2], in3 = in[3], in5 = in[5], in6 = in[6],
            in7 = in[7], zero = _mm_setzero_si128();
    const FourSums low(_mm_unpacklo_epi16(zero, in0), _mm_unpacklo_epi16(in2, in6),
                       {_mm_unpacklo_epi16(in1, in3), _mm_unpacklo_epi16(in5, in7)}, kFirstOfFour);
    const FourSums high(_mm_unpackhi_epi16(zero, in0), _mm_unpackhi_epi16(in2, in6),
                        {_mm_unpackhi_epi16(in1, in3), _mm_unpackhi_epi16(in5, in7)}, kFirstOfFour);
    V rows[4];
    for (int y = 0; y < 4; ++y) rows[y] = _mm_packs_epi32(low.sums[y], high.sums[y]);
    const V low01 = _mm_unpacklo_epi16(rows[0], rows[1]),
            low23 = _mm_unpacklo_epi16(rows[2], rows[3]),
            high01 = _mm_unpackhi_epi16(rows[0], rows[1]),
            high23 = _mm_unpackhi_epi16(rows[2], rows[3]);
    rows_of_four(_mm_unpacklo_epi32(low01, low23), _mm_unpackhi_epi32(low01, low23),
                 _mm_unpacklo_epi32(high01, high23), _mm_unpackhi_epi32(high01, high23), out,
                 stride);
    clear(block);
}

void transform_2x2_sse2(Block& block, const Steps& steps, uint8_t* out, size_t stride) {
    const Rows in{block, steps};
    const V in0 = in[0], in1 = in[1], in3 = in[3], in5 = in[5], in7 = in[7];
    const V upper = _mm_set1_epi32(-65536);
    // Column 0 is in the lowest 32 bits of `first`, and columns 1, 3, 5 and 7 are in `others`.
    const Odd odd_first{_mm_unpacklo_epi16(in1, in3), _mm_unpacklo_epi16(in5, in7)};
    const Odd odd_others{_mm_or_si128(_mm_srli_epi32(in1, 16), _mm_and_si128(in3, upper)),
                         _mm_or_si128(_mm_srli_epi32(in5, 16), _mm_and_si128(in7, upper))};
    const V first = odd_first.weighted(kHalves), others = odd_others.weighted(kHalves);
    const V mean_first = _mm_srai_epi32(_mm_slli_epi32(in0, 16), 1);
    const V mean_others = _mm_srai_epi32(_mm_and_si128(in0, upper), 1);
    const V sum = _mm_add_epi32(mean_others, others), rest = _mm_sub_epi32(mean_others, others);
    // Both rows of column 0, then of columns 1 and 3, and of 5 and 7.
    const V column0 = rounded(
        _mm_unpacklo_epi32(_mm_add_epi32(mean_first, first), _mm_sub_epi32(mean_first, first)),
        kFirstOfTwo);
    const V c13 = rounded(_mm_unpacklo_epi64(sum, rest), kFirstOfTwo);
    const V c57 = rounded(_mm_unpackhi_epi64(sum, rest), kFirstOfTwo);
    const Odd odd{_mm_packs_epi32(c13, c13), _mm_packs_epi32(c57, c57)};
    const V mean = _mm_slli_epi32(column0, kConstantBits + 2), half = odd.weighted(kHalves);
    const V left_right = _mm_unpacklo_epi32(_mm_add_epi32(mean, half), _mm_sub_epi32(mean, half));
    const V words = _mm_packs_epi32(rounded(left_right, kSecondOfTwo), _mm_setzero_si128());
    const V bytes = _mm_xor_si128(_mm_packs_epi16(words, words), _mm_set1_epi8(-128));
    const auto pixels = static_cast<uint32_t>(_mm_cvtsi128_si32(bytes));
    const auto above = static_cast<uint16_t>(pixels), below = static_cast<uint16_t>(pixels >> 16);
    std::memcpy(out, &above, sizeof above);
    std::memcpy(out + stride, &below, sizeof below);
    clear(block);
}

}  // namespace lookalike::jpeg
#endif
