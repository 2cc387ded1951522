// Reads luma from the scans of a progressive JPEG.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "jpeg/pixels.h"
#include "jpeg/scan.h"
#include "jpeg/workspace.h"

namespace lookalike::jpeg {

// Which bits of the coefficients have been sent.
class Sent {
 public:
    Sent();

    // Takes note of a scan. If libjpeg warns of its luma or refuses it, it is corrupt.
    Verdict add(const Scan& scan);

    // Whether so much of luma is there that libjpeg would not guess the rest.
    bool is_smooth() const;

    // Whether everything was sent in order, of as many components.
    bool is_whole(int components) const;

 private:
    using Low = std::array<int, kBlock>;  // the lowest bit that was sent, or -1

    Low low_[kMostComponents];
    bool has_gaps_ = false;

    // Returns whether the scan sends what was next.
    static bool add_to(Low& low, const Scan& scan);
};

class Progressive {
 public:
    // A scan of averages. `with_details`: whether the other coefficients will be needed, too.
    // `chroma` may be null.
    Verdict read_averages(Workspace& space, const Scan& scan, Data& data, bool with_details,
                          Chroma* chroma);

    // A scan of other coefficients, behind one of averages.
    Verdict read_details(Workspace& space, const Scan& scan, Data& data);

    // At every scale that is wanted.
    void draw(Workspace& space, Planes& planes) const;

 private:
    Verdict allocate(const Frame& frame, bool with_details);
    void draw_averages(int16_t step, Pixels& pixels) const;
    template <int kScale>
    void draw_details(Workspace& space, Planes& planes) const;

    size_t size_ = 1;              // coefficients of a block
    size_t stride_ = 0;            // blocks
    std::vector<int16_t> values_;  // of the blocks of luma, row by row
};

}  // namespace lookalike::jpeg
