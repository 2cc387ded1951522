// What is known so far of the coefficients of a progressive JPEG's luma.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa.h"
#include "jpeg/scan.h"
#include "jpeg/transform.h"

namespace lookalike::jpeg {

// Blocks of luma, one MCU after the other. Each has `size` coefficients: its average alone, or all.
class LumaBlocks {
 public:
    LumaBlocks(const Mcus& mcus, int16_t* values, size_t size, size_t stride)
        : values_(values),
          size_(size),
          stride_(size * stride),
          across_(static_cast<size_t>(mcus.across)),
          down_(static_cast<size_t>(mcus.down)) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { row_ = values_ + row * down_ * stride_; }

    // The block in this column of a scan with one block per MCU.
    LOOKALIKE_INLINE int16_t* block(size_t column) const { return row_ + column * size_; }

    // Visits the averages of an MCU.
    template <typename Visit>
    LOOKALIKE_INLINE void each(size_t column, Visit visit) const {
        int16_t* first = row_ + column * across_ * size_;
        for (size_t v = 0; v < down_; ++v, first += stride_)
            for (size_t h = 0; h < across_; ++h) visit(first[h * size_]);
    }

 private:
    int16_t* values_;
    size_t size_, stride_, across_, down_;
    int16_t* row_ = nullptr;
};

}  // namespace lookalike::jpeg
