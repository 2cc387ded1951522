// Pictures as floats, resized, blurred and warped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

struct Size {
    int width, height;
    bool operator==(const Size& other) const {
        return width == other.width && height == other.height;
    }
};

struct Plane {
    Size size{0, 0};
    std::vector<float> values;

    Plane() = default;
    explicit Plane(Size of)
        : size(of), values(static_cast<size_t>(of.width) * static_cast<size_t>(of.height)) {}
    float* row(int y) { return values.data() + static_cast<ptrdiff_t>(y) * size.width; }
    const float* row(int y) const { return values.data() + static_cast<ptrdiff_t>(y) * size.width; }
};

Plane to_plane(const uint8_t* grey, Size size);

// Along each axis, the mean of the area if it shrinks, and linear if it grows.
Plane resized(const Plane& plane, Size size);

// A Gaussian of 1 or 3 pixels, over four times as far. The edges are repeated.
Plane blurred(const Plane& plane, int sigma);

}  // namespace lookalike
