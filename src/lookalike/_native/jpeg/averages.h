// Decodes the averages of luma, and at first those of colour, MCU by MCU. Source: ITU-T T.81
// (1992), G.1.2.1.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jpeg/blocks.h"
#include "jpeg/chroma.h"
#include "jpeg/coefficients.h"
#include "jpeg/workspace.h"

namespace lookalike::jpeg {

// All bits of the averages but the lowest `low`.
class FirstAverages {
 public:
    FirstAverages(const Workspace& space, const LumaBlocks& blocks, const Scan& scan,
                  const Mcus& mcus, Chroma* chroma)
        : tables_(space.tables),
          blocks_(blocks),
          chroma_(chroma, space, scan, mcus),
          others_{mcus.others[0], mcus.others[1]},
          low_(scan.low) {}

    LOOKALIKE_INLINE void begin_row(size_t row) {
        row_ = row;
        blocks_.begin_row(row);
    }
    LOOKALIKE_INLINE void end_row(size_t) {}
    LOOKALIKE_INLINE void restart() {
        average_ = 0;
        chroma_.restart();
    }

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool& bad) {
        blocks_.each(column, [&](int16_t& value) LOOKALIKE_INLINE_LAMBDA {
            bits.refill();
            average_ += static_cast<uint32_t>(read_difference(tables_[0].differences, bits, bad));
            value = static_cast<int16_t>(average_ << low_);
        });
        const auto read = [&](size_t component) LOOKALIKE_INLINE_LAMBDA {
            bits.refill();
            return read_difference(tables_[component + 1].differences, bits, bad);
        };
        if (chroma_.wanted()) return chroma_.mcu(row_, column, read);
        for (size_t i = 0; i < 2; ++i)
            for (int k = 0; k < others_[i]; ++k) read(i);
    }

 private:
    const Tables* const tables_;
    LumaBlocks blocks_;
    ChromaBlocks chroma_;
    const int others_[2];
    const int low_;
    size_t row_ = 0;  // of MCUs
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
