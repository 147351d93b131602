/// What an operation run did. Runs imported from elsewhere carry types of their own, so the type is open text with
/// known values.
public struct OperationType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let generateReviewPack = OperationType(rawValue: "tenant.review_pack.generate")
    public static let permissionPostureScan = OperationType(rawValue: "tenant.permission_posture.scan")
    public static let entraAdminRolesScan = OperationType(rawValue: "tenant.entra_admin_roles.scan")
    public static let importFindings = OperationType(rawValue: "tenant.findings.import")
    public static let importReport = OperationType(rawValue: "tenant.report.import")
    public static let importOperations = OperationType(rawValue: "tenant.operations.import")
    public static let importHardening = OperationType(rawValue: "tenant.hardening.import")
    public static let prune = OperationType(rawValue: "system.review_pack.prune")

    /// The types that the product itself records.
    public static let known: [OperationType] = [
        .generateReviewPack, .permissionPostureScan, .entraAdminRolesScan, .importFindings, .importReport,
        .importOperations, .importHardening, .prune,
    ]

    public var description: String { rawValue }

    /// Whether a run of this type tells of something that the service did: an import that brings one would forge its
    /// history.
    ///
    /// Capitals and surrounding spaces do not make it another type: a reader would not see the difference.
    public var isReserved: Bool {
        let folded = OperationInitiator.folded(rawValue)
        return OperationType.known.contains { Array($0.rawValue.utf8) == folded }
    }
}

/// Who started an operation run, as text.
public enum OperationInitiator {
    /// Whether the text says what only the service can know: `uid:` and a number is a caller that the kernel named,
    /// `system` is the service itself.
    public static func isReserved(_ text: String) -> Bool {
        let folded = folded(text)
        return folded.starts(with: Array("uid:".utf8)) || folded == Array("system".utf8)
    }

    /// The bytes in lower case without spaces, of which Unicode has many, and without characters that show nothing.
    fileprivate static func folded(_ text: String) -> [UInt8] {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars
        where !scalar.properties.isWhitespace && !scalar.properties.isDefaultIgnorableCodePoint {
            kept.append(scalar)
        }
        return Array(String(kept).lowercased().utf8)
    }
}

public enum OperationStatus: UInt8, CaseIterable, Sendable {
    case queued = 1
    case running = 2
    case completed = 3

    public var word: String {
        switch self {
        case .queued: "queued"
        case .running: "running"
        case .completed: "completed"
        }
    }

    public init?(word: some StringProtocol) {
        guard let match = OperationStatus.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

public enum OperationOutcome: UInt8, CaseIterable, Sendable {
    case succeeded = 1
    case failed = 2

    public var word: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed: "failed"
        }
    }

    public init?(word: some StringProtocol) {
        guard let match = OperationOutcome.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}
