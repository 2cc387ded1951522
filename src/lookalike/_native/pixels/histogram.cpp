#include "pixels/histogram.h"

namespace lookalike {

std::array<size_t, 256> histogram(const uint8_t* samples, size_t count) {
    // Neighbours are often equal. Counting one right after the other would wait for the first.
    constexpr size_t kTurns = 4;
    std::array<std::array<uint32_t, 256>, kTurns> turns{};
    std::array<size_t, 256> counts{};
    constexpr size_t kAtOnce = size_t{1} << 30;  // so that no 32-bit count overflows
    for (size_t begin = 0; begin < count; begin += kAtOnce) {
        const size_t end = count - begin < kAtOnce ? count : begin + kAtOnce;
        size_t k = begin;
        for (; k + kTurns <= end; k += kTurns)
            for (size_t turn = 0; turn < kTurns; ++turn) ++turns[turn][samples[k + turn]];
        for (; k < end; ++k) ++turns[0][samples[k]];
        for (auto& turn : turns) {
            for (size_t value = 0; value < counts.size(); ++value) counts[value] += turn[value];
            turn.fill(0);
        }
    }
    return counts;
}

}  // namespace lookalike
