// A grey picture at up to ten sizes, each 1.26 times smaller than the one before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace lookalike {

constexpr size_t kLevels = 10;
constexpr size_t kStepOver = 63, kStepUnder = 50;  // 63 / 50 = 1.26
constexpr size_t kLargestGrey = 512;               // the longest side of a picture
constexpr size_t kBeyond = 16;  // how many times the edge of a level is repeated, on every side
constexpr size_t kSlack = 32;   // samples before and after all others: vectors are loaded whole

// One size of the picture. Pixels beyond the edges repeat those at the edges.
class Level {
 public:
    Level(size_t columns, size_t rows);

    size_t width, height, stride;

    uint8_t* row(size_t y) { return pixels_.get() + (y + kBeyond) * stride + kBeyond; }
    const uint8_t* row(size_t y) const { return pixels_.get() + (y + kBeyond) * stride + kBeyond; }
    const int16_t* smooth(size_t y) const { return smooth_.get() + kSlack + y * width; }

    // Repeats the edges, then computes `smooth`: a binomial of 7 x 7 pixels, times kSmoothScale.
    void finish();

 private:
    std::unique_ptr<uint8_t[]> pixels_;
    std::unique_ptr<int16_t[]> smooth_;
};

// The levels that are large enough to have keypoints. There may be none.
std::vector<Level> pyramid(const uint8_t* grey, size_t width, size_t height);

// A side of the picture at a level: side / 1.26^level, rounded.
size_t side_at(size_t side, size_t level);

}  // namespace lookalike
