import Foundation
import ReviewPackAPI
import TestTags
import Testing

/// Whether time tells what is hidden from what does not exist: a gross difference among the other tests, a fine one on
/// a `QuietMachine`.
@Suite(.tags(.access), .serialized)
struct HiddenTimingTests {
    private static let rounds = QuietMachine.rounds ?? 100
    private static let tenants = QuietMachine.rounds == nil ? 20 : 200

    /// How far from 0.5 an observer's chance may be who has one look. Chance alone strays by about 0.3 over the root of
    /// the rounds.
    private static let largestAdvantage = QuietMachine.rounds == nil ? 0.25 : 0.05

    @Test("the rank sum knows equal, shifted and tied samples apart")
    func statistic() {
        let one = Array(Int64(0)..<100)
        #expect(RankSum(one, one).superiority == 0.5 && RankSum(one, one).deviations == 0)
        #expect(RankSum(one.map { $0 + 100 }, one).superiority == 1)
        #expect(RankSum(one, one.map { $0 + 100 }).superiority == 0)
        #expect(RankSum(one.map { $0 + 20 }, one).deviations > 3)
        #expect(RankSum([5, 5], [5, 5]).deviations == 0)
        // By hand: of the nine pairs seven are wins and one is a tie.
        #expect(abs(RankSum([3, 5, 9], [1, 3, 4]).superiority - 7.5 / 9) < 1e-12)
    }

    @Test(
        """
        calls of who is no member here, or elsewhere alone, take as long for what is hidden as for what does not \
        exist
        """,
        .enabled(if: Account.othersAvailable, "needs root, to call as other users"),
        arguments: [Account.stranger, Account("an owner elsewhere", uid: 61_041)])
    func hiddenAndAbsent(observer: Account) async throws {
        try await withDaemon { daemon in
            var hidden = try await AccessMatrixTests.furnish(daemon)
            hidden.doomedTenant = Scene.otherTenant
            hidden.doomedRule = try await AccessMatrixTests.makeAlertRule(daemon)
            // Directory and access index of some size: what works on all of it would show.
            for number in 100..<100 + Self.tenants {
                try await daemon.makeTenant("eeeeeeee-0000-4000-8000-000000000\(number)", name: "Tenant \(number)")
            }
            try await daemon.ctl("workspace", "create", "elsewhere").succeeded()
            try await daemon.grant("owner", to: ["--user", "61041"], in: ["--workspace", "elsewhere"])
            let tenant = "eeeeeeee-0000-4000-8000-000000000099"
            try await daemon.makeTenant(tenant, name: "Tenant 99")
            let failed = try await daemon.cancelledPack(of: tenant).id
            let rows = try Self.timed(hidden, failed: failed)
            let others = try Self.timed(.absent, failed: Scene.absentPack)
            let calls = zip(rows, others).flatMap { [$0, $1] }
            let lines = try await daemon.probe(calls, as: observer, ["--time", "\(Self.rounds)"])
            let times = lines.map { $0.split(separator: " ").compactMap { Int64($0) } }
            for (index, call) in rows.enumerated() {
                let (one, other) = (times[2 * index], times[2 * index + 1])
                let result = RankSum(one, other)
                let report =
                    "\(observer): \(call.method.path): medians \(Self.median(one)) and \(Self.median(other)) ns, "
                    + String(format: "P(hidden > absent) %.4f, z %.1f", result.superiority, result.deviations)
                QuietMachine.report(report)
                #expect(abs(result.superiority - 0.5) <= Self.largestAdvantage, "\(report)")
            }
        }
    }

    /// Every call of the matrix whose target can be hidden, one for the packs that are not ready any more or never
    /// were, and two that name something only as a filter.
    private static func timed(_ at: AccessTargets, failed: String) throws -> [RawCall] {
        let digits = String(at.readyPack.filter { $0 != "-" })
        return try HiddenAnswerTests.targeted(at).map(\.call) + [
            RawCall(Methods.reviewPackServiceGet, Proto.GetPackRequest(id: at.expiredPack)),
            RawCall(Methods.reviewPackServiceGet, Proto.GetPackRequest(id: failed)),
            RawCall(Methods.reviewPackServiceList, Proto.ListPacksRequest(idPart: digits)),
            RawCall(Methods.directoryServiceListTenants, Proto.ListTenantsRequest(workspace: at.workspace)),
        ]
    }

    private static func median(_ times: [Int64]) -> Int64 { times.sorted()[times.count / 2] }
}
