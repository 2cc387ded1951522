#include "jpeg/transform_avx2.h"

#if LOOKALIKE_X86
#include <immintrin.h>

#include <cstring>

#include "jpeg/transform_constants.h"

namespace lookalike::jpeg {
namespace {

using V = __m256i;

LOOKALIKE_AVX2 V load(const int16_t* from) {
    return _mm256_load_si256(reinterpret_cast<const V*>(from));
}

// Two weights in each 32 bits.
LOOKALIKE_AVX2 V two(int16_t low, int16_t high) {
    const uint32_t both = static_cast<uint16_t>(low) | uint32_t{static_cast<uint16_t>(high)} << 16;
    return _mm256_set1_epi32(static_cast<int>(both));
}

// Pairs of coefficients 1 and 3, and of 5 and 7.
struct Odd {
    V a, b;

    LOOKALIKE_AVX2 V weighted(const Four& weights) const {
        return _mm256_add_epi32(_mm256_madd_epi16(a, two(weights.first, weights.second)),
                                _mm256_madd_epi16(b, two(weights.third, weights.fourth)));
    }
};

LOOKALIKE_AVX2 V rounded(V sums, int bits) {
    return _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << (bits - 1))), bits);
}

// Four sums of four columns each.
struct FourSums {
    V sums[4];

    // `mean` has coefficients 0 in the upper halves. `even` pairs coefficients 2 and 6.
    LOOKALIKE_AVX2 FourSums(V mean, V even, const Odd& odd, int bits) {
        const V high = _mm256_srai_epi32(mean, 16 - kConstantBits - 1);
        const V turn = _mm256_madd_epi16(even, two(kEven2, kEven6));
        const V plus = _mm256_add_epi32(high, turn), minus = _mm256_sub_epi32(high, turn);
        const V outer = odd.weighted(kOuter), inner = odd.weighted(kInner);
        sums[0] = rounded(_mm256_add_epi32(plus, outer), bits);
        sums[1] = rounded(_mm256_add_epi32(minus, inner), bits);
        sums[2] = rounded(_mm256_sub_epi32(minus, inner), bits);
        sums[3] = rounded(_mm256_sub_epi32(plus, outer), bits);
    }
};

struct Rows {
    const Pair& pair;
    const Steps& steps;

    LOOKALIKE_AVX2 V operator[](size_t row) const {
        return _mm256_mullo_epi16(load(pair.values + kPairSide * row),
                                  load(steps.values + kPairSide * row));
    }
};

// As bytes, limited, and from 0 on.
LOOKALIKE_AVX2 V pixels_of(V low, V high) {
    return _mm256_xor_si256(_mm256_packs_epi16(low, high), _mm256_set1_epi8(-128));
}

// The second pass of 4 x 4. Each vector has two columns, their four rows in turn.
LOOKALIKE_AVX2 void rows_of_four(V c01, V c23, V c45, V c67, const Places& places) {
    const Odd odd{_mm256_unpackhi_epi16(c01, c23), _mm256_unpackhi_epi16(c45, c67)};
    const FourSums found(_mm256_unpacklo_epi16(_mm256_setzero_si256(), c01),
                         _mm256_unpacklo_epi16(c23, c67), odd, kSecondOfFour);
    const V even = _mm256_packs_epi32(found.sums[0], found.sums[2]);
    const V uneven = _mm256_packs_epi32(found.sums[1], found.sums[3]);
    const V low = _mm256_unpacklo_epi16(even, uneven), high = _mm256_unpackhi_epi16(even, uneven);
    uint32_t rows[2][4];
    _mm256_storeu_si256(reinterpret_cast<V*>(rows), pixels_of(_mm256_unpacklo_epi32(low, high),
                                                              _mm256_unpackhi_epi32(low, high)));
    for (size_t b = 0; b < 2; ++b)
        for (size_t y = 0; y < 4; ++y)
            std::memcpy(places.out[b] + y * places.stride, &rows[b][y], 4);
}

// Whether a mean may be too large for 16 bits after the first pass. Only those of odd files are.
LOOKALIKE_AVX2 bool has_large_mean(V means) {
    const V moved = _mm256_add_epi16(means, _mm256_set1_epi16(1 << 13));  // 0 to 2^14 - 1 if small
    return !_mm256_testz_si256(moved, _mm256_set1_epi16(static_cast<int16_t>(0xC000)));
}

}  // namespace

