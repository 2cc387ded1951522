#include "sight/paper.h"

#include <algorithm>
#include <cmath>

#include "sight/disagreement.h"
#include "sight/lay.h"

namespace lookalike {
namespace {

constexpr float kSame = 0.45F;
constexpr int kGrid = 256, kLeastSide = 96;
constexpr int kLeastWindows = 24;
constexpr double kFarthest = 0.15, kLeastSeen = 0.85;
constexpr int kFineSteps = 6;

int longer_side(Size size) { return std::max(size.width, size.height); }

// Two sheets on one grid, and the grid on which they are compared.
struct Pair {
    Plane first, second;
    Size at;
};

Pair pair_of(const Sheet& first, const Sheet& second) {
    const int top = std::min(longer_side(first.size), longer_side(second.size));
    const int middle = std::min(kGrid, top), fine = std::min(2 * middle, top);
    const Size size = common_size(first.size, second.size, fine);
    const int coarse = std::min(middle, static_cast<int>(std::lround(0.7 * fine)));
    const auto side = [&](int of) {
        return std::max(8, static_cast<int>(std::lround(of * static_cast<double>(coarse) / fine)));
    };
    return {resized(to_plane(first.grey.data(), first.size), size),
            resized(to_plane(second.grey.data(), second.size), size),
            {side(size.width), side(size.height)}};
}

Plane ones(Size size) {
    Plane plane(size);
    std::fill(plane.values.begin(), plane.values.end(), 1.0F);
    return plane;
}

// The least disagreement of three: as they are, and with either grey bent to the other.
float least_disagreement(const Plane& first, const Plane& second, const Plane& seen, Size at) {
    const Disagreement plain = shifted_disagreement(first, second, seen, at, kSame);
    if (plain.windows < kLeastWindows) return kDiffers;
    float least = plain.most;
    for (const bool forwards : {true, false}) {
        if (least <= kSame) break;
        const Plane curved = forwards ? bent(first, second, seen) : bent(second, first, seen);
        if (curved.values.empty()) continue;
        const Disagreement other = forwards ? shifted_disagreement(curved, second, seen, at, kSame)
                                            : shifted_disagreement(first, curved, seen, at, kSame);
        // A bend that wipes out half of the drawing says nothing.
        if (2 * other.windows >= plain.windows) least = std::min(least, other.most);
    }
    return least;
}

double mean(const Plane& plane) {
    double sum = 0;
    for (float value : plane.values) sum += value;
    return sum / static_cast<double>(plane.values.size());
}

float settle(const Pair& pair) {
    const Disagreement at_once =
        disagreement(pair.first, pair.second, ones(pair.first.size), pair.at);
    if (at_once.most <= kSame && at_once.windows >= kLeastWindows) return at_once.most;
    // The coarse start may lead astray.
    const Laying coarse =
        improve(pair.first, pair.second, lay_coarsely(pair.first, pair.second), kFineSteps);
    const Laying plain = improve(pair.first, pair.second, {}, kFineSteps);
    const Warp& warp = (coarse.correlation > plain.correlation ? coarse : plain).warp;
    if (farthest(warp) > kFarthest) return kDiffers;
    Plane seen;
    const Plane second = warped(pair.second, warp, seen);
    if (mean(seen) <= kLeastSeen) return kDiffers;
    return least_disagreement(pair.first, second, seen, pair.at);
}

}  // namespace

Sheet::Sheet(const uint8_t* data, Size of)
    : size(of), grey(data, data + static_cast<size_t>(of.width) * static_cast<size_t>(of.height)) {
    const Plane plane = to_plane(data, of);
    for (int side : kReliefs)
        if (longer_side(of) >= 2 * side) reliefs.push_back(make_relief(plane, side));
}

SheetMatch compare_sheets(const Sheet& first, const Sheet& second) {
    if (std::min(longer_side(first.size), longer_side(second.size)) < kLeastSide)
        return {kDiffers, 0};
    const Pair pair = pair_of(first, second);
    return {settle(pair), static_cast<float>(longer_side(pair.at))};
}

}  // namespace lookalike
