#include "sight/smooth.h"

#include <vector>

#include "isa.h"

#if LOOKALIKE_X86
#include <immintrin.h>
#endif

namespace lookalike {
namespace {

constexpr size_t kVector = 16;

// The weights are 1 6 15 20 15 6 1. One pass multiplies by 64, and both by 4096.
constexpr int kShift = 8;
static_assert(4096 >> kShift == kSmoothScale);

// Down the columns. Sums fit in 16 bits.
LOOKALIKE_INLINE void down_body(const uint8_t* row, size_t stride, size_t columns, int16_t* out) {
    const auto step = static_cast<ptrdiff_t>(stride);
    for (size_t x = 0; x < columns; ++x) {
        const uint8_t* middle = row + x;
        const int ends = middle[-3 * step] + middle[3 * step];
        const int next = middle[-2 * step] + middle[2 * step];
        const int near = middle[-step] + middle[step];
        out[x] = static_cast<int16_t>(ends + 6 * next + 15 * near + 20 * *middle);
    }
}

// Along a row of such sums.
void across_portable(const int16_t* sums, size_t columns, int16_t* out) {
    for (size_t x = 0; x < columns; ++x) {
        const int16_t* middle = sums + x;
        const int sum = middle[-3] + middle[3] + 6 * (middle[-2] + middle[2]) +
                        15 * (middle[-1] + middle[1]) + 20 * *middle;
        out[x] = static_cast<int16_t>((sum + (1 << (kShift - 1))) >> kShift);
    }
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void down_avx2(const uint8_t* row, size_t stride, size_t columns, int16_t* out) {
    down_body(row, stride, columns, out);
}

LOOKALIKE_AVX2 __m256i load(const int16_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

LOOKALIKE_AVX2 __m256i add_two(const int16_t* middle, ptrdiff_t away) {
    return _mm256_add_epi16(load(middle - away), load(middle + away));
}

// Two numbers of 16 bits, as one of 32.
LOOKALIKE_AVX2 __m256i both(int lower, int upper) { return _mm256_set1_epi32(upper << 16 | lower); }

// Whole vectors. The sums of two samples still fit in 16 bits.
LOOKALIKE_AVX2 void across_avx2(const int16_t* sums, size_t columns, int16_t* out) {
    const __m256i outer = both(1, 6), inner = both(15, 20);
    const __m256i half = _mm256_set1_epi32(1 << (kShift - 1));
    for (size_t x = 0; x < columns; x += kVector) {
        const int16_t* middle = sums + x;
        const __m256i ends = add_two(middle, 3), next = add_two(middle, 2);
        const __m256i near = add_two(middle, 1), own = load(middle);
        const __m256i low =
            _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpacklo_epi16(ends, next), outer),
                             _mm256_madd_epi16(_mm256_unpacklo_epi16(near, own), inner));
        const __m256i high =
            _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpackhi_epi16(ends, next), outer),
                             _mm256_madd_epi16(_mm256_unpackhi_epi16(near, own), inner));
        _mm256_storeu_si256(
            reinterpret_cast<__m256i*>(out + x),
            _mm256_packs_epi32(_mm256_srai_epi32(_mm256_add_epi32(low, half), kShift),
                               _mm256_srai_epi32(_mm256_add_epi32(high, half), kShift)));
    }
}
#endif

void down(const uint8_t* row, size_t stride, size_t columns, int16_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return down_avx2(row, stride, columns, out);
#endif
    down_body(row, stride, columns, out);
}

void across(const int16_t* sums, size_t columns, int16_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return across_avx2(sums, columns, out);
#endif
    across_portable(sums, columns, out);
}

}  // namespace

void smooth_rows(const uint8_t* row, size_t stride, size_t width, size_t height, int16_t* out) {
    std::vector<int16_t> sums(width + 2 * kSmoothReach + kVector);
    for (size_t y = 0; y < height; ++y, row += stride, out += width) {
        down(row - kSmoothReach, stride, width + 2 * kSmoothReach, sums.data());
        across(sums.data() + kSmoothReach, width, out);
    }
}

}  // namespace lookalike
