import Bytes
import Crypto
import Domain
import GRDB
import Glibc

/// What is wrong with a ready pack's file.
enum PackFileFault: Equatable, Sendable {
    case missing
    case kind(String)
    case mode(mode_t)
    case owner(uid_t)
    case size(Int64)
    case digestsMissing
    /// How many blocks differ, and the first of them, from 0. With none of them wrong it is the digest of the whole.
    case digest(blocks: Int, first: Int)

    /// Whether the bytes that the row promises are not there.
    var kind: CheckProblem.Kind {
        switch self {
        case .missing: .fileMissing
        case .kind: .fileKind
        case .mode, .owner: .fileMode
        case .size: .fileSize
        case .digestsMissing: .digestsMissing
        case .digest: .fileDigest
        }
    }

    func problem(of claim: PackFileClaim) -> CheckProblem {
        // The one way on for a pack whose bytes are wrong: nothing of it is changed in silence.
        let anew = "expire the pack and generate it again"
        let message =
            switch self {
            case .missing: "the pack's file is gone; \(anew)"
            case .kind(let what): "the pack's file is \(what), not a regular file; \(anew)"
            case .mode(let mode): "the pack's file has mode 0\(String(mode, radix: 8)), not 0600; run check --repair"
            case .owner(let uid):
                """
                the pack's file belongs to uid \(uid), not to the daemon's uid \(geteuid()); find out why, then chown it
                """
            case .size(let size): "the pack's file has \(size) bytes instead of \(claim.size); \(anew)"
            case .digestsMissing: "the digests of the pack's blocks are not complete; \(anew)"
            case .digest(let blocks, let first):
                blocks == 0
                    ? "the pack's bytes match their blocks' digests but not the pack's own; \(anew)"
                    : """
                    \(blocks) of \(claim.blockCount) blocks differ from their digests, the first is \(first); \(anew)
                    """
            }
        return CheckProblem(kind, claim.id.description, message)
    }
}

extension PackFileStore {
    /// Compares a ready pack's file with its row; blocks the calling thread while it reads.
    ///
    /// - Parameter checkStop: asked before each block; what it throws ends the comparison.
    /// - Returns: the faults, and how many bytes were read. Throws `SystemError` when the directory itself cannot be
    ///   used.
    func inspect(
        _ claim: PackFileClaim, readingData: Bool, checkStop: () throws -> Void
    ) throws -> (faults: [PackFileFault], bytesRead: Int64) {
        guard claim.name == PackFileStore.finalName(claim.id), let status = try entry(claim.name) else {
            return ([.missing], 0)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return ([.kind(Self.words(for: status.st_mode))], 0) }
        var faults: [PackFileFault] = []
        if status.st_mode & 0o7777 != 0o600 { faults.append(.mode(status.st_mode & 0o7777)) }
        if status.st_uid != geteuid() { faults.append(.owner(status.st_uid)) }
        if !claim.hasDigests { faults.append(.digestsMissing) }
        guard Int64(status.st_size) == claim.size else { return (faults + [.size(Int64(status.st_size))], 0) }
        guard readingData, claim.hasDigests else { return (faults, 0) }
        let (fault, count) = try compareBlocks(of: claim, checkStop)
        return (faults + (fault.map { [$0] } ?? []), count)
    }

    private func compareBlocks(
        of claim: PackFileClaim, _ checkStop: () throws -> Void
    ) throws -> (PackFileFault?, Int64) {
        let reader = try reader(of: claim)
        var whole = SHA256()
        var wrong = 0
        var first = 0
        var buffer = [UInt8](repeating: 0, count: RenderedPack.blockSize)
        for block in 0..<claim.blockCount {
            try checkStop()
            let offset = Int64(block) * Int64(RenderedPack.blockSize)
            let count: Int
            do {
                count = try buffer.withUnsafeMutableBytes { try reader.read(at: offset, into: $0) }
            } catch {
                // The disk gives no bytes here: as wrong as other bytes.
                return (.digest(blocks: wrong + 1, first: wrong == 0 ? block : first), offset)
            }
            whole.update(data: buffer[..<count])
            if !SHA256.hash(data: buffer[..<count]).elementsEqual(claim.blocks[block * 32..<block * 32 + 32]) {
                if wrong == 0 { first = block }
                wrong += 1
            }
        }
        if wrong > 0 { return (.digest(blocks: wrong, first: first), claim.size) }
        let matches = whole.finalize().elementsEqual(claim.sha256.bytes)
        return (matches ? nil : .digest(blocks: 0, first: 0), claim.size)
    }

    private static func words(for mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFLNK: "a symbolic link"
        case S_IFDIR: "a directory"
        case S_IFIFO: "a FIFO"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    /// What an entry is when its pack's row does not want it; nil when it is where it belongs.
    ///
    /// Files of a pack that is queued or generating are in use. Everything that names a pack which has ended otherwise,
    /// or an unfinished file of no pack, is left over; what names no pack is an orphan.
    static func judge(_ name: String, _ database: Database) throws -> CheckProblem.Kind? {
        guard let id = pack(of: name) else { return .orphanFile }
        let isTemporary = name == temporaryName(id)
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT status FROM review_pack WHERE id = ?"), arguments: [id])
        guard let row else { return isTemporary ? .leftoverFile : .orphanFile }
        // Nobody knows what an unreadable row wants, so its bytes stay.
        guard let status = try? row.of("review_pack").value("status") as PackStatus else { return nil }
        switch status {
        case .queued, .generating: return nil
        // Whatever the row says of its path: these are the bytes that were published for it.
        case .ready where !isTemporary: return nil
        case .ready, .failed, .expired: return .leftoverFile
        }
    }
}
