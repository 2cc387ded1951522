#include "jpeg/baseline.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "jpeg/flat.h"

namespace lookalike::jpeg {
namespace {

constexpr size_t kLeastBits = 2;  // of a block: one for its average, one for its end

// Reads luma at one scale, and passes over the other components.
template <int kScale>
class Luma {
 public:
    Luma(Workspace& space, const Mcus& mcus, bool same_tables, Pixels& pixels)
        : space_(space),
          pixels_(pixels),
          across_(static_cast<size_t>(mcus.across)),
          down_(static_cast<size_t>(mcus.down)),
          stride_(mcus.columns * across_ * kPixels),
          strip_(stride_ * (down_ + 1) * kPixels),
          rows_(strip_.data()),
          others_{mcus.others[0], mcus.others[1]},
          last_(space.tables + (same_tables ? 1 : 2)),
          transform_(kScale == 8 ? nullptr : transform_for(kScale)),
          step_(space.steps.values[0]),
          places_{{{}, stride_}, {{}, stride_}} {}

    LOOKALIKE_INLINE void begin_row(size_t) {}
    LOOKALIKE_INLINE void restart() { average_ = 0; }

    LOOKALIKE_INLINE void mcu(size_t column, Bits& bits, bool& bad) {
        uint8_t* first = rows_ + column * across_ * kPixels;
        for (size_t v = 0; v < down_; ++v, first += stride_ * kPixels) {
            uint8_t* out = first;
            for (size_t h = 0; h < across_; ++h, out += kPixels) block(bits, bad, out);
        }
        for (int k = 0; k < others_[0]; ++k) skip_block(space_.tables[1], bits, bad);
        for (int k = 0; k < others_[1]; ++k) skip_block(*last_, bits, bad);
    }

    LOOKALIKE_INLINE void end_row(size_t row) {
        if constexpr (kScale != 8) transform_rest();
        const size_t begin = row * down_ * kPixels;
        const size_t end = std::min(begin + down_ * kPixels, pixels_.height);
        for (size_t y = begin; y < end; ++y)
            std::memcpy(pixels_.row(y), rows_ + (y - begin) * stride_, pixels_.width);
    }

 private:
    static constexpr size_t kPixels = kSide / kScale;  // along the side of a block

    LOOKALIKE_INLINE void block(Bits& bits, bool& bad, uint8_t* out) {
        const Tables& tables = space_.tables[0];
        bits.refill();
        const int difference = read_difference(tables.differences, bits, bad);
        average_ += static_cast<uint32_t>(difference);  // it may overflow in hostile files
        const auto average = static_cast<int16_t>(average_);
        if constexpr (kScale == 8) {
            *out = flat_pixel<kScale>(average, step_);
            return skip_rest(tables, bits, 1, bad);
        }
        int16_t* block = space_.pairs[now_].values + (has_one_ ? kSide : 0);
        if (!read_rest(tables.symbols, space_.values, bits, block, bad)) return fill(average, out);
        block[0] = average;
        places_[now_].out[has_one_] = out;
        // A pair is transformed when the next is full. Vectors can only be loaded fast when the
        // coefficients are no longer on their way to memory.
        if (has_one_) {
            transform_pending();
            pending_ = true;
            now_ = 1 - now_;
        }
        has_one_ = !has_one_;
    }

    LOOKALIKE_INLINE void fill(int16_t average, uint8_t* out) {
        const uint8_t pixel = flat_pixel<kScale>(average, step_);
        for (size_t y = 0; y < kPixels; ++y) std::memset(out + y * stride_, pixel, kPixels);
    }

    LOOKALIKE_INLINE void transform_pending() {
        const size_t last = 1 - now_;
        if (pending_) transform_(space_.pairs[last], space_.steps, places_[last]);
        pending_ = false;
    }

    // Also of a pair with one block. The other goes below the strip.
    LOOKALIKE_INLINE void transform_rest() {
        transform_pending();
        if (!has_one_) return;
        places_[now_].out[1] = rows_ + stride_ * down_ * kPixels;
        transform_(space_.pairs[now_], space_.steps, places_[now_]);
        has_one_ = false;
    }

    Workspace& space_;
    Pixels& pixels_;
    const size_t across_, down_, stride_;
    std::vector<uint8_t> strip_;  // one row of MCUs
    uint8_t* const rows_;
    const int others_[2];
    const Tables* const last_;
    const Transform transform_;
    const int16_t step_;
    uint32_t average_ = 0;
    size_t now_ = 0;  // of the two pairs: the one that is filled
    bool has_one_ = false, pending_ = false;
    Places places_[2];
};

// Makes the tables of a scan. Luma needs its values, except at an eighth.
Verdict make_tables(Workspace& space, const Scan& scan, bool needs_values, bool same_tables) {
    for (int i = 0; i < scan.count - (same_tables ? 1 : 0); ++i) {
        HuffmanCode& differences = space.header.differences[scan.differences[i]];
        HuffmanCode& others = space.header.others[scan.others[i]];
        if (!differences.prepare(15) || !others.prepare(255)) return Verdict::corrupt;
        Tables& tables = space.tables[i];
        tables.differences.make(differences);
        tables.symbols.make(others);
        if (i == 0 && needs_values) {
            space.values.make(others, space.seconds);
        } else {
            tables.skip.make(others);
            if (i) tables.skip.make_after(differences, tables.after_difference);
        }
    }
    return Verdict::read;
}

bool has_codes(const Header& header, const Scan& scan) {
    for (int i = 0; i < scan.count; ++i) {
        const int differences = scan.differences[i], others = scan.others[i];
        if (std::max(differences, others) >= kTablesOfAKind ||
            !header.differences[differences].given || !header.others[others].given)
            return false;
    }
    return true;
}

template <int kScale>
Verdict decode_luma(Workspace& space, const Mcus& mcus, bool same_tables, Data& data,
                    Pixels& pixels) {
    std::fill(space.pairs, space.pairs + 2, Pair());
    return decode(data, mcus, space.header.restart_interval, space.interval,
                  Luma<kScale>(space, mcus, same_tables, pixels));
}

}  // namespace

Verdict read_baseline(Workspace& space, const Scan& scan, int scale, Data& data, Pixels& pixels) {
    const Mcus mcus(space.header.frame, scan);
    if (const Verdict verdict = mcus.fit(data.size(), kLeastBits); verdict != Verdict::read)
        return verdict;
    if (!has_codes(space.header, scan)) return Verdict::left;
    const bool same_tables = scan.count == kMostComponents &&
                             scan.differences[1] == scan.differences[2] &&
                             scan.others[1] == scan.others[2];
    const Verdict verdict = make_tables(space, scan, scale != 8, same_tables);
    if (verdict != Verdict::read) return verdict;
    pixels.allocate();
    switch (scale) {
        case 2: return decode_luma<2>(space, mcus, same_tables, data, pixels);
        case 4: return decode_luma<4>(space, mcus, same_tables, data, pixels);
        default: return decode_luma<8>(space, mcus, same_tables, data, pixels);
    }
}

}  // namespace lookalike::jpeg
