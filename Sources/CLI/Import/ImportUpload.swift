import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

/// What every import takes: whose it is, and from where it comes.
struct ImportArguments: ParsableArguments {
    @Argument(help: .tenant, completion: .tenants)
    var tenant: String

    @Argument(help: .inputFile, completion: .file())
    var file: String

    var subject: String { "tenant \(tenant)" }

    /// Opens the input, sends it as one import, and prints what the service remarked and how it ended.
    func send<Response: ImportResponse>(
        in session: Session,
        _ body: (_ client: ReviewPackClient, _ tenant: String, _ upload: ImportUpload) async throws -> Response
    ) async throws {
        let upload = try ImportUpload(path: file, session: session)
        try await session.withClient { client in
            let response = try await body(client, try await client.tenantID(tenant), upload)
            for remarks in response.remarks { try session.note(remarks) }
            try session.print(response.rendering)
        }
    }
}

/// The input of an import, opened before the service is asked for anything, and its progress.
struct ImportUpload {
    private let session: Session
    /// Keeps the descriptor open; nil for standard input.
    private let file: InputFile?
    private let source: any ByteSource

    /// Throws with exit 66 when there is no such file.
    init(path: String, session: Session) throws(ClientError) {
        self.session = session
        if path == "-" {
            file = nil
            source = session.context.input.source()
        } else {
            let file = try InputFile(path: path)
            self.file = file
            source = DescriptorSource(descriptor: file.descriptor, name: path)
        }
    }

    /// Runs an import and shows how many bytes were sent.
    func run<Response>(
        _ body: (any ByteSource, (Int64) async -> Void) async throws -> Response
    ) async throws -> Response {
        try await session.withProgress { meter in
            try await body(source) { sent in
                // All is sent long before the service has applied it.
                let isSent = file?.size.map { sent >= $0 } ?? false
                meter.show(
                    ProgressLine(
                        label: isSent ? "Applying" : "Importing", done: sent, total: isSent ? nil : file?.size,
                        unit: isSent ? .none : .bytes))
            }
        }
    }

    func contents(limit: Int) async throws(ClientError) -> [UInt8] { try await source.all(limit: limit) }
}
