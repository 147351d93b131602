import Domain
import ReviewPackAPI
import ReviewPackClient

/// Where `download` puts the bytes, with its progress.
struct PackSink: DownloadSink {
    enum Target {
        case standardOutput(any ByteChannel)
        case file(NewFile)
        /// In the current directory, under the name in the header.
        case fileNamedByService(replacing: Bool, Interruption)
    }

    private(set) var target: Target
    let meter: ProgressMeter
    /// Set when standard output took no more: the reason that ended the download.
    private(set) var outputError: CommandError?
    private var received: Int64 = 0
    private var total: Int64 = 0

    init(target: Target, meter: ProgressMeter) {
        self.target = target
        self.meter = meter
    }

    mutating func begin(_ header: Proto.DownloadHeader) async throws(ClientError) {
        total = header.size
        guard case .fileNamedByService(let replacing, let interruption) = target else { return }
        guard let name = SafeFileName.last(of: header.fileName) else {
            throw .protocolViolation("the service proposes no usable file name; name one with -O")
        }
        target = .file(try NewFile(at: name, replacing: replacing, interruption: interruption))
    }

    mutating func append(_ bytes: [UInt8]) async throws(ClientError) {
        switch target {
        case .standardOutput(let channel):
            do { try channel.write(bytes) } catch {
                outputError = error
                throw .cancelled
            }
        case .file(let file): try file.append(bytes)
        case .fileNamedByService: throw .protocolViolation("a download without a header")
        }
        received += Int64(bytes.count)
        meter.show(ProgressLine(label: "Downloading", done: received, total: total, unit: .bytes))
    }

    /// Gives a file its name and returns its path; nil for standard output.
    func publish() throws(ClientError) -> String? {
        guard case .file(let file) = target else { return nil }
        try file.publish()
        return file.path
    }
}

/// The rule for a file name that the service proposes: it decides the name, never the place.
enum SafeFileName {
    /// The last path component, or nil when nothing usable is left: empty, hidden, longer than a directory entry, or
    /// with characters that hide or move text.
    static func last(of proposed: String) -> String? {
        // By scalars: a slash with an accent after it is one Character, and no slash to Swift, but one to the kernel.
        let last = proposed.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last
        guard let last, !last.isEmpty, last.first != ".", !last.contains(where: { $0.isControlOrFormat }) else {
            return nil
        }
        let name = String(last)
        return name.utf8.count <= 255 ? name : nil
    }
}
