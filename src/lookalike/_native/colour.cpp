#include "colour.h"

#include "path.h"

namespace lookalike {
namespace {

LOOKALIKE_INLINE void grey_body(const uint8_t* rgb, size_t pixels, uint8_t* out) {
    for (size_t k = 0; k < pixels; ++k)
        out[k] = static_cast<uint8_t>((19595u * rgb[3 * k] + 38470u * rgb[3 * k + 1] + 7471u * rgb[3 * k + 2] + 32768u) >> 16);
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
LOOKALIKE_AVX2 void grey_avx2(const uint8_t* rgb, size_t pixels, uint8_t* out) { grey_body(rgb, pixels, out); }
LOOKALIKE_AVX2 void over_white_avx2(const uint8_t* rgba, size_t pixels, uint8_t* out) {
    over_white_body(rgba, pixels, out);
}
#endif

}  // namespace

void grey(const uint8_t* rgb, size_t pixels, uint8_t* out) {
#if LOOKALIKE_X86
    if (active_path() != Path::scalar) return grey_avx2(rgb, pixels, out);
#endif
    grey_body(rgb, pixels, out);
}

void over_white(const uint8_t* rgba, size_t pixels, uint8_t* out) {
#if LOOKALIKE_X86
    if (active_path() != Path::scalar) return over_white_avx2(rgba, pixels, out);
#endif
    over_white_body(rgba, pixels, out);
}

}  // namespace lookalike
