import Domain
import ReviewPackAPI
import ReviewPackClient
import Synchronization

/// Scans one tenant after the other: runs the collector, streams what it prints into an import, records how it ended.
struct ScanRunner {
    var client: ReviewPackClient
    var type: ReportType
    /// The program's path, or why there is none to run.
    var collector: Result<String, ScanFault>
    var expected: CollectorOutput.Kind?
    var timeout: Duration
    var outputLimit: Int64
    var passedVariables: [String]
    var environment: [String: String]
    var now: @Sendable () -> UnixMillis
    var interrupt: ScanInterrupt

    /// Never throws: what went wrong is in the result, also when it could not be recorded.
    func scan(_ tenant: Proto.Tenant) async -> ScanResult {
        var result = ScanResult(tenant: tenant, type: type)
        let startedAt = now()
        do throws(ScanFault) {
            result.importRunID = try await collect(tenant, startedAt)
        } catch {
            result.fault = error
        }
        do throws(ClientError) {
            result.operationRunID = try await client.recordScan(
                Proto.RecordScanRequest(
                    tenant: tenant.externalID, type: type.wire, startedAt: startedAt,
                    reasonCode: result.fault?.failure.rawValue, importRunID: result.importRunID))
        } catch {
            result.recordError = error
        }
        return result
    }

    /// Returns the operation run of the import. The collector has ended when this returns or throws.
    private func collect(_ tenant: Proto.Tenant, _ startedAt: UnixMillis) async throws(ScanFault) -> String {
        let process = try CollectorProcess(
            path: try collector.get(),
            environment: CollectorEnvironment.make(
                tenant: tenant, type: type, passing: passedVariables, from: environment), timeout: timeout)
        interrupt.watch(process)
        let result: Result<String, ScanFault>
        do throws(ClientError) {
            result = .success(try await importOutput(of: process, tenant.externalID, startedAt))
        } catch {
            let fault = ScanFault(importing: error)
            process.reject(fault)
            // Its own fault came first: the import's is only the consequence.
            result = .failure(await process.fault() ?? fault)
        }
        interrupt.watch(nil)
        return try result.get()
    }

    private func importOutput(
        of process: CollectorProcess, _ tenant: String, _ startedAt: UnixMillis
    ) async throws(ClientError) -> String {
        let output = CollectorOutput(process, limit: outputLimit)
        switch try await output.kind(expected: expected) {
        case .findings:
            let header = Proto.ImportFindingsHeader(tenant: tenant, format: .auto)
            return try await client.importFindings(header, from: output).operationRunID
        case .report:
            let header = Proto.ImportReportHeader(tenant: tenant, type: type.wire, measuredAt: startedAt)
            return try await client.importReport(header, from: output).operationRunID
        }
    }
}

/// How the scan of one tenant ended.
struct ScanResult: Sendable {
    var tenant: Proto.Tenant
    var type: ReportType
    /// Nil when it succeeded.
    var fault: ScanFault?
    var importRunID: String?
    /// Nil when the scan could not be recorded; `recordError` says why.
    var operationRunID: String?
    var recordError: ClientError?

    var isComplete: Bool { fault == nil && recordError == nil }
}

extension ReportType {
    var wire: Proto.ReportType { Proto.ReportType(rawValue: Int32(rawValue)) }
}

/// Ends a row of scans when a signal comes: the running collector is stopped, none is started after it.
final class ScanInterrupt: Sendable {
    private struct State {
        var isInterrupted = false
        var process: CollectorProcess?
    }

    private let state = Mutex(State())

    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// The first signal.
    func interrupt() {
        let process = state.withLock { state in
            state.isInterrupted = true
            return state.process
        }
        process?.stop(Self.fault)
    }

    /// The second signal ends this process at once; the collector must not outlive it.
    func kill() { state.withLock { $0.process }?.killNow() }

    /// Says which collector runs now; one that starts after the signal is stopped at once.
    func watch(_ process: CollectorProcess?) {
        let isLate = state.withLock { state in
            state.process = process
            return state.isInterrupted
        }
        if isLate { process?.stop(Self.fault) }
    }

    private static let fault = ScanFault(.interrupted, "the scan was interrupted")
}
