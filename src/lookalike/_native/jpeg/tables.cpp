#include "jpeg/tables.h"

#include <algorithm>
#include <cstring>

namespace lookalike::jpeg {
namespace {

// What a symbol of the code of other coefficients says. Source: ITU-T T.81 (1992), F.1.2.2.1.
struct Symbol {
    uint32_t value_bits, run;

    explicit Symbol(int symbol)
        : value_bits(static_cast<uint32_t>(symbol) & 15), run(static_cast<uint32_t>(symbol) >> 4) {}

    bool ends_block() const { return !value_bits && run != 15; }
    bool has_value() const { return value_bits > 0; }
    uint32_t move() const { return run + 1; }
};

constexpr uint32_t moved(uint32_t bits, uint32_t move) { return bits | move << kMove; }

// 16 bits, as they lie in an entry.
uint64_t value_of(uint32_t bits, uint32_t count) {
    auto value = static_cast<int>(bits);
    if (count && bits < 1u << (count - 1)) value -= (1 << count) - 1;
    return static_cast<uint16_t>(value);
}

template <typename Entry>
void add(Entry* __restrict out, const Entry* __restrict from, size_t count, Entry value) {
    for (size_t k = 0; k < count; ++k) out[k] = static_cast<Entry>(from[k] + value);
}

}  // namespace

void DifferenceTable::make(const HuffmanCode& from) {
    code = &from;
    const uint32_t end = each_code(from, kTableBits, [&](uint32_t place, int length, int symbol) {
        const uint32_t entry = static_cast<uint32_t>(length + symbol) |
                               static_cast<uint32_t>(length) << 5 |
                               static_cast<uint32_t>(symbol) << 10;
        std::fill_n(entries + place, size_t{1} << (kTableBits - length),
                    static_cast<uint16_t>(entry));
    });
    std::fill(entries + end, entries + kEntries, uint16_t{0});
}

void SymbolTable::make(const HuffmanCode& from) {
    code = &from;
    const uint32_t end = each_code(from, kTableBits, [&](uint32_t place, int length, int symbol) {
        std::fill_n(entries + place, size_t{1} << (kTableBits - length),
                    static_cast<uint16_t>(length | symbol << 8));
    });
    std::fill(entries + end, entries + kEntries, uint16_t{0});
}

void SkipTable::make(const HuffmanCode& code) {
    for (int window = 0; window <= kTableBits; ++window) {
        uint16_t* table = of(window);
        const uint32_t end = each_code(code, window, [&](uint32_t place, int length, int symbol) {
            const Symbol step(symbol);
            const auto bits = static_cast<uint32_t>(length);
            if (step.ends_block())
                std::fill_n(table + place, size_t{1} << (window - length),
                            static_cast<uint16_t>(moved(bits, kEndOfBlock)));
            else
                follow(table + place, window - length, step.value_bits,
                       moved(bits + step.value_bits, step.move()));
        });
        const uint32_t longer = window == kTableBits ? moved(0, kEscape) : 0;
        std::fill(table + end, table + (size_t{1} << window), static_cast<uint16_t>(longer));
    }
}

void SkipTable::make_after(const HuffmanCode& differences, uint16_t* out) const {
    const uint32_t end =
        each_code(differences, kTableBits, [&](uint32_t place, int length, int symbol) {
            follow(out + place, kTableBits - length, static_cast<uint32_t>(symbol),
                   static_cast<uint32_t>(length + symbol));
        });
    std::fill(out + end, out + kEntries, static_cast<uint16_t>(moved(0, kEscape)));
}

// All entries that begin with one code. `left` bits of the window follow it: first those of its
// value, which make no difference, then further symbols.
void SkipTable::follow(uint16_t* out, int left, uint32_t value_bits, uint32_t entry) const {
    const int rest = left - static_cast<int>(value_bits);
    const size_t all = size_t{1} << left;
    if (rest <= 0) {
        std::fill_n(out, all, static_cast<uint16_t>(entry));
        return;
    }
    size_t done = size_t{1} << rest;
    add(out, of(rest), done, static_cast<uint16_t>(entry));
    for (; done < all; done *= 2) std::memcpy(out + done, out, done * sizeof *out);
}

namespace {

constexpr uint64_t kNoSecond = uint64_t{kNowhere} << kPlace2;
constexpr uint64_t kNoFirst = uint64_t{kNowhere} << kPlace1;

// The shortest code that ends a block. The length is 0 if the table's window does not show it.
struct EndOfBlock {
    int length = 0;
    uint32_t code = 0;

