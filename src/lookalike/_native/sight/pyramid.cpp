#include "sight/pyramid.h"

#include <algorithm>
#include <cstring>

#include "isa.h"
#include "sight/shrink.h"

namespace lookalike {
namespace {

constexpr size_t kLeastLonger = 40, kLeastShorter = 12;  // sides of the smallest level

constexpr size_t kReach = 3;

// Sums of 7 samples with the weights 1 6 15 20 15 6 1, which fit in 16 bits. `step` is the distance
// between two of them.
template <typename Sample>
LOOKALIKE_INLINE uint16_t binomial(const Sample* middle, ptrdiff_t step) {
    const unsigned ends = middle[-3 * step] + middle[3 * step];
    const unsigned next = middle[-2 * step] + middle[2 * step];
    const unsigned near = middle[-step] + middle[step];
    return static_cast<uint16_t>(ends + 6 * next + 15 * near + 20 * *middle);
}

LOOKALIKE_INLINE void smooth_body(const Level& level, int16_t* out) {
    std::vector<uint16_t> sums(level.width + 2 * kReach);
    for (size_t y = 0; y < level.height; ++y, out += level.width) {
        const uint8_t* row = level.row(y) - kReach;
        const auto step = static_cast<ptrdiff_t>(level.stride);
        // Four times the grey levels, so that the next sums fit in 16 bits.
        for (size_t x = 0; x < sums.size(); ++x)
            sums[x] = static_cast<uint16_t>((binomial(row + x, step) + 8) >> 4);
        const uint16_t* middle = sums.data() + kReach;
        for (size_t x = 0; x < level.width; ++x)
            out[x] = static_cast<int16_t>((binomial(middle + x, 1) + 8) >> 4);
    }
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void smooth_avx2(const Level& level, int16_t* out) { smooth_body(level, out); }
#endif

void smooth_pixels(const Level& level, int16_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return smooth_avx2(level, out);
#endif
    smooth_body(level, out);
}

bool is_large_enough(size_t width, size_t height) {
    return std::max(width, height) >= kLeastLonger && std::min(width, height) >= kLeastShorter;
}

}  // namespace

Level::Level(size_t columns, size_t rows)
    : width(columns),
      height(rows),
      stride(columns + 2 * kBeyond),
      pixels_(new uint8_t[stride * (rows + 2 * kBeyond) + kSlack]),
      smooth_(new int16_t[columns * rows + 2 * kSlack]) {
    std::fill_n(pixels_.get() + stride * (rows + 2 * kBeyond), kSlack, uint8_t{0});
    std::fill_n(smooth_.get(), kSlack, int16_t{0});
    std::fill_n(smooth_.get() + kSlack + columns * rows, kSlack, int16_t{0});
}

void Level::finish() {
    for (size_t y = 0; y < height; ++y) {
        std::memset(row(y) - kBeyond, row(y)[0], kBeyond);
        std::memset(row(y) + width, row(y)[width - 1], kBeyond);
    }
    uint8_t *first = row(0) - kBeyond, *last = row(height - 1) - kBeyond;
    for (size_t k = 1; k <= kBeyond; ++k) {
        std::memcpy(first - k * stride, first, stride);
        std::memcpy(last + k * stride, last, stride);
    }
    smooth_pixels(*this, smooth_.get() + kSlack);
}

size_t side_at(size_t side, size_t level) {
    size_t over = 1, under = 1;  // up to 63^9, which leaves room for a side of 512 in 64 bits
    for (size_t k = 0; k < level; ++k) over *= kStepOver, under *= kStepUnder;
    return (2 * side * under + over) / (2 * over);
}

std::vector<Level> pyramid(const uint8_t* grey, size_t width, size_t height) {
    std::vector<Level> levels;
    levels.reserve(kLevels);
    for (size_t k = 0; k < kLevels; ++k) {
        const size_t columns = side_at(width, k), rows = side_at(height, k);
        if (!is_large_enough(columns, rows)) break;
        levels.emplace_back(columns, rows);
        Level& level = levels.back();
        if (k > 0)
            shrink(levels[k - 1], level);
        else
            for (size_t y = 0; y < height; ++y) std::memcpy(level.row(y), grey + y * width, width);
        level.finish();
    }
    return levels;
}

}  // namespace lookalike
