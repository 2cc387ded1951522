#include "sight/scores.h"

#include <array>

#include "isa.h"

#if LOOKALIKE_X86
#include <immintrin.h>
#endif

namespace lookalike {
namespace {

int32_t score(const int16_t* middle, size_t step) {
    const int16_t *upper = middle - step, *lower = middle + step;
    const int xx = middle[-1] - 2 * middle[0] + middle[1];
    const int yy = upper[0] - 2 * middle[0] + lower[0];
    const int xy = upper[-1] + lower[1] - upper[1] - lower[-1];
    return 16 * (xx * yy) - xy * xy;
}

void score_portable(const int16_t* middle, size_t step, int32_t* out) {
    for (size_t x = 0; x < step; ++x) out[x] = score(middle + x, step);
}

bool is_peak(const int32_t* upper, const int32_t* middle, const int32_t* lower) {
    const int32_t own = *middle;
    return own > upper[-1] && own > upper[0] && own > upper[1] && own > middle[-1] &&
           own >= middle[1] && own >= lower[-1] && own >= lower[0] && own >= lower[1];
}

size_t find_portable(const int32_t* upper, const int32_t* middle, const int32_t* lower,
                     size_t begin, size_t end, uint16_t* columns) {
    size_t found = 0;
    for (size_t x = begin; x < end; ++x)
        if (middle[x] >= kLeastScore && is_peak(upper + x, middle + x, lower + x))
            columns[found++] = static_cast<uint16_t>(x);
    return found;
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 __m256i load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

LOOKALIKE_AVX2 void store(int32_t* to, __m256i values) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), values);
}

// 16 scores at a time. Both second differences are multiplied by 4, which just fits in 16 bits, so
// that one instruction makes 32-bit products and their difference.
LOOKALIKE_AVX2 void score_avx2(const int16_t* middle, size_t step, int32_t* out) {
    const int16_t *upper = middle - step, *lower = middle + step;
    for (size_t x = 0; x < step; x += kScoreStep) {
        const __m256i here = load(middle + x), twice = _mm256_add_epi16(here, here);
        const __m256i xx =
            _mm256_sub_epi16(_mm256_add_epi16(load(middle + x - 1), load(middle + x + 1)), twice);
        const __m256i yy =
            _mm256_sub_epi16(_mm256_add_epi16(load(upper + x), load(lower + x)), twice);
        const __m256i falling = _mm256_sub_epi16(load(upper + x - 1), load(lower + x - 1));
        const __m256i rising = _mm256_sub_epi16(load(upper + x + 1), load(lower + x + 1));
        const __m256i xy = _mm256_sub_epi16(falling, rising);
        const __m256i minus_xy = _mm256_sub_epi16(rising, falling);
        const __m256i xx4 = _mm256_slli_epi16(xx, 2), yy4 = _mm256_slli_epi16(yy, 2);
        const __m256i low =
            _mm256_madd_epi16(_mm256_unpacklo_epi16(xx4, xy), _mm256_unpacklo_epi16(yy4, minus_xy));
        const __m256i high =
            _mm256_madd_epi16(_mm256_unpackhi_epi16(xx4, xy), _mm256_unpackhi_epi16(yy4, minus_xy));
        store(out + x, _mm256_permute2x128_si256(low, high, 0x20));
        store(out + x + 8, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

LOOKALIKE_AVX2 __m256i most_of(const int32_t* row) {
    return _mm256_max_epi32(load(row - 1), _mm256_max_epi32(load(row), load(row + 1)));
}

// Which vectors of a row have a score that is high enough. There is no branch, because none could
// be foretold.
LOOKALIKE_AVX2 size_t find_high(const int32_t* row, size_t begin, size_t end, uint16_t* vectors) {
    const __m256i below = _mm256_set1_epi32(kLeastScore - 1);
    size_t found = 0;
    for (size_t x = begin; x < end; x += 8) {
        const __m256i high = _mm256_cmpgt_epi32(load(row + x), below);
        vectors[found] = static_cast<uint16_t>(x);
        found += !_mm256_testz_si256(high, high);
    }
    return found;
}

LOOKALIKE_AVX2 size_t find_avx2(const int32_t* upper, const int32_t* middle, const int32_t* lower,
                                size_t begin, size_t end, uint16_t* columns) {
    std::array<uint16_t, kLargestGrey / 8 + 1> vectors;
    const size_t count = find_high(middle, begin, end, vectors.data());
    const __m256i below = _mm256_set1_epi32(kLeastScore - 1);
    size_t found = 0;
    for (size_t k = 0; k < count; ++k) {
        const size_t x = vectors[k];
        const __m256i own = load(middle + x);
        const __m256i before =
            _mm256_max_epi32(_mm256_max_epi32(most_of(upper + x), below), load(middle + x - 1));
        const __m256i after = _mm256_max_epi32(most_of(lower + x), load(middle + x + 1));
        const __m256i peak =
            _mm256_andnot_si256(_mm256_cmpgt_epi32(after, own), _mm256_cmpgt_epi32(own, before));
        auto bits = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(peak)));
        for (; bits; bits &= bits - 1) {
            const size_t column = x + static_cast<size_t>(__builtin_ctz(bits));
            if (column < end) columns[found++] = static_cast<uint16_t>(column);
        }
    }
    return found;
}
#endif

}  // namespace

int32_t score_at(const Level& level, size_t x, size_t y) {
    return score(level.smooth(y) + x, level.width);
}

void score_row(const Level& level, size_t y, int32_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return score_avx2(level.smooth(y), level.width, out);
#endif
    score_portable(level.smooth(y), level.width, out);
}

size_t find_peaks(const int32_t* upper, const int32_t* middle, const int32_t* lower, size_t begin,
                  size_t end, uint16_t* columns) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return find_avx2(upper, middle, lower, begin, end, columns);
#endif
    return find_portable(upper, middle, lower, begin, end, columns);
}

}  // namespace lookalike
