#include "search/texts.h"

namespace lookalike {
namespace {

constexpr uint64_t kFactor = 0xc6a4a7935bd1e995;
constexpr int kShift = 47;

// Least significant byte first on every machine.
uint64_t word(const uint8_t* bytes, size_t count) {
    uint64_t value = 0;
    for (size_t k = 0; k < count; ++k) value |= static_cast<uint64_t>(bytes[k]) << (8 * k);
    return value;
}

uint64_t murmur(const uint8_t* bytes, size_t count) {
    uint64_t hash = count * kFactor;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t mixed = word(bytes, 8) * kFactor;
        mixed ^= mixed >> kShift;
        hash = (hash ^ (mixed * kFactor)) * kFactor;
    }
    if (count) hash = (hash ^ word(bytes, count)) * kFactor;
    hash = (hash ^ (hash >> kShift)) * kFactor;
    return hash ^ (hash >> kShift);
}

}  // namespace

size_t hash_texts(const uint8_t* text, size_t size, const int64_t* offsets, size_t count,
                  uint64_t* hashes) {
    int64_t begin = offsets[0];
    for (size_t k = 0; k < count; ++k) {
        const int64_t end = offsets[k + 1];
        if (begin < 0 || end < begin || static_cast<uint64_t>(end) > size) return k;
        hashes[k] = murmur(text + begin, static_cast<size_t>(end - begin));
        begin = end;
    }
    return count;
}

}  // namespace lookalike
