import Crypto
import Foundation
import ReviewPackClient
import ReviewPackModel
import ReviewPackWire

/// Takes steps for one tenant, one after the other, and keeps its ledger: a step is uncertain from before its request leaves until its
/// answer came.
public final class TenantClient {
    public static let workspace = "crash"
    public private(set) var ledger: TenantLedger
    let client: ReviewPackClient
    /// How long a generation may take; on a disk that stays full its end cannot be written, and so never comes.
    var patience = Duration.seconds(60)
    /// Called whenever the ledger changed, before the next request leaves.
    private let changed: (TenantLedger) -> Void
    /// How many steps of each kind were acknowledged.
    public private(set) var acknowledged: [String: Int] = [:]
    /// Refusals that are a normal answer, by reason.
    public private(set) var refused: [String: Int] = [:]

    public init(
        _ client: ReviewPackClient, _ ledger: TenantLedger, changed: @escaping (TenantLedger) -> Void = { _ in }
    ) {
        self.client = client
        self.ledger = ledger
        self.changed = changed
    }

    /// Throws the step's `ClientError`; then the step stays uncertain, except for refusals that say that nothing was done.
    public func take(_ step: Step) async throws {
        ledger.uncertain.append(step)
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

    private func settle() {
        ledger.uncertain.removeLast()
        changed(ledger)
    }

    /// The tenant was made by a request that was answered with an error.
    func adoptCreated(_ id: String, name: String) {
        ledger.id = id
        ledger.name = name
        ledger.note("tenant.create", id)
        settle()
    }

    func adoptDeleted() {
        let id = ledger.id ?? ""
        ledger.forget()
        ledger.note("tenant.delete", id)
        settle()
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
            guard answer.inserted == Int64(numbers.count) else {
                throw Violation("an import of \(numbers.count) new findings inserted \(answer.inserted)")
            }
            ledger.findings += Int64(numbers.count)
            ledger.note("findings.import", ledger.id ?? "")
        case .report(let requestID, let text):
            try await importReport(requestID, text)
            ledger.report = Self.digest(text)
            ledger.note("report.import", ledger.id ?? "")
        case .operations(let requestID, let ids, let time):
            try await importOperations(requestID, ids, time)
            ledger.operations.formUnion(ids)
            ledger.note("operations.import", ledger.id ?? "")
        case .hardening(let checkedAt):
            try await putHardening(checkedAt)
            ledger.hardening = checkedAt
            ledger.note("hardening.put", ledger.id ?? "")
        case .generate(let requestID, let includePII):
            try await generate(requestID, includePII)
        case .watch(let pack):
            ledger.noteEnd(of: try await watch(pack))
        case .cancel(let pack):
            ledger.noteEnd(of: try await client.cancel(pack))
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
        }
        var sink = NoSink()
        let header = try await client.download(token: token, into: &sink)
        guard case .ready(let sha256) = ledger.packs[pack], header.sha256 == sha256 else {
            throw Violation("\(pack) gave other bytes than those that were acknowledged")
        }
    }

    func importFindings(_ requestID: String, _ numbers: Range<Int>) async throws -> Proto.ImportFindingsResponse {
        let lines = numbers.map { number in
            """
            {"uid":"f-\(number)","check_id":"check-\(number % 7)","title":"Check \(number % 7)","severity":"high",\
            "status":"open","resource_type":"user","resource_uid":"user-\(number)","resource_name":"User \(number)",\
            "first_seen_at":"2026-03-01T00:00:00Z","last_seen_at":"2026-04-01T00:00:00Z","source":"crash"}
            """
        }
        return try await client.importFindings(
            Proto.ImportFindingsHeader(tenant: ledger.externalID, requestID: requestID),
            from: MemorySource(Array(lines.joined(separator: "\n").utf8)))
    }

    func importReport(_ requestID: String, _ text: String) async throws {
        _ = try await client.importReport(
            Proto.ImportReportHeader(tenant: ledger.externalID, type: .permissionPosture, requestID: requestID),
            from: MemorySource(Array(text.utf8)))
    }

    func importOperations(_ requestID: String, _ ids: [String], _ time: Date) async throws {
        let time = time.formatted(.iso8601)
        let lines = ids.map { id in
            """
            {"id":"\(id)","type":"\(Self.operationType)","status":"completed","outcome":"succeeded",\
            "started_at":"\(time)","finished_at":"\(time)","initiator":"crash","context":{}}
            """
        }
        _ = try await client.importOperations(
            Proto.ImportOperationsHeader(tenant: ledger.externalID, requestID: requestID),
            from: MemorySource(Array(lines.joined(separator: "\n").utf8)))
    }

    static let operationType = "crash.work"

    private func putHardening(_ checkedAt: Int64) async throws {
        let time = Date(timeIntervalSince1970: TimeInterval(checkedAt)).formatted(.iso8601)
        _ = try await client.putHardening(
            tenant: ledger.externalID,
            document: Array(
                #"{"scope_mode":"strict","last_checked_at":"\#(time)","warnings":["\#(checkedAt)"]}"#.utf8))
    }

    static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 2 ? digits : "0" + digits
        }.joined()
    }

    /// What verification found out; see `Verification`.
    func replace(_ ledger: TenantLedger) {
        self.ledger = ledger
        changed(ledger)
    }
}

/// Something that the service must never do.
public struct Violation: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

extension Step {
    /// Whether this answer is a normal one: the state has moved on, and nothing was done.
    func expects(_ reason: Reason?) -> Bool {
        switch self {
        case .generate: reason == .generationInProgress
        case .cancel: reason == .wrongState
        case .expire: reason == .alreadyExpired
        case .prune: reason == .pruneInProgress
        case .backup: reason == .backupInProgress
        default: false
        }
    }
}

extension TenantLedger {
    /// An answer that shows a pack's end acknowledges it.
    mutating func noteEnd(of pack: Proto.Pack) {
        guard packs[pack.id] == .active else { return }
        switch pack.status {
        case .ready:
            packs[pack.id] = .ready(sha256: pack.sha256 ?? [])
            note("review_pack.complete", pack.id)
        case .failed:
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
