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
constexpr int kShift = 2 * kFractionBits, kHalf = 1 << (kShift - 1);

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

// Sums of two rows, times kFractions.
LOOKALIKE_INLINE void blend_body(const uint8_t* upper, const uint8_t* lower, size_t columns,
                                 unsigned fraction, int16_t* out) {
    const auto above = static_cast<int16_t>(kFractions - fraction);
    const auto below = static_cast<int16_t>(fraction);
    for (size_t x = 0; x < columns; ++x)
        out[x] = static_cast<int16_t>(upper[x] * above + lower[x] * below);
}

// Places between the columns, also in groups for vectors: where a vector begins, which of its bytes
// are needed, and the weights of the samples.
constexpr size_t kGroup = 4, kVector = 16;

struct Columns : Places {
    std::vector<uint16_t> begin;
    std::vector<uint8_t> bytes;
    std::vector<int16_t> weights;

    Columns(size_t larger, size_t smaller) : Places(larger, smaller) {
        const size_t groups = (smaller + 2 * kGroup - 1) / (2 * kGroup) * 2;  // used in twos
        begin.resize(groups);
        bytes.resize(groups * kVector);
        weights.resize(groups * kVector / 2);
        for (size_t x = 0; x < smaller; ++x) {
            const size_t group = x / kGroup;
            begin[group] = first[group * kGroup];
            for (size_t byte = 0; byte < 4; ++byte)
                bytes[4 * x + byte] = static_cast<uint8_t>(2 * (first[x] - begin[group]) + byte);
            weights[2 * x] = static_cast<int16_t>(kFractions - fraction[x]);
            weights[2 * x + 1] = fraction[x];
        }
    }
};

void pick_portable(const int16_t* row, const Columns& columns, uint8_t* out) {
    for (size_t x = 0; x < columns.first.size(); ++x) {
        const int16_t* two = row + columns.first[x];
        const int16_t* weights = columns.weights.data() + 2 * x;
        out[x] =
            static_cast<uint8_t>((two[0] * weights[0] + two[1] * weights[1] + kHalf) >> kShift);
    }
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void blend_avx2(const uint8_t* upper, const uint8_t* lower, size_t columns,
                               unsigned fraction, int16_t* out) {
    blend_body(upper, lower, columns, fraction, out);
}

LOOKALIKE_AVX2 __m256i load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

LOOKALIKE_AVX2 __m256i load_two(const int16_t* lower, const int16_t* upper) {
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(lower))),
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(upper)), 1);
}

// Two groups at a time: `out` has room for them.
LOOKALIKE_AVX2 void pick_avx2(const int16_t* row, const Columns& columns, uint8_t* out) {
    const __m256i half = _mm256_set1_epi32(kHalf);
    for (size_t group = 0; group < columns.begin.size(); group += 2) {
        const __m256i samples =
            load_two(row + columns.begin[group], row + columns.begin[group + 1]);
        const __m256i pairs =
            _mm256_shuffle_epi8(samples, load(columns.bytes.data() + group * kVector));
        const __m256i sums =
            _mm256_madd_epi16(pairs, load(columns.weights.data() + group * kVector / 2));
        const __m256i means = _mm256_srai_epi32(_mm256_add_epi32(sums, half), kShift);
        const __m128i words =
            _mm_packs_epi32(_mm256_castsi256_si128(means), _mm256_extracti128_si256(means, 1));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(out + group * kGroup),
                         _mm_packus_epi16(words, words));
    }
}
#endif

void blend(const uint8_t* upper, const uint8_t* lower, size_t columns, unsigned fraction,
           int16_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return blend_avx2(upper, lower, columns, fraction, out);
#endif
    blend_body(upper, lower, columns, fraction, out);
}

void pick(const int16_t* row, const Columns& columns, uint8_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return pick_avx2(row, columns, out);
#endif
    pick_portable(row, columns, out);
}

}  // namespace

void shrink(const Level& from, Level& to) {
    const Columns across(from.width, to.width);
    const Places down(from.height, to.height);
    std::vector<int16_t> blended(from.width + kSlack);
    for (size_t y = 0; y < to.height; ++y) {
        const uint8_t* upper = from.row(down.first[y]);
        blend(upper, upper + from.stride, from.width, down.fraction[y], blended.data());
        pick(blended.data(), across, to.row(y));
    }
}

}  // namespace lookalike
