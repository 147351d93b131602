import Domain
import Glibc

/// The parts of an archive in order, a header before each entry.
struct BackupLayout {
    private let seconds: Int64
    private var parts: [BackupArchive.Part] = []

    init(modifiedAt: UnixMillis) { seconds = modifiedAt.rawValue / 1000 }

    mutating func add(_ name: String, _ bytes: [UInt8]) {
        let padding = [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(bytes.count)))
        add(name, .bytes(bytes + padding), size: Int64(bytes.count))
    }

    mutating func add(_ name: String, _ content: BackupArchive.Part, size: Int64) {
        parts.append(.bytes(header(name, mode: 0o600, size: size).bytes))
        switch content {
        case .file: if size > 0 { parts.append(content) }
        case .bytes(let bytes):
            // A piece of the archive holds whole parts.
            for start in stride(from: 0, to: bytes.count, by: BackupArchive.pieceSize) {
                parts.append(.bytes(Array(bytes[start..<min(start + BackupArchive.pieceSize, bytes.count)])))
            }
        }
    }

    mutating func addDirectory(_ name: String) {
        var header = header(name, mode: 0o700, size: 0)
        header.isDirectory = true
        parts.append(.bytes(header.bytes))
    }

    consuming func finish() -> [BackupArchive.Part] { parts + [.bytes(TarHeader.end)] }

    private func header(_ name: String, mode: UInt32, size: Int64) -> TarHeader {
        // The owner is the daemon's: root's tar gives the files back to it, anybody else's makes them their own.
        TarHeader(name: name, mode: mode, uid: geteuid(), gid: getegid(), size: size, modifiedAt: seconds)
    }
}
