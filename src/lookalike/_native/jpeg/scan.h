// One scan: what its header says, how many blocks it has, and a walk over them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "isa.h"
#include "jpeg/header.h"
#include "jpeg/interval.h"
#include "jpeg/verdict.h"

namespace lookalike::jpeg {

struct Scan {
    int count = 0;                      // of its components
    int members[kMostComponents] = {};  // their indices in the frame, ascending
    int differences[kMostComponents] = {}, others[kMostComponents] = {};  // indices of their codes
    int first = 0, last = 0;  // coefficients, in zigzag order
    int high = 0, low = 0;    // the lowest bit sent before, and now

    Verdict read(const Segment& segment, const Frame& frame);

    bool has_luma() const { return members[0] == 0; }
};

// The MCUs of a scan that has luma.
struct Mcus {
    size_t columns, rows;
    int across, down;                      // blocks of luma in each
    int others[kMostComponents - 1] = {};  // blocks of each other component

    Mcus(const Frame& frame, const Scan& scan);

    size_t blocks() const {
        return columns * rows * static_cast<size_t>(across * down + others[0] + others[1]);
    }

    // Whether as many bytes can hold that many blocks, at least `bits` bits each.
    Verdict fit(size_t bytes, size_t bits) const;
};

struct Data {
    const uint8_t* begin;
    const uint8_t* end;

    size_t size() const { return static_cast<size_t>(end - begin); }
};

// The decoder is a copy that is not known elsewhere, so it can stay in registers.
template <typename Decoder>
LOOKALIKE_INLINE Verdict decode_all(Data& data, const Mcus& mcus, uint32_t restart_interval,
                                    Interval& interval, Decoder decoder) {
    // Copies of `bits` are passed on, so that its address is not taken, and it stays in registers.
    Bits bits = interval.start(data.begin, data.end);
    uint32_t left = restart_interval, restarts = 0;
    bool bad = false;
    for (size_t row = 0; row < mcus.rows; ++row) {
        decoder.begin_row(row);
        for (size_t column = 0; column < mcus.columns; ++column) {
            if (restart_interval && left-- == 0) {
                Bits copy = bits;
                const Verdict verdict = interval.restart(copy, restarts++);
                if (verdict != Verdict::read) return verdict;
                bits = copy;
                left = restart_interval - 1;
                decoder.restart();
            }
            if (!interval.has_more(bits)) return Verdict::premature;
            decoder.mcu(column, bits, bad);
        }
        decoder.end_row(row);
        if (!bad) continue;
        if (interval.left(bits) < 0) return Verdict::premature;
        // libjpeg-turbo warns of bits that are not a code only where it decodes slowly: near the
        // end of an interval.
        return restart_interval ? Verdict::corrupt : Verdict::left;
    }
    Bits copy = bits;
    const Verdict verdict = interval.finish(copy);
    data.begin = interval.end_of_scan();
    return verdict;
}

template <typename Decoder>
Verdict decode_portable(Data& data, const Mcus& mcus, uint32_t restart_interval, Interval& interval,
                        Decoder decoder) {
    return decode_all(data, mcus, restart_interval, interval, std::move(decoder));
}

#if LOOKALIKE_X86
// Shifts by any number of bits are cheaper.
template <typename Decoder>
LOOKALIKE_BMI2 Verdict decode_bmi2(Data& data, const Mcus& mcus, uint32_t restart_interval,
                                   Interval& interval, Decoder decoder) {
    return decode_all(data, mcus, restart_interval, interval, std::move(decoder));
}
#endif

// Has `decoder` read all MCUs. It begins and ends rows, reads an MCU, and forgets at a restart what
// it predicts from. `data` then begins behind the scan.
template <typename Decoder>
Verdict decode(Data& data, const Mcus& mcus, uint32_t restart_interval, Interval& interval,
               Decoder decoder) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar)
        return decode_bmi2(data, mcus, restart_interval, interval, std::move(decoder));
#endif
    return decode_portable(data, mcus, restart_interval, interval, std::move(decoder));
}

}  // namespace lookalike::jpeg
