#include "hashes/glance.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "pixels/area_mean.h"

namespace lookalike {
namespace {

// From sight/paper.py and sight/glance.py, which explain them.
constexpr size_t kLevels = 13, kSide = 8;
constexpr uint8_t kGrey = 128;

using Counts = std::array<size_t, 256>;

// Takes the neighbouring levels with the most pixels out, and returns how many they have.
size_t take_most(Counts& counts) {
    size_t sum = std::accumulate(counts.begin(), counts.begin() + kLevels, size_t{0});
    size_t most = sum, at = 0;
    for (size_t k = kLevels; k < counts.size(); ++k) {
        sum += counts[k] - counts[k - kLevels];
        if (sum > most) {
            most = sum;
            at = k - kLevels + 1;
        }
    }
    std::fill_n(counts.begin() + static_cast<ptrdiff_t>(at), kLevels, size_t{0});
    return most;
}

char byte_of(size_t part, size_t all) {
    const double share = static_cast<double>(part) / static_cast<double>(all);
    return static_cast<char>(static_cast<uint8_t>(255 * share + 0.5));
}

}  // namespace

void append_glance(const Plane& plane, const jpeg::Chroma& chroma, const Extent& extent,
                   std::string& out) {
    Counts counts = plane.histogram();
    const size_t all = std::accumulate(counts.begin(), counts.end(), size_t{0});
    const size_t one = take_most(counts), two = one + take_most(counts);
    using Kind = jpeg::Chroma::Kind;
    out += static_cast<char>(chroma.kind != Kind::unknown);
    out += byte_of(one, all);
    out += byte_of(two, all);
    for (const auto& values : chroma.planes) {
        uint8_t cells[kSide * kSide];
        std::fill(std::begin(cells), std::end(cells), chroma.kind == Kind::none ? kGrey : 0);
        if (chroma.kind == Kind::known)
            area_mean(values.data(), chroma.columns, {0, chroma.width, kSide},
                      {0, chroma.height, kSide}, cells);
        const View turned = upright({cells, kSide, kSide, 1, kSide, 1, 1}, extent.orientation);
        for (ptrdiff_t y = 0; y < ptrdiff_t{kSide}; ++y)
            for (ptrdiff_t x = 0; x < ptrdiff_t{kSide}; ++x)
                out += static_cast<char>(
                    turned.data[y * turned.row_stride + x * turned.column_stride]);
    }
}

}  // namespace lookalike
