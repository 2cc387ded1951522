#include "jpeg/coefficients.h"

namespace lookalike::jpeg {

int long_symbol(const HuffmanCode& code, Bits& bits, bool& bad) {
    const uint32_t top = bits.peek(kLongestCode);
    for (int length = 1; length <= kLongestCode; ++length)
        if (top < code.limit[length]) {
            bits.take(static_cast<uint32_t>(length));
            return code
                .symbols[code.offset[length] + static_cast<int>(top >> (kLongestCode - length))];
        }
    bits.take(kLongestCode);
    bad = true;
    return 0;
}

int long_difference(const HuffmanCode& code, Bits& bits, bool& bad) {
    const auto count = static_cast<uint32_t>(long_symbol(code, bits, bad));
    bits.refill();
    const int value = bits.take_value(count);
    bits.refill();
    return value;
}

bool read_one(const SymbolTable& table, Bits& bits, uint32_t& k, int16_t* block, bool& bad) {
    const uint32_t symbol = read_symbol(table, bits, bad);
    const uint32_t count = symbol & 15, run = symbol >> 4;
    if (!count && run != 15) return true;
    k += run;
    if (count) {
        const int value = bits.take_value(count);
        // libjpeg puts what lies beyond the last coefficient there.
        if (block) block[kZigzag[k < kBlock ? k : kBlock - 1]] = static_cast<int16_t>(value);
    }
    return ++k >= kBlock;
}

}  // namespace lookalike::jpeg
