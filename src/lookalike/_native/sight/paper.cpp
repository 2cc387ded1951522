#include "sight/paper.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sight/caption.h"
#include "sight/disagreement.h"
#include "sight/lay.h"

namespace lookalike {
namespace {

constexpr float kSame = 0.45F;
constexpr int kGrid = 256;       // the longer side of the grid where windows are compared
constexpr int kLeastSide = 192;  // of a picture; what is written in smaller ones is a smudge
constexpr int kLeastBold = 48;   // of a picture that is bold
constexpr int kLeastForAllGreys = 256;
constexpr int kLeastWindows = 24;
constexpr double kFarthest = 0.15, kLeastSeen = 0.85;
constexpr int kFineSteps = 6;
constexpr double kHardlyMoved = 0.02;

// A picture is bold if so much of what is drawn differs so much from the ground.
constexpr double kBoldShare = 0.7;
constexpr int kBoldLevels = 100, kGroundLevels = 13;

// Text over a picture is only looked for where the ground is about black, as in photographs at
// night. On light paper, a line that was added is an entry.
constexpr int kDarkest = 12;

// A glance may only dismiss pairs that lie on each other well as they are: a single step of
// registration leads almost nowhere, and many windows agree. True copies of other framings, which
// would disagree anywhere, do neither. Of those that do, none disagreed by more than 0.57 and 0.77.
constexpr std::array<int, kGlances> kGlanceSides{64, 128};
constexpr std::array<float, kGlances> kDifferent{0.7F, 0.9F};
constexpr double kWell = 0.003;

int longer_side(Size size) { return std::max(size.width, size.height); }

// The first of the neighbouring levels that most pixels have.
int ground_of(const std::array<size_t, 256>& counts) {
    size_t most = 0, sum = 0;
    int first = 0;
    for (int level = 0; level < 256; ++level) {
        sum += counts[static_cast<size_t>(level)];
        if (level >= kGroundLevels) sum -= counts[static_cast<size_t>(level - kGroundLevels)];
        if (sum > most) most = sum, first = level - kGroundLevels + 1;
    }
    return first;
}

std::array<size_t, 256> counts_of(const std::vector<uint8_t>& grey) {
    std::array<size_t, 256> counts{};
    for (uint8_t level : grey) ++counts[level];
    return counts;
}

bool is_bold(const std::vector<uint8_t>& grey) {
    const std::array<size_t, 256> counts = counts_of(grey);
    const int first = ground_of(counts), last = first + kGroundLevels - 1;
    size_t drawn = 0, strong = 0;
    for (int level = 0; level < 256; ++level) {
        if (level >= first && level <= last) continue;
        const size_t count = counts[static_cast<size_t>(level)];
        drawn += count;
        strong += level + kBoldLevels <= last || level >= first + kBoldLevels ? count : 0;
    }
    return static_cast<double>(strong) >= kBoldShare * static_cast<double>(drawn);
}

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

// The least disagreement of five: as they are, and with either grey bent to the other. Brighter
// copies lose faint lines, which only shows in the greys of thin lines.
float least_disagreement(const Plane& first, const Plane& second, const Plane& seen, Size at) {
    const Disagreement plain = shifted_disagreement(first, second, seen, at, kSame);
    if (plain.windows < kLeastWindows) return kDiffers;
    float least = plain.most;
    for (const Greys greys : {Greys::smooth, Greys::all}) {
        if (greys == Greys::all && longer_side(first.size) < kLeastForAllGreys) break;
        for (const bool forwards : {true, false}) {
            if (least <= kSame) return least;
            const Plane curved =
                forwards ? bent(first, second, seen, greys) : bent(second, first, seen, greys);
            if (curved.values.empty()) continue;
            const Disagreement other = forwards
                                           ? shifted_disagreement(curved, second, seen, at, kSame)
                                           : shifted_disagreement(first, curved, seen, at, kSame);
            // A bend that wipes out half of the drawing says nothing.
            if (2 * other.windows >= plain.windows) least = std::min(least, other.most);
        }
    }
    return least;
}

double mean(const Plane& plane) {
    double sum = 0;
    for (float value : plane.values) sum += value;
    return sum / static_cast<double>(plane.values.size());
}

Plane soft_plane(const Glance& glance) { return to_plane(glance.soft.data(), glance.relief.size); }

bool lies_well(const Glance& first, const Glance& second) {
    return misplacement(soft_plane(first), soft_plane(second)) <= kWell;
}

// The disagreement beside a line of text that only one of two pictures has.
float disagreement_beside_caption(const Plane& first, Plane second, Plane seen, Size at) {
    const std::optional<Rows> caption = caption_rows(first, second, seen);
    if (!caption) return kDiffers;
    const auto [top, bottom] = *caption;
    std::fill(seen.row(top), seen.row(bottom), 0.0F);
    // What does not count still blurs into the ground around it, so it must be equal.
    std::copy(first.row(top), first.row(bottom), second.row(top));
    return least_disagreement(first, second, seen, at);
}

float settle(const Pair& pair, bool dark) {
    // Text over much of a picture leads registration astray.
    if (dark) {
        const float beside =
            disagreement_beside_caption(pair.first, pair.second, ones(pair.first.size), pair.at);
        if (beside <= kSame) return beside;
    }
    // The coarse start may lead astray.
    Laying laying =
        improve(pair.first, pair.second, lay_coarsely(pair.first, pair.second), kFineSteps);
    if (farthest(laying.warp) > kHardlyMoved) {
        const Laying other = improve(pair.first, pair.second, {}, kFineSteps);
        if (other.correlation > laying.correlation) laying = other;
    }
    if (farthest(laying.warp) > kFarthest) return kDiffers;
    Plane seen;
    const Plane second = warped(pair.second, laying.warp, seen);
    if (mean(seen) <= kLeastSeen) return kDiffers;
    const float least = least_disagreement(pair.first, second, seen, pair.at);
    if (least <= kSame || !dark) return least;
    return std::min(least, disagreement_beside_caption(pair.first, second, seen, pair.at));
}

bool may_have_caption(const Sheet& first, const Sheet& second) {
    return first.dark && second.dark &&
           may_have_caption(soft_plane(first.glances[0]), soft_plane(second.glances[0]));
}

// 0 if no glance shows that they differ, else the side of the grid that does.
int differ_at_a_glance(const Sheet& first, const Sheet& second) {
    for (size_t k = 0; k < kGlances; ++k) {
        const Glance &a = first.glances[k], &b = second.glances[k];
        if (a.soft.empty() || b.soft.empty()) return 0;
        if (differ(a.relief, b.relief, kDifferent[k]) && lies_well(a, b))
            return may_have_caption(first, second) ? 0 : kGlanceSides[k];
    }
    return 0;
}

// The same on the grid where windows are compared.
bool differ_finely(const Sheet& first, const Sheet& second, const Pair& pair) {
    const Glance &a = first.glances.back(), &b = second.glances.back();
    return !a.soft.empty() && !b.soft.empty() && lies_well(a, b) &&
           differ(Relief(resized(pair.first, pair.at)), Relief(resized(pair.second, pair.at)),
                  kDifferent.back()) &&
           !may_have_caption(first, second);
}

bool is_before(const Sheet& first, const Sheet& second) {
    if (!(first.size == second.size))
        return first.grey.size() != second.grey.size() ? first.grey.size() < second.grey.size()
                                                       : first.size.width < second.size.width;
    return first.grey <= second.grey;
}

SheetMatch compare_in_order(const Sheet& first, const Sheet& second) {
    if (const int side = differ_at_a_glance(first, second))
        return {kDiffers, static_cast<float>(side)};
    const Pair pair = pair_of(first, second);
    const auto grid = static_cast<float>(longer_side(pair.at));
    const Disagreement at_once =
        disagreement(pair.first, pair.second, ones(pair.first.size), pair.at);
    if (at_once.most <= kSame && at_once.windows >= kLeastWindows) return {at_once.most, grid};
    if (differ_finely(first, second, pair)) return {kDiffers, grid};
    return {settle(pair, first.dark && second.dark), grid};
}

}  // namespace

Sheet::Sheet(const uint8_t* data, Size of)
    : size(of),
      grey(data, data + static_cast<size_t>(of.width) * static_cast<size_t>(of.height)),
      dark(ground_of(counts_of(grey)) <= kDarkest),
      bold(is_bold(grey)) {
    const Plane plane = to_plane(data, of);
    for (size_t k = 0; k < kGlances; ++k) {
        const int side = kGlanceSides[k];
        if (longer_side(of) < 2 * side) return;
        const Plane square = resized(plane, {side, side});
        glances[k].relief = Relief(square);
        for (float value : blurred(square, 1).values)
            glances[k].soft.push_back(static_cast<uint8_t>(std::lround(value)));
    }
}

SheetMatch compare_sheets(const Sheet& first, const Sheet& second) {
    const int least = first.bold && second.bold ? kLeastBold : kLeastSide;
    if (std::min(longer_side(first.size), longer_side(second.size)) < least) return {kDiffers, 0};
    // The smaller one first, so that the order in which they are given does not matter.
    return is_before(first, second) ? compare_in_order(first, second)
                                    : compare_in_order(second, first);
}

}  // namespace lookalike