LOOKALIKE_AVX2 void transform_4x4_avx2(const Pair& pair, const Steps& steps, const Places& places) {
    const Rows in{pair, steps};
    if (has_large_mean(in[0])) return transform_4x4(pair, steps, places);
    const V in0 = in[0], in1 = in[1], in2 = in[2], in3 = in[3], in5 = in[5], in6 = in[6],
            in7 = in[7], zero = _mm256_setzero_si256();
    const FourSums low(_mm256_unpacklo_epi16(zero, in0), _mm256_unpacklo_epi16(in2, in6),
                       {_mm256_unpacklo_epi16(in1, in3), _mm256_unpacklo_epi16(in5, in7)},
                       kFirstOfFour);
    const FourSums high(_mm256_unpackhi_epi16(zero, in0), _mm256_unpackhi_epi16(in2, in6),
                        {_mm256_unpackhi_epi16(in1, in3), _mm256_unpackhi_epi16(in5, in7)},
                        kFirstOfFour);
    V rows[4];
    for (int y = 0; y < 4; ++y) rows[y] = _mm256_packs_epi32(low.sums[y], high.sums[y]);
    const V low01 = _mm256_unpacklo_epi16(rows[0], rows[1]),
            low23 = _mm256_unpacklo_epi16(rows[2], rows[3]),
            high01 = _mm256_unpackhi_epi16(rows[0], rows[1]),
            high23 = _mm256_unpackhi_epi16(rows[2], rows[3]);
    rows_of_four(_mm256_unpacklo_epi32(low01, low23), _mm256_unpackhi_epi32(low01, low23),
                 _mm256_unpacklo_epi32(high01, high23), _mm256_unpackhi_epi32(high01, high23),
                 places);
}

LOOKALIKE_AVX2 void transform_2x2_avx2(const Pair& pair, const Steps& steps, const Places& places) {
    const Rows in{pair, steps};
    const V in0 = in[0], in1 = in[1], in3 = in[3], in5 = in[5], in7 = in[7];
    const V upper = _mm256_set1_epi32(-65536);
    // Column 0 is in the lowest 32 bits of each half of `first`, and columns 1, 3, 5 and 7 are in
    // `others`.
    const Odd odd_first{_mm256_unpacklo_epi16(in1, in3), _mm256_unpacklo_epi16(in5, in7)};
    const Odd odd_others{_mm256_or_si256(_mm256_srli_epi32(in1, 16), _mm256_and_si256(in3, upper)),
                         _mm256_or_si256(_mm256_srli_epi32(in5, 16), _mm256_and_si256(in7, upper))};
    const V first = odd_first.weighted(kHalves), others = odd_others.weighted(kHalves);
    const V mean_first = _mm256_srai_epi32(_mm256_slli_epi32(in0, 16), 1);
    const V mean_others = _mm256_srai_epi32(_mm256_and_si256(in0, upper), 1);
    const V sum = _mm256_add_epi32(mean_others, others),
            rest = _mm256_sub_epi32(mean_others, others);
    // Both rows of column 0, then of columns 1 and 3, and of 5 and 7.
    const V column0 = rounded(_mm256_unpacklo_epi32(_mm256_add_epi32(mean_first, first),
                                                    _mm256_sub_epi32(mean_first, first)),
                              kFirstOfTwo);
    const V c13 = rounded(_mm256_unpacklo_epi64(sum, rest), kFirstOfTwo);
    const V c57 = rounded(_mm256_unpackhi_epi64(sum, rest), kFirstOfTwo);
    const Odd odd{_mm256_packs_epi32(c13, c13), _mm256_packs_epi32(c57, c57)};
    const V mean = _mm256_slli_epi32(column0, kConstantBits + 2), half = odd.weighted(kHalves);
    const V left_right =
        _mm256_unpacklo_epi32(_mm256_add_epi32(mean, half), _mm256_sub_epi32(mean, half));
    const V words = _mm256_packs_epi32(rounded(left_right, kSecondOfTwo), _mm256_setzero_si256());
    const V bytes = pixels_of(words, words);
    const int blocks[2] = {_mm256_extract_epi32(bytes, 0), _mm256_extract_epi32(bytes, 4)};
    for (size_t b = 0; b < 2; ++b) {
        const auto above = static_cast<uint16_t>(blocks[b]);
        const auto below = static_cast<uint16_t>(static_cast<uint32_t>(blocks[b]) >> 16);
        std::memcpy(places.out[b], &above, sizeof above);
        std::memcpy(places.out[b] + places.stride, &below, sizeof below);
    }
}

}  // namespace lookalike::jpeg
#endif
