package import Domain
import Synchronization

/// The line between a rendering and those who wait for it: it may be cancelled from any thread and read for progress.
package final class RenderControl: Sendable {
    /// What the renderer is doing, in the order in which it does it.
    package enum Phase: UInt8, CaseIterable, Sendable {
        case waiting, findings, documents, sealing, verifying, finished
    }

    /// 0, or one more than the position of the reason in `FailureReason.allCases`.
    private let cancellation = Atomic<UInt8>(0)
    private let currentPhase = Atomic<UInt8>(Phase.waiting.rawValue)
    private let findings = Atomic<Int64>(0)
    private let expectedFindings = Atomic<Int64>(0)

    package init() {}

    /// Asks the renderer to stop soon with this reason; the first call decides, later ones change nothing.
    package func cancel(reason: FailureReason) {
        guard let position = FailureReason.allCases.firstIndex(of: reason) else { return }
        _ = cancellation.compareExchange(
            expected: 0, desired: UInt8(position + 1), ordering: .relaxed)
    }

    package var isCancelled: Bool { cancellation.load(ordering: .relaxed) != 0 }

    package var cancellationReason: FailureReason? {
        let value = cancellation.load(ordering: .relaxed)
        return value == 0 ? nil : FailureReason.allCases[Int(value) - 1]
    }

    package var phase: Phase { Phase(rawValue: currentPhase.load(ordering: .relaxed)) ?? .waiting }

    /// Findings written so far.
    package var findingsDone: Int64 { findings.load(ordering: .relaxed) }

    /// Findings that there are to write; 0 before the rendering knows.
    package var findingsTotal: Int64 { expectedFindings.load(ordering: .relaxed) }

    func expect(findings count: Int64) { expectedFindings.store(count, ordering: .relaxed) }

    func enter(_ phase: Phase) { currentPhase.store(phase.rawValue, ordering: .relaxed) }

    func report(findings count: Int64) { findings.store(count, ordering: .relaxed) }

    /// Ends the rendering when somebody asked for it.
    func check() throws(RenderError) {
        guard let reason = cancellationReason else { return }
        throw RenderError(reason, detail: "stopped in phase \(phase)")
    }
}

/// Asks the control inside of long loops over one text: a legal text has a mebibyte, and whoever cancels waits for its
/// end.
struct Patience {
    private let control: RenderControl
    private var left = Self.interval

    /// Steps between two questions; a step takes some nanoseconds.
    private static let interval = 1 << 18

    init(_ control: RenderControl) { self.control = control }

    /// Counts `steps` that were taken or are about to be.
    ///
    /// - Throws: `RenderError` when somebody asked the rendering to stop.
    @inline(__always)
    mutating func spend(_ steps: Int) throws {
        left -= steps
        if left <= 0 { try ask() }
    }

    private mutating func ask() throws {
        left = Self.interval
        try control.check()
    }
}

/// Why rendering ended without a pack.
package struct RenderError: Error, Equatable {
    /// Goes into the operation run.
    package var reason: FailureReason
    /// For the journal alone: it may hold error numbers, positions and what the evidence said of its own failure, but
    /// never a text of the tenant's data.
    package var detail: String

    package init(_ reason: FailureReason, detail: String) {
        self.reason = reason
        self.detail = detail
    }
}
