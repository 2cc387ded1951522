// Decodes all coefficients of luma but the averages, block by block.
// Source: ITU-T T.81 (1992), G.1.2.2 and G.1.2.3.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "jpeg/blocks.h"
#include "jpeg/coefficients.h"
#include "jpeg/zigzag.h"

namespace lookalike::jpeg {

// Where the k-th coefficient is in a block, row by row. libjpeg puts what lies beyond the last one
// there.
LOOKALIKE_INLINE size_t place_in_block(uint32_t k) {
    const size_t place = kZigzag[std::min<uint32_t>(k, kBlock - 1)];
    return place / kPairSide * kSide + place % kPairSide;
}

// How many blocks have no further coefficients, with the one at hand.
LOOKALIKE_INLINE uint32_t read_run(uint32_t count, Bits& bits) {
    uint32_t run = 1u << count;
    if (count) run += bits.peek(static_cast<int>(count));
    bits.take(count);
    return run;
}

// All bits of some coefficients but the lowest.
class FirstDetails {
 public:
    FirstDetails(const SymbolTable& table, const LumaBlocks& blocks, const Scan& scan)
        : table_(table),
          blocks_(blocks),
          first_(static_cast<uint32_t>(scan.first)),
          last_(static_cast<uint32_t>(scan.last)),
          low_(scan.low) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { blocks_.begin_row(row); }
    LOOKALIKE_INLINE void end_row(size_t) {}
    LOOKALIKE_INLINE void restart() { run_ = 0; }

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool& bad) {
        if (run_) {
            --run_;
            return;
        }
        int16_t* block = blocks_.block(column);
        for (uint32_t k = first_; k <= last_; ++k) {
            const uint32_t symbol = read_symbol(table_, bits, bad);
            const uint32_t zeros = symbol >> 4, size = symbol & 15;
            if (!size && zeros != 15) {
                run_ = read_run(zeros, bits) - 1;
                return;
            }
            k += zeros;
            if (!size) continue;
            const auto value = static_cast<uint32_t>(bits.take_value(size));
            block[place_in_block(k)] = static_cast<int16_t>(value << low_);
        }
    }

 private:
    const SymbolTable& table_;
    LumaBlocks blocks_;
    const uint32_t first_, last_;
    const int low_;
    uint32_t run_ = 0;
};

// One more bit of some coefficients.
class FurtherDetails {
 public:
    FurtherDetails(const SymbolTable& table, const LumaBlocks& blocks, const Scan& scan)
        : table_(table),
          blocks_(blocks),
          first_(static_cast<uint32_t>(scan.first)),
          last_(static_cast<uint32_t>(scan.last)),
          plus_(static_cast<int16_t>(1 << scan.low)),
          minus_(static_cast<int16_t>(-plus_)) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { blocks_.begin_row(row); }
    LOOKALIKE_INLINE void end_row(size_t) {}
    LOOKALIKE_INLINE void restart() { run_ = 0; }

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool& bad) {
        int16_t* block = blocks_.block(column);
        if (run_ && has_average_alone(block)) {  // a few bytes can say so of very many blocks
            --run_;
            return;
        }
        uint32_t k = first_;
        if (!run_) k = read_new(block, bits, bad);
        if (!run_) return;
        for (; k <= last_; ++k) refine(block[place_in_block(k)], bits);
        --run_;
    }

 private:
    const SymbolTable& table_;
    LumaBlocks blocks_;
    const uint32_t first_, last_;
    const int16_t plus_, minus_;
    uint32_t run_ = 0;

    static LOOKALIKE_INLINE bool has_average_alone(const int16_t* block) {
        uint64_t words[kBlock * sizeof *block / sizeof(uint64_t)], any = 0;
        std::memcpy(words, block, sizeof words);
        for (size_t k = 1; k < std::size(words); ++k) any |= words[k];
        return !any && !block[1] && !block[2] && !block[3];
    }

    // Only what is not zero has a further bit.
    LOOKALIKE_INLINE void refine(int16_t& value, Bits& bits) const {
        if (!value) return;
        bits.refill();
        if (bits.peek(1) && !(value & plus_))
            value = static_cast<int16_t>(value + (value < 0 ? minus_ : plus_));
        bits.take(1);
    }

    // Up to the end of the block, or to a run of blocks without new coefficients. Returns where
    // that begins.
    LOOKALIKE_INLINE uint32_t read_new(int16_t* block, Bits& bits, bool& bad) {
        uint32_t k = first_;
        for (; k <= last_; ++k) {
            const uint32_t symbol = read_symbol(table_, bits, bad);
            uint32_t zeros = symbol >> 4;
            const uint32_t size = symbol & 15;
            int16_t value = 0;
            if (size) {
                bad |= size != 1;
                value = bits.peek(1) ? plus_ : minus_;
                bits.take(1);
            } else if (zeros != 15) {
                run_ = read_run(zeros, bits);
                return k;
            }
            for (; k <= last_; ++k) {
                int16_t& known = block[place_in_block(k)];
                if (!known && zeros-- == 0) break;
                refine(known, bits);
            }
            if (value) block[place_in_block(k)] = value;
        }
        return k;
    }
};

}  // namespace lookalike::jpeg
