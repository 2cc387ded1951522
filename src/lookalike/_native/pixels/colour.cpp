#include "pixels/colour.h"

#include "isa.h"

#if LOOKALIKE_X86
#include <immintrin.h>
#endif

namespace lookalike {
namespace {

LOOKALIKE_INLINE void grey_body(const uint8_t* rgb, size_t pixels, uint8_t* out) {
    for (size_t k = 0; k < pixels; ++k)
        out[k] = static_cast<uint8_t>(
            (19595u * rgb[3 * k] + 38470u * rgb[3 * k + 1] + 7471u * rgb[3 * k + 2] + 32768u) >>
            16);
}

LOOKALIKE_INLINE void over_white_body(const uint8_t* rgba, size_t pixels, uint8_t* out) {
    for (size_t k = 0; k < pixels; ++k) {
        const uint32_t alpha = rgba[4 * k + 3];
        for (size_t c = 0; c < 3; ++c) {
            const uint32_t sum = rgba[4 * k + c] * alpha + 255u * (255u - alpha);
            out[3 * k + c] = static_cast<uint8_t>((sum + 127u) / 255u);
        }
    }
}

#if LOOKALIKE_X86
// The grey of 8 pixels as 32-bit numbers, from 28 bytes. The weight of green does not fit in 16
// bits, so half of it goes with red and half with blue.
LOOKALIKE_AVX2 __m256i grey_of_eight(const uint8_t* rgb) {
    const auto *first = reinterpret_cast<const __m128i*>(rgb),
               *last = reinterpret_cast<const __m128i*>(rgb + 12);
    const __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(first)),
                                                  _mm_loadu_si128(last), 1);
    const __m256i red_green =
        _mm256_setr_epi8(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1,  //
                         0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
    const __m256i green_blue =
        _mm256_setr_epi8(1, -1, 2, -1, 4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1,  //
                         1, -1, 2, -1, 4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1);
    constexpr int kRed = 19595, kHalfGreen = 38470 / 2, kBlue = 7471;
    const __m256i upper = _mm256_madd_epi16(_mm256_shuffle_epi8(bytes, red_green),
                                            _mm256_set1_epi32(kHalfGreen << 16 | kRed));
    const __m256i lower = _mm256_madd_epi16(_mm256_shuffle_epi8(bytes, green_blue),
                                            _mm256_set1_epi32(kBlue << 16 | kHalfGreen));
    return _mm256_srli_epi32(
        _mm256_add_epi32(_mm256_add_epi32(upper, lower), _mm256_set1_epi32(32768)), 16);
}

LOOKALIKE_AVX2 void grey_avx2(const uint8_t* rgb, size_t pixels, uint8_t* out) {
    constexpr size_t kStep = 32,
                     kBeyond = 2;  // pixels: those beyond a step are loaded but not used
    const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (; pixels >= kStep + kBeyond; pixels -= kStep, rgb += 3 * kStep, out += kStep) {
        const __m256i first = _mm256_packus_epi32(grey_of_eight(rgb), grey_of_eight(rgb + 24));
        const __m256i last = _mm256_packus_epi32(grey_of_eight(rgb + 48), grey_of_eight(rgb + 72));
        const __m256i all = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, last), in_order);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), all);
    }
    grey_body(rgb, pixels, out);
}

LOOKALIKE_AVX2 void over_white_avx2(const uint8_t* rgba, size_t pixels, uint8_t* out) {
    over_white_body(rgba, pixels, out);
}
#endif

}  // namespace

void grey(const uint8_t* rgb, size_t pixels, uint8_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return grey_avx2(rgb, pixels, out);
#endif
    grey_body(rgb, pixels, out);
}

void over_white(const uint8_t* rgba, size_t pixels, uint8_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return over_white_avx2(rgba, pixels, out);
#endif
    over_white_body(rgba, pixels, out);
}

}  // namespace lookalike
