// The second look at two pictures that may be the same: how well their pixels agree when one is
// laid on the other.
#pragma once

#include <cstdint>

#include "sight/canvas.h"

namespace lookalike {

constexpr int kLookFields = 9;

// Blocks are 4 x 4 samples and overlap by half. A block counts if either picture has some texture
// in it.
struct Look {
    float ncc;        // correlation of all samples
    float good;       // share of blocks that correlate by more than 0.6
    float blocks;     // how many blocks count
    float seen;       // share of the thumb that lies within the other picture
    float covered;    // share of the other picture that the thumb covers
    float r;          // mean correlation of the blocks
    float first_r;    // the same before refinement
    float bad;        // the largest connected region of blocks below 0.3, as a share of all seen
    float coherence;  // of the thumb's slopes: 1 if all have one direction, as in stripes
};

struct Effort {
    float farthest;      // how far the thumb may be moved, in halves of its side
    int steps = 6;       // of Gauss-Newton
    float least = 0.25;  // pictures with a lower `first_r` are different and are not refined
    float sure = 0.97;   // pictures with a higher `first_r` are the same and are not refined
};
constexpr Effort kWhole{0.15F}, kThrough{0.35F};

// Two thumbs laid on each other whole. What moves farther than a crop of a few percent is another
// picture.
Look look_whole(const uint8_t* thumb, const uint8_t* other, const Effort& effort = kWhole);

// The thumb of a picture of width x height pixels, laid on a grey picture by a map from the first
// to the second.
Look look_through(const uint8_t* thumb, double width, double height, const GreySums& grey,
                  const Affine& map, const Effort& effort = kThrough);

// Turns a thumb by an EXIF orientation minus one, 0 to 7. 0 leaves it as it is.
void turn_thumb(const uint8_t* thumb, int orientation, uint8_t* turned);

}  // namespace lookalike
