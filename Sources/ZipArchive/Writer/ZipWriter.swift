import Glibc

/// Writes a deterministic ZIP file: the same names, contents, order and level give the same bytes on any number of
/// threads.
///
///     offset 0   local header | content     for each member, without gaps, in the order of the calls
///                central directory
///                end of central directory
///
/// Invariants
/// 1. The descriptor is borrowed, an empty file at the start; bytes before `sink.offset` are final but for the local
///    header of the open member.
/// 2. The local header of a streamed member is written when its sizes are known; a gap of its length is kept for it.
///    If the member turns out to need zip64 sizes, its content is moved 20 bytes on: an archive's bytes never tell how
///    it was made.
/// 3. After an error no worker thread is left, and every further call throws the same error.
/// 4. Before ``finish()`` has returned the file is no archive. Making it durable is the caller's: fsync and rename.
///
/// ```swift
/// var zip = try ZipWriter(descriptor: file, options: .standard)
/// try zip.beginMember("findings.csv")
/// try zip.write(bytes)
/// let findings = try zip.endMember()
/// try zip.append(compressor.finish())
/// let archive = try zip.finish()
/// ```
package struct ZipWriter: ~Copyable {
    private let options: ZipOptions
    private let limits: Zip64Limits
    private var sink: FileSink
    private var members: [PlacedMember] = []
    private var collisionKeys: Set<String> = []
    private var open: OpenMember?
    private var fault: ZipError?

    /// A member between ``beginMember(_:)`` and ``endMember()``.
    private struct OpenMember: ~Copyable {
        let name: String
        let headerOffset: UInt64
        var encoder: MemberEncoder
    }

    /// Takes an empty file that is open for reading and writing, without `O_APPEND`; it stays the caller's to close.
    ///
    /// Throws ``ZipError/unusableOutput(_:)`` for any other descriptor.
    package init(descriptor: CInt, options: ZipOptions) throws(ZipError) {
        try self.init(descriptor: descriptor, options: options, limits: Zip64Limits())
    }

    init(descriptor: CInt, options: ZipOptions, limits: Zip64Limits) throws(ZipError) {
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0 else { throw .io(operation: "fcntl", errno: errno) }
        guard flags & O_ACCMODE == O_RDWR, flags & O_APPEND == 0 else {
            throw .unusableOutput("the output must be open for reading and writing, not for appending")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .io(operation: "fstat", errno: errno) }
        guard status.st_size == 0 else { throw .unusableOutput("the output is not an empty file") }
        self.options = options
        self.limits = limits
        sink = FileSink(descriptor: descriptor, offset: 0)
    }

    /// Begins a member whose content streams into the file by ``write(_:)``.
    package mutating func beginMember(_ name: String) throws(ZipError) {
        try guarded { zip throws(ZipError) in
            try zip.claim(name)
            let headerOffset = zip.sink.offset
            zip.sink.offset += UInt64(ZipRecords.localHeaderSize + name.utf8.count)
            zip.open = OpenMember(
                name: name, headerOffset: headerOffset, encoder: MemberEncoder(options: zip.options))
        }
    }

    /// Takes the next bytes of the open member's content; waits when the threads are behind.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
        try guarded { zip throws(ZipError) in
            guard zip.open != nil else { throw .outOfOrder("no member is open to be written") }
            try zip.open?.encoder.write(bytes, to: &zip.sink)
        }
    }

    /// Compresses what remains of the open member and writes its local header.
    package mutating func endMember() throws(ZipError) -> MemberSummary {
        try guarded { zip throws(ZipError) in
            guard var member = zip.open.take() else { throw .outOfOrder("no member is open to be ended") }
            let summary = try member.encoder.finish(member.name, to: &zip.sink)
            let placed = PlacedMember(summary: summary, offset: member.headerOffset)
            if zip.limits.sizesNeedZip64(summary) {
                try zip.sink.moveTail(of: summary.compressedSize, by: UInt64(ZipRecords.zip64SizesField))
            }
            var header = FileSink(descriptor: zip.sink.descriptor, offset: member.headerOffset)
            try header.append(ZipRecords.localHeader(placed, zip.limits))
            zip.place(placed)
            return summary
        }
    }

    /// Appends a member that was compressed earlier, and frees its spool.
    package mutating func append(_ member: consuming CompressedMember) throws(ZipError) {
        // A closure cannot consume what it captures, and borrowing is enough to copy.
        let member = member
        if let fault { throw fault }
        do throws(ZipError) {
            try claim(member.summary.name)
            let placed = PlacedMember(summary: member.summary, offset: sink.offset)
            try sink.append(ZipRecords.localHeader(placed, limits))
            try member.spool.copy(to: &sink)
            place(placed)
        } catch {
            fail(with: error)
            throw error
        }
    }

    /// Writes the central directory and the end records; only then is the file an archive.
    package consuming func finish() throws(ZipError) -> ArchiveSummary {
        if let fault { throw fault }
        guard open == nil else { throw .outOfOrder("a member is still open at the archive's end") }
        let directory = sink.offset
        assert(directory == members.last?.end(limits) ?? 0, "the central directory follows the last member")
        for member in members { try sink.append(ZipRecords.centralHeader(member, limits)) }
        let size = sink.offset - directory
        try sink.append(ZipRecords.end(members: members.count, directorySize: size, at: directory, limits))
        return ArchiveSummary(size: sink.offset, members: members.map(\.summary))
    }

    /// The member is complete, and the next one begins where it ends.
    private mutating func place(_ member: PlacedMember) {
        assert(member.offset == members.last?.end(limits) ?? 0, "members stand without gaps, in the order of the calls")
        assert(sink.offset == member.end(limits), "a member is its local header and its compressed content")
        members.append(member)
    }

    /// Checks that a member of this name may come next, and takes the name.
    private mutating func claim(_ name: String) throws(ZipError) {
        guard open == nil else { throw .outOfOrder("member \(name.debugDescription) begins inside another") }
        if let fault = MemberName.fault(in: name.utf8) { throw .invalidName(name, fault) }
        guard collisionKeys.insert(MemberName.collisionKey(name)).inserted else { throw .duplicateName(name) }
    }

    private mutating func fail(with error: ZipError) {
        open = nil
        fault = error
    }

    /// Invariant 3.
    private mutating func guarded<Result>(
        _ body: (inout ZipWriter) throws(ZipError) -> Result
    ) throws(ZipError) -> Result {
        if let fault { throw fault }
        do {
            return try body(&self)
        } catch {
            fail(with: error)
            throw error
        }
    }
}
