import Bytes
import Crypto
package import Domain
import Glibc
import Synchronization
import SystemIO

/// The bytes of one backup, handed out in order: a tar archive that is never whole anywhere on this side.
///
/// Each block of a file is compared with its SHA-256 before it is handed out, and the whole before its last block is.
/// `close` or the last reference ends the backup: its folder goes and the next one may begin.
package final class BackupArchive: Sendable {
    /// Bytes of a piece at most, and of a block that has a digest.
    package static let pieceSize = 1 << 20

    enum Part: Sendable {
        case bytes([UInt8])
        /// A file of the backup's folder with its SHA-256 and that of each block; removed from it when it was handed
        /// out.
        case file(String, size: Int64, sha256: Digest256, blocks: [UInt8], pack: PackID?)
    }

    package let takenAt: UnixMillis
    /// Packs whose bytes are in it.
    package let packs: Int64
    /// Of the whole archive, in bytes.
    package let size: Int64

    private struct Position {
        var part = 0
        /// The next block of a file part.
        var block = 0
        /// Of the file's blocks so far.
        var hash = SHA256()
        var folder: BackupFolder?
    }

    private let parts: [Part]
    private let position: Mutex<Position>
    private let ended: @Sendable () -> Void

    /// - Parameter ended: called once, when the folder is gone.
    init(
        takenAt: UnixMillis, packs: Int64, parts: [Part], folder: BackupFolder, ended: @escaping @Sendable () -> Void
    ) {
        self.takenAt = takenAt
        self.packs = packs
        self.parts = parts
        self.ended = ended
        size = parts.reduce(0) { $0 + $1.size }
        position = Mutex(Position(folder: folder))
    }

    deinit { close() }

    /// Removes what the backup holds on disk. Call it from a thread that may wait for the disk; a second call does
    /// nothing.
    package func close() {
        let wasOpen = position.withLock { position in
            defer { position.folder = nil }
            return position.folder != nil
        }
        if wasOpen { ended() }
    }

    /// The next at most `pieceSize` bytes and a block's end; nil after the last. Blocks the calling thread while it
    /// reads.
    ///
    /// Throws PACK_CORRUPTED, with the pack, when a block is not the one that was published, IO_ERROR when the disk
    /// does not give it.
    package func next() throws -> [UInt8]? {
        do { return try nextPiece() } catch let error as SystemError { throw StoreFailure.productError(for: error) }
    }

    private func nextPiece() throws -> [UInt8]? {
        try position.withLock { position in
            guard let folder = position.folder else { throw StoreFailure.draining }
            var piece: [UInt8] = []
            while position.part < parts.count {
                switch parts[position.part] {
                case .bytes(let bytes):
                    if !piece.isEmpty, piece.count + bytes.count > Self.pieceSize { return piece }
                    piece += bytes
                    position.part += 1
                case .file(let name, let size, let sha256, let blocks, let pack):
                    let offset = Int64(position.block) * Int64(Self.pieceSize)
                    let count = Int(min(Int64(Self.pieceSize), size - offset))
                    if !piece.isEmpty, piece.count + count > Self.pieceSize { return piece }
                    let digest = blocks[position.block * 32..<position.block * 32 + 32]
                    let block = try Self.read(name, folder, at: offset, count: count, digest: digest, pack)
                    position.hash.update(data: block)
                    let isLast = offset + Int64(count) == size
                    if isLast, Digest256(position.hash.finalize()) != sha256 { throw Self.damaged(pack) }
                    piece += block
                    position.block += 1
                    guard isLast else { continue }
                    position.hash = SHA256()
                    piece += [UInt8](repeating: 0, count: TarHeader.padding(after: size))
                    folder.discard(name)
                    position.part += 1
                    position.block = 0
                }
            }
            return piece.isEmpty ? nil : piece
        }
    }

    private static func read(
        _ name: String, _ folder: BackupFolder, at offset: Int64, count: Int, digest: ArraySlice<UInt8>, _ pack: PackID?
    ) throws -> [UInt8] {
        let file = try folder.open(name)
        let block = try BlockReading.block(of: file.raw, at: offset, count: count)
        guard let block, SHA256.hash(data: block).elementsEqual(digest) else { throw damaged(pack) }
        return block
    }

    /// The copy of the database was written and read a moment ago: storage that gives other bytes now has failed.
    private static func damaged(_ pack: PackID?) -> ProductError { pack.map(corrupted) ?? StoreFailure.ioError }

    static func corrupted(_ pack: PackID) -> ProductError {
        ProductError(
            .packCorrupted,
            """
            review pack \(pack) is not as it was published, so the backup was ended; expire it, or back up without packs
            """,
            metadata: ["pack": pack.description])
    }
}

extension BackupArchive.Part {
    /// How many bytes of the archive it is.
    var size: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let size, _, _, _): size + Int64(TarHeader.padding(after: size))
        }
    }
}

/// Reading a file block by block.
enum BlockReading {
    /// Exactly `count` bytes from `offset`; nil when the file ends before. Throws `SystemError`.
    static func block(of descriptor: Int32, at offset: Int64, count: Int) throws -> [UInt8]? {
        var isShort = false
        let block = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset) + filled)
                if read < 0 {
                    if errno == EINTR { continue }
                    throw SystemError(errno, "pread")
                }
                if read == 0 {
                    isShort = true
                    return
                }
                filled += read
            }
        }
        return isShort ? nil : block
    }
}

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
