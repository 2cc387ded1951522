#include "jpeg/interval.h"

#include <algorithm>
#include <cstring>

namespace lookalike::jpeg {

namespace {
constexpr int kFirstRestart = 0xD0;
constexpr int64_t kByte = 8, kWindow = 64;
}  // namespace

Bits Interval::start(const uint8_t* from, const uint8_t* end) {
    from_ = from;
    end_ = end;
    odd_ = false;
    return open();
}

Bits Interval::open() {
    ended_ = false;
    marker_ = 0;
    last_ = bytes_;
    Bits bits;
    bits.next = bytes_;
    unstuff_more(bits);
    return bits;
}

void Interval::unstuff_more(Bits& bits) {
    const auto kept = static_cast<size_t>(last_ - bits.next);
    std::memmove(bytes_, bits.next, kept);
    bits.next = bytes_;
    uint8_t* last = unstuff(bytes_ + kept, bytes_ + kLargestMcu + kAhead);
    last_ = last;
    if (ended_) std::memset(last, 0, kLargestMcu + 8);
    safe_ = bytes_ + std::max<ptrdiff_t>(last - bytes_ - static_cast<ptrdiff_t>(kLargestMcu), 0);
}

uint8_t* Interval::unstuff(uint8_t* out, const uint8_t* out_end) {
    while (out < out_end) {
        const auto count = static_cast<size_t>(std::min(end_ - from_, out_end - out));
        const void* found = count ? std::memchr(from_, 0xFF, count) : nullptr;
        const size_t plain =
            found ? static_cast<size_t>(static_cast<const uint8_t*>(found) - from_) : count;
        std::memcpy(out, from_, plain);
        out += plain;
        from_ += plain;
        if (!found) {
            ended_ = from_ == end_;
            if (ended_) break;
            continue;
        }
        const uint8_t* code = from_ + 1;
        while (code < end_ && *code == 0xFF) ++code;
        if (code >= end_ || *code) {
            ended_ = true;
            marker_ = code < end_ ? *code : 0;
            from_ = code < end_ ? code + 1 : end_;
            break;
        }
        odd_ |= code > from_ + 1;
        *out++ = 0xFF;
        from_ = code + 1;
    }
    return out;
}

// Up to 7 bits fill the last byte. libjpeg warns of whole bytes that were not decoded, unless they
// were already in its window.
Verdict Interval::close(Bits& bits) {
    if (!ended_) unstuff_more(bits);
    const int64_t rest = left(bits);
    if (rest < 0) return Verdict::premature;
    if (!ended_ || rest >= kWindow) return Verdict::corrupt;
    if (!marker_) return Verdict::premature;
    return rest < kByte ? Verdict::read : Verdict::left;
}

Verdict Interval::restart(Bits& bits, uint32_t number) {
    const Verdict verdict = close(bits);
    if (verdict != Verdict::read) return verdict;
    if (marker_ != kFirstRestart + static_cast<int>(number & 7)) return Verdict::corrupt;
    bits = open();
    return Verdict::read;
}

Verdict Interval::finish(Bits& bits) {
    const Verdict verdict = close(bits);
    return verdict == Verdict::read && odd_ ? Verdict::left : verdict;
}

}  // namespace lookalike::jpeg
