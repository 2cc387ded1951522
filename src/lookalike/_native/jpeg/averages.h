// Decodes the averages of luma, MCU by MCU. Source: ITU-T T.81 (1992), G.1.2.1.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jpeg/blocks.h"
#include "jpeg/coefficients.h"
#include "jpeg/workspace.h"

namespace lookalike::jpeg {

// All bits of the averages but the lowest `low`.
class FirstAverages {
 public:
    FirstAverages(const Workspace& space, const LumaBlocks& blocks, const Mcus& mcus, int low)
        : tables_(space.tables),
          blocks_(blocks),
          others_{mcus.others[0], mcus.others[1]},
          low_(low) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { blocks_.begin_row(row); }
    LOOKALIKE_INLINE void end_row(size_t) {}
    LOOKALIKE_INLINE void restart() { average_ = 0; }

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool& bad) {
        blocks_.each(column, [&](int16_t& value) LOOKALIKE_INLINE_LAMBDA {
            bits.refill();
            average_ += static_cast<uint32_t>(read_difference(tables_[0].differences, bits, bad));
            value = static_cast<int16_t>(average_ << low_);
        });
        for (int i = 0; i < 2; ++i)
            for (int k = 0; k < others_[i]; ++k) {
                bits.refill();
                read_difference(tables_[i + 1].differences, bits, bad);
            }
    }

 private:
    const Tables* const tables_;
    LumaBlocks blocks_;
    const int others_[2];
    const int low_;
    uint32_t average_ = 0;
};

// One more bit of each average.
class FurtherAverages {
 public:
    FurtherAverages(const LumaBlocks& blocks, const Mcus& mcus, int low)
        : blocks_(blocks),
          others_(static_cast<uint32_t>(mcus.others[0] + mcus.others[1])),
          low_(low) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { blocks_.begin_row(row); }
    LOOKALIKE_INLINE void end_row(size_t) {}
    LOOKALIKE_INLINE void restart() {}

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool&) {
        bits.refill();
        blocks_.each(column, [&](int16_t& value) LOOKALIKE_INLINE_LAMBDA {
            value = static_cast<int16_t>(value | static_cast<int>(bits.peek(1) << low_));
            bits.take(1);
        });
        bits.take(others_);
    }

 private:
    LumaBlocks blocks_;
    const uint32_t others_;
    const int low_;
};

}  // namespace lookalike::jpeg
