import Domain
import Generation
import ReviewPackAPI
import Storage
import TTRPCNIO

/// `ReviewPackService`: generate, look at, hand out, cancel, expire.
enum ReviewPackHandlers {
    static func generate(_ request: Proto.GenerateRequest, _ context: CallContext) async throws
        -> Proto.GenerateResponse
    {
        let tenant = try await context.tenant(request.tenant)
        let stamp = try context.stamp(for: request)
        let settings = context.core.settings
        var options = PackOptions(
            includePII: settings.includePIIDefault, includeOperations: settings.includeOperationsDefault)
        var origin: PackID?
        if let text = request.regenerateFrom {
            let pack = try await context.pack(text)
            guard pack.tenantID == tenant.id else {
                throw ProductError.invalid("regenerate_from", "must be a pack of the same tenant")
            }
            options = pack.options
            origin = pack.id
        }
        options.includePII = request.includePII ?? options.includePII
        options.includeOperations = request.includeOperations ?? options.includeOperations

        try context.core.generations.admit()
        let outcome = try await context.store.requestGeneration(
            GenerationRequest(
                tenantID: tenant.id, options: options, regenerateFrom: origin, retentionDays: settings.retentionDays,
                activeLimit: settings.generationsPerUser),
            stamp: stamp)
        var response = Proto.GenerateResponse()
        switch outcome {
        case .created(let pack):
            response.outcome = .created
            if pack.storedStatus == .queued {
                await context.core.generations.submit(pack, uid: context.caller.peer.uid, settings: settings)
            }
        case .reused: response.outcome = .reused
        }
        response.pack = context.message(outcome.pack)
        return response
    }

    static func list(_ request: Proto.ListPacksRequest, _ context: CallContext) async throws -> Proto.ListPacksResponse
    {
        var visible = context.access.scopes(holding: .viewReviewPacks)
        var filter = PackFilter()
        if let text = request.tenant {
            let tenant = try await context.tenant(text)
            filter.tenantID = tenant.id
            visible = .some(workspaces: [], tenants: [tenant.id])
        }
        for status in request.statuses {
            guard let status = PackStatus(status) else {
                throw ProductError.invalid("statuses", "holds a value that is no status")
            }
            filter.statuses.insert(status)
        }
        filter.generatedAfter = request.generatedAfter
        filter.generatedBefore = request.generatedBefore
        if let search = request.search {
            guard (1...200).contains(search.utf8.count) else {
                throw ProductError.invalid("search", "must have 1 to 200 bytes")
            }
            filter.search = search
        }
        let sort = try sortOrder(request.sort)
        let page = try PageRequest<PackCursor>(request)

        var response = Proto.ListPacksResponse()
        if let part = request.idPart {
            guard let fragment = IDFragment(part) else {
                throw ProductError.invalid("id_part", "must have 6 to 32 hexadecimal digits")
            }
            response.packs = try await context.store.packs(matching: fragment, visible: visible, limit: page.limit)
                .map(context.message)
            return response
        }
        let result = try await context.store.listPacks(filter, sort: sort, visible: visible, page: page)
        response.packs = result.items.map(context.message)
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    private static func sortOrder(_ sort: Proto.PackSort) throws(ProductError) -> PackSort {
        switch sort {
        case .unspecified, .generatedAt: .generatedAt
        case .status: .status
        default: throw .invalid("sort", "must be generated_at or status")
        }
    }

    static func get(_ request: Proto.GetPackRequest, _ context: CallContext) async throws -> Proto.GetPackResponse {
        let pack = try await context.pack(request.id)
        let standing = context.access.standing(inWorkspace: pack.workspaceID, tenant: pack.tenantID)
        var response = Proto.GetPackResponse()
        response.pack = context.message(pack)
        response.actions = PackActions.of(pack.status(at: context.now), standing: standing).map(\.rawValue)
        return response
    }

    static func expire(_ request: Proto.ExpirePackRequest, _ context: CallContext) async throws
        -> Proto.ExpirePackResponse
    {
        let pack = try await context.pack(request.id)
        var response = Proto.ExpirePackResponse()
        response.pack = context.message(try await context.store.expirePack(pack.id, stamp: context.stamp()))
        return response
    }

    /// Ends a queued or running generation; answers when nothing of it runs any more and its bytes are gone.
    static func cancel(_ request: Proto.CancelPackRequest, _ context: CallContext) async throws
        -> Proto.CancelPackResponse
    {
        let pack = try await context.pack(request.id)
        let cancelled = try await context.store.cancelPack(pack.id, stamp: context.stamp())
        await context.core.generations.stop(pack.id)
        return Proto.CancelPackResponse(pack: context.message(cancelled))
    }

    /// Sends the pack at once and after each change; access is decided again each time.
    static func watch(
        _ request: Proto.WatchPackRequest, _ context: CallContext, _ responses: ResponseStream<Proto.WatchPackResponse>
    ) async throws {
        var pack = try await context.pack(request.id)
        var sent: Proto.WatchPackResponse?
        for await _ in context.core.watchers.subscribe(pack.id) {
            pack = try await context.pack(pack.id)
            var response = Proto.WatchPackResponse()
            response.pack = context.message(pack)
            response.progress = context.progress(of: pack)
            if response != sent {
                try await responses.send(response)
                sent = response
            }
            if !pack.storedStatus.isActive { return }
        }
        try Task.checkCancellation()
        throw ProductError(.draining, "the service is stopping; watch again when it is back")
    }
}

extension CallContext {
    func message(_ pack: PackRecord) -> Proto.Pack {
        Proto.Pack(pack, now: now, staleAfterHours: core.settings.scanStaleAfterHours)
    }

    /// How far a pack is, in the words of `PackProgress.phase`.
    func progress(of pack: PackRecord) -> Proto.PackProgress {
        var progress = Proto.PackProgress()
        progress.findingsTotal = pack.summary?.findings ?? 0
        progress.findingsDone = progress.findingsTotal
        guard pack.storedStatus.isActive else {
            progress.phase = "done"
            return progress
        }
        progress.phase = "queued"
        if let running = core.generations.progress(of: pack.id) {
            progress.findingsDone = running.findings
            progress.findingsTotal = running.total
            progress.phase =
                switch running.phase {
                case .waiting: "queued"
                case .findings: "findings"
                case .documents: "reports"
                case .sealing, .finished: "publish"
                case .verifying: "scan"
                }
        }
        return progress
    }
}
