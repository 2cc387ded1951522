#include "pixels/areas.h"

#include <algorithm>

namespace lookalike {
namespace {

class Flood {
 public:
    Flood(const uint8_t* values, size_t rows, size_t columns)
        : values_(values), rows_(rows), columns_(columns), reached_(rows * columns, false) {}

    bool reached(size_t pixel) const { return reached_[pixel]; }

    // Appends the fields of the area around `first`, its topmost pixel.
    void fill(size_t first, std::vector<int64_t>& found) {
        size_t count = 0, bottom = 0, left = columns_, right = 0;
        reach(first);
        while (!waiting_.empty()) {
            const size_t pixel = waiting_.back(), row = pixel / columns_, column = pixel % columns_;
            waiting_.pop_back();
            ++count;
            bottom = std::max(bottom, row + 1);
            left = std::min(left, column);
            right = std::max(right, column + 1);
            if (row > 0) step(pixel, pixel - columns_);
            if (row + 1 < rows_) step(pixel, pixel + columns_);
            if (column > 0) step(pixel, pixel - 1);
            if (column + 1 < columns_) step(pixel, pixel + 1);
        }
        for (size_t field : {size_t{values_[first]}, count, first / columns_, left, bottom, right})
            found.push_back(static_cast<int64_t>(field));
    }

 private:
    void step(size_t from, size_t to) {
        if (!reached_[to] && values_[to] == values_[from]) reach(to);
    }

    void reach(size_t pixel) {
        reached_[pixel] = true;
        waiting_.push_back(pixel);
    }

    const uint8_t* values_;
    size_t rows_, columns_;
    std::vector<uint8_t> reached_;
    std::vector<size_t> waiting_;
};

}  // namespace

std::vector<int64_t> areas(const uint8_t* values, size_t rows, size_t columns) {
    std::vector<int64_t> found;
    Flood flood(values, rows, columns);
    for (size_t pixel = 0; pixel < rows * columns; ++pixel)
        if (!flood.reached(pixel)) flood.fill(pixel, found);
    return found;
}

}  // namespace lookalike
