// What the segments of a JPEG say, as far as they have been read.
// Source: ITU-T T.81 (1992), annex B. Which component is luma: libjpeg's default_decompress_parms.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jpeg/huffman.h"
#include "jpeg/transform.h"
#include "jpeg/verdict.h"

namespace lookalike::jpeg {

constexpr int kMostComponents = 3, kTablesOfAKind = 4;

struct Segment {
    uint8_t marker;
    const uint8_t* body;
    size_t size;
};

struct Component {
    uint8_t name, across, down, steps;  // blocks per MCU on both axes, and the index of its steps

    int blocks() const { return across * down; }
};

struct Frame {
    bool progressive = false;
    int width = 0, height = 0, count = 0;
    Component components[kMostComponents] = {};

    // Luma comes first, and no component is finer.
    const Component& luma() const { return components[0]; }

    Verdict read(const Segment& segment);
};

struct Header {
    Frame frame;
    bool framed = false;
    HuffmanCode differences[kTablesOfAKind], others[kTablesOfAKind];
    uint16_t steps[kTablesOfAKind][kBlock] = {};  // in zigzag order
    bool has_steps[kTablesOfAKind] = {};
    uint32_t restart_interval = 0;

    // Takes over what a segment says. Scans are not for this.
    Verdict take(const Segment& segment);

    // Whether the first component is luma, not red.
    bool has_luma() const;

 private:
    Verdict take_codes(const Segment& segment);
    Verdict take_steps(const Segment& segment);

    bool jfif_ = false, adobe_ = false;
    int adobe_transform_ = 0;
};

}  // namespace lookalike::jpeg
