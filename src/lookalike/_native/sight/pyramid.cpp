#include "sight/pyramid.h"

#include <algorithm>
#include <cstring>

#include "sight/shrink.h"
#include "sight/smooth.h"

namespace lookalike {
namespace {

constexpr size_t kLeastLonger = 40, kLeastShorter = 12;  // sides of the smallest level

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
    smooth_rows(row(0), stride, width, height, smooth_.get() + kSlack);
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
