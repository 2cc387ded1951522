// The reduced luma of a picture.
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

}  // namespace lookalike::jpeg
