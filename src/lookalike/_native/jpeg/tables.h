// Look-up tables made from Huffman codes. All are looked up by the next kTableBits bits.
//
// Most files have codes of their own, so tables must be cheap to make. An entry is a sum of fields:
// what one symbol does, plus what an entry of a smaller table does. So whole blocks of a smaller
// table are added to a constant, and nothing is looked up.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jpeg/huffman.h"

namespace lookalike::jpeg {

constexpr int kTableBits = 11;
constexpr size_t kEntries = size_t{1} << kTableBits;

// The fields of an entry: how many bits it takes (6 bits), then how far it moves k, the place of
// the next coefficient in zigzag order (10 bits). kEndOfBlock is added to that if a block ends
// there. An entry with kEscape was not decoded: its code is longer than the table's window.
constexpr uint32_t kMove = 6, kBitsMask = 63, kMoveMask = 1023;
constexpr uint32_t kEndOfBlock = 512, kEscape = 256;

// Differences of averages. Entry: bits of code and value (5) | bits of the code (5) | bits of the
// value. 0 for a longer code.
struct DifferenceTable {
    const HuffmanCode* code = nullptr;
    uint16_t entries[kEntries];

    void make(const HuffmanCode& from);
};

// One symbol. Entry: bits of the code (8) | symbol. 0 for a longer code.
struct SymbolTable {
    const HuffmanCode* code = nullptr;
    uint16_t entries[kEntries];

    void make(const HuffmanCode& from);
};

// As many whole symbols as the window shows, for coefficients of which no value is needed. The
// value of the last symbol may reach beyond the window.
class SkipTable {
 public:
    void make(const HuffmanCode& code);

    // A table that begins with the difference of an average.
    void make_after(const HuffmanCode& differences, uint16_t* out) const;

    const uint16_t* entries() const { return of(kTableBits); }

 private:
    uint16_t* of(int window) { return all_ + (size_t{1} << window); }
    const uint16_t* of(int window) const { return all_ + (size_t{1} << window); }
    void follow(uint16_t* out, int left, uint32_t value_bits, uint32_t entry) const;

    uint16_t all_[2 * kEntries];  // of every window: the table for w bits begins at 2^w
};

// Up to two coefficients, and an end of block behind them. Above the fields of all tables, an entry
// has the places of both, counted from k, and their values. If a code is within the window, but its
// value is not, the entry has kEscape, its bits, and instead of values the symbol and the bits of
// the code.
constexpr uint32_t kPlace1 = 16, kPlace2 = 24, kValue1 = 32, kValue2 = 48;
constexpr uint32_t kNowhere = 128;  // a place beyond every block, whatever k is

class ValueTable {
 public:
    using Seconds = uint64_t[kEntries];  // what can follow a coefficient

    void make(const HuffmanCode& code, Seconds& seconds);

    uint64_t entries[kEntries];

 private:
    void make_firsts(const HuffmanCode& code, const uint64_t* seconds);
};

}  // namespace lookalike::jpeg
