// A Huffman code of a JPEG. Source: ITU-T T.81 (1992), annexes C and F.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike::jpeg {

constexpr int kLongestCode = 16;

struct HuffmanCode {
    bool given = false;
    uint8_t count[kLongestCode + 1] = {};   // codes of each length
    uint8_t symbols[256] = {};              // in the order of their codes
    uint32_t limit[kLongestCode + 1] = {};  // the first code that is longer, filled up to 16 bits
    int offset[kLongestCode + 1] = {};      // the index of a symbol, less its code

    // Takes over what a segment says: the counts, then `size` symbols.
    void assign(const uint8_t* counts, const uint8_t* from, size_t size);

    // Fills in limits and offsets. False for a code that libjpeg refuses. `most` is the largest
    // symbol allowed.
    bool prepare(int most);
};

// Calls visit(place, length, symbol) for each code of at most `window` bits. A table that is looked
// up by `window` bits has the entries of a code from `place` on. Returns where longer codes begin.
template <typename Visit>
uint32_t each_code(const HuffmanCode& code, int window, Visit visit) {
    uint32_t place = 0;
    int index = 0;
    for (int length = 1; length <= window; ++length)
        for (int k = 0; k < code.count[length]; ++k, ++index) {
            visit(place, length, code.symbols[index]);
            place += 1u << (window - length);
        }
    return place;
}

}  // namespace lookalike::jpeg
