import Bytes
import Domain
import ReviewPackAPI

/// Operation runs and the results of imports for people.
enum OperationViews {
    static func list(_ operations: [Proto.OperationRun], accounts: AccountDatabase) -> Rendering {
        .list(
            operations.map(value), ids: operations.map(\.id),
            table: TextTable(
                columns: [
                    .left("ID"), .left("TYPE"), .left("STATUS"), .left("OUTCOME"), .left("STARTED"), .left("BY"),
                    .left("IMPORTED"),
                ],
                rows: operations.map {
                    [
                        // Runs cannot be found by a part of their id, so the whole one is shown.
                        StyledText($0.id.printable), StyledText($0.type.printable), StyledText(word($0.status.word)),
                        outcome($0), StyledText(PackViews.time($0.startedAt)),
                        StyledText(DirectoryViews.initiator($0.initiator, accounts: accounts).printable),
                        StyledText($0.imported ? "yes" : "no"),
                    ]
                }))
    }

    /// The run's fields with its context as the object that it is, not as a text that holds one.
    private static func value(_ run: Proto.OperationRun) -> OutputValue {
        guard case .object(let fields) = OutputValue(run) else { return .null }
        return .object(
            fields.map { $0.name == "context" ? OutputValue.Field(name: $0.name, value: .json(run.context)) : $0 })
    }

    static func detail(_ run: Proto.OperationRun, accounts: AccountDatabase) -> Rendering {
        var section = SectionedText.Section(title: "Operation run")
        section.add("Run", run.id.printable)
        section.add("Type", run.type.printable)
        section.add("Tenant", run.tenantExternalID.printable)
        section.add("Status", word(run.status.word))
        section.add("Outcome", outcome(run))
        section.add("Reason", ifPresent: run.reasonCode?.printable)
        section.add("Initiator", DirectoryViews.initiator(run.initiator, accounts: accounts).printable)
        section.add("Imported", run.imported ? "yes, a collector says so" : "no, recorded by the service")
        section.add("Started", ifPresent: run.startedAt?.description)
        section.add("Finished", ifPresent: run.finishedAt?.description)
        if !run.context.isEmpty { section.add("Context", run.context.printable) }
        return .one(value(run), id: run.id, text: SectionedText(sections: [section]))
    }

    private static func outcome(_ run: Proto.OperationRun) -> StyledText {
        switch run.outcome {
        case .succeeded: StyledText("succeeded", parameter: Badge.success.terminalColour)
        case .failed: StyledText("failed", parameter: Badge.danger.terminalColour)
        case .unspecified: StyledText("-")
        default: StyledText("unknown")
        }
    }

    private static func word(_ word: String?) -> String { word.map { $0 == "unspecified" ? "-" : $0 } ?? "unknown" }

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
