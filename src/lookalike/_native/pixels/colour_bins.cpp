#include "pixels/colour_bins.h"

#include <algorithm>

#include "isa.h"

namespace lookalike {
namespace {

constexpr size_t kBlock = 4096;
constexpr int kDark = 32;
constexpr int kFaint = 2, kBright = kFaint + kHues, kBetween = kBright + kHues;
constexpr int kHueEdges[] = {43, 85, 128, 170, 213};  // 255 is a full turn

// Saturation is spread / most, and hue is a sixth of offset / spread. Both are compared multiplied
// out, in whole numbers.
LOOKALIKE_INLINE void bin_body(const uint8_t* rgb, size_t pixels, uint8_t* bins) {
    for (size_t k = 0; k < pixels; ++k) {
        const int r = rgb[3 * k], g = rgb[3 * k + 1], b = rgb[3 * k + 2];
        const int most = std::max(r, std::max(g, b)), spread = most - std::min(r, std::min(g, b));
        int offset = r == most ? g - b : g == most ? 2 * spread + b - r : 4 * spread + r - g;
        offset += offset < 0 ? 6 * spread : 0;
        int hue = 0;
        for (int edge : kHueEdges) hue += 85 * offset >= 2 * edge * spread;
        const bool dark = 19595 * r + 38470 * g + 7471 * b + 32768 < kDark << 16;
        const bool faint = 3 * spread < 2 * most, bright = 85 * spread >= 57 * most;
        const int coloured = faint ? kFaint + hue : bright ? kBright + hue : kBetween;
        bins[k] = static_cast<uint8_t>(dark ? 0 : 3 * spread < most ? 1 : coloured);
    }
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void bin_avx2(const uint8_t* rgb, size_t pixels, uint8_t* bins) {
    bin_body(rgb, pixels, bins);
}
#endif

void bin(const uint8_t* rgb, size_t pixels, uint8_t* bins) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return bin_avx2(rgb, pixels, bins);
#endif
    bin_body(rgb, pixels, bins);
}

}  // namespace

void colour_bins(const uint8_t* rgb, size_t pixels, int64_t* counts) {
    uint8_t bins[kBlock];
    int64_t turns[4][kColourBins] =
        {};  // neighbours are often equal, and would wait for each other on one counter
    for (size_t from = 0; from < pixels; from += kBlock) {
        const size_t size = std::min(kBlock, pixels - from);
        bin(rgb + 3 * from, size, bins);
        for (size_t k = 0; k < size; ++k) ++turns[k % 4][bins[k]];
    }
    for (size_t k = 0; k < kColourBins; ++k)
        counts[k] = turns[0][k] + turns[1][k] + turns[2][k] + turns[3][k];
}

}  // namespace lookalike
