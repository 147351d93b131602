import Bytes
import Domain
import ReviewPackAPI
import Storage

/// `MaintenanceService`: prune, and the audit log.
enum MaintenanceHandlers {
    static func prune(_ request: Proto.PruneRequest, _ context: CallContext) async throws -> Proto.PruneResponse {
        try context.admitToSystem()
        let settings = context.core.settings
        let options = PruneOptions(
            hardDelete: request.hardDelete ?? settings.pruneHardDelete, force: request.force,
            graceDays: settings.hardDeleteGraceDays, historyDays: settings.historyDays)
        var response = Proto.PruneResponse()
        let history: PrunePlan.History
        if request.dryRun {
            let plan = try await context.store.planPrune(options)
            response.expired = Int64(plan.expire.count)
            response.deleted = Int64(plan.delete.count)
            response.warning = plan.warning
            let packs = plan.expire.map { ($0, "expire") } + plan.delete.map { ($0, "delete") }
            response.plan = packs.prefix(1000).map { pack, action in
                var message = Proto.PrunedPack()
                message.id = pack.id.description
                message.tenantExternalID = pack.tenantExternalID.description
                message.action = action
                message.since = pack.since
                return message
            }
            history = plan.history
        } else {
            let result = try await context.store.prune(options, stamp: context.stamp())
            response.expired = result.expired
            response.deleted = result.deleted
            response.warning = result.warning
            history = result.history
        }
        response.operationRunsRemoved = history.operationRuns
        response.notificationsRemoved = history.notifications
        response.reportsRemoved = history.reports
        response.failedPacksRemoved = history.failedPacks
        response.findingsRemoved = history.findings
        return response
    }

    static func listAuditEvents(
        _ request: Proto.ListAuditEventsRequest, _ context: CallContext
    ) async throws -> Proto.ListAuditEventsResponse {
        try context.admitToSystem()
        var filter = AuditFilter()
        filter.actorUID = request.uid
        filter.onBehalfOf = request.onBehalfOf.map { ExactText($0) }
        filter.action = request.action
        filter.from = request.after
        filter.until = request.before
        if let word = request.outcome {
            guard let outcome = AuditOutcome(word: word) else {
                throw ProductError.invalid("outcome", "must be ok, denied or failed")
            }
            filter.outcome = outcome
        }
        if let text = request.tenant {
            guard let id = TenantExternalID(text) else { throw ProductError.invalid("tenant", "must be a GUID") }
            guard let tenant = try await context.store.tenant(externalID: id) else { throw ProductError.notFound }
            filter.tenantID = tenant.id
        }
        if let text = request.pack {
            guard let id = PackID(text) else { throw ProductError.invalid("pack", "must be a pack's id, a UUID") }
            filter.packID = id
        }
        let result = try await context.store.listAuditEvents(
            filter, newestFirst: request.newestFirst,
            page: PageRequest(request))
        var response = Proto.ListAuditEventsResponse()
        response.events = result.items.map { Proto.AuditEvent($0) }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    static func verifyAuditLog(
        _ request: Proto.VerifyAuditLogRequest, _ context: CallContext
    ) async throws -> Proto.VerifyAuditLogResponse {
        try context.admitToSystem()
        let verification = try await context.store.verifyAuditChain()
        var response = Proto.VerifyAuditLogResponse()
        response.intact = verification.isIntact
        response.events = verification.events
        response.headHash = verification.headHash.bytes
        response.faults = verification.faults.map { fault in
            var message = Proto.AuditFault()
            message.problem = fault.problem.rawValue
            message.seq = fault.seq
            return message
        }
        return response
    }
}

extension Proto.AuditEvent {
    init(_ event: AuditEvent) {
        self.init()
        seq = event.seq
        at = event.at.isLegal ? event.at : nil
        actor = event.actor.initiator
        onBehalfOf = event.actor.onBehalfOf?.text
        method = event.method
        action = event.action
        outcome = event.outcome.word
        reason = event.reason
        workspaceID = event.workspaceID?.description
        tenantID = event.tenantID?.description
        packID = event.packID?.description
        count = event.count
        details = event.details
        previousHash = event.previousHash.bytes
        hash = event.hash.bytes
    }
}
