import Bytes
import Crypto
import Domain
import Evidence
import Foundation
import GRDB
import Glibc
import Logging
import Synchronization
import SystemIO
import Testing

@testable import Storage

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    static let start = UnixMillis(1_772_337_906_000)
    private let time = Mutex(TestClock.start)

    var now: UnixMillis {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    func advance(days: Int = 0, minutes: Int = 0, milliseconds: Int64 = 0) {
        now = now.advanced(byDays: days).advanced(byMinutes: minutes).advanced(byMilliseconds: milliseconds)
    }
}

/// Throws at the fault points that a test names, as often as it says.
final class FaultScript: Sendable {
    struct Fault: Error {}
    private let armed = Mutex<[FaultPoint: any Error]>([:])

    func arm(_ point: FaultPoint, throwing error: any Error = Fault()) { armed.withLock { $0[point] = error } }

    func disarm() { armed.withLock { $0 = [:] } }

    func reach(_ point: FaultPoint) throws {
        if let error = armed.withLock({ $0.removeValue(forKey: point) }) { throw error }
    }
}

extension StoreConfiguration {
    /// Limits that no test meets unless it lowers them.
    init() {
        self.init(
            readers: 8, groupCommitLimit: 128, writeQueueLimit: 4096, alertRulesPerScope: 25,
            roleBindingsPerScope: 1000,
            tenantsPerWorkspace: 1000, findingsPerTenant: 10_000_000, reportBytesPerTenant: 4 << 30,
            maximumStagedBytesPerUser: 16 << 30, reserveBytes: 4 << 20, maximumImportBytes: 16 << 30,
            maximumImportRecords: 10_000_000, maximumReportBytes: 32 << 20, idempotencyHours: 24)
    }
}

extension PruneOptions {
    init(hardDelete: Bool = false, force: Bool = false, historyDays: Int = 400) {
        self.init(hardDelete: hardDelete, force: force, graceDays: 30, historyDays: historyDays)
    }
}

/// A store in a scratch directory with everything that a test needs to fill it.
final class TestStore: Sendable {
    let path: String
    let clock: TestClock
    let faults: FaultScript
    let store: Store
    private let ownsDirectory: Bool

    init(_ adjust: (inout StoreConfiguration) -> Void = { _ in }) throws {
        path = NSTemporaryDirectory() + "rp-store-\(UUID().uuidString.prefix(8))"
        clock = TestClock()
        faults = FaultScript()
        ownsDirectory = true
        store = try TestStore.open(path, clock, faults, adjust)
    }

    private init(continuing old: TestStore) throws {
        path = old.path
        clock = old.clock
        faults = old.faults
        ownsDirectory = false
        store = try TestStore.open(path, clock, faults) { _ in }
    }

    /// The directory as a crash left it, which belongs to whoever made it.
    init(crashedIn path: String) throws {
        self.path = path
        clock = TestClock()
        faults = FaultScript()
        ownsDirectory = false
        store = try TestStore.open(path, clock, faults) { _ in }
    }

    deinit { if ownsDirectory { try? FileManager.default.removeItem(atPath: path) } }

    /// The same directory after a restart: whatever was not durable is gone. Keep the old value alive, it owns the
    /// directory.
    func reopened() async throws -> TestStore {
        try store.pool.close()
        giveUpLock()
        return try TestStore(continuing: self)
    }

    /// The store of the same directory once it was closed, for a test that has changed its files meanwhile.
    func opened() throws -> Store { try TestStore.open(path, clock, faults) { $0.checkPatience = .zero } }

