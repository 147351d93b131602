import Domain

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

/// Which answers of Microsoft Graph are lists of roles: the names of what their `value` holds are evidence, and no
/// people's.
public enum RoleLists {
    /// Whether an `@odata.context` says so: `https://graph.microsoft.com/v1.0/$metadata#directoryRoles(members())`.
    public static func isContext(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count <= 512, let mark = text.firstIndex(of: UInt8(ascii: "#")) else { return false }
        // What is selected and expanded of the entities stands in brackets behind their name, what is left out as well.
        let name = text[(mark + 1)...].prefix { $0 != UInt8(ascii: "(") }
        return names.contains { name.elementsEqual($0.utf8) }
    }

    private static let names = [
        "directoryRoles", "directoryRoleTemplates", "roleManagement/directory/roleDefinitions",
        "roleManagement/entitlementManagement/roleDefinitions", "deviceManagement/roleDefinitions",
    ]
}
