// The averages of the two components of colour. They cost no further pass over the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "jpeg/flat.h"
#include "jpeg/scan.h"
#include "jpeg/workspace.h"

namespace lookalike::jpeg {

// One pixel per block of colour, in whole MCUs. Only whole if the picture was read.
struct Chroma {
    enum class Kind { unknown, none, known };

    Kind kind = Kind::unknown;  // none: the picture is grey
    std::vector<uint8_t> planes[2];
    size_t columns = 0, rows = 0;  // of each plane
    size_t width = 0, height = 0;  // of the picture within them, in eighths of pixels
    int16_t steps[2] = {};         // of the averages

    // Makes room for the averages of a scan. Returns false if they cannot be used: it does not have
    // all components, the two are not alike, or too many of the lowest bits are left out. The
    // averages of a later scan replace those of one before.
    bool begin(const Header& header, const Scan& scan, const Mcus& mcus) {
        const Frame& frame = header.frame;
        kind = frame.count == 1 ? Kind::none : Kind::unknown;
        const Component &blue = frame.components[1], &red = frame.components[2];
        if (scan.count != kMostComponents || blue.across != red.across || blue.down != red.down)
            return false;
        for (size_t i = 0; i < 2; ++i)
            if (!take_step(header, i) || (scan.low && steps[i] * (1 << scan.low) > kMostLost))
                return false;
        const auto part = [](int side, int of, int all) {
            return static_cast<size_t>((side * of + all - 1) / all);
        };
        width = part(frame.width, blue.across, frame.luma().across);
        height = part(frame.height, blue.down, frame.luma().down);
        columns = mcus.columns * blue.across;
        rows = mcus.rows * blue.down;
        for (auto& plane : planes) plane.resize(columns * rows);
        kind = Kind::known;
        return true;
    }

 private:
    static constexpr int kMostLost = 40;  // a 16th of it is levels

    bool take_step(const Header& header, size_t component) {
        const size_t index = header.frame.components[component + 1].steps;
        if (index >= kTablesOfAKind || !header.has_steps[index]) return false;
        steps[component] = static_cast<int16_t>(header.steps[index][0]);
        return true;
    }
};

// Fills the planes, MCU by MCU.
class ChromaBlocks {
 public:
    ChromaBlocks(Chroma* chroma, const Workspace& space, const Scan& scan, const Mcus& mcus)
        : low_(scan.low), left_out_((1 << scan.low) - 1) {
        if (!chroma || !chroma->begin(space.header, scan, mcus)) return;
        const Component& one = space.header.frame.components[1];
        across_ = one.across;
        down_ = one.down;
        stride_ = chroma->columns;
        for (size_t i = 0; i < 2; ++i) {
            steps_[i] = chroma->steps[i];
            out_[i] = chroma->planes[i].data();
        }
        wanted_ = true;
    }

    bool wanted() const { return wanted_; }

    LOOKALIKE_INLINE void restart() { averages_[0] = averages_[1] = 0; }

    // `read` gives the next difference of a component.
    template <typename Read>
    LOOKALIKE_INLINE void mcu(size_t row, size_t column, Read read) {
        const size_t first = row * down_ * stride_ + column * across_;
        for (size_t i = 0; i < 2; ++i)
            for (size_t v = 0; v < down_; ++v)
                for (size_t h = 0; h < across_; ++h) {
                    averages_[i] += static_cast<uint32_t>(read(i));  // it may overflow, as for luma
                    const int twice = 2 * static_cast<int16_t>(averages_[i] << low_) + left_out_;
                    out_[i][first + v * stride_ + h] = pixel((twice * steps_[i] + 8) >> 4);
                }
    }

 private:
    const int low_;
    const int left_out_;  // twice the mean of the bits that are not there
    bool wanted_ = false;
    size_t across_ = 0, down_ = 0, stride_ = 0;
    int16_t steps_[2] = {};
    uint32_t averages_[2] = {};
    uint8_t* out_[2] = {};
};

}  // namespace lookalike::jpeg
