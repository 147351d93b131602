import Domain
import Foundation
import ReviewPackAPI
package import ReviewPackClient

/// Takes steps for one tenant, one after the other, and keeps its ledger: a step is uncertain from before its request
/// leaves until its answer came.
package final class TenantClient {
    package static let workspace = "crash"
    package internal(set) var ledger: TenantLedger
    let client: ReviewPackClient
    /// How long a generation may take; on a disk that stays full its end cannot be written, and so never comes.
    var patience = Duration.seconds(60)
    /// For what a generation may fail, beside a cancellation: nothing where no fault is injected.
    var failures: Set<String> = []
    /// Called whenever the ledger changed, before the next request leaves.
    let changed: (TenantLedger) -> Void
    /// How many steps of each kind were acknowledged.
    package private(set) var acknowledged: [String: Int] = [:]
    /// Refusals that are a normal answer, by reason.
    package private(set) var refused: [String: Int] = [:]

    package init(
        _ client: ReviewPackClient, _ ledger: TenantLedger, changed: @escaping (TenantLedger) -> Void = { _ in }
    ) {
        self.client = client
        self.ledger = ledger
        self.changed = changed
    }

    /// Throws the step's `ClientError`; then the step stays uncertain, except for refusals that say that nothing was
    /// done.
    package func take(_ step: Step) async throws {
        ledger.uncertain.append(step)
        if case .prune = step { ledger.pruneBegun = true }
        changed(ledger)
        try await takeUncertain(step)
    }

    /// The same for a step that is the last of the uncertain ones already.
    func takeUncertain(_ step: Step) async throws {
        do {
            try await perform(step)
        } catch ClientError.remote(let failure) where step.expects(failure.reason) {
            refused[failure.rawReason ?? "?", default: 0] += 1
            if failure.reason == .alreadyExpired, case .expire(let pack) = step { ledger.packs[pack] = .expired }
            settle()
            return
        }
        acknowledged[step.word, default: 0] += 1
        settle()
    }

    func settle() {
        ledger.uncertain.removeLast()
        changed(ledger)
    }

    private func perform(_ step: Step) async throws {
        let tenant = ledger.externalID
        switch step {
        case .create(let name):
            let made = try await client.createTenant(workspace: Self.workspace, externalID: tenant, name: name)
            ledger.id = made.id
            ledger.name = name
            ledger.note("tenant.create", made.id)
        case .delete:
            let id = ledger.id ?? ""
            _ = try await client.deleteTenant(tenant)
            ledger.forget()
            ledger.note("tenant.delete", id)
        case .rename(let name):
            _ = try await client.renameTenant(tenant, to: name)
            ledger.name = name
            ledger.note("tenant.rename", ledger.id ?? "")
        case .findings(let requestID, let numbers):
            let answer = try await importFindings(requestID, numbers)
            noteRun(answer.operationRunID, of: step)
            guard answer.inserted == Int64(numbers.count) else {
                throw Violation("an import of \(numbers.count) new findings inserted \(answer.inserted)")
            }
            ledger.findings += Int64(numbers.count)
            ledger.note("findings.import", ledger.id ?? "")
        case .report(let requestID, let text):
            noteRun(try await importReport(requestID, text).operationRunID, of: step)
            ledger.report = Self.digest(text)
            ledger.note("report.import", ledger.id ?? "")
        case .operations(let requestID, let ids, let time):
            noteRun(try await importOperations(requestID, ids, time).operationRunID, of: step)
            ledger.operations.formUnion(ids)
            ledger.note("operations.import", ledger.id ?? "")
        case .hardening(let checkedAt):
            noteRun(try await putHardening(checkedAt).operationRunID, of: step)
            ledger.hardening = checkedAt
            ledger.note("hardening.put", ledger.id ?? "")
        case .scan(let requestID, let time):
            noteRun(try await recordScan(requestID, time), of: step)
            ledger.note("scan.record", ledger.id ?? "")
        case .generate(let requestID, let includePII):
            try await generate(requestID, includePII)
        case .watch(let pack):
            try ledger.noteEnd(of: try await watch(pack), allowing: failures)
        case .cancel(let pack):
            try ledger.noteEnd(of: try await client.cancel(pack), allowing: ["cancelled"])
            ledger.note("review_pack.cancel", pack)
        case .expire(let pack):
            _ = try await client.expire(pack)
            ledger.packs[pack] = .expired
            ledger.tokens[pack] = nil
            ledger.note("review_pack.expire", pack)
        case .token(let pack):
            ledger.tokens[pack] = try await client.issueDownloadToken(pack: pack).token
            ledger.note("review_pack.token", pack)
        case .download(let pack):
            try await download(pack)
        case .grant, .revoke, .createRule, .deleteRule, .forgedToken:
            try await performRight(step)
        case .prune:
            _ = try await client.prune(Proto.PruneRequest(hardDelete: true, force: true))
            ledger.note("system.prune", "")
        case .backup:
            var sink = NoSink()
            _ = try await client.backup(into: &sink)
            ledger.note("system.backup", "")
        }
    }

    /// Throws `ClientError.cancelled` when the end does not come in time.
    private func watch(_ pack: String) async throws -> Proto.Pack {
        let (client, patience) = (client, patience)
        let watching = Task { try await client.watch(pack) }
        let alarm = Task {
            try await Task.sleep(for: patience)
            watching.cancel()
        }
        defer { alarm.cancel() }
        return try await watching.value
    }

    private func generate(_ requestID: String, _ includePII: Bool) async throws {
        let answer = try await client.generate(
            Proto.GenerateRequest(tenant: ledger.externalID, includePII: includePII, requestID: requestID))
        let pack = answer.pack ?? Proto.Pack()
        if answer.outcome == .reused {
            guard case .ready(let sha256) = ledger.packs[pack.id], pack.sha256 == sha256 else {
                throw Violation("\(pack.id) was reused, and is not known as ready")
            }
        } else {
            if ledger.packs[pack.id] == nil { ledger.packs[pack.id] = .active }
            ledger.note("review_pack.request", pack.id)
        }
    }

    /// Redeems a token that was issued earlier, or a new one; the client compares the bytes with the announced digest.
    func download(_ pack: String) async throws {
        let token: String
        if let issued = ledger.tokens[pack] {
            token = issued
        } else {
            token = try await client.issueDownloadToken(pack: pack).token
            ledger.note("review_pack.token", pack)
        }
        var sink = NoSink()
        let header = try await client.download(token: token, into: &sink)
        guard case .ready(let sha256) = ledger.packs[pack], header.sha256 == sha256 else {
            throw Violation("\(pack) gave other bytes than those that were acknowledged")
        }
        ledger.note("review_pack.download", pack)
    }

    private func noteRun(_ id: String, of step: Step) { ledger.noteRun(id, of: step) }

    /// What verification found out; see `Verification`.
    func replace(_ ledger: TenantLedger) {
        self.ledger = ledger
        changed(ledger)
    }
}

