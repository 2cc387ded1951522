#include "sight/caption.h"

#include <algorithm>
#include <vector>

namespace lookalike {
namespace {

constexpr float kChanged = 24;        // levels of grey
constexpr size_t kLeastChanged = 10;  // pixels
constexpr double kOtherWay = 0.02;    // of the changed pixels, so many may change the other way
constexpr double kAstray = 0.005;     // and so many may lie above the line, or below it
constexpr double kHighest = 0.15;     // of the height of the picture
constexpr double kHighestAtAGlance = 0.2;

// Lines of a page are smaller than captions. As shares of the width of the picture:
constexpr double kLeastHeight = 0.05, kLeastWidth = 0.4;
constexpr int kLeastStrokes = 8;  // in one row of pixels

// Between the lines of a paragraph, rows have hardly any changed pixels. A single line has such
// rows above and below only. As shares of the row that has the most:
constexpr double kFull = 0.4, kHardlyAny = 0.2;

struct Changed {
    std::vector<size_t> in_row;
    size_t count = 0;
};

Changed changed(const Plane& change, float sign) {
    Changed out{std::vector<size_t>(static_cast<size_t>(change.size.height)), 0};
    for (int y = 0; y < change.size.height; ++y) {
        const float* row = change.row(y);
        size_t count = 0;
        for (int x = 0; x < change.size.width; ++x) count += sign * row[x] > kChanged ? 1 : 0;
        out.in_row[static_cast<size_t>(y)] = count;
        out.count += count;
    }
    return out;
}

// The first row up to which there are more changed pixels than a share of all.
int row_at(const Changed& found, double share) {
    double left = share * static_cast<double>(found.count);
    size_t y = 0;
    while (y + 1 < found.in_row.size() && left >= static_cast<double>(found.in_row[y]))
        left -= static_cast<double>(found.in_row[y++]);
    return static_cast<int>(y);
}

// The rows of all changes, if these are few rows, and all changes go one way.
std::optional<Rows> changed_rows(const Plane& change, float sign, double highest) {
    const Changed there = changed(change, sign), back = changed(change, -sign);
    if (there.count < kLeastChanged ||
        static_cast<double>(back.count) > kOtherWay * static_cast<double>(there.count))
        return {};
    const Rows rows{row_at(there, kAstray), row_at(there, 1 - kAstray) + 1};
    if (rows.bottom - rows.top > highest * change.size.height) return {};
    return rows;
}

bool is_one_line(const Plane& change, float sign) {
    const std::vector<size_t> in_row = changed(change, sign).in_row;
    const auto most = static_cast<double>(*std::max_element(in_row.begin(), in_row.end()));
    bool within = false, left = false;
    for (const size_t count : in_row) {
        const auto share = static_cast<double>(count) / std::max(1.0, most);
        if (share >= kFull && left) return false;
        within = within || share >= kFull;
        left = within && (left || share <= kHardlyAny);
    }
    return true;
}

bool is_text(const Plane& change, float sign, Rows rows) {
    const int width = change.size.width;
    if (rows.bottom - rows.top < kLeastHeight * width || !is_one_line(change, sign)) return false;
    int left = width, right = 0, most = 0;
    for (int y = rows.top; y < rows.bottom; ++y) {
        int strokes = 0;
        bool within = false;
        for (int x = 0; x < width; ++x) {
            const bool is_changed = sign * change.row(y)[x] > kChanged;
            if (is_changed) left = std::min(left, x), right = std::max(right, x);
            strokes += is_changed && !within ? 1 : 0;
            within = is_changed;
        }
        most = std::max(most, strokes);
    }
    return right - left >= kLeastWidth * width && most >= kLeastStrokes;
}

Plane difference(const Plane& first, const Plane& second) {
    Plane out(first.size);
    for (size_t k = 0; k < out.values.size(); ++k)
        out.values[k] = second.values[k] - first.values[k];
    return out;
}

}  // namespace

std::optional<Rows> caption_rows(const Plane& first, const Plane& second, const Plane& seen) {
    Plane change = difference(first, second);
    for (size_t k = 0; k < change.values.size(); ++k) change.values[k] *= seen.values[k];
    change = blurred(change, 1);
    for (const float sign : {1.0F, -1.0F}) {
        const std::optional<Rows> rows = changed_rows(change, sign, kHighest);
        if (rows && is_text(change, sign, *rows)) return rows;
    }
    return {};
}

bool may_have_caption(const Plane& first, const Plane& second) {
    const Plane change = difference(first, second);
    return changed_rows(change, 1, kHighestAtAGlance) ||
           changed_rows(change, -1, kHighestAtAGlance);
}

}  // namespace lookalike
