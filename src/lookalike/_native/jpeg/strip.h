// The pixels of one row of MCUs at one scale.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "jpeg/flat.h"
#include "jpeg/pixels.h"
#include "jpeg/scan.h"

namespace lookalike::jpeg {

template <int kScale>
class Strip {
 public:
    Strip(Planes& planes, const Mcus& mcus, bool used)
        : pixels_(planes.at(kScale)),
          stride_(used ? mcus.columns * static_cast<size_t>(mcus.across) * kPixels : 0),
          lines_(static_cast<size_t>(mcus.down) * kPixels),
          bytes_(stride_ * (lines_ + kPixels)),
          rows_(bytes_.data()) {}

    size_t stride() const { return stride_; }

    // Of the block in this row and column of blocks.
    LOOKALIKE_INLINE uint8_t* at(size_t row, size_t column) const {
        return rows_ + row * kPixels * stride_ + column * kPixels;
    }

    // Below the strip. Pixels that are not wanted go there.
    LOOKALIKE_INLINE uint8_t* nowhere() const { return rows_ + lines_ * stride_; }

    LOOKALIKE_INLINE void fill(uint8_t* out, int16_t average, int16_t step) const {
        const uint8_t pixel = flat_pixel<kScale>(average, step);
        for (size_t y = 0; y < kPixels; ++y) std::memset(out + y * stride_, pixel, kPixels);
    }

    LOOKALIKE_INLINE void copy(size_t row) const {
        const size_t begin = row * lines_, end = std::min(begin + lines_, pixels_.height);
        for (size_t y = begin; y < end; ++y)
            std::memcpy(pixels_.row(y), rows_ + (y - begin) * stride_, pixels_.width);
    }

 private:
    static constexpr size_t kPixels = kSide / kScale;  // along the side of a block

    Pixels& pixels_;
    const size_t stride_, lines_;
    std::vector<uint8_t> bytes_;
    uint8_t* const rows_;
};

}  // namespace lookalike::jpeg
