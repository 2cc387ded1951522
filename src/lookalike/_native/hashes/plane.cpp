#include "hashes/plane.h"

#include <utility>

#include "pixels/separable.h"
#include "pixels/spread.h"

namespace lookalike {
namespace {

// From images/detail.py, which explains them.
constexpr size_t kSide = 32, kSpecks = 32, kBlock = 4;
constexpr int kBusyRange = 64;
constexpr double kLeastVariation = 2 * 1.5 * 1.5;

bool is_mirrored(uint32_t orientation) {
    return orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
}

bool is_upside_down(uint32_t orientation) {
    return orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
}

size_t reduced(int side, int scale) { return static_cast<size_t>((side + scale - 1) / scale); }

View view_of(const uint8_t* pixels, const Extent& extent, int scale) {
    const size_t width = reduced(extent.width, scale), height = reduced(extent.height, scale);
    return upright({pixels, height, width, 1, static_cast<ptrdiff_t>(width), 1, 1},
                   extent.orientation);
}

// The picture within the pixels. The last of them may extend beyond its edge.
Box picture_in(const View& view, const Extent& extent, int scale) {
    int width = extent.width, height = extent.height;
    if (is_on_its_side(extent.orientation)) std::swap(width, height);
    const auto columns = static_cast<double>(view.width), rows = static_cast<double>(view.height);
    const double over_x = columns - static_cast<double>(width) / scale,
                 over_y = rows - static_cast<double>(height) / scale;
    const bool mirrored = is_mirrored(extent.orientation),
               upside_down = is_upside_down(extent.orientation);
    return {mirrored ? over_x : 0.0, upside_down ? over_y : 0.0,
            columns - (mirrored ? 0.0 : over_x), rows - (upside_down ? 0.0 : over_y)};
}

}  // namespace

View upright(View view, uint32_t orientation) {
    if (is_on_its_side(orientation)) {
        std::swap(view.width, view.height);
        std::swap(view.row_stride, view.column_stride);
    }
    if (is_upside_down(orientation)) {
        view.data += static_cast<ptrdiff_t>(view.height - 1) * view.row_stride;
        view.row_stride = -view.row_stride;
    }
    if (is_mirrored(orientation)) {
        view.data += static_cast<ptrdiff_t>(view.width - 1) * view.column_stride;
        view.column_stride = -view.column_stride;
    }
    return view;
}

Plane::Plane(const uint8_t* pixels, const Extent& extent, int scale)
    : view_(view_of(pixels, extent, scale)), box_(picture_in(view_, extent, scale)) {}

const uint8_t* Plane::grid(size_t width, size_t height) {
    for (const Grid& one : grids_)
        if (one.width == width && one.height == height) return one.samples.data();
    Grid made{width, height, std::vector<uint8_t>(width * height)};
    resample(view_, box_, width, height, made.samples.data());
    grids_.push_back(std::move(made));
    return grids_.back().samples.data();
}

bool Plane::is_busy() {
    const uint8_t* small = grid(kSide, kSide);
    return spread(small, kSide * kSide, kSpecks) > kBusyRange &&
           separable(small, kSide, kSide, kBlock).rest >= kLeastVariation;
}

}  // namespace lookalike
