import Glibc

/// Why an archive could not be written, or a finished file not be digested.
///
/// After any of these the output is not an archive: the caller removes the file. Nothing has to be stopped, the
/// worker threads are already gone when the error arrives.
package enum ZipError: Error, Equatable, Sendable {
    /// A system call failed; `operation` is its name, `errno` what it left behind.
    case io(operation: String, errno: Int32)
    /// zlib refused; `status` is its return code (`Z_MEM_ERROR` is -4).
    case deflate(status: Int32)
    /// A compression thread could not be started.
    case thread(errno: Int32)
    /// The name cannot stand in an archive.
    case invalidName(String, MemberNameFault)
    /// The archive already has a member of this name, or one that differs in letter case alone.
    case duplicateName(String)
    /// A level outside 1...9 or a number of threads outside 1...16.
    case invalidOption(String)
    /// The output descriptor is not an empty file, open for reading and writing, without `O_APPEND`.
    case unusableOutput(String)
    /// The calls came in an order that makes no archive, such as `append` while a member is open.
    case outOfOrder(String)

    /// A stable word for logs and tables; it never changes its meaning.
    package var reason: String {
        switch self {
        case .io: isStorageFull ? "storage_full" : "io_error"
        case .deflate: "deflate"
        case .thread: "thread"
        case .invalidName: "invalid_name"
        case .duplicateName: "duplicate_name"
        case .invalidOption: "invalid_option"
        case .unusableOutput: "unusable_output"
        case .outOfOrder: "out_of_order"
        }
    }

    /// Whether freeing space, or raising the quota, would let the same call succeed (`ENOSPC`, `EDQUOT`).
    package var isStorageFull: Bool {
        if case .io(_, let errno) = self { errno == ENOSPC || errno == EDQUOT } else { false }
    }
}

extension ZipError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .io(let operation, let errno): "\(operation) failed: \(errorText(errno))"
        case .deflate(let status): "zlib could not compress (status \(status))"
        case .thread(let errno): "a compression thread could not be started: \(errorText(errno))"
        case .invalidName(let name, let fault): "member name \(name.debugDescription) is refused: \(fault)"
        case .duplicateName(let name): "the archive already has a member \(name.debugDescription)"
        case .invalidOption(let text), .unusableOutput(let text), .outOfOrder(let text): text
        }
    }
}

/// The system's words for an error number, in the C locale's wording when the process sets none.
func errorText(_ number: Int32) -> String {
    String(cString: strerror(number)) + " (errno \(number))"
}
