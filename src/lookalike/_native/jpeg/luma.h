// Decodes luma MCU by MCU, at one scale or several.
#pragma once

#include <cstring>

#include "jpeg/chroma.h"
#include "jpeg/coefficients.h"
#include "jpeg/flat.h"
#include "jpeg/pixels.h"
#include "jpeg/scan.h"
#include "jpeg/strip.h"
#include "jpeg/workspace.h"

namespace lookalike::jpeg {

// Reads luma at a scale, with kCoarser also at all coarser scales. Of the other components it reads
// the averages, if they are wanted.
template <int kScale, bool kCoarser>
class Luma {
 public:
    Luma(Workspace& space, const Scan& scan, const Mcus& mcus, bool same_tables, Planes& planes)
        : space_(space),
          chroma_(planes.chroma, space, scan, mcus),
          finest_(planes, mcus, true),
          quarter_(planes, mcus, kQuarter),
          eighth_(planes, mcus, kCoarser),
          across_(static_cast<size_t>(mcus.across)),
          down_(static_cast<size_t>(mcus.down)),
          others_{mcus.others[0], mcus.others[1]},
          last_(space.tables + (same_tables ? 1 : 2)),
          transform_(kScale == 8 ? nullptr : transform_for(kScale)),
          transform_quarter_(kQuarter ? transform_for(4) : nullptr),
          step_(space.steps.values[0]) {
        for (int k = 0; k < 2; ++k) {
            places_[k].stride = finest_.stride();
            quarters_[k].stride = quarter_.stride();
        }
    }

    LOOKALIKE_INLINE void begin_row(size_t row) { row_ = row; }
    LOOKALIKE_INLINE void restart() {
        average_ = 0;
        chroma_.restart();
    }

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool& bad) {
        for (size_t v = 0; v < down_; ++v)
            for (size_t h = 0; h < across_; ++h) block(bits, bad, v, column * across_ + h);
        if (chroma_.wanted()) return read_chroma(column, bits, bad);
        for (int i = 0; i < 2; ++i)
            for (int k = 0; k < others_[i]; ++k) {
                bits.refill();
                skip_block(i ? *last_ : space_.tables[1], bits, bad);
            }
    }

    LOOKALIKE_INLINE void end_row(size_t row) {
        if constexpr (kScale != 8) transform_rest();
        finest_.copy(row);
        if constexpr (kQuarter) quarter_.copy(row);
        if constexpr (kCoarser) eighth_.copy(row);
    }

 private:
    static constexpr bool kQuarter = kCoarser && kScale == 2;

    LOOKALIKE_INLINE void read_chroma(size_t column, Bits& bits, bool& bad) {
        chroma_.mcu(row_, column, [&](size_t component) LOOKALIKE_INLINE_LAMBDA {
            bits.refill();
            return skip_details(component ? *last_ : space_.tables[1], bits, bad);
        });
    }

    LOOKALIKE_INLINE void block(Bits& bits, bool& bad, size_t row, size_t column) {
        const Tables& tables = space_.tables[0];
        bits.refill();
        const int difference = read_difference(tables.differences, bits, bad);
        average_ += static_cast<uint32_t>(difference);  // it may overflow in hostile files
        const auto average = static_cast<int16_t>(average_);
        uint8_t* out = finest_.at(row, column);
        if constexpr (kCoarser) eighth_.fill(eighth_.at(row, column), average, step_);
        if constexpr (kScale == 8) {
            finest_.fill(out, average, step_);
            return skip_rest(tables, bits, 1, bad);
        }
        int16_t* block = space_.pairs[now_].values + (has_one_ ? kSide : 0);
        if (!read_rest(tables.symbols, space_.values, bits, block, bad)) {
            finest_.fill(out, average, step_);
            if constexpr (kQuarter) quarter_.fill(quarter_.at(row, column), average, step_);
            return;
        }
        block[0] = average;
        places_[now_].out[has_one_] = out;
        if constexpr (kQuarter) quarters_[now_].out[has_one_] = quarter_.at(row, column);
        // A pair is transformed when the next is full. Vectors can only be loaded fast when the
        // coefficients are no longer on their way to memory.
        if (has_one_) {
            transform_pending();
            pending_ = true;
            now_ = 1 - now_;
        }
        has_one_ = !has_one_;
    }

    LOOKALIKE_INLINE void transform_pending() {
        if (pending_) transform_pair(1 - now_);
        pending_ = false;
    }

    // Also of a pair with one block.
    LOOKALIKE_INLINE void transform_rest() {
        transform_pending();
        if (!has_one_) return;
        places_[now_].out[1] = finest_.nowhere();
        quarters_[now_].out[1] = quarter_.nowhere();
        transform_pair(now_);
        has_one_ = false;
    }

    LOOKALIKE_INLINE void transform_pair(size_t which) {
        Pair& pair = space_.pairs[which];
        if constexpr (kQuarter) transform_quarter_(pair, space_.steps, quarters_[which]);
        transform_(pair, space_.steps, places_[which]);
        std::memset(pair.values, 0, sizeof pair.values);
    }

    Workspace& space_;
    ChromaBlocks chroma_;
    Strip<kScale> finest_;
    Strip<4> quarter_;
    Strip<8> eighth_;
    const size_t across_, down_;
    const int others_[2];
    const Tables* const last_;
    const Transform transform_, transform_quarter_;
    const int16_t step_;
    size_t row_ = 0;  // of MCUs
    uint32_t average_ = 0;
    size_t now_ = 0;  // of the two pairs: the one that is filled
    bool has_one_ = false, pending_ = false;
    Places places_[2] = {}, quarters_[2] = {};
};

}  // namespace lookalike::jpeg
