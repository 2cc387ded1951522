#include "sight/orientation.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "isa.h"

namespace lookalike {
namespace {

constexpr int kRadius = 11;
constexpr size_t kColumns = 24;  // a row of the circle, in whole vectors
constexpr int kSectors = 64, kEighth = kSectors / 8;
constexpr int kSteps = 256 / kSectors;  // of the result, per sector

// 65536 tan(2 pi k / kSectors): where the sectors of the first eighth of a turn end.
constexpr std::array<uint16_t, kEighth - 1> kTangents{6455,  13036, 19880, 27146,
                                                      35030, 43790, 53784};

// 255 exp(-k^2 / 50): the weight of a pixel k columns or rows away.
constexpr std::array<uint16_t, kRadius + 1> kFalls{255, 250, 235, 213, 185, 155,
                                                   124, 96,  71,  50,  35,  23};

// How many columns the circle has on either side, k rows away from its middle.
constexpr std::array<int, kRadius + 1> kHalves{11, 10, 10, 10, 10, 9, 9, 8, 7, 6, 4, 0};

// Weights of the rows of the circle, from its middle to its edge. The last column has none.
using Weights = std::array<std::array<uint16_t, kColumns>, kRadius + 1>;

constexpr Weights weights_of_rows() {
    Weights weights{};
    for (size_t y = 0; y <= kRadius; ++y)
        for (size_t x = 0; x <= kRadius; ++x)
            weights[y][kRadius - x] = weights[y][kRadius + x] =
                static_cast<uint16_t>(kFalls[y] * kFalls[x]);
    return weights;
}

constexpr Weights kWeights = weights_of_rows();

using Histogram = std::array<int32_t, kSectors>;

// What the pixels of a row say: all numbers fit in 16 bits.
struct Row {
    std::array<uint16_t, kColumns> votes;
    std::array<uint8_t, kColumns> sectors;
};

// The sector of each gradient, and its length, within 3 %, times a weight. `middle` is the first
// pixel, and `step` the distance between two rows.
LOOKALIKE_INLINE void vote_body(const int16_t* middle, size_t step, const uint16_t* weights,
                                Row& row) {
    const int16_t *upper = middle - step, *lower = middle + step;
    for (size_t k = 0; k < kColumns; ++k) {
        const auto right = static_cast<int16_t>(middle[k + 1] - middle[k - 1]);
        const auto down = static_cast<int16_t>(lower[k] - upper[k]);
        const auto wide = static_cast<uint16_t>(right < 0 ? -right : right);
        const auto high = static_cast<uint16_t>(down < 0 ? -down : down);
        const uint16_t longer = std::max(wide, high), shorter = std::min(wide, high);
        const auto longer16 = static_cast<uint16_t>(longer * 16);
        const auto shorter16 = static_cast<uint16_t>(shorter * 16);
        uint16_t sector = 0;
        for (const uint16_t tangent : kTangents) {
            const auto end = static_cast<uint16_t>((uint32_t{longer16} * tangent) >> 16);
            sector = static_cast<uint16_t>(sector + (shorter16 > end ? 1 : 0));
        }
        sector = static_cast<uint16_t>(high > wide ? 2 * kEighth - 1 - sector : sector);
        sector = static_cast<uint16_t>(right < 0 ? 4 * kEighth - 1 - sector : sector);
        sector = static_cast<uint16_t>(down < 0 ? kSectors - 1 - sector : sector);
        const auto slanted = static_cast<uint16_t>((7 * longer + 4 * shorter) >> 3);
        const auto length8 = static_cast<uint16_t>(std::max(longer, slanted) * 8);
        row.sectors[k] = static_cast<uint8_t>(sector);
        row.votes[k] = static_cast<uint16_t>((uint32_t{length8} * weights[k]) >> 16);
    }
}

// Adds up the votes of a circle, without those at the edges of the level.
LOOKALIKE_INLINE Histogram count_body(const Level& level, int x, int y) {
    const int right = static_cast<int>(level.width) - 2 - x;
    const int bottom = static_cast<int>(level.height) - 2 - y;
    Histogram counts{};
    Row row;
    for (int down = std::max(-kRadius, 1 - y); down <= std::min(kRadius, bottom); ++down) {
        const auto away = static_cast<size_t>(down < 0 ? -down : down);
        vote_body(level.smooth(static_cast<size_t>(y + down)) + x - kRadius, level.width,
                  kWeights[away].data(), row);
        const int first = std::max(-kHalves[away], 1 - x) + kRadius;
        const int last = std::min(kHalves[away], right) + kRadius;
        for (auto k = static_cast<size_t>(first); k <= static_cast<size_t>(last); ++k)
            counts[row.sectors[k]] += row.votes[k];
    }
    return counts;
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 Histogram count_avx2(const Level& level, int x, int y) {
    return count_body(level, x, y);
}
#endif

Histogram count(const Level& level, int x, int y) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return count_avx2(level, x, y);
#endif
    return count_body(level, x, y);
}

// Each sector and the two on either side added up.
Histogram spread_out(const Histogram& counts) {
    const auto at = [&](size_t sector) { return counts[sector % kSectors]; };
    Histogram sums{};
    int32_t sum = at(kSectors - 2) + at(kSectors - 1) + at(0) + at(1) + at(2);
    for (size_t k = 0; k < kSectors; ++k) {
        sums[k] = sum;
        sum += at(k + 3) - at(k + kSectors - 2);
    }
    return sums;
}

}  // namespace

size_t orientation(const Level& level, size_t x, size_t y) {
    const Histogram sums =
        spread_out(spread_out(count(level, static_cast<int>(x), static_cast<int>(y))));
    const auto most = static_cast<int>(std::max_element(sums.begin(), sums.end()) - sums.begin());
    const int64_t before = sums[static_cast<size_t>((most + kSectors - 1) % kSectors)];
    const int64_t after = sums[static_cast<size_t>((most + 1) % kSectors)];
    const int64_t curve = 2 * int64_t{sums[static_cast<size_t>(most)]} - before - after;
    // The top of a parabola through three sums, at most half a sector away, rounded.
    constexpr int kHalf = kSteps / 2;
    const int64_t beyond =
        curve > 0 ? (kSteps * (after - before) + (kSteps + 1) * curve) / (2 * curve) : kHalf;
    return static_cast<size_t>(kSteps * most + beyond) % 256;
}

}  // namespace lookalike
