#include "jpeg/progressive.h"

#include <algorithm>
#include <cstring>

#include "jpeg/averages.h"
#include "jpeg/details.h"
#include "jpeg/strip.h"

namespace lookalike::jpeg {
namespace {

constexpr size_t kLeastBits = 1;  // of the average of a block
constexpr size_t kMostMemory = size_t{1} << 27, kMostDetails = size_t{1} << 26;
constexpr int kLargestShift = 13;
constexpr int kGuessed = 9;  // libjpeg guesses coefficients 1 to 9

Verdict make_tables(Workspace& space, const Scan& scan) {
    for (int i = 0; i < scan.count; ++i) {
        if (scan.differences[i] >= kTablesOfAKind) return Verdict::left;
        HuffmanCode& code = space.header.differences[scan.differences[i]];
        if (!code.given) return Verdict::left;
        if (!code.prepare(15)) return Verdict::corrupt;
        space.tables[i].differences.make(code);
    }
    return Verdict::read;
}

// The blocks of luma that have a part of the picture.
Mcus blocks_of(const Frame& frame) {
    Scan alone;
    alone.count = 1;
    return {frame, alone};
}

}  // namespace

Sent::Sent() {
    for (Low& low : low_) low.fill(-1);
}

Verdict Sent::add(const Scan& scan) {
    const int last = scan.last;
    if (scan.first ? scan.first > last || last >= static_cast<int>(kBlock) || scan.count != 1
                   : last != 0)
        return Verdict::corrupt;
    if ((scan.high && scan.low != scan.high - 1) || scan.low > kLargestShift)
        return Verdict::corrupt;
    bool is_next = true;
    for (int i = 0; i < scan.count; ++i) {
        const bool added = add_to(low_[scan.members[i]], scan);
        if (scan.members[i] == 0) is_next = added;
        has_gaps_ |= !added;
    }
    return is_next ? Verdict::read : Verdict::corrupt;
}

bool Sent::add_to(Low& low, const Scan& scan) {
    if (scan.first && low[0] < 0) return false;
    for (int k = scan.first; k <= scan.last; ++k) {
        if (scan.high != std::max(low[k], 0)) return false;
        low[k] = scan.low;
    }
    return true;
}

bool Sent::is_smooth() const {
    const int* guessed = low_[0].data() + 1;
    return std::all_of(guessed, guessed + kGuessed, [](int low) { return low == 0; });
}

bool Sent::is_whole(int components) const {
    int whole = 0;
    for (const Low& low : low_)
        whole += std::all_of(low.begin(), low.end(), [](int one) { return one == 0; });
    return !has_gaps_ && whole == components;
}

Verdict Progressive::read_averages(Workspace& space, const Scan& scan, Data& data,
                                   bool with_details, Chroma* chroma) {
    const Mcus mcus(space.header.frame, scan);
    Verdict verdict = mcus.fit(data.size(), kLeastBits);
    if (verdict == Verdict::read && !scan.high) verdict = make_tables(space, scan);
    if (verdict == Verdict::read && values_.empty())
        verdict = scan.high ? Verdict::corrupt : allocate(space.header.frame, with_details);
    if (verdict != Verdict::read) return verdict;
    const LumaBlocks blocks(mcus, values_.data(), size_, stride_);
    const uint32_t interval = space.header.restart_interval;
    if (scan.high)
        return decode(data, mcus, interval, space.interval,
                      FurtherAverages(blocks, mcus, scan.low));
    return decode(data, mcus, interval, space.interval,
                  FirstAverages(space, blocks, scan, mcus, chroma));
}

Verdict Progressive::read_details(Workspace& space, const Scan& scan, Data& data) {
    if (scan.others[0] >= kTablesOfAKind) return Verdict::left;
    HuffmanCode& code = space.header.others[scan.others[0]];
    if (!code.given) return Verdict::left;
    if (!code.prepare(255)) return Verdict::corrupt;
    SymbolTable& table = space.tables[0].symbols;
    table.make(code);
    const Mcus mcus = blocks_of(space.header.frame);
    const LumaBlocks blocks(mcus, values_.data(), size_, stride_);
    const uint32_t interval = space.header.restart_interval;
    if (scan.high)
        return decode(data, mcus, interval, space.interval, FurtherDetails(table, blocks, scan));
    return decode(data, mcus, interval, space.interval, FirstDetails(table, blocks, scan));
}

// With whole MCUs at the edges, even if this scan has none.
Verdict Progressive::allocate(const Frame& frame, bool with_details) {
    const auto whole = [](int side, int blocks) {
        const int mcu = 8 * blocks;
        return static_cast<size_t>((side + mcu - 1) / mcu * blocks);
    };
    if (with_details) size_ = kBlock;
    stride_ = whole(frame.width, frame.luma().across);
    const size_t count = size_ * stride_ * whole(frame.height, frame.luma().down);
    if (with_details && count * sizeof(int16_t) > kMostDetails) return Verdict::left;
    if (count * sizeof(int16_t) > kMostMemory) return Verdict::too_large;
    values_.resize(count);
    return Verdict::read;
}

void Progressive::draw(Workspace& space, Planes& planes) const {
    planes.allocate();
    for (size_t k = 0; k < planes.count(); ++k) {
        const int scale = planes.scale << k;
        if (scale == 8) draw_averages(space.steps.values[0], planes.at(8));
        if (scale == 4) draw_details<4>(space, planes);
        if (scale == 2) draw_details<2>(space, planes);
    }
}

void Progressive::draw_averages(int16_t step, Pixels& pixels) const {
    for (size_t y = 0; y < pixels.height; ++y) {
        const int16_t* values = values_.data() + y * stride_ * size_;
        uint8_t* out = pixels.row(y);
        for (size_t x = 0; x < pixels.width; ++x) out[x] = flat_pixel<8>(values[x * size_], step);
    }
}

template <int kScale>
void Progressive::draw_details(Workspace& space, Planes& planes) const {
    const Mcus blocks = blocks_of(space.header.frame);
    const Strip<kScale> strip(planes, blocks, true);
    const Transform transform = transform_for(kScale);
    Pair& pair = space.pairs[0];
    for (size_t row = 0; row < blocks.rows; ++row) {
        const int16_t* values = values_.data() + row * stride_ * size_;
        for (size_t column = 0; column < blocks.columns; column += 2) {
            Places places{{strip.nowhere(), strip.nowhere()}, strip.stride()};
            for (size_t b = 0; b < 2 && column + b < blocks.columns; ++b) {
                places.out[b] = strip.at(0, column + b);
                for (size_t y = 0; y < kSide; ++y, values += kSide)
                    std::memcpy(pair.values + y * kPairSide + b * kSide, values,
                                kSide * sizeof *values);
            }
            transform(pair, space.steps, places);
        }
        strip.copy(row);
    }
}

}  // namespace lookalike::jpeg
