// Reads the averages of luma from the scans of a progressive JPEG.
#pragma once

#include <cstdint>
#include <vector>

#include "jpeg/pixels.h"
#include "jpeg/scan.h"
#include "jpeg/workspace.h"

namespace lookalike::jpeg {

// Which bits of luma's coefficients have been sent.
class Sent {
 public:
    Sent();

    // Takes note of a scan. Scans that libjpeg warns of or refuses are corrupt.
    Verdict add(const Scan& scan);

    // Whether so much is there that libjpeg would not guess the rest.
    bool is_smooth() const;

    bool has_averages() const { return low_[0] >= 0; }

 private:
    int low_[kBlock];  // the lowest bit that was sent, or -1
};

class Averages {
 public:
    // The first scan of averages, or a further bit of each.
    Verdict read(Workspace& space, const Scan& scan, Data& data);

    void draw(int16_t step, Pixels& pixels) const;

 private:
    Verdict allocate(const Frame& frame);

    size_t stride_ = 0;
    std::vector<int16_t> values_;  // of the blocks of luma, row by row
};

}  // namespace lookalike::jpeg