    explicit EndOfBlock(const HuffmanCode& from) {
        each_code(from, kTableBits, [&](uint32_t place, int bits, int symbol) {
            if (length || symbol != 0) return;
            length = bits;
            code = place >> (kTableBits - bits);
        });
    }

    // Adds itself to those of 2^left entries that begin with it.
    void add_to(uint64_t* entries, int left, uint64_t entry) const {
        if (!length || length > left) return;
        const int rest = left - length;
        std::fill_n(entries + (size_t{code} << rest), size_t{1} << rest,
                    entry + moved(static_cast<uint32_t>(length), kEndOfBlock));
    }
};

void make_seconds(const HuffmanCode& code, const EndOfBlock& end_of_block, int window,
                  uint64_t* out) {
    const uint32_t end = each_code(code, window, [&](uint32_t place, int length, int symbol) {
        const Symbol step(symbol);
        const int rest = window - length - static_cast<int>(step.value_bits);
        const uint32_t bits = static_cast<uint32_t>(length) + step.value_bits;
        uint64_t* to = out + place;
        if (step.ends_block() || rest < 0) {
            std::fill_n(to, size_t{1} << (window - length),
                        kNoSecond + (rest < 0 ? 0 : moved(bits, kEndOfBlock)));
            return;
        }
        const uint64_t entry = moved(bits, step.move()) +
                               (uint64_t{step.has_value() ? step.run : kNowhere} << kPlace2);
        for (uint32_t value = 0; value < 1u << step.value_bits; ++value, to += size_t{1} << rest) {
            const uint64_t whole = entry + (value_of(value, step.value_bits) << kValue2);
            std::fill_n(to, size_t{1} << rest, whole);
            end_of_block.add_to(to, rest, whole);
        }
    });
    std::fill(out + end, out + (size_t{1} << window), kNoSecond);
}

}  // namespace

void ValueTable::make(const HuffmanCode& code, Seconds& seconds) {
    const EndOfBlock end_of_block(code);
    for (int window = 0; window < kTableBits; ++window)
        make_seconds(code, end_of_block, window, seconds + (size_t{1} << window));
    make_firsts(code, seconds);
}

void ValueTable::make_firsts(const HuffmanCode& code, const uint64_t* seconds) {
    constexpr uint64_t kLonger = kNoFirst + kNoSecond + moved(0, kEscape);
    const uint32_t end = each_code(code, kTableBits, [&](uint32_t place, int length, int symbol) {
        const Symbol step(symbol);
        const int rest = kTableBits - length - static_cast<int>(step.value_bits);
        const uint32_t bits = static_cast<uint32_t>(length) + step.value_bits;
        const size_t span = size_t{1} << (kTableBits - length);
        uint64_t* to = entries + place;
        if (step.ends_block()) {
            std::fill_n(to, span, kNoFirst + kNoSecond + moved(bits, kEndOfBlock));
            return;
        }
        if (rest < 0) {
            std::fill_n(to, span,
                        kLonger + bits + (static_cast<uint64_t>(symbol) << kValue1) +
                            (static_cast<uint64_t>(length) << kValue2));
            return;
        }
        const uint64_t entry = moved(bits, step.move()) +
                               (uint64_t{step.has_value() ? step.run : kNowhere} << kPlace1) +
                               (uint64_t{step.move()} << kPlace2);
        const size_t rests = size_t{1} << rest;
        for (uint32_t value = 0; value < 1u << step.value_bits; ++value, to += rests)
            add(to, seconds + rests, rests, entry + (value_of(value, step.value_bits) << kValue1));
    });
    std::fill(entries + end, entries + kEntries, kLonger);
}

}  // namespace lookalike::jpeg
