// Keypoints of a picture and their descriptors, in integers alone, so that they can be stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

struct Features {
    std::vector<uint32_t> points;      // x | y << 10 | level << 20 | angle << 24
    std::vector<uint8_t> descriptors;  // kDescriptorBytes per point
    std::vector<uint8_t> margins;      // kTests per point, if asked for
};

// At most `most` features of a grey picture with sides of at most kLargestGrey, best ones first.
Features extract(const uint8_t* grey, size_t width, size_t height, size_t most, bool with_margins);

// The descriptor and the margins that the mirrored picture has, up to ties.
void mirror_descriptor(const uint8_t* bits, uint8_t* out);
void mirror_margins(const uint8_t* margins, uint8_t* out);

}  // namespace lookalike
