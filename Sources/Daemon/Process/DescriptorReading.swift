import Glibc

/// Reading of small files through an open descriptor.
enum DescriptorReading {
    /// All bytes up to the end; nil on an error, or when there are more than `limit`.
    static func all(of descriptor: Int32, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            let old = bytes.count
            let room = min(limit + 1 - old, 16 << 10)
            guard room > 0 else { return nil }
            bytes.append(contentsOf: repeatElement(0, count: room))
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + old, room) }
            bytes.removeLast(room - max(0, count))
            if count == 0 { return bytes.count <= limit ? bytes : nil }
            if count < 0, errno != EINTR { return nil }
        }
    }
}
