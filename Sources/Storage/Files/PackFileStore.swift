package import Domain
import Glibc
import SystemIO

// The life of a pack's bytes:
//
//   begin    .PACK.tmp is made (O_EXCL, 0600)
//   publish  fsync(file), rename to PACK.zip, fsync(exports)
//   expire   (row becomes expired, keeps its path) unlink, fsync(exports), (path cleared)
//
// 1. A name PACK.zip exists only with all of its bytes durable.
// 2. A row names a file only after that file's publish; a crash in between leaves a file without a row, which start-up
//    removes.
// 3. A row loses its file's name only after the bytes are durably gone.

/// The directory of finished packs.
package final class PackFileStore: Sendable {
    private let state: StateDirectory
    private let faults: FaultHook?

    init(state: StateDirectory, faults: FaultHook?) {
        self.state = state
        self.faults = faults
    }

    static func finalName(_ pack: PackID) -> String { "\(pack).zip" }
    static func temporaryName(_ pack: PackID) -> String { ".\(pack).tmp" }

    var directory: Int32 { state.exports.raw }

    /// Makes the temporary file of a pack; nothing is visible under the final name before `publish`.
    ///
    /// Throws `SystemError`.
    package func begin(_ pack: PackID) throws -> PendingPackFile {
        let file = try SystemFile.open(PackFileStore.temporaryName(pack), in: directory, O_RDWR | O_CREAT | O_EXCL)
        // First, because its end takes the file away when the next line throws.
        let pending = PendingPackFile(packID: pack, file: file, store: self)
        try faults?(.publishAfterCreate)
        return pending
    }

    /// Opens a file of this name and size; PACK_CORRUPTED when it is not there or has another size, IO_ERROR when the
    /// disk does not give it.
    func openForReading(_ pack: PackID, _ name: String, size: Int64) throws -> PackFileReader {
        // A row that names another file was changed by somebody else; its path must lead nowhere.
        guard name == PackFileStore.finalName(pack) else { throw PackFileStore.corrupted(pack) }
        do {
            // Without O_NONBLOCK a FIFO in the file's place would hold the caller until somebody writes to it.
            let file = try SystemFile.open(name, in: directory, O_RDONLY | O_NONBLOCK)
            let status = try SystemFile.status(file.raw)
            guard status.st_mode & S_IFMT == S_IFREG, Int64(status.st_size) == size else {
                throw PackFileStore.corrupted(pack)
            }
            return PackFileReader(file: file, size: size, packID: pack)
        } catch let error as SystemError where [ENOENT, ELOOP, ENXIO].contains(error.code) {
            // ENXIO: a socket stands in its place.
            throw PackFileStore.corrupted(pack)
        } catch let error as SystemError {
            throw StoreFailure.productError(for: error)
        }
    }

    static func corrupted(_ pack: PackID) -> ProductError {
        ProductError(
            .packCorrupted, "the stored bytes of the review pack are not those that were published; generate a new one",
            metadata: ["pack": pack.description])
    }

    /// fsync, rename, fsync of the directory. On a throw, of a `SystemError`, neither name is left.
    fileprivate func publish(_ pack: PackID, _ descriptor: Int32) throws -> PublishedPackFile {
        let name = PackFileStore.finalName(pack)
        do {
            try faults?(.publishBeforeSync)
            try SystemFile.sync(descriptor)
            let size = Int64(try SystemFile.status(descriptor).st_size)
            try faults?(.publishBeforeRename)
            try SystemFile.rename(PackFileStore.temporaryName(pack), to: name, in: directory)
            try faults?(.publishBeforeDirectorySync)
            try SystemFile.sync(directory)
            try faults?(.publishAfterDirectorySync)
            return PublishedPackFile(packID: pack, name: name, size: size)
        } catch {
            discardTemporary(pack)
            _ = try? SystemFile.unlink(name, in: directory)
            throw error
        }
    }

    fileprivate func discardTemporary(_ pack: PackID) {
        _ = try? SystemFile.unlink(PackFileStore.temporaryName(pack), in: directory)
    }

    /// Removes files durably: after the return no crash brings them back. Names that are gone already are fine.
    ///
    /// One that cannot be removed, a folder for example, keeps no other: the first such error is thrown when all were
    /// tried and what was removed is durably gone.
    func remove(_ names: [String]) throws {
        if names.isEmpty { return }
        var failure: SystemError?
        var isChanged = false
        // Only names of this directory: what somebody else wrote into a row must not lead out of it.
        for name in names where !name.contains("/") {
            do throws(SystemError) {
                if try !SystemFile.unlink(name, in: directory) { try changeAgain(name) }
                isChanged = true
            } catch {
                failure = failure ?? error
            }
        }
        // A sync without a change may succeed for one that failed before.
        if !isChanged, let failure { throw failure }
        try faults?(.removeBeforeDirectorySync)
        try SystemFile.sync(directory)
        if let failure { throw failure }
    }

    /// Changes the entry of a file that is gone already.
    ///
    /// The sync of its removal may have failed; then the next one would succeed without writing that removal (fsync(2),
    /// errors are reported once). Without room for a new entry it is not known to be gone for good: that is an error,
    /// and tried again later.
    private func changeAgain(_ name: String) throws(SystemError) {
        let file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        // Somebody else's new entry is a change as well.
        guard file >= 0 || errno == EEXIST else { throw SystemError(errno, "open") }
        if file >= 0 { _ = close(file) }
        _ = try SystemFile.unlink(name, in: directory)
    }

    func names() throws -> [String] { try SystemFile.names(in: directory) }
}