    /// What the kernel does when the process ends.
    func giveUpLock() { #expect(flock(store.state.lock.raw, LOCK_UN) == 0) }

    private static func open(
        _ path: String, _ clock: TestClock, _ faults: FaultScript, _ adjust: (inout StoreConfiguration) -> Void
    ) throws -> Store {
        var configuration = StoreConfiguration()
        configuration.reserveBytes = 4096
        configuration.faults = { try faults.reach($0) }
        adjust(&configuration)
        return try Store.open(
            state: try StateDirectory.open(path: path), configuration: configuration, clock: { clock.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    // MARK: Factory

    static let owner = ActionStamp(actor: Actor(uid: 1000), method: "test")

    static func stamp(_ method: String = "test", request: UInt64? = nil, digest: String = "request") -> ActionStamp {
        ActionStamp(
            actor: Actor(uid: 1000), method: method, requestID: request.map { RequestID(high: 1, low: $0) },
            requestDigest: Digest256(hashing: Array(digest.utf8)))
    }

    func workspace(_ name: String = "contoso") async throws -> WorkspaceRecord {
        if let known = try await store.workspace(named: name) { return known }
        return try await store.createWorkspace(name: name, stamp: Self.owner)
    }

    func tenant(_ name: String = "Contoso", number: UInt64 = 1, workspace: String = "contoso") async throws
        -> TenantRecord
    {
        try await store.createTenant(
            in: try await self.workspace(workspace).id, externalID: Self.externalID(number), name: name,
            stamp: Self.owner)
    }

    static func externalID(_ number: UInt64) -> TenantExternalID {
        TenantExternalID(high: 0x7f6d_1d7e_6c1c_4d0a, low: 0x9d53_0000_0000_0000 | number)
    }

    /// The run of a type that started last; nil when there never was one.
    func latestRun(of type: OperationType, in tenant: TenantRecord) async throws -> OperationRecord? {
        var filter = OperationFilter(tenantID: tenant.id)
        filter.type = type
        return try await store.listOperationRuns(filter, visible: .everything, page: PageRequest(limit: 1)).items.first?
            .run
    }

    func generate(
        _ tenant: TenantRecord, _ options: PackOptions = PackOptions(), from: PackID? = nil, days: Int = 90
    ) async throws -> GenerationOutcome {
        try await store.requestGeneration(
            GenerationRequest(tenantID: tenant.id, options: options, regenerateFrom: from, retentionDays: days),
            stamp: Self.owner)
    }

    /// Takes a queued pack to ready with `bytes` as its file.
    @discardableResult
    func complete(_ pack: PackRecord, bytes: [UInt8] = Array("PK pack".utf8)) async throws -> PackRecord {
        let generating = try await store.markGenerating(pack.id)
        let fingerprint = try await store.withEvidence(of: pack.tenantID) { try $0.fingerprint(options: pack.options) }
        let file = try write(generating, bytes)
        return try await store.completePack(completion(generating, fingerprint, bytes), in: file)
    }

    func write(_ pack: PackRecord, _ bytes: [UInt8]) throws -> PublishedPackFile {
        let pending = try store.files.begin(pack.id)
        #expect(bytes.withUnsafeBytes { Glibc.write(pending.descriptor, $0.baseAddress, $0.count) } == bytes.count)
        return try pending.publish()
    }

    func completion(
        _ pack: PackRecord, _ fingerprint: Digest256, _ bytes: [UInt8]
    ) -> RenderedPack {
        var summary = PackSummary()
        summary.findingsOpen = 3
        summary.sources = [SourceFreshness(source: "prowler", lastRunAt: clock.now)]
        return RenderedPack(
            size: Int64(bytes.count), sha256: Digest256(hashing: bytes), blockDigests: [Digest256(hashing: bytes)],
            fingerprint: fingerprint, summary: summary, generatedAt: clock.now,
            expiresAt: pack.expiry(generatedAt: clock.now))
    }

    /// A tenant's pack in the given status.
    func pack(_ status: PackStatus, of tenant: TenantRecord, days: Int = 90) async throws -> PackRecord {
        try await change(tenant)
        let queued = try await generate(tenant, days: days).pack
        switch status {
        case .queued: return queued
        case .generating: return try await store.markGenerating(queued.id)
        case .failed: return try await store.failPack(queued.id, reason: .timeout)
        case .ready: return try await complete(queued)
        case .expired:
            let ready = try await complete(queued)
            return try await store.expirePack(ready.id, stamp: Self.owner)
        }
    }

    /// A ready pack in whose row a text stands.
    @discardableResult
    func readyPack(of tenant: TenantRecord, marking text: String) async throws -> PackRecord {
        try await change(tenant)
        let pack = try await store.markGenerating(try await generate(tenant).pack.id)
        let fingerprint = try await store.withEvidence(of: tenant.id) { try $0.fingerprint(options: pack.options) }
        let bytes = Array(text.utf8)
        let file = try write(pack, bytes)
        var completion = completion(pack, fingerprint, bytes)
        completion.summary.sources = [SourceFreshness(source: text, lastRunAt: clock.now)]
        return try await store.completePack(completion, in: file)
    }

    /// Changes the tenant's evidence, so that the next pack has another fingerprint.
    func change(_ tenant: TenantRecord) async throws {
        let settings = HardeningSettings(scopeMode: "\(UInt64.random(in: 0 ... .max))")
        _ = try await store.putHardening(
            settings, of: tenant.id, inputSHA256: Digest256(hashing: [1]), stamp: Self.owner)
    }

    func exports() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/exports").sorted()
    }

    func count(_ table: String, where condition: String = "1") async throws -> Int {
        try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table) WHERE \(condition)") ?? -1 }
    }

    /// Everything the store holds in rows that evidence is made of, to compare before and after.
    func evidence(_ tenant: TenantRecord) async throws -> Evidence {
        try await store.withEvidence(of: tenant.id) { try Evidence($0) }
    }
}

/// A snapshot's evidence as values.
struct Evidence: Equatable, Sendable {
    struct Finding: Equatable, Sendable {
        var title: String
        var resource: String
        var status: FindingStatus
        var result: FindingResult
        var firstSeenAt: UnixMillis
        var lastSeenAt: UnixMillis
    }

    var fingerprint: Digest256
    var findings: [Finding] = []
    var identities: Set<String> = []

    init(_ evidence: StoredEvidence) throws {
        fingerprint = try evidence.fingerprint(options: PackOptions())
        var findings: [Finding] = []
        try evidence.forEachFinding { row in
            findings.append(
                Finding(
                    title: String(decoding: row.title, as: UTF8.self),
                    resource: String(decoding: row.resourceName, as: UTF8.self), status: row.status,
                    result: row.result, firstSeenAt: row.firstSeenAt, lastSeenAt: row.lastSeenAt))
        }
        self.findings = findings
        var identities: Set<String> = []
        try evidence.forEachIdentity { identities.insert(String(decoding: $0, as: UTF8.self)) }
        self.identities = identities
    }
}

/// The reason of the error that `body` throws; nil when it throws none.
func reason(_ body: () async throws -> Void) async -> Reason? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? ProductError)?.reason
    }
}
