#include "sight/verdict.h"

#include <algorithm>
#include <array>

namespace lookalike {
namespace {

constexpr float kPaper = 0.5F;
// Two collages with half of their tiles in common share a part.
constexpr float kLeastInCommon = 0.55F;
// Blocks overlap by half. A single bright spot, such as a lamp at night, lies in up to 9.
constexpr float kBlocksOfSpot = 9, kManyBlocks = 36;

// The fewer and poorer the matches, the better the pixels must agree.
bool agrees(const Placement& placed, const Look& look) {
    if (look.blocks >= kManyBlocks)
        return look.r >= 0.68F && look.r + 0.012F * std::min(placed.evidence, 20.0F) >= 0.90F;
    return look.blocks > kBlocksOfSpot && look.r >= 0.86F && placed.inliers >= 6 &&
           placed.evidence >= 10 && std::min(look.seen, look.covered) >= 0.15F;
}

// Whether the picture is one of stripes, which lie well on all other stripes.
bool is_chance(const Placement& placed, const Look& look) {
    return look.coherence > 0.6F &&
           (placed.evidence < 10 || (placed.evidence < 25 && look.r < 0.93F));
}

}  // namespace

float paper_share(const uint8_t* grey, size_t count) {
    constexpr size_t kWidth = 13;
    std::array<int, 256 + kWidth> below{};  // how many pixels are darker
    for (size_t k = 0; k < count; ++k) ++below[grey[k] + size_t{1}];
    for (size_t level = 1; level < below.size(); ++level) below[level] += below[level - 1];
    int most = 0;
    for (size_t level = kWidth; level < below.size(); ++level)
        most = std::max(most, below[level] - below[level - kWidth]);
    return static_cast<float>(most) / static_cast<float>(count);
}

Verdict judge(const Placement& placed, const Look& look, float paper) {
    const float large = std::max(look.seen, look.covered),
                small = std::min(look.seen, look.covered);
    if (placed.inliers < kLeastInliers || small < 0.10F || look.covered > 1.15F ||
        is_chance(placed, look) || !agrees(placed, look))
        return Verdict::different;
    if (paper >= kPaper && look.r < 0.88F) return Verdict::layout;
    if (look.bad > 0.15F || look.good < 0.78F) return Verdict::different;
    return large < kLeastInCommon ? Verdict::part : Verdict::same;
}

}  // namespace lookalike
