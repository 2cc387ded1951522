// Points of pictures, as they are stored, and those of a picture that is looked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace lookalike {

constexpr size_t kStoredPoints = 100;  // of a picture in a gallery, at most
constexpr size_t kMostQueryPoints = 1 << 12;
constexpr size_t kDescriptorWords = 4;
constexpr int kTurn = 256;  // steps of an angle
constexpr int kLevels = 16;

// A point in pixels of its picture's grey.
struct Point {
    float x, y;
    int level, angle;
};

// x and y in half pixels, 10 bits each, 4 bits of level, 8 bits of angle, lowest first.
inline Point unpacked(uint32_t packed) {
    return {static_cast<float>(packed & 0x3ff) * 0.5F,
            static_cast<float>(packed >> 10 & 0x3ff) * 0.5F, static_cast<int>(packed >> 20 & 0xf),
            static_cast<int>(packed >> 24)};
}

struct DamagedGallery : std::runtime_error {
    explicit DamagedGallery(const char* what) : std::runtime_error(what) {}
};

// Pictures that are searched. Each has room for kStoredPoints. Its arrays may come from a file, so
// whatever is read from them is checked.
struct Gallery {
    size_t count;
    const uint8_t* point_counts;
    const uint32_t* points;
    const uint64_t* descriptors;
    const uint8_t* thumbs;
    const uint16_t* sizes;  // width and height of each grey

    const uint64_t* descriptor(size_t entry) const {
        return descriptors + entry * kDescriptorWords;
    }
    size_t points_of(size_t picture) const {
        if (point_counts[picture] > kStoredPoints)
            throw DamagedGallery("a picture has more points than there is room for");
        return point_counts[picture];
    }
};

// A picture that is looked for. Its descriptors come twice: as they are, then of its mirror image.
struct SightQuery {
    std::vector<Point> points;
    const uint64_t* descriptors;
    const uint16_t* weakest;  // three bits of each key, one number for each table

    size_t rows() const { return 2 * points.size(); }
    bool mirrored(size_t row) const { return row >= points.size(); }
    const Point& point(size_t row) const {
        return points[row < points.size() ? row : row - points.size()];
    }
    const uint64_t* descriptor(size_t row) const { return descriptors + row * kDescriptorWords; }
};

// A stored point and a point of the query with descriptors near each other.
struct PointMatch {
    uint32_t entry;  // the stored point: kStoredPoints times its picture, plus its place there
    uint16_t query;  // a row of the query
    uint16_t distance;
};

}  // namespace lookalike
