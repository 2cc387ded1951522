#include "jpeg/facts.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "jpeg/tiff.h"

namespace lookalike::jpeg {
namespace {

using Text = std::string_view;

constexpr uint8_t kBaseline = 0xC0, kProgressive = 0xC2, kCodes = 0xC4, kLastFrame = 0xCF,
                  kEnd = 0xD9, kScan = 0xDA, kSteps = 0xDB, kApp0 = 0xE0, kApp1 = 0xE1,
                  kApp2 = 0xE2, kFill = 0xFF;
constexpr uint16_t kOrientationTag = 0x0112, kImagesTag = 0xB001;
constexpr Text kJfif("JFIF\0", 5), kExif("Exif\0\0", 6), kMpf("MPF\0", 4),
    kXmp("http://ns.adobe.com/xap/1.0/\0", 29);
// It means that the other images of an MPO are not pictures, but brighten the first one.
constexpr Text kGainMap(" hdrgm:Version=\"");

// A marker without a segment, or the fill byte that may precede any marker.
bool is_bare(uint8_t marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8) || marker == kFill;
}

// Of a kind that is not read here.
bool is_other_frame(uint8_t marker) {
    return marker > kProgressive && marker <= kLastFrame && marker != kCodes && marker != 0xC8 &&
           marker != 0xCC;
}

class FactsReader {
 public:
    FactsReader(const uint8_t* data, size_t size, Facts& facts)
        : data_(data), size_(size), facts_(facts) {}

    Beginning read() {
        for (size_t at = 2;;) {
            if (at + 4 > size_) return Beginning::cut_off;
            const uint8_t marker = data_[at + 1];
            if (data_[at] != kFill) return Beginning::other;
            if (is_bare(marker)) {
                at += marker == kFill ? 1 : 2;
                continue;
            }
            const size_t length = size_t{data_[at + 2]} << 8 | data_[at + 3];
            if (length < 2) return Beginning::other;
            begin_ = at + 4;
            end_ = at + 2 + length;
            if (end_ > size_) return Beginning::cut_off;
            if (marker == kScan) return take_scan() ? Beginning::known : Beginning::other;
            if (!take(marker)) return Beginning::other;
            at = end_;
        }
    }

 private:
    const uint8_t* const data_;
    const size_t size_;
    Facts& facts_;

    size_t begin_ = 0, end_ = 0;  // of the segment
    bool framed_ = false, jfif_ = false, gain_map_ = false;
    uint8_t names_[3] = {};
    Bytes exif_{nullptr, 0};
    Text xmp_;
    int largest_step_ = 0;

    size_t length() const { return end_ - begin_; }
    bool begins_with(Text name) const {
        return size_ - begin_ >= name.size() &&
               !std::memcmp(data_ + begin_, name.data(), name.size());
    }
    Bytes behind(Text name) const {
        const size_t begin = std::min(begin_ + name.size(), end_);
        return {data_ + begin, end_ - begin};
    }

    // Returns whether the file may still be read here.
    bool take(uint8_t marker) {
        if (marker >= kBaseline && marker <= kProgressive) return take_frame(marker);
        if (is_other_frame(marker) || marker == kEnd) return false;
        if (marker == kSteps) take_steps();
        if (marker == kApp0) jfif_ |= begins_with(kJfif);
        if (marker == kApp2 && begins_with(kMpf)) take_images(behind(kMpf));
        if (marker != kApp1) return true;
        if (begins_with(kExif)) {
            if (exif_.size) return false;  // in several segments
            exif_ = behind(kExif);
        } else if (begins_with(kXmp)) {
            const Bytes packet = behind(kXmp);
            xmp_ = Text(reinterpret_cast<const char*>(packet.begin), packet.size);
            gain_map_ |= xmp_.find(kGainMap) != Text::npos;
        }
        return true;
    }

