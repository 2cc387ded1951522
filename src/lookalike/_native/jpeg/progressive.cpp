#include "jpeg/progressive.h"

#include <algorithm>

#include "jpeg/flat.h"

namespace lookalike::jpeg {
namespace {

constexpr size_t kLeastBits = 1;  // of a block
constexpr size_t kMostMemory = size_t{1} << 27;
constexpr int kLargestShift = 13;
constexpr int kGuessed = 9;  // libjpeg guesses coefficients 1 to 9

// Blocks of luma, one MCU after the other.
class LumaBlocks {
 public:
    LumaBlocks(const Mcus& mcus, int16_t* values, size_t stride)
        : values_(values),
          stride_(stride),
          across_(static_cast<size_t>(mcus.across)),
          down_(static_cast<size_t>(mcus.down)) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { row_ = values_ + row * down_ * stride_; }

    template <typename Visit>
    LOOKALIKE_INLINE void each(size_t column, Visit visit) const {
        int16_t* first = row_ + column * across_;
        for (size_t v = 0; v < down_; ++v, first += stride_)
            for (size_t h = 0; h < across_; ++h) visit(first[h]);
    }

 private:
    int16_t* values_;
    size_t stride_, across_, down_;
    int16_t* row_ = nullptr;
};

// All bits of the averages but the lowest `low`.
class First {
 public:
    First(const Workspace& space, const LumaBlocks& blocks, const Mcus& mcus, int low)
        : tables_(space.tables),
          blocks_(blocks),
          others_{mcus.others[0], mcus.others[1]},
          low_(low) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { blocks_.begin_row(row); }
    LOOKALIKE_INLINE void end_row(size_t) {}
    LOOKALIKE_INLINE void restart() { average_ = 0; }

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool& bad) {
        blocks_.each(column, [&](int16_t& value) LOOKALIKE_INLINE_LAMBDA {
            bits.refill();
            average_ += static_cast<uint32_t>(read_difference(tables_[0].differences, bits, bad));
            value = static_cast<int16_t>(average_ << low_);
        });
        for (int i = 0; i < 2; ++i)
            for (int k = 0; k < others_[i]; ++k) {
                bits.refill();
                read_difference(tables_[i + 1].differences, bits, bad);
            }
    }

 private:
    const Tables* const tables_;
    LumaBlocks blocks_;
    const int others_[2];
    const int low_;
    uint32_t average_ = 0;
};

// One more bit of each average.
class Further {
 public:
    Further(const LumaBlocks& blocks, const Mcus& mcus, int low)
        : blocks_(blocks),
          others_(static_cast<uint32_t>(mcus.others[0] + mcus.others[1])),
          low_(low) {}

    LOOKALIKE_INLINE void begin_row(size_t row) { blocks_.begin_row(row); }
    LOOKALIKE_INLINE void end_row(size_t) {}
    LOOKALIKE_INLINE void restart() {}

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool&) {
        bits.refill();
        blocks_.each(column, [&](int16_t& value) LOOKALIKE_INLINE_LAMBDA {
            value = static_cast<int16_t>(value | static_cast<int>(bits.peek(1) << low_));
            bits.take(1);
        });
        bits.take(others_);
    }

 private:
    LumaBlocks blocks_;
    const uint32_t others_;
    const int low_;
};

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

}  // namespace

Sent::Sent() { std::fill(low_, low_ + kBlock, -1); }

Verdict Sent::add(const Scan& scan) {
    const int last = scan.last;
    if (scan.first ? scan.first > last || last >= static_cast<int>(kBlock) || scan.count != 1
                   : last != 0)
        return Verdict::corrupt;
    if ((scan.high && scan.low != scan.high - 1) || scan.low > kLargestShift)
        return Verdict::corrupt;
    if (!scan.has_luma()) return Verdict::read;
    if (scan.first && !has_averages()) return Verdict::corrupt;
    for (int k = scan.first; k <= last; ++k) {
        if (scan.high != std::max(low_[k], 0)) return Verdict::corrupt;
        low_[k] = scan.low;
    }
    return Verdict::read;
}

bool Sent::is_smooth() const {
    return std::all_of(low_ + 1, low_ + 1 + kGuessed, [](int low) { return low == 0; });
}

Verdict Averages::read(Workspace& space, const Scan& scan, Data& data) {
    const Mcus mcus(space.header.frame, scan);
    Verdict verdict = mcus.fit(data.size(), kLeastBits);
    if (verdict == Verdict::read && !scan.high) verdict = make_tables(space, scan);
    if (verdict == Verdict::read && values_.empty())
        verdict = scan.high ? Verdict::corrupt : allocate(space.header.frame);
    if (verdict != Verdict::read) return verdict;
    const LumaBlocks blocks(mcus, values_.data(), stride_);
    const uint32_t interval = space.header.restart_interval;
    if (scan.high) {
        return decode(data, mcus, interval, space.interval, Further(blocks, mcus, scan.low));
    }
    return decode(data, mcus, interval, space.interval, First(space, blocks, mcus, scan.low));
}

// With whole MCUs at the edges, even if this scan has none.
Verdict Averages::allocate(const Frame& frame) {
    const auto whole = [](int side, int blocks) {
        const int mcu = 8 * blocks;
        return static_cast<size_t>((side + mcu - 1) / mcu * blocks);
    };
    stride_ = whole(frame.width, frame.luma().across);
    const size_t count = stride_ * whole(frame.height, frame.luma().down);
    if (count * sizeof(int16_t) > kMostMemory) return Verdict::too_large;
    values_.resize(count);
    return Verdict::read;
}

void Averages::draw(int16_t step, Pixels& pixels) const {
    pixels.allocate();
    for (size_t y = 0; y < pixels.height; ++y) {
        const int16_t* values = values_.data() + y * stride_;
        uint8_t* out = pixels.row(y);
        for (size_t x = 0; x < pixels.width; ++x) out[x] = flat_pixel<8>(values[x], step);
    }
}

}  // namespace lookalike::jpeg
