import Domain
import ExitCodes
import ReviewPackAPI
import ReviewPackClient

/// The scans of one command for people.
enum ScanViews {
    static func results(_ results: [ScanResult]) -> Rendering {
        .list(
            results.map(value), ids: results.map { $0.operationRunID ?? $0.tenant.externalID },
            table: TextTable(
                columns: [.left("TENANT"), .left("NAME"), .left("SCAN"), .left("OUTCOME"), .left("RUN")],
                rows: results.map {
                    [
                        StyledText($0.tenant.externalID.printable), StyledText($0.tenant.name.printable),
                        StyledText($0.type.word), outcome($0), StyledText($0.operationRunID?.printable ?? "-"),
                    ]
                }))
    }

    private static func outcome(_ result: ScanResult) -> StyledText {
        guard let fault = result.fault else {
            return StyledText("succeeded", .success)
        }
        return StyledText("failed (\(fault.failure.rawValue))", .danger)
    }

    private static func value(_ result: ScanResult) -> OutputValue {
        .fields([
            "tenant_external_id": .string(result.tenant.externalID), "tenant_name": .string(result.tenant.name),
            "type": .string(result.type.word), "outcome": .string(result.fault == nil ? "succeeded" : "failed"),
            "reason_code": .optional(result.fault?.failure.rawValue), "message": .optional(result.fault?.message),
            "import_run_id": .optional(result.importRunID), "operation_run_id": .optional(result.operationRunID),
        ])
    }

    /// Lines for standard error, one for each thing that went wrong.
    static func complaints(about result: ScanResult) -> [String] {
        let tenant = "\(result.tenant.externalID) (\(result.tenant.name))".printable
        var lines: [String] = []
        if let fault = result.fault {
            lines.append("failed: \(tenant): \(fault.message.printable) [\(fault.failure.rawValue)]")
        }
        if let error = result.recordError { lines.append("not recorded: \(tenant): \(error.summary.printable)") }
        return lines
    }

    /// How the command ends when not all is well.
    static func error(of results: [ScanResult]) -> CommandError? {
        let bad = results.filter { !$0.isComplete }
        guard let first = bad.first else { return nil }
        if let fault = bad.compactMap(\.fault).first(where: \.isConfiguration) {
            return .failed(.configuration, fault.message, advice: fault.failure.nextStep)
        }
        let advice = first.fault?.failure.nextStep ?? first.recordError?.advice ?? ""
        return .failed(
            .failure, "\(bad.count) of \(results.count) \(results.count == 1 ? "scan" : "scans") failed", advice: advice
        )
    }
}
