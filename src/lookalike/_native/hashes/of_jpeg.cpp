#include "hashes/of_jpeg.h"

#include <algorithm>
#include <utility>

#include "hashes/glance.h"
#include "jpeg/reader.h"

namespace lookalike {
namespace {

constexpr int kScales[] = {8, 4, 2};
constexpr size_t kLastBytes = 4096;  // a sound JPEG has its end marker within them
constexpr size_t kThumbSide = 32;

// The largest scale that leaves enough pixels on the shorter side. 1 if none does.
int scale_for(const jpeg::Facts& facts, int least_side) {
    const int shorter = std::min(facts.width, facts.height);
    for (const int scale : kScales)
        if (shorter / scale >= least_side) return scale;
    return 1;
}

bool has_end(const uint8_t* data, size_t size) {
    constexpr uint8_t kEnd[] = {0xFF, 0xD9};
    const uint8_t *end = data + size, *begin = end - std::min(size, kLastBytes);
    return std::search(begin, end, kEnd, kEnd + 2) != end;
}

// The picture at one scale.
struct Level {
    int scale;
    jpeg::Pixels pixels;
    bool first_scan;
    Plane plane;

    Level(int of, jpeg::Pixels read, bool first, const Extent& extent)
        : scale(of),
          pixels(std::move(read)),
          first_scan(first),
          plane(pixels.values.get(), extent, of) {}
};

class Hasher {
 public:
    Hasher(const uint8_t* data, size_t size, bool is_cut_out, const Wanted& wanted, Hashed& hashed)
        : data_(data),
          size_(size),
          is_cut_out_(is_cut_out),
          wanted_(wanted),
          facts_(hashed.facts),
          hashed_(hashed) {}

    bool hash() {
        if (jpeg::read_facts(data_, size_, hashed_.facts) != jpeg::Beginning::known) return false;
        const auto pixels =
            static_cast<uint64_t>(facts_.width) * static_cast<uint64_t>(facts_.height);
        if (pixels > wanted_.max_pixels || !list_scales() || !read()) return false;
        for (Level& level : levels_)
            if (!level.plane.is_busy()) return false;
        hashed_.first_scan = levels_.front().first_scan;
        hashed_.whole |= facts_.one_scan;
        return make_hashes();
    }

 private:
    const uint8_t* const data_;
    const size_t size_;
    const bool is_cut_out_;
    const Wanted& wanted_;
    const jpeg::Facts& facts_;
    Hashed& hashed_;

    std::vector<int> scales_;  // the finest first
    std::vector<Level> levels_;
    jpeg::Chroma chroma_;

    // Returns whether all of the scales are reduced.
    bool list_scales() {
        for (const Kind& kind : wanted_.kinds)
            scales_.push_back(scale_for(facts_, kind.least_side));
        if (wanted_.thumb_least_side)
            scales_.push_back(scale_for(facts_, wanted_.thumb_least_side));
        std::sort(scales_.begin(), scales_.end());
        scales_.erase(std::unique(scales_.begin(), scales_.end()), scales_.end());
        levels_.reserve(scales_.size());  // so that none moves
        return scales_.front() > 1;
    }

    bool read() {
        size_t together = scales_.size();
        if (has_first_scan()) --together;
        if (together && !read(together, false)) return false;
        return together == scales_.size() || read(scales_.size() - together, true);
    }

    // Whether the first scan of a progressive file is enough for an eighth of its size.
    bool has_first_scan() const {
        return facts_.progressive && facts_.whole_dc && scales_.back() == 8 &&
               (is_cut_out_ || has_end(data_, size_));
    }

    // Reads as many of the scales that have not been read, in one pass.
    bool read(size_t count, bool first_scan) {
        const size_t first = levels_.size();
        const Extent extent{facts_.width, facts_.height, facts_.orientation};
        jpeg::Planes planes{scales_[first], count > 1};
        if (wanted_.thumb_least_side && !first) planes.chroma = &chroma_;
        if (jpeg::read_luma(data_, size_, first_scan, planes) != jpeg::Verdict::read) return false;
        for (size_t k = first; k < first + count; ++k)  // as the facts have it, too
            if (!fits(planes.at(scales_[k]), scales_[k])) return false;
        hashed_.whole |= planes.whole;
        for (size_t k = first; k < first + count; ++k)
            levels_.emplace_back(scales_[k], std::move(planes.at(scales_[k])), first_scan, extent);
        return true;
    }

    bool fits(const jpeg::Pixels& pixels, int scale) const {
        const auto reduced = [&](int side) {
            return static_cast<size_t>((side + scale - 1) / scale);
        };
        return pixels.width == reduced(facts_.width) && pixels.height == reduced(facts_.height);
    }

    Level& level_for(int least_side) {
        const int scale = scale_for(facts_, least_side);
        return *std::find_if(levels_.begin(), levels_.end(),
                             [&](const Level& one) { return one.scale == scale; });
    }

    bool make_hashes() {
        hashed_.hashes.resize(wanted_.kinds.size());
        for (size_t k = 0; k < wanted_.kinds.size(); ++k) {
            const Kind& kind = wanted_.kinds[k];
            Level& level = level_for(kind.least_side);
            const double error = level.first_scan ? facts_.error : 0.0;
            if (!kind.hash(level.plane, error, hashed_.hashes[k])) return false;
        }
        if (!wanted_.thumb_least_side) return true;
        Plane& plane = level_for(wanted_.thumb_least_side).plane;
        const uint8_t* thumb = plane.grid(kThumbSide, kThumbSide);
        hashed_.thumb.assign(thumb, thumb + kThumbSide * kThumbSide);
        hashed_.thumb +=
            glance_of_jpeg(plane, chroma_, {facts_.width, facts_.height, facts_.orientation});
        return true;
    }
};

bool is_jpeg(const uint8_t* data, size_t size) {
    return size >= 3 && data[0] == 0xFF && data[1] == 0xD8 && data[2] == 0xFF;
}

}  // namespace

bool hash_jpeg(const uint8_t* data, size_t size, uint64_t file_size, const Wanted& wanted,
               Hashed& hashed) {
    return is_jpeg(data, size) && Hasher(data, size, size < file_size, wanted, hashed).hash();
}

}  // namespace lookalike