/// Something that the service must never do.
package struct Violation: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

extension TenantLedger {
    mutating func noteRun(_ id: String, of step: Step) { runs[id] = step.run?.rawValue }

    /// An answer that shows a pack's end acknowledges it; one that failed for no allowed reason is a `Violation`.
    mutating func noteEnd(of pack: Proto.Pack, allowing failures: Set<String>) throws {
        guard packs[pack.id] == .active else { return }
        switch pack.status {
        case .ready:
            packs[pack.id] = .ready(sha256: pack.sha256 ?? [])
            note("review_pack.complete", pack.id)
        case .failed:
            let reason = pack.failureReason ?? "no reason"
            guard failures.contains(reason) else { throw Violation("the pack \(pack.id) failed: \(reason)") }
            packs[pack.id] = .failed
            note("review_pack.fail", pack.id)
        case .expired: packs[pack.id] = .expired
        default: break
        }
    }
}

/// Throws bytes away; the client has compared them with their digest by then.
struct NoSink: DownloadSink, BackupSink {
    mutating func begin(_ header: Proto.DownloadHeader) async throws(ClientError) {}
    mutating func begin(_ header: Proto.BackupHeader) async throws(ClientError) {}
    mutating func append(_ bytes: [UInt8]) async throws(ClientError) {}
}
