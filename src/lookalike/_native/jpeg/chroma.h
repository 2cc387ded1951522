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

    // Returns whether a scan has the colours, with room for them, and they are not there yet. They
    // stay unknown if it does not have all components, or the two are not alike.
    bool take(const Header& header, const Scan& scan, const Mcus& mcus) {
        const Frame& frame = header.frame;
        if (frame.count == 1) kind = Kind::none;
        const Component &blue = frame.components[1], &red = frame.components[2];
        if (kind != Kind::unknown || scan.count != kMostComponents || blue.across != red.across ||
            blue.down != red.down || !take_step(header, 0) || !take_step(header, 1))
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
    // `low`: how many of the lowest bits of the averages are not there.
    ChromaBlocks(Chroma* chroma, const Workspace& space, const Scan& scan, const Mcus& mcus,
                 int low)
        : low_(low) {
        if (!chroma || !chroma->take(space.header, scan, mcus)) return;
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
                    const auto average = static_cast<int16_t>(averages_[i] << low_);
                    out_[i][first + v * stride_ + h] = flat_pixel<8>(average, steps_[i]);
                }
    }

 private:
    const int low_;
    bool wanted_ = false;
    size_t across_ = 0, down_ = 0, stride_ = 0;
    int16_t steps_[2] = {};
    uint32_t averages_[2] = {};
    uint8_t* out_[2] = {};
};

}  // namespace lookalike::jpeg
