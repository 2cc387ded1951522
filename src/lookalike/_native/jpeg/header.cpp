#include "jpeg/header.h"

#include <algorithm>
#include <cstring>

namespace lookalike::jpeg {
namespace {

constexpr int kPrecision = 8, kLongestSide = 65500, kMostSampling = 4;
constexpr uint8_t kBaseline = 0xC0, kExtended = 0xC1, kProgressive = 0xC2, kCodes = 0xC4,
                  kSteps = 0xDB, kRestarts = 0xDD, kApp0 = 0xE0, kApp14 = 0xEE, kApp15 = 0xEF,
                  kComment = 0xFE;
constexpr size_t kCounts = 1 + kLongestCode;
constexpr uint8_t kYcc = 1;  // of Adobe's transforms

int big_endian_16(const uint8_t* bytes) { return bytes[0] << 8 | bytes[1]; }

bool begins_with(const Segment& segment, const char* name, size_t least) {
    return segment.size >= least && !std::memcmp(segment.body, name, 5);
}

}  // namespace

Verdict Frame::read(const Segment& segment) {
    const uint8_t* body = segment.body;
    if (segment.size < 6) return Verdict::corrupt;
    if (body[0] != kPrecision) return Verdict::left;
    progressive = segment.marker == kProgressive;
    height = big_endian_16(body + 1);
    width = big_endian_16(body + 3);
    count = body[5];
    if (segment.size != 6 + 3 * static_cast<size_t>(count)) return Verdict::corrupt;
    if (!height || !width || height > kLongestSide || width > kLongestSide) return Verdict::left;
    if (count != 1 && count != kMostComponents) return Verdict::left;
    body += 6;
    for (int i = 0; i < count; ++i, body += 3) {
        Component& one = components[i];
        one = {body[0], static_cast<uint8_t>(body[1] >> 4), static_cast<uint8_t>(body[1] & 15),
               body[2]};
        if (std::min(one.across, one.down) < 1 || std::max(one.across, one.down) > kMostSampling)
            return Verdict::corrupt;
        if (one.across > luma().across || one.down > luma().down) return Verdict::left;
        for (int j = 0; j < i; ++j)
            if (components[j].name == one.name) return Verdict::left;
    }
    return Verdict::read;
}

Verdict Header::take(const Segment& segment) {
    switch (segment.marker) {
        case kBaseline:
        case kExtended:
        case kProgressive:
            if (framed) return Verdict::corrupt;
            framed = true;
            return frame.read(segment);
        case kCodes: return take_codes(segment);
        case kSteps: return take_steps(segment);
        case kRestarts:
            if (segment.size != 2) return Verdict::corrupt;
            restart_interval = static_cast<uint32_t>(big_endian_16(segment.body));
            return Verdict::read;
        case kApp0: jfif_ |= begins_with(segment, "JFIF", 14); return Verdict::read;
        case kApp14:
            if (begins_with(segment, "Adobe", 12)) {
                adobe_ = true;
                adobe_transform_ = segment.body[11];
            }
            return Verdict::read;
        default: break;
    }
    const bool ignored = segment.marker >= kApp0 && segment.marker <= kApp15;
    return ignored || segment.marker == kComment ? Verdict::read : Verdict::left;
}

Verdict Header::take_codes(const Segment& segment) {
    const uint8_t* body = segment.body;
    size_t left = segment.size;
    while (left >= kCounts) {
        size_t size = 0;
        for (size_t k = 1; k < kCounts; ++k) size += body[k];
        const bool other = body[0] & 16;
        const int index = body[0] & 15;
        if (size > 256 || size > left - kCounts || index >= kTablesOfAKind || body[0] >> 5)
            return Verdict::corrupt;
        (other ? others : differences)[index].assign(body + 1, body + kCounts, size);
        body += kCounts + size;
        left -= kCounts + size;
    }
    return left ? Verdict::corrupt : Verdict::read;
}

Verdict Header::take_steps(const Segment& segment) {
    const uint8_t* body = segment.body;
    size_t left = segment.size;
    while (left) {
        const bool wide = body[0] >> 4;
        const int index = body[0] & 15;
        const size_t size = 1 + (wide ? 2 * kBlock : kBlock);
        if (index >= kTablesOfAKind || left < size) return Verdict::corrupt;
        for (size_t k = 0; k < kBlock; ++k)
            steps[index][k] =
                wide ? static_cast<uint16_t>(big_endian_16(body + 1 + 2 * k)) : body[1 + k];
        has_steps[index] = true;
        body += size;
        left -= size;
    }
    return Verdict::read;
}

bool Header::has_luma() const {
    if (frame.count == 1 || jfif_) return true;
    if (adobe_) return adobe_transform_ == kYcc;
    const Component* all = frame.components;
    return !(all[0].name == 'R' && all[1].name == 'G' && all[2].name == 'B');
}

}  // namespace lookalike::jpeg
