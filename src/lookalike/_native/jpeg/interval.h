// The data of a scan without its stuffed zeros, one restart interval at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jpeg/bits.h"
#include "jpeg/verdict.h"

namespace lookalike::jpeg {

// An MCU has at most 10 blocks of 64 codes, and a code with its value at most 31 bits.
constexpr size_t kLargestMcu = 10 * 64 * 31 / 8 + 16;

// Unstuffs ahead of what is decoded. So a decoder checks once per MCU that its bytes are there, and
// refills its window without a branch. An interval ends in zeros, enough for one MCU.
class Interval {
 public:
    // Begins the first interval of a scan.
    Bits start(const uint8_t* from, const uint8_t* end);

    // Before each MCU. False if more bits were taken than there are.
    LOOKALIKE_INLINE bool has_more(Bits& bits) {
        if (bits.next <= safe_) return true;
        if (ended_) return left(bits) >= 0;
        Bits copy = bits;  // so that its address is not taken, and it can stay in registers
        unstuff_more(copy);
        bits = copy;
        return true;
    }

    // Ends an interval and begins the next. `number` counts them.
    Verdict restart(Bits& bits, uint32_t number);

    // Ends a scan.
    Verdict finish(Bits& bits);

    // Bits left of what was unstuffed so far. Negative if too many were taken.
    int64_t left(const Bits& bits) const {
        return (last_ - bits.next) * 8 + static_cast<int64_t>(bits.count);
    }

    // Where the marker is that ends the scan.
    const uint8_t* end_of_scan() const { return from_ - 2; }

 private:
    static constexpr size_t kAhead = size_t{1} << 15;

    Bits open();
    void unstuff_more(Bits& bits);
    uint8_t* unstuff(uint8_t* out, const uint8_t* out_end);
    Verdict close(Bits& bits);

    const uint8_t* from_ = nullptr;
    const uint8_t* end_ = nullptr;
    bool ended_ = false;
    int marker_ = 0;    // that ended the interval, or 0 at the end of the data
    bool odd_ = false;  // a stuffed FF was preceded by another
    const uint8_t* last_ = nullptr;
    const uint8_t* safe_ = nullptr;  // a whole MCU can be read from here
    uint8_t bytes_[kAhead + 2 * kLargestMcu + 8];
};

}  // namespace lookalike::jpeg
