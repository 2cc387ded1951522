#include "jpeg/tiff.h"

#include <cstring>

namespace lookalike::jpeg {
namespace {

constexpr uint64_t kEntry = 12;
constexpr uint16_t kShort = 3, kLong = 4;

class Tiff {
 public:
    explicit Tiff(Bytes bytes) : bytes_(bytes) {
        little_ = bytes.size >= 4 && !std::memcmp(bytes.begin, "II*\0", 4);
        valid_ = little_ || (bytes.size >= 4 && !std::memcmp(bytes.begin, "MM\0*", 4));
    }

    bool valid() const { return valid_; }
    bool has(uint64_t at, uint64_t count) const { return at + count <= bytes_.size; }

    uint16_t two(uint64_t at) const {
        const uint8_t* byte = bytes_.begin + at;
        return static_cast<uint16_t>(little_ ? byte[0] | byte[1] << 8 : byte[0] << 8 | byte[1]);
    }
    uint32_t four(uint64_t at) const {
        const uint32_t first = two(at), last = two(at + 2);
        return little_ ? last << 16 | first : first << 16 | last;
    }

 private:
    Bytes bytes_;
    bool little_, valid_;
};

}  // namespace

Number first_number(Bytes bytes, uint16_t tag) {
    const Tiff tiff(bytes);
    constexpr Number malformed{Number::malformed, 0};
    if (!tiff.valid() || !tiff.has(4, 4)) return malformed;
    const uint64_t directory = tiff.four(4);
    if (!tiff.has(directory, 2)) return malformed;
    const uint64_t first = directory + 2, end = first + kEntry * tiff.two(directory);
    for (uint64_t at = first; at < end; at += kEntry) {
        if (!tiff.has(at, kEntry)) return malformed;
        if (tiff.two(at) != tag) continue;
        const uint16_t kind = tiff.two(at + 2);
        if (tiff.four(at + 4) != 1 || (kind != kShort && kind != kLong)) return malformed;
        return {Number::there, kind == kShort ? tiff.two(at + 8) : tiff.four(at + 8)};
    }
    return {Number::absent, 0};
}

}  // namespace lookalike::jpeg
