// The brightness of a picture, reduced and turned upright, and the small grids made of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pixels/resample.h"

namespace lookalike {

// Width and height of a picture as it is stored, and how it is to be turned, as an EXIF number.
struct Extent {
    int width, height;
    uint32_t orientation;
};

inline bool is_on_its_side(uint32_t orientation) { return orientation >= 5 && orientation <= 8; }

// The same image, turned by an EXIF orientation.
View upright(View view, uint32_t orientation);

class Plane {
 public:
    // The pixels have `scale` pixels of the picture along each side. They must outlive the plane.
    Plane(const uint8_t* pixels, const Extent& extent, int scale);

    size_t shorter() const { return view_.width < view_.height ? view_.width : view_.height; }

    // The pixels, upright.
    const View& view() const { return view_; }

    // The whole picture resized to `width` x `height`. Valid as long as the plane.
    const uint8_t* grid(size_t width, size_t height);

    // As `is_busy` in images/detail.py: its small grid shows that it has enough detail for a hash.
    bool is_busy();

 private:
    struct Grid {
        size_t width, height;
        std::vector<uint8_t> samples;
    };

    View view_;
    Box box_;
    std::vector<Grid> grids_;
};

}  // namespace lookalike
