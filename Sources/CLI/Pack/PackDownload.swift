import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct PackTokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "token",
        abstract: "Issue a short-lived download token for a ready pack.",
        arguments: "<pack>",
        discussion: """
            The token is a secret that works for you alone. It goes to standard output:
            save it with umask 077.

            Example:
              reviewpackctl token 1a6f8b10 > pack.token
              reviewpackctl download --token-file pack.token
            """)

    @Argument(
        help: .pack,
        completion: .packs(.ready))
    var pack: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let id = try await client.packID(pack)
            let token = try await client.issueDownloadToken(pack: id)
            try session.print(.one(OutputValue(token), id: id, line: token.token.printable))
        }
    }
}

struct PackDownloadCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "download",
        abstract: "Download a ready review pack and check its digest.",
        arguments: "<pack> [-O <file>] [--force]",
        "<tenant> --latest [-O <file>] [--force]",
        "--token-file <file> [-O <file>] [--force]",
        discussion: """
            Without -O the file gets the pack's own name in the current directory.
            Nothing unfinished is ever left under that name, and no file is replaced
            without --force. Prints the saved file's path.

            Examples:
              reviewpackctl download 1a6f8b10 -O pack.zip
              reviewpackctl download $TENANT --latest
              reviewpackctl download --token-file pack.token -O - | bsdtar -tf -
            """)

    @Argument(
        help: ArgumentHelp("The pack's id, or with --latest the tenant's GUID.", valueName: "pack-or-tenant"),
        completion: .packOrTenant)
    var target: String?

    @Flag(help: "The tenant's newest ready pack.")
    var latest = false

    @Option(
        help: ArgumentHelp("Redeem the token in this file; - reads standard input.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Option(
        name: [.customShort("O"), .long],
        help: ArgumentHelp("Save here; - writes to standard output.", valueName: "file"), completion: .file())
    var outputFile: String?

    @Flag(help: "Replace a file that is there already.")
    var force = false

    @OptionGroup var common: CommonOptions

    /// `issueToken` looks the pack or the tenant up; of a token file nothing is known.
    var subject: String? { target.map { "\(latest ? "tenant" : "pack") \($0)" } }

    func validate() throws {
        if outputFile == "" { throw ValidationError("-O needs a file's name, or - for standard output") }
        guard (target == nil) != (tokenFile == nil) else {
            throw ValidationError("give a pack, or a tenant with --latest, or --token-file: exactly one")
        }
        if latest, tokenFile != nil { throw ValidationError("--latest needs a tenant, not --token-file") }
    }

    func run(in session: Session) async throws {
        // Before anything is asked of the service: a token file that cannot be read, a place that cannot be written.
        let stored = try await storedToken(session)
        let place = try place(session.context)
        try await session.withClient { client in
            let token: String
            if let stored { token = stored } else { token = try await issueToken(client) }
            let (header, sink) = try await session.withProgress { meter in
                var sink = PackSink(target: place, meter: meter)
                do { return (try await client.download(token: token, into: &sink), sink) } catch {
                    if let outputError = sink.outputError { throw outputError }
                    throw error
                }
            }
            guard let path = try sink.publish() else { return }
            try session.print(.one(Self.result(header, path: path), id: header.pack, line: path.printable))
        }
    }

    private func place(_ context: CommandContext) throws(ClientError) -> PackSink.Target {
        switch outputFile {
        case "-"?: .standardOutput(context.output)
        case let path?: .file(try NewFile(at: path, replacing: force, interruption: context.interruption))
        case nil: .fileNamedByService(replacing: force, context.interruption)
        }
    }

    private func issueToken(_ client: ReviewPackClient) async throws -> String {
        let target = target ?? ""
        guard latest else { return try await client.issueDownloadToken(pack: try await client.packID(target)).token }
        let tenant = try await client.tenantID(target)
        let ready = try await client.packs(Proto.ListPacksRequest(tenant: tenant, statuses: [.ready]), limit: 1)
        guard let pack = ready.first else {
            throw ClientError.fault(
                Reason.packNotReady, "tenant \(tenant) has no ready pack",
                advice: "make one: `reviewpackctl generate \(tenant) --wait`")
        }
        return try await client.issueDownloadToken(pack: pack.id).token
    }

    /// The token in --token-file, without the line end that a shell adds.
    private func storedToken(_ session: Session) async throws -> String? {
        guard let tokenFile else { return nil }
        let bytes =
            tokenFile == "-"
            ? try await session.context.input.source().all(limit: 4096)
            : try await contents(of: tokenFile, session)
        let trimmed = bytes.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
        guard !trimmed.isEmpty, trimmed.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ClientError.fault(
                .badData, "\(tokenFile == "-" ? "standard input" : tokenFile) holds no token",
                advice: "save one with `reviewpackctl token PACK`")
        }
        return String(decoding: trimmed, as: UTF8.self)
    }

    private func contents(of path: String, _ session: Session) async throws -> [UInt8] {
        let file = try InputFile(path: path)
        if file.isReadableByOthers {
            try session.note("warning: \(path.printable) can be read by other users; run: chmod 600 FILE")
        }
        return try await file.contents(limit: 4096)
    }

    private static func result(_ header: Proto.DownloadHeader, path: String) -> OutputValue {
        .fields([
            "file": .string(path), "pack": .string(header.pack), "size": .signed(header.size),
            "sha256": .hex(header.sha256),
        ])
    }
}
