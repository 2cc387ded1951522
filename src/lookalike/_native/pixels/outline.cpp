#include "pixels/outline.h"

#include <cstring>

namespace lookalike {
namespace {

constexpr size_t kStart = 2;  // behind the marker that begins the file
constexpr uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kScan = 0xDA;

bool is_frame(uint8_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// A byte that is stuffed into a scan, one that fills the space before a marker, and the markers
// within a scan are passed over, as libjpeg does.
bool is_marker(uint8_t code) {
    return code != 0x00 && code != 0xFF && !(code >= 0xD0 && code <= 0xD7);
}

bool has_segment(uint8_t marker) { return marker >= 0xC0 && !(marker >= 0xD0 && marker <= 0xD9); }

// Where the next marker is; `size` where there is none.
size_t next_marker(const uint8_t* data, size_t at, size_t size) {
    while (at + 1 < size) {
        const void* found = std::memchr(data + at, 0xFF, size - 1 - at);
        if (!found) break;
        at = static_cast<size_t>(static_cast<const uint8_t*>(found) - data);
        if (is_marker(data[at + 1])) return at;
        ++at;
    }
    return size;
}

}  // namespace

std::vector<uint8_t> jpeg_outline(const uint8_t* data, size_t size, size_t most_scans) {
    std::vector<uint8_t> outline;
    size_t scans = 0, begin = next_marker(data, kStart, size);
    while (begin < size) {
        const uint8_t marker = data[begin + 1];
        size_t end = begin + 2;
        if (has_segment(marker)) {
            if (size - end < 2) break;
            const size_t length = size_t{data[end]} << 8 | data[end + 1];
            if (length < 2 || length > size - end) break;
            end += length;
        }
        if (marker == kScan || marker == kEndOfImage || is_frame(marker))
            outline.insert(outline.end(), data + begin, data + end);
        if (marker == kStartOfImage || marker == kEndOfImage) break;
        if (marker == kScan && ++scans == most_scans) break;
        begin = next_marker(data, end, size);
    }
    return outline;
}

}  // namespace lookalike
