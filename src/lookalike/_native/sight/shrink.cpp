#include "sight/shrink.h"

#include <vector>

#include "isa.h"

#if LOOKALIKE_X86
#include <immintrin.h>
#endif

namespace lookalike {
namespace {

constexpr int kFractionBits = 6;
constexpr unsigned kFractions = 1 << kFractionBits;  // steps between two pixels

// Where each pixel of a smaller side lies between two pixels of a larger one. Centres of pixels are
// aligned, so no edge is ever passed.
struct Places {
    std::vector<uint16_t> first;
    std::vector<uint8_t> fraction;

    Places(size_t larger, size_t smaller) : first(smaller), fraction(smaller) {
        for (size_t x = 0; x < smaller; ++x) {
            const size_t doubled = ((2 * x + 1) * larger - smaller) * kFractions / smaller;
            const size_t place = (doubled + 1) / 2;
            first[x] = static_cast<uint16_t>(place / kFractions);
            fraction[x] = static_cast<uint8_t>(place % kFractions);
        }
    }
};

uint8_t between(unsigned a, unsigned b, unsigned fraction) {
    return static_cast<uint8_t>((a * (kFractions - fraction) + b * fraction + kFractions / 2) /
                                kFractions);
}

void blend_portable(const uint8_t* upper, const uint8_t* lower, size_t columns, unsigned fraction,
                    uint8_t* out) {
    for (size_t x = 0; x < columns; ++x) out[x] = between(upper[x], lower[x], fraction);
}

// Places between pixels of a row, also in groups of kGroup for vectors of 16 bytes: where a vector
// begins, which of its bytes are needed, and their weights.
constexpr size_t kGroup = 8, kVector = 16;

struct Columns : Places {
    std::vector<uint16_t> begin;
    std::vector<uint8_t> bytes, weights;

    Columns(size_t larger, size_t smaller) : Places(larger, smaller) {
        const size_t groups = (smaller + kGroup - 1) / kGroup;
        begin.resize(groups);
        bytes.resize(groups * kVector);
        weights.resize(groups * kVector);
        for (size_t x = 0; x < smaller; ++x) {
            const size_t group = x / kGroup;
            begin[group] = first[group * kGroup];
            bytes[2 * x] = static_cast<uint8_t>(first[x] - begin[group]);
            bytes[2 * x + 1] = static_cast<uint8_t>(bytes[2 * x] + 1);
            weights[2 * x] = static_cast<uint8_t>(kFractions - fraction[x]);
            weights[2 * x + 1] = fraction[x];
        }
    }
};

void pick_portable(const uint8_t* row, const Columns& columns, uint8_t* out) {
    for (size_t x = 0; x < columns.first.size(); ++x) {
        const uint8_t* two = row + columns.first[x];
        out[x] = between(two[0], two[1], columns.fraction[x]);
    }
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 __m256i load(const uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

// Whole vectors of 32: the rows and `out` have room for them.
LOOKALIKE_AVX2 void blend_avx2(const uint8_t* upper, const uint8_t* lower, size_t columns,
                               unsigned fraction, uint8_t* out) {
    const __m256i weights =
        _mm256_set1_epi16(static_cast<int16_t>(fraction << 8 | (kFractions - fraction)));
    const __m256i half = _mm256_set1_epi16(kFractions / 2);
    for (size_t x = 0; x < columns; x += 32) {
        const __m256i a = load(upper + x), b = load(lower + x);
        const __m256i low = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weights);
        const __m256i high = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weights);
        const __m256i both =
            _mm256_packus_epi16(_mm256_srli_epi16(_mm256_add_epi16(low, half), kFractionBits),
                                _mm256_srli_epi16(_mm256_add_epi16(high, half), kFractionBits));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + x), both);
    }
}

LOOKALIKE_AVX2 __m128i load_half(const uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

// Whole groups: `out` has room for them.
LOOKALIKE_AVX2 void pick_avx2(const uint8_t* row, const Columns& columns, uint8_t* out) {
    const __m128i half = _mm_set1_epi16(kFractions / 2);
    for (size_t group = 0; group < columns.begin.size(); ++group) {
        const __m128i two = _mm_shuffle_epi8(load_half(row + columns.begin[group]),
                                             load_half(columns.bytes.data() + group * kVector));
        const __m128i sums =
            _mm_maddubs_epi16(two, load_half(columns.weights.data() + group * kVector));
        const __m128i samples = _mm_srli_epi16(_mm_add_epi16(sums, half), kFractionBits);
        _mm_storel_epi64(reinterpret_cast<__m128i*>(out + group * kGroup),
                         _mm_packus_epi16(samples, samples));
    }
}
#endif

void blend(const uint8_t* upper, const uint8_t* lower, size_t columns, unsigned fraction,
           uint8_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return blend_avx2(upper, lower, columns, fraction, out);
#endif
    blend_portable(upper, lower, columns, fraction, out);
}

void pick(const uint8_t* row, const Columns& columns, uint8_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return pick_avx2(row, columns, out);
#endif
    pick_portable(row, columns, out);
}

}  // namespace

void shrink(const Level& from, Level& to) {
    const Columns across(from.width, to.width);
    const Places down(from.height, to.height);
    std::vector<uint8_t> blended(from.width + kSlack);
    for (size_t y = 0; y < to.height; ++y) {
        const uint8_t* upper = from.row(down.first[y]);
        blend(upper, upper + from.stride, from.width, down.fraction[y], blended.data());
        pick(blended.data(), across, to.row(y));
    }
}

}  // namespace lookalike
