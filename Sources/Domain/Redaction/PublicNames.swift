/// Names that stand for no person, although a display name may equal one: the product's own words, scanners and what
/// they call the settings of a tenant, generic accounts, Microsoft Entra's built-in directory roles, and the policies
/// that every tenant has from the start. The one list of them; import, rendering and the final scan all ask it.
public enum PublicNames {
    /// Whether `text` is one of them, in any case of its ASCII letters. Allocates nothing.
    public static func contains(_ text: UnsafeRawBufferPointer) -> Bool { all.contains(text) }

    public static func contains(_ text: some StringProtocol) -> Bool {
        var text = String(text)
        return text.withUTF8 { contains(UnsafeRawBufferPointer($0)) }
    }

    private static let all: WordSet = {
        var names = words + directoryRoles + policies + ScannerNames.all
        names += Severity.allCases.map(\.word)
        names += FindingResult.allCases.map(\.word)
        names += FindingStatus.allCases.map(\.word)
        names += PackStatus.allCases.map(\.word)
        names += OperationStatus.allCases.map(\.word)
        names += OperationOutcome.allCases.map(\.word)
        names += OperationType.known.map(\.rawValue)
        names += ReportType.allCases.map(\.word)
        names += FailureReason.allCases.map(\.rawValue)
        names += Capability.allCases.map(\.rawValue)
        return WordSet(names)
    }()
}
