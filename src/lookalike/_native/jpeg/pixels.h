// The reduced luma of a picture, at one scale or several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace lookalike::jpeg {

struct Pixels {
    size_t width = 0, height = 0;
    std::unique_ptr<uint8_t[]> values;  // rows without gaps

    // The memory is not touched.
    void allocate() { values.reset(new uint8_t[width * height]); }
    uint8_t* row(size_t y) { return values.get() + y * width; }
};

struct Chroma;

// The finest scale wanted, and perhaps all coarser ones up to an eighth.
struct Planes {
    int scale;
    bool with_coarser;
    Pixels pixels[3] = {};     // at the scale, twice the scale and so on
    bool whole = false;        // whether every scan of a progressive file was seen
    Chroma* chroma = nullptr;  // where to put the colours, if they are wanted

    size_t count() const { return !with_coarser || scale == 8 ? 1 : scale == 4 ? 2 : 3; }
    Pixels& at(int of) { return pixels[of == scale ? 0 : of == 2 * scale ? 1 : 2]; }

    void set_size(int width, int height) {
        for (size_t k = 0; k < count(); ++k) {
            const int divisor = scale << k;
            pixels[k].width = static_cast<size_t>((width + divisor - 1) / divisor);
            pixels[k].height = static_cast<size_t>((height + divisor - 1) / divisor);
        }
    }
    void allocate() {
        for (size_t k = 0; k < count(); ++k) pixels[k].allocate();
    }
};

}  // namespace lookalike::jpeg
