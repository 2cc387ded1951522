#include "jpeg/scan.h"

namespace lookalike::jpeg {
namespace {

constexpr int kMostBlocks = 10;  // of an MCU
constexpr auto kBlockSide = static_cast<int>(kSide);

size_t quotient(int side, int divisor) {
    return static_cast<size_t>((side + divisor - 1) / divisor);
}

}  // namespace

Verdict Scan::read(const Segment& segment, const Frame& frame) {
    const uint8_t* body = segment.body;
    count = segment.size ? body[0] : 0;
    if (count < 1 || count > frame.count || segment.size != 4 + 2 * static_cast<size_t>(count))
        return Verdict::corrupt;
    ++body;
    for (int i = 0; i < count; ++i, body += 2) {
        members[i] = -1;
        for (int j = 0; j < frame.count; ++j)
            if (frame.components[j].name == body[0]) members[i] = j;
        if (members[i] < 0) return Verdict::corrupt;
        if (i && members[i] <= members[i - 1]) return Verdict::left;
        differences[i] = body[1] >> 4;
        others[i] = body[1] & 15;
    }
    first = body[0];
    last = body[1];
    high = body[2] >> 4;
    low = body[2] & 15;
    return Verdict::read;
}

Mcus::Mcus(const Frame& frame, const Scan& scan)
    : across(frame.luma().across), down(frame.luma().down) {
    if (scan.count == 1) across = down = 1;  // a scan of one component has one block per MCU
    columns = quotient(frame.width, kBlockSide * across);
    rows = quotient(frame.height, kBlockSide * down);
    for (int i = 1; i < scan.count; ++i) others[i - 1] = frame.components[scan.members[i]].blocks();
}

Verdict Mcus::fit(size_t bytes, size_t bits) const {
    if (across * down + others[0] + others[1] > kMostBlocks) return Verdict::corrupt;
    return blocks() > bytes * 8 / bits ? Verdict::too_large : Verdict::read;
}

}  // namespace lookalike::jpeg