/// A pack's file while it is written; dropping it removes it.
package struct PendingPackFile: ~Copyable {
    package let packID: PackID
    private let file: OwnedDescriptor
    private let store: PackFileStore
    private var isPublished = false

    fileprivate init(packID: PackID, file: consuming OwnedDescriptor, store: PackFileStore) {
        self.packID = packID
        self.file = file
        self.store = store
    }

    deinit { if !isPublished { store.discardTemporary(packID) } }

    /// Open for reading and writing, at offset 0; valid while this value lives.
    package var descriptor: Int32 { file.raw }

    /// Makes the bytes durable under the final name. Throws `SystemError`; then nothing is left.
    package consuming func publish() throws -> PublishedPackFile {
        isPublished = true
        return try store.publish(packID, file.raw)
    }

    /// Removes the file.
    package consuming func abort() {}
}

/// A file that is durable under its final name and waits for the transaction that makes its pack ready.
package struct PublishedPackFile: Sendable, Equatable {
    package let packID: PackID
    package let name: String
    package let size: Int64
}

/// An open pack file. It stays readable when the pack is expired meanwhile; the server checks the pack's row for that.
package struct PackFileReader: ~Copyable, Sendable {
    private let file: OwnedDescriptor
    package let size: Int64
    private let packID: PackID

    fileprivate init(file: consuming OwnedDescriptor, size: Int64, packID: PackID) {
        self.file = file
        self.size = size
        self.packID = packID
    }

    /// Valid while this value lives.
    package var descriptor: Int32 { file.raw }

    /// Fills `buffer` from `offset`; returns fewer bytes only at the end of the file. A file that ends early is
    /// PACK_CORRUPTED.
    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard offset >= 0, let base = buffer.baseAddress else { return 0 }
        let wanted = Int(min(Int64(buffer.count), max(0, size - offset)))
        var done = 0
        while done < wanted {
            let count = pread(file.raw, base + done, wanted - done, off_t(offset + Int64(done)))
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreFailure.productError(for: SystemError(errno, "pread"))
            }
            if count == 0 { throw PackFileStore.corrupted(packID) }
            done += count
        }
        return wanted
    }
}

// What a check needs of the exports directory. Nothing here follows a link.

extension PackFileStore {
    /// The status of an entry, of a link itself; nil when there is none.
    func entry(_ name: String) throws(SystemError) -> stat? {
        var status = stat()
        if fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        if errno == ENOENT { return nil }
        throw SystemError(errno, "fstatat")
    }

    /// Gives a regular file mode 0600 again.
    func resetMode(of name: String) throws(SystemError) {
        let file = try SystemFile.open(name, in: directory, O_RDONLY | O_NONBLOCK)
        guard try SystemFile.status(file.raw).st_mode & S_IFMT == S_IFREG else { throw SystemError(EINVAL, "fchmod") }
        if fchmod(file.raw, 0o600) != 0 { throw SystemError(errno, "fchmod") }
    }

    /// The mode bits of the directory itself; they should be 0700.
    func directoryMode() throws(SystemError) -> mode_t { try SystemFile.status(directory).st_mode & 0o7777 }

    func resetDirectoryMode() throws(SystemError) {
        if fchmod(directory, 0o700) != 0 { throw SystemError(errno, "fchmod") }
    }

    /// The pack that an entry is named after, finished or not; nil for a name that the service never gives.
    static func pack(of name: String) -> PackID? {
        let isTemporary = name.hasPrefix(".") && name.hasSuffix(".tmp")
        let stem = isTemporary ? name.dropFirst().dropLast(4) : name.dropLast(name.hasSuffix(".zip") ? 4 : 0)
        return PackID(String(stem)).flatMap { name == finalName($0) || name == temporaryName($0) ? $0 : nil }
    }
}
