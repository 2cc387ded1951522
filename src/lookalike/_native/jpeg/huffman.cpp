#include "jpeg/huffman.h"

#include <cstring>

namespace lookalike::jpeg {

void HuffmanCode::assign(const uint8_t* counts, const uint8_t* from, size_t size) {
    given = true;
    std::memcpy(count + 1, counts, kLongestCode);
    std::memset(symbols, 0, sizeof symbols);
    std::memcpy(symbols, from, size);
}

bool HuffmanCode::prepare(int most) {
    uint32_t code = 0;
    int index = 0;
    for (int length = 1; length <= kLongestCode; ++length) {
        offset[length] = index - static_cast<int>(code);
        for (int k = 0; k < count[length]; ++k)
            if (symbols[index + k] > most) return false;
        index += count[length];
        code += count[length];
        // No code consists of ones only.
        if (count[length] && code >= (1u << length)) return false;
        limit[length] = code << (kLongestCode - length);
        code <<= 1;
    }
    return true;
}

}  // namespace lookalike::jpeg
