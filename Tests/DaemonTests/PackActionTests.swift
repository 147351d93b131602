import Domain
import TestTags
import Testing

@testable import Daemon

@Suite("The next actions for a pack", .tags(.packs, .access))
struct PackActionTests {
    @Test("are those of the table for each status and role")
    func table() {
        let viewer = Standing(isMember: true, capabilities: [.viewReviewPacks])
        let manager = Standing(isMember: true, capabilities: [.viewReviewPacks, .manageReviewPacks])
        var rows: [String] = []
        for status in [nil] + PackStatus.allCases.map(Optional.some) {
            let word = status?.word ?? "none"
            let labels = [viewer, manager].map { standing in
                PackActions.of(status, standing: standing).map(\.label).joined(separator: ", ")
            }
            rows.append("\(word): viewer [\(labels[0])] manager [\(labels[1])]")
        }
        #expect(
            rows == [
                "none: viewer [] manager [Generate]",
                "queued: viewer [] manager [Cancel]",
                "generating: viewer [] manager [Cancel]",
                "ready: viewer [Download] manager [Download, Generate new, Expire]",
                "failed: viewer [] manager [Retry]",
                "expired: viewer [] manager [Generate new]",
            ])
    }
}
