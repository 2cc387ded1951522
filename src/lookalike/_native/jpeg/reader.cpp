#include "jpeg/reader.h"

#include <cstring>
#include <memory>

#include "jpeg/baseline.h"
#include "jpeg/chroma.h"
#include "jpeg/progressive.h"
#include "jpeg/zigzag.h"

namespace lookalike::jpeg {
namespace {

constexpr int kMostScans = 64;
constexpr uint8_t kFill = 0xFF, kStart = 0xD8, kEnd = 0xD9, kScan = 0xDA, kTemporary = 0x01;

bool is_restart(uint8_t marker) { return marker >= 0xD0 && marker <= 0xD7; }

class Reader {
 public:
    Reader(Workspace& space, const Data& data, bool first_scan, Planes& planes)
        : space_(space), data_(data), first_scan_(first_scan), planes_(planes) {
        space.header = Header();
    }

    Verdict read() {
        if (data_.size() < 4 || data_.begin[0] != kFill || data_.begin[1] != kStart)
            return Verdict::left;
        data_.begin += 2;
        for (;;) {
            Segment segment{};
            Verdict verdict = next(segment);
            if (verdict != Verdict::read) return verdict;
            if (segment.marker == kEnd) return finish();
            verdict = segment.marker == kScan ? take_scan(segment) : take(segment);
            if (verdict != Verdict::read) return verdict;
            if (drawn_) return verdict;
        }
    }

 private:
    Workspace& space_;
    Data data_;
    const bool first_scan_;
    Planes& planes_;

    int scans_ = 0;
    bool has_luma_ = false, has_all_ = false, drawn_ = false;
    Sent sent_;
    Progressive progressive_;

    const Frame& frame() const { return space_.header.frame; }

    // Libjpeg warns of anything between two segments, so it is corrupt.
    Verdict next(Segment& segment) {
        do {
            if (data_.size() < 2) return Verdict::premature;
            if (*data_.begin != kFill) return Verdict::corrupt;
            while (data_.begin < data_.end && *data_.begin == kFill) ++data_.begin;
            if (data_.begin == data_.end) return Verdict::premature;
            segment.marker = *data_.begin++;
        } while (segment.marker == kTemporary || is_restart(segment.marker));
        if (segment.marker == 0 || segment.marker == kStart) return Verdict::corrupt;
        if (segment.marker == kEnd) return Verdict::read;
        if (data_.size() < 2) return Verdict::premature;
        const size_t length = size_t{data_.begin[0]} << 8 | data_.begin[1];
        if (length < 2) return Verdict::corrupt;
        if (data_.size() < length) return Verdict::premature;
        segment.body = data_.begin + 2;
        segment.size = length - 2;
        data_.begin += length;
        return Verdict::read;
    }

    Verdict take(const Segment& segment) {
        const bool was_framed = space_.header.framed;
        const Verdict verdict = space_.header.take(segment);
        if (verdict != Verdict::read || was_framed || !space_.header.framed) return verdict;
        if (first_scan_ && (!frame().progressive || planes_.scale != 8)) return Verdict::left;
        planes_.set_size(frame().width, frame().height);
        return verdict;
    }

    Verdict take_scan(const Segment& segment) {
        if (!space_.header.framed) return Verdict::corrupt;
        Scan scan;
        const Verdict verdict = scan.read(segment, frame());
        if (verdict != Verdict::read) return verdict;
        if (++scans_ > kMostScans || !space_.header.has_luma()) return Verdict::left;
        return frame().progressive ? take_progressive(scan) : take_sequential(scan);
    }

    Verdict take_sequential(const Scan& scan) {
        if (scan.first != 0 || scan.last != static_cast<int>(kBlock) - 1 || scan.high || scan.low ||
            has_all_)
            return Verdict::corrupt;
        has_all_ = scan.count == frame().count;
        if (!scan.has_luma()) return pass_over();
        if (has_luma_) return Verdict::left;
        const Verdict verdict = latch_steps();
        if (verdict != Verdict::read) return verdict;
        return read_baseline(space_, scan, data_, planes_);
    }

    Verdict take_progressive(const Scan& scan) {
        Verdict verdict = sent_.add(scan);
        if (verdict != Verdict::read) return verdict;
        const bool with_details = planes_.scale != 8;
        if (planes_.chroma && !scan.first && !scan.high)
            planes_.chroma->kind = Chroma::Kind::unknown;
        if (!scan.has_luma() || (scan.first && !with_details))
            return first_scan_ ? Verdict::left : pass_over();
        if (scan.first) return progressive_.read_details(space_, scan, data_);
        verdict = latch_steps();
        if (verdict == Verdict::read)
            verdict = progressive_.read_averages(space_, scan, data_, with_details, planes_.chroma);
        if (verdict == Verdict::read && first_scan_) draw();
        return verdict;
    }

    // The steps of luma are those that are known when its first scan begins.
    Verdict latch_steps() {
        if (has_luma_) return Verdict::read;
        has_luma_ = true;
        const int index = frame().luma().steps;
        if (index >= kTablesOfAKind || !space_.header.has_steps[index]) return Verdict::corrupt;
        for (uint32_t k = 0; k < kBlock; ++k) {
            int16_t* step = space_.steps.values + kZigzag[k];
            step[0] = step[kSide] = static_cast<int16_t>(space_.header.steps[index][k]);
        }
        return Verdict::read;
    }

    // Finds the marker behind a scan of which nothing is needed.
    Verdict pass_over() {
        for (;;) {
            const void* found = std::memchr(data_.begin, kFill, data_.size());
            if (!found) return Verdict::premature;
            const auto* marker = static_cast<const uint8_t*>(found);
            const uint8_t* code = marker;
            while (code < data_.end && *code == kFill) ++code;
            if (code == data_.end) return Verdict::premature;
            data_.begin = marker;
            if (*code && !is_restart(*code)) return Verdict::read;
            data_.begin = code + 1;
        }
    }

    Verdict finish() {
        if (!has_luma_) return Verdict::corrupt;
        if (!frame().progressive) return Verdict::read;
        if (!sent_.is_smooth()) return Verdict::left;
        planes_.whole = sent_.is_whole(frame().count);
        draw();
        return Verdict::read;
    }

    void draw() {
        progressive_.draw(space_, planes_);
        drawn_ = true;
    }
};

}  // namespace

Verdict read_luma(const uint8_t* data, size_t size, bool first_scan, Planes& planes) {
    static thread_local std::unique_ptr<Workspace> space;
    if (!space) space = std::make_unique<Workspace>();
    return Reader(*space, {data, data + size}, first_scan, planes).read();
}

}  // namespace lookalike::jpeg