    bool take_frame(uint8_t marker) {
        const uint8_t* body = data_ + begin_;
        if (framed_ || (length() != 9 && length() != 15)) return false;
        framed_ = true;
        facts_.components = length() == 9 ? 1 : 3;
        facts_.height = body[1] << 8 | body[2];
        facts_.width = body[3] << 8 | body[4];
        facts_.progressive = marker == kProgressive;
        const int precision = body[0], components = body[5];
        if (precision != 8 || components != facts_.components || !facts_.width || !facts_.height)
            return false;
        for (int k = 0; k < facts_.components; ++k) {
            const uint8_t *one = body + 6 + 3 * k, *luma = body + 6;
            names_[k] = one[0];
            if (one[1] >> 4 > luma[1] >> 4 || (one[1] & 15) > (luma[1] & 15)) return false;
        }
        return true;
    }

    // The step of the averages of each table.
    void take_steps() {
        for (size_t at = begin_; at < end_;) {
            const size_t width = data_[at] >> 4 ? 2 : 1;
            for (size_t k = at + 1; k <= at + width && k < size_; ++k)
                largest_step_ = std::max<int>(largest_step_, data_[k]);
            at += 1 + 64 * width;
        }
    }

    void take_images(Bytes tiff) {
        const Number number = first_number(tiff, kImagesTag);
        facts_.images = number.state == Number::there && number.value ? number.value : 1;
    }

    bool take_scan() {
        if (!framed_ || !find_orientation()) return false;
        if (gain_map_) facts_.images = 1;
        facts_.scan = end_;
        facts_.whole_dc = facts_.progressive && has_whole_dc();
        facts_.one_scan = !facts_.progressive && has_all_components();
        // If the scan sends all bits but the last, an average may lack one step. That is an eighth
        // of as many levels, because averages are sent times 8. It lies on either side of the mean.
        facts_.error = data_[end_ - 1] & 15 ? largest_step_ / 16.0 : 0.0;
        return true;
    }

    // In EXIF, or else in XMP. Returns whether it can be determined.
    bool find_orientation() {
        if (exif_.size) {
            const Number number = first_number(exif_, kOrientationTag);
            facts_.orientation = number.value;
            if (number.state != Number::absent) return number.state == Number::there;
        }
        facts_.orientation = orientation_in_xmp();
        return true;
    }

    uint32_t orientation_in_xmp() const {
        constexpr Text name("tiff:Orientation"), as_attribute("=\""), as_element(">");
        for (size_t at = xmp_.find(name); at != Text::npos; at = xmp_.find(name, at + 1)) {
            const Text rest = xmp_.substr(at + name.size());
            for (const Text sign : {as_attribute, as_element}) {
                if (rest.substr(0, sign.size()) != sign || rest.size() == sign.size()) continue;
                const char digit = rest[sign.size()];
                if (digit >= '0' && digit <= '9') return static_cast<uint32_t>(digit - '0');
            }
        }
        return 1;
    }

    // Whether the scan has the average of every block of luma.
    bool has_whole_dc() const {
        const uint8_t* body = data_ + begin_;
        const int count = length() ? body[0] : 0;
        if (!count || length() != 4 + 2 * static_cast<size_t>(count) || body[1] != names_[0])
            return false;
        // Without JFIF, the first of three components may be red.
        const bool luma = count == facts_.components || (jfif_ && count < facts_.components);
        const uint8_t* last = data_ + end_ - 3;
        // A first pass sends all bits of the averages, or all but one.
        return luma && !last[0] && !last[1] && last[2] <= 1;
    }

    bool has_all_components() const {
        const auto count = static_cast<size_t>(facts_.components);
        if (length() != 4 + 2 * count && length() != 3 + 2 * count) return false;
        for (size_t k = 0; k < count; ++k)
            if (data_[begin_ + 1 + 2 * k] != names_[k]) return false;
        return true;
    }
};

}  // namespace

Beginning read_facts(const uint8_t* data, size_t size, Facts& facts) {
    return FactsReader(data, size, facts).read();
}

}  // namespace lookalike::jpeg
