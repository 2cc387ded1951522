// Reads the coefficients of one block, or passes them over.
//
// Look-ups decode several symbols at once. One comparison per look-up tells that it is not the
// usual case: the block ends, or a code is longer than the window. Then the rest is sorted out.
#pragma once

#include <cstdint>

#include "isa.h"
#include "jpeg/bits.h"
#include "jpeg/tables.h"
#include "jpeg/transform.h"
#include "jpeg/zigzag.h"

namespace lookalike::jpeg {

// The tables of one component in a scan.
struct Tables {
    DifferenceTable differences;
    SymbolTable symbols;
    SkipTable skip;
    uint16_t after_difference[kEntries];
};

// A code of any length. `bad` is set if the bits are not a code.
int long_symbol(const HuffmanCode& code, Bits& bits, bool& bad);

// A difference with a code of any length.
int long_difference(const HuffmanCode& code, Bits& bits, bool& bad);

// Needs 11 bits, and takes up to 26. Longer codes refill the window.
LOOKALIKE_INLINE int read_difference(const DifferenceTable& table, Bits& bits, bool& bad) {
    const uint32_t entry = table.entries[bits.peek(kTableBits)];
    if (!entry) {
        Bits copy = bits;  // so that its address is not taken, and it can stay in registers
        const int value = long_difference(*table.code, copy, bad);
        bits = copy;
        return value;
    }
    const int value = extended(bits.window << (entry >> 5 & 31), entry >> 10);
    bits.take(entry & 31);
    return value;
}

// A symbol of any length. Leaves enough bits for its value.
LOOKALIKE_INLINE uint32_t read_symbol(const SymbolTable& table, Bits& bits, bool& bad) {
    bits.refill();
    const uint32_t entry = table.entries[bits.peek(kTableBits)];
    if (entry) {
        bits.take(entry & 31);
        return entry >> 8;
    }
    Bits copy = bits;  // so that its address is not taken, and it can stay in registers
    const int symbol = long_symbol(*table.code, copy, bad);
    bits = copy;
    return static_cast<uint32_t>(symbol);
}

// One symbol of any length and its value, from coefficient k on. `block` may be null. Returns
// whether the block is done.
bool read_one(const SymbolTable& table, Bits& bits, uint32_t& k, int16_t* block, bool& bad);

LOOKALIKE_INLINE bool read_one_apart(const SymbolTable& table, Bits& bits, uint32_t& k,
                                     int16_t* block, bool& bad) {
    Bits copy = bits;
    uint32_t place = k;
    const bool done = read_one(table, copy, place, block, bad);
    bits = copy;
    k = place;
    return done;
}

// Whether a look-up that moved k beyond 63 ended the block, with its last symbol.
LOOKALIKE_INLINE bool ends_block(uint32_t k) { return k == kBlock || k - kEndOfBlock < kBlock; }

// Passes over coefficients from k on. Needs 26 bits.
LOOKALIKE_INLINE void skip_rest(const Tables& tables, Bits& bits, uint32_t k, bool& bad) {
    const uint16_t* entries = tables.skip.entries();
    uint32_t after = 0, entry = 0;
    const auto look_up = [&]() LOOKALIKE_INLINE_LAMBDA {
        entry = entries[bits.peek(kTableBits)];
        after = k + (entry >> kMove);
        if (after >= kBlock) return false;
        k = after;
        bits.take(entry & kBitsMask);
        return true;
    };
    for (;;) {
        if (look_up()) do
                bits.refill();
            while (look_up() && look_up());
        if (ends_block(after)) {
            bits.take(entry & kBitsMask);
            return;
        }
        if (read_one_apart(tables.symbols, bits, k, nullptr, bad)) return;
        bits.refill();
    }
}

// Passes over a whole block. Needs a full window.
LOOKALIKE_INLINE void skip_block(const Tables& tables, Bits& bits, bool& bad) {
    const uint32_t entry = tables.after_difference[bits.peek(kTableBits)];
    const uint32_t k = 1 + (entry >> kMove);
    if (k < kBlock) {
        bits.take(entry & kBitsMask);
        return skip_rest(tables, bits, k, bad);
    }
    if (ends_block(k)) return bits.take(entry & kBitsMask);
    read_difference(tables.differences, bits, bad);
    bits.refill();
    skip_rest(tables, bits, 1, bad);
}

// The same. Returns the difference, which is decoded while the block is passed over.
LOOKALIKE_INLINE int skip_details(const Tables& tables, Bits& bits, bool& bad) {
    const uint32_t entry = tables.differences.entries[bits.peek(kTableBits)];
    if (!entry) {
        const int value = read_difference(tables.differences, bits, bad);
        bits.refill();
        skip_rest(tables, bits, 1, bad);
        return value;
    }
    const int value = extended(bits.window << (entry >> 5 & 31), entry >> 10);
    skip_block(tables, bits, bad);
    return value;
}

// A coefficient whose value reaches beyond the window. Its entry has the symbol.
LOOKALIKE_INLINE void read_escaped(uint64_t entry, Bits& bits, uint32_t& k, int16_t* block) {
    bits.refill();
    const auto symbol = static_cast<uint32_t>(entry >> kValue1) & 255;
    k += symbol >> 4;
    const int value = extended(bits.window << (entry >> kValue2), symbol & 15);
    block[kZigzag[k < kBlock ? k : kBlock - 1]] = static_cast<int16_t>(value);
    bits.take(static_cast<uint32_t>(entry) & kBitsMask);
    ++k;
}

// Reads all coefficients but the first. Returns whether there are any. Needs 30 bits.
LOOKALIKE_INLINE bool read_rest(const SymbolTable& symbols, const ValueTable& values, Bits& bits,
                                int16_t* block, bool& bad) {
    uint32_t k = 1, after = 0;
    uint64_t entry = 0;
    // Both places are always written. What is not a coefficient goes beyond the block.
    const auto look_up = [&]() LOOKALIKE_INLINE_LAMBDA {
        entry = values.entries[bits.peek(kTableBits)];
        const auto fields = static_cast<uint32_t>(entry);
        after = k + (fields >> kMove & kMoveMask);
        block[kZigzag[k + (fields >> kPlace1 & 255)]] = static_cast<int16_t>(entry >> kValue1);
        block[kZigzag[k + (fields >> kPlace2)]] = static_cast<int16_t>(entry >> kValue2);
        if (after >= kBlock) return false;
        k = after;
        bits.take(fields & kBitsMask);
        return true;
    };
    for (;;) {
        if (look_up() && look_up()) do
                bits.refill();
            while (look_up() && look_up() && look_up() && look_up() && look_up());
        const uint32_t taken = static_cast<uint32_t>(entry) & kBitsMask;
        if (ends_block(after)) {
            bits.take(taken);
            return after != kEndOfBlock + 1;
        }
        if (after - kEscape < kBlock && taken) {
            read_escaped(entry, bits, k, block);
            if (k >= kBlock) return true;
        } else if (read_one_apart(symbols, bits, k, block, bad)) {
            return true;
        }
        bits.refill();
    }
}

}  // namespace lookalike::jpeg
