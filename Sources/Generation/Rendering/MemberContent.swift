import ZipArchive

/// Where the content of one member goes: straight into the archive, or into a spool until its turn.
protocol MemberContent: ~Copyable {
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ZipError)
}

extension ZipWriter: MemberContent {}
extension MemberCompressor: MemberContent {}
