import Domain
import ReviewPackAPI
import ReviewPackClient

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
        let meter = session.progressMeter()
        let registration = session.context.interruption.onInterrupt { meter.clear() }
        defer {
            session.context.interruption.settle(registration) {}
            meter.clear()
        }
        return try await body(source) { sent in
            // All is sent long before the service has applied it.
            let isSent = file?.size.map { sent >= $0 } ?? false
            meter.show(
                ProgressLine(
                    label: isSent ? "Applying" : "Importing", done: sent, total: isSent ? nil : file?.size,
                    unit: isSent ? .none : .bytes))
        }
    }

    func contents(limit: Int) async throws(ClientError) -> [UInt8] { try await source.all(limit: limit) }
}

extension Session {
    /// What the service remarked on an import, beside the data; the other forms carry it in the result.
    func noteWarnings(_ texts: [String], of count: Int64, kind: String) throws {
        guard format == .table else { return }
        for text in texts { try note("\(kind): \(text.printable)") }
        if count > Int64(texts.count) { try note("\(kind): and \(count - Int64(texts.count)) more") }
    }
}

/// The results of imports for people.
enum ImportViews {
    static func imported(_ response: Proto.ImportFindingsResponse) -> Rendering {
        var section = SectionedText.Section(title: "Imported findings")
        for (name, count) in [
            ("Read", response.read), ("Inserted", response.inserted), ("Updated", response.updated),
            ("Reopened", response.reopened), ("Resolved", response.resolved), ("Unchanged", response.unchanged),
            ("Counted only", response.countedOnly), ("Merged", response.merged), ("Rejected", response.rejected),
        ] { section.add(name, "\(count)") }
        section.add("Format", response.format.word ?? "unknown")
        section.add("Scan", ifPresent: response.runID?.printable)
        section.add("Scanned", ifPresent: response.runAt?.description)
        section.add("Operation run", response.operationRunID.printable)
        section.add("Input SHA-256", Hex.encode(response.inputSHA256))
        return .one(OutputValue(response), id: response.operationRunID, text: SectionedText(sections: [section]))
    }

    static func imported(_ response: Proto.ImportReportResponse) -> Rendering {
        var section = SectionedText.Section(title: "Imported report")
        section.add("Outcome", response.outcome.printable)
        section.add("Measured", ifPresent: response.measuredAt?.description)
        section.add("Size", ByteCount.text(response.payloadBytes))
        section.add("Latest", response.latest ? "yes: the next pack takes it" : "no: a newer report is stored")
        section.add("Operation run", response.operationRunID.printable)
        section.add("Fingerprint", Hex.encode(response.fingerprint))
        return .one(OutputValue(response), id: response.operationRunID, text: SectionedText(sections: [section]))
    }

    static func imported(_ response: Proto.ImportOperationsResponse) -> Rendering {
        var section = SectionedText.Section(title: "Imported operation runs")
        for (name, count) in [
            ("Read", response.read), ("Inserted", response.inserted), ("Updated", response.updated),
            ("Unchanged", response.unchanged), ("Rejected", response.rejected),
        ] { section.add(name, "\(count)") }
        section.add("Operation run", response.operationRunID.printable)
        section.add("Input SHA-256", Hex.encode(response.inputSHA256))
        return .one(OutputValue(response), id: response.operationRunID, text: SectionedText(sections: [section]))
    }

    static func imported(_ response: Proto.PutHardeningResponse) -> Rendering {
        var section = SectionedText.Section(title: "Hardening settings")
        section.add("Outcome", response.outcome.printable)
        section.add("Operation run", response.operationRunID.printable)
        return .one(OutputValue(response), id: response.operationRunID, text: SectionedText(sections: [section]))
    }
}
