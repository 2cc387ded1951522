#include "hashes/of_file.h"

#include <algorithm>
#include <cerrno>

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

namespace lookalike {
namespace {

constexpr size_t kBeginning = size_t{1} << 16;
constexpr size_t kMostAtOnce = size_t{1} << 30;  // what every system takes

int64_t read_some(int descriptor, uint8_t* data, size_t size) {
    const size_t count = std::min(size, kMostAtOnce);
#if defined(_WIN32)
    return _read(descriptor, data, static_cast<unsigned>(count));
#else
    return read(descriptor, data, count);
#endif
}

// Returns whether there were as many bytes.
bool read_all(int descriptor, uint8_t* data, size_t size) {
    while (size) {
        const int64_t count = read_some(descriptor, data, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        data += count;
        size -= static_cast<size_t>(count);
    }
    return true;
}

}  // namespace

Reading hash_file(int descriptor, uint8_t* data, size_t size, const Wanted& wanted,
                  Hashed& hashed) {
    const size_t first = std::min(size, kBeginning);
    if (!read_all(descriptor, data, first)) return Reading::left;
    const Outlook outlook = look_at_jpeg(data, first, wanted);
    if (outlook == Outlook::bad) return Reading::left;
    if (outlook == Outlook::first_scan) return Reading::first_scan;
    if (!read_all(descriptor, data + first, size - first)) return Reading::left;
    return hash_jpeg(data, size, size, wanted, hashed) ? Reading::done : Reading::left;
}

}  // namespace lookalike
