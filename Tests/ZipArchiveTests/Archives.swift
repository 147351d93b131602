import Testing

@testable import ZipArchive

/// A member to be: its name and content.
struct Named: Sendable {
    let name: String
    let content: [UInt8]

    init(_ name: String, _ content: [UInt8]) {
        self.name = name
        self.content = content
    }

    init(_ name: String, _ text: String) {
        self.init(name, Array(text.utf8))
    }
}

/// How the tests hand members to the writer.
enum Route: CaseIterable, Sendable {
    case streamed
    case compressedAhead
}

extension ZipWriter {
    mutating func write(_ bytes: [UInt8]) throws(ZipError) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(ZipError) in try write(bytes) }
    }
}

extension MemberCompressor {
    mutating func write(_ bytes: [UInt8]) throws(ZipError) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(ZipError) in try write(bytes) }
    }
}

/// Writes an archive into a new file of `folder` in pieces of `piece` bytes.
@discardableResult
func writeArchive(
    _ members: [Named], to file: OpenFile, by route: Route = .streamed, threads: Int = 2, level: Int = 6,
    piece: Int = 10_007, limits: Zip64Limits = Zip64Limits(), spoolDirectory: String = "/tmp"
) throws -> ArchiveSummary {
    let options = try ZipOptions(level: level, threads: threads)
    var zip = try ZipWriter(descriptor: file.descriptor, options: options, limits: limits)
    for member in members {
        switch route {
        case .streamed:
            try zip.beginMember(member.name)
            for piece in Content.pieces(member.content, of: piece) { try zip.write(piece) }
            #expect(try zip.endMember().name == member.name)
        case .compressedAhead:
            var compressor = try MemberCompressor(name: member.name, options: options, spoolDirectory: spoolDirectory)
            for piece in Content.pieces(member.content, of: piece) { try compressor.write(piece) }
            try zip.append(compressor.finish())
        }
    }
    return try zip.finish()
}

/// The bytes of an archive.
func archive(
    _ members: [Named], by route: Route = .streamed, threads: Int = 2, level: Int = 6, piece: Int = 10_007,
    limits: Zip64Limits = Zip64Limits()
) throws -> [UInt8] {
    let folder = try ScratchFolder()
    let file = try folder.newFile()
    try writeArchive(
        members, to: file, by: route, threads: threads, level: level, piece: piece, limits: limits,
        spoolDirectory: folder.path)
    return try file.contents()
}

/// Reads an archive whole.
func contents(of bytes: [UInt8], zip64: Zip64Limits = Zip64Limits()) throws -> [Named] {
    let zip = try ZipReader(source: ByteSource(bytes: bytes), limits: .standard, zip64: zip64)
    return try zip.entries.map { Named($0.name, try zip.contents(of: $0, atMost: .max)) }
}

/// Expects the same bytes, and names the first that differs: the difference of two long arrays, which `#expect` would
/// print, takes minutes to find and nobody reads it.
func expectSame(
    _ found: [UInt8], _ wanted: [UInt8], _ what: String = "bytes", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard found != wanted else { return }
    let index = zip(found, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let place = index.map { "differ first at \($0)" } ?? "are equal as far as both go"
    Issue.record("\(what): \(found.count) bytes, \(wanted.count) wanted, \(place)", sourceLocation: sourceLocation)
}

/// Expects the same members, by name and content.
func expectSame(_ found: [Named], _ wanted: [Named], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(found.map(\.name) == wanted.map(\.name), sourceLocation: sourceLocation)
    for (found, wanted) in zip(found, wanted) {
        expectSame(found.content, wanted.content, wanted.name, sourceLocation: sourceLocation)
    }
}
