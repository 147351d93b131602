import AccessTesting
import ReviewPackAPI
import TestTags
import Testing

/// What a non-member sees of things that exist, against what it sees of things that do not.
@Suite(.tags(.access), .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
struct HiddenAnswerTests {
    @Test("the frames that answer for what is hidden are byte for byte those for what does not exist")
    func frames() async throws {
        try await withDaemon { daemon in
            var hidden = try await AccessMatrixTests.furnish(daemon)
            hidden.doomedTenant = Scene.otherTenant
            hidden.doomedRule = try await AccessMatrixTests.makeAlertRule(daemon)
            let rows = try Self.targeted(hidden)
            let toHidden = try await daemon.probe(rows.map(\.call), as: .stranger, ["--frames"])
            let toAbsent = try await daemon.probe(try Self.targeted(.absent).map(\.call), as: .stranger, ["--frames"])
            for (row, (one, other)) in zip(rows, zip(toHidden, toAbsent)) {
                #expect(one == other && !one.isEmpty, "\(row.call.method.path)")
            }
        }
    }

    /// The rows whose target is something that can be hidden.
    ///
    /// Those that need a token are here with none: a token names its pack and its caller, and only a member gets one,
    /// so nobody has a genuine one for what never was. `HiddenAndAbsentTests` compares the two all the same, with the
    /// service's own key.
    static func targeted(_ at: AccessTargets) throws -> [AccessRow] {
        var at = at
        at.token = "none"
        return try accessRows(at, evidence: ExampleEvidence()).filter {
            $0.target == .tenant || $0.target == .workspace
        }
    }
}
