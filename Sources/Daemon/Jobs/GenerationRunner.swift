import Domain
import Generation
import Logging
import ReviewPackAPI
import Storage
import SystemIO
import TTRPC

/// Takes one queued pack to ready or failed: mark, render from a snapshot, publish the file, close in one transaction.
struct GenerationRunner: Sendable {
    let store: Store
    let clock: WallClock
    let version: String
    let spoolDirectory: String
    let logger: Logger

    /// Generates the pack; every way out of here leaves it ready or failed, with no bytes of a failed one.
    ///
    /// - Parameter isStopping: whether the service is about to end, so that nothing is tried again.
    func run(
        _ id: PackID, settings: Settings, control: RenderControl, isStopping: @Sendable () -> Bool = { false }
    ) async {
        do {
            let pack = try await store.markGenerating(id)
            let identity = identity(of: pack, settings)
            let renderer = PackRenderer(compressionThreads: settings.compressionThreads, spoolDirectory: spoolDirectory)
            let files = store.files
            let (rendered, file) = try await store.withSnapshots(of: pack.tenantID) { snapshots in
                let pending = try files.begin(id)
                let rendered = try renderer.render(as: identity, to: pending.descriptor, control: control) { draft in
                    try snapshots.read(draft)
                }
                return (rendered, try pending.publish())
            }
            let finished = try await store.completePack(rendered, in: file)
            logger.info(
                "review pack generated",
                metadata: ["pack": "\(id)", "status": "\(finished.storedStatus.word)", "bytes": "\(rendered.size)"])
        } catch let error as ProductError where error.reason == .wrongState || error.reason == .notFound {
            // Cancelled, or deleted with its tenant, before it began or while it was being published: its row tells,
            // and nothing of it is left.
            logger.info(
                "review pack not generated", metadata: ["pack": "\(id)", "reason": "\(error.reason.rawValue)"])
        } catch {
            let (reason, detail) = Self.classify(error)
            logger.log(
                level: reason == .cancelled ? .notice : .error, "review pack failed",
                metadata: ["pack": "\(id)", "reason_code": "\(reason.rawValue)", "detail": "\(detail)"])
            await fail(id, reason, isStopping: isStopping)
        }
    }

    /// What the pack says of itself: its row, and what is decided now.
    private func identity(of pack: PackRecord, _ settings: Settings) -> PackIdentity {
        let generatedAt = clock()
        return PackIdentity(
            packID: pack.id, operationRunID: pack.operationRunID, options: pack.options,
            previousFingerprint: pack.previousFingerprint, initiator: pack.initiator.initiator,
            onBehalfOf: pack.initiator.onBehalfOf?.text, generatedAt: generatedAt,
            expiresAt: pack.expiry(generatedAt: generatedAt), operationsWindowDays: settings.operationsWindowDays,
            generatorVersion: version)
    }

    /// Ends a pack as failed. While that cannot be written it is tried again, because the row would keep its tenant
    /// from a new pack; what the end of the service leaves active, the next start ends. Damage that no waiting mends is
    /// not waited for: the packs of other tenants stand behind this one.
    func fail(_ id: PackID, _ reason: FailureReason, isStopping: @Sendable () -> Bool = { true }) async {
        var pause = Duration.milliseconds(50)
        while true {
            do {
                _ = try await store.failPack(id, reason: reason)
                return
            } catch let error as ProductError where error.reason == .notFound {
                logger.info("a failed review pack was deleted meanwhile", metadata: ["pack": "\(id)"])
                return
            } catch let error as ProductError where error.reason.code == .dataLoss {
                logger.critical(
                    "a failed review pack could not be recorded, because the stored data is damaged",
                    metadata: ["pack": "\(id)", "error": "\(error)", "next": "run check"])
                return
            } catch {
                logger.critical(
                    "a failed review pack could not be recorded",
                    metadata: ["pack": "\(id)", "error": "\(error)", "next": isStopping() ? "at start" : "\(pause)"])
            }
            if isStopping() { return }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// The reason code of an error, and its words for the journal.
    static func classify(_ error: any Error) -> (FailureReason, String) {
        switch error {
        case let error as RenderError: (error.reason, error.detail)
        case let error as SystemError: (error.isOutOfSpace ? .storageFull : .ioError, "\(error)")
        case let error as ProductError: (FailureReason(error.reason), "\(error)")
        default: (.internalError, "\(error)")
        }
    }
}
