#include "sight/features.h"

#include <algorithm>

#include "sight/descriptor.h"
#include "sight/keypoints.h"
#include "sight/orientation.h"
#include "sight/pyramid.h"

namespace lookalike {
namespace {

constexpr unsigned kBitsOfY = 10, kBitsOfLevel = 20, kBitsOfAngle = 24;  // in front of each

uint32_t packed_point(const Keypoint& one, size_t angle) {
    return one.half_x | one.half_y << kBitsOfY | static_cast<uint32_t>(one.level) << kBitsOfLevel |
           static_cast<uint32_t>(angle) << kBitsOfAngle;
}

}  // namespace

Features extract(const uint8_t* grey, size_t width, size_t height, size_t most, bool with_margins) {
    const std::vector<Level> levels = pyramid(grey, width, height);
    const std::vector<Keypoint> kept = keypoints(levels, most);
    Features found;
    found.points.resize(kept.size());
    found.descriptors.resize(kept.size() * kDescriptorBytes);
    found.margins.resize(with_margins ? kept.size() * kTests : 0);
    for (size_t k = 0; k < kept.size(); ++k) {
        const Level& level = levels[kept[k].level];
        const size_t angle = orientation(level, kept[k].x, kept[k].y);
        const Means means = box_means(level, kept[k].x, kept[k].y, angle);
        found.points[k] = packed_point(kept[k], angle);
        compare(means, found.descriptors.data() + k * kDescriptorBytes);
        if (with_margins) margins(means, found.margins.data() + k * kTests);
    }
    return found;
}

void mirror_descriptor(const uint8_t* bits, uint8_t* out) {
    const Mirror& mirrored = mirror();
    std::fill_n(out, kDescriptorBytes, uint8_t{0});
    for (size_t k = 0; k < kTests; ++k) {
        const unsigned from = mirrored.order[k];
        const unsigned bit = (bits[from / 8] >> from % 8 & 1u) ^ mirrored.inverted[k];
        out[k / 8] = static_cast<uint8_t>(out[k / 8] | bit << k % 8);
    }
}

void mirror_margins(const uint8_t* margins, uint8_t* out) {
    for (size_t k = 0; k < kTests; ++k) out[k] = margins[mirror().order[k]];
}

}  // namespace lookalike
