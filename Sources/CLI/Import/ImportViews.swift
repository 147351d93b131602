import Bytes
import Domain
import ReviewPackAPI

/// How an import ended, for people: one conformance a kind.
protocol ImportResponse: WireMessage {
    var operationRunID: String { get }
    /// What the service says of the import, section by section of its result.
    var section: SectionedText.Section { get }
    /// What it remarked on the input.
    var remarks: [ImportRemarks] { get }
}

/// Remarks of one kind, of which the service sends the first ones alone.
struct ImportRemarks {
    var kind: String
    var texts: [String]
    var count: Int64
}

extension ImportResponse {
    var rendering: Rendering {
        .one(OutputValue(self), id: operationRunID, text: SectionedText(sections: [section]))
    }
}

extension Session {
    /// The remarks, beside the data; the other forms carry them in the result.
    func note(_ remarks: ImportRemarks) throws {
        guard format == .table else { return }
        for text in remarks.texts { try note("\(remarks.kind): \(text.printable)") }
        let more = remarks.count - Int64(remarks.texts.count)
        if more > 0 { try note("\(remarks.kind): and \(more) more") }
    }
}

extension Proto.ImportFindingsResponse: ImportResponse {
    var section: SectionedText.Section {
        var section = SectionedText.Section(title: "Imported findings")
        for (name, count) in [
            ("Read", read), ("Inserted", inserted), ("Updated", updated),
            ("Reopened", reopened), ("Resolved", resolved), ("Unchanged", unchanged),
            ("Counted only", countedOnly), ("Merged", merged), ("Rejected", rejected),
        ] { section.add(name, "\(count)") }
        section.add("Format", format.word ?? "unknown")
        section.add("Scan", ifPresent: runID?.printable)
        section.add("Scanned", ifPresent: runAt?.description)
        section.add("Operation run", operationRunID.printable)
        section.add("Input SHA-256", Hex.encode(inputSHA256))
        return section
    }

    var remarks: [ImportRemarks] {
        [
            ImportRemarks(kind: "warning", texts: warnings, count: warningCount),
            ImportRemarks(kind: "rejected", texts: rejections, count: rejected),
        ]
    }
}

extension Proto.ImportReportResponse: ImportResponse {
    var section: SectionedText.Section {
        var section = SectionedText.Section(title: "Imported report")
        section.add("Outcome", outcome.printable)
        section.add("Measured", ifPresent: measuredAt?.description)
        section.add("Size", ByteCount.text(payloadBytes))
        section.add("Latest", latest ? "yes: the next pack takes it" : "no: a newer report is stored")
        section.add("Operation run", operationRunID.printable)
        section.add("Fingerprint", Hex.encode(fingerprint))
        return section
    }

    var remarks: [ImportRemarks] {
        [ImportRemarks(kind: "warning", texts: warnings, count: Int64(warnings.count))]
    }
}

extension Proto.ImportOperationsResponse: ImportResponse {
    var section: SectionedText.Section {
        var section = SectionedText.Section(title: "Imported operation runs")
        for (name, count) in [
            ("Read", read), ("Inserted", inserted), ("Updated", updated),
            ("Unchanged", unchanged), ("Rejected", rejected),
        ] { section.add(name, "\(count)") }
        section.add("Operation run", operationRunID.printable)
        section.add("Input SHA-256", Hex.encode(inputSHA256))
        return section
    }

    var remarks: [ImportRemarks] {
        [ImportRemarks(kind: "rejected", texts: rejections, count: rejected)]
    }
}

extension Proto.PutHardeningResponse: ImportResponse {
    var section: SectionedText.Section {
        var section = SectionedText.Section(title: "Hardening settings")
        section.add("Outcome", outcome.printable)
        section.add("Operation run", operationRunID.printable)
        return section
    }

    var remarks: [ImportRemarks] {
        []
    }
}
