import Bytes
import Domain
import ReviewPackAPI
import Storage
import TTRPCNIO

/// One call as its handler sees it: who calls, what the method table says, and how to reach and authorise what it
/// names.
///
/// The look-ups here apply the method's own rule, so a handler cannot forget or mistake its capability; what the caller
/// may not see and what does not exist leave by the same path.
struct CallContext: Sendable {
    static let onBehalfOfKey = "reviewpack-on-behalf-of"

    let call: ServerCall
    /// The method's path, as audit events name it.
    let method: String
    /// What the caller needs for the method.
    let rule: AccessRule
    let caller: Caller
    let core: ServiceCore

    var store: Store { core.store }
    var now: UnixMillis { core.clock() }

    var access: AccessDecision {
        AccessDecision(
            caller: caller, index: store.access, peerIsAdministrator: core.administrators.includes(caller.peer))
    }

    func decode<Message: WireMessage>(_ type: Message.Type, from bytes: [UInt8]) throws(ProductError) -> Message {
        do {
            return try Message(serialized: bytes)
        } catch {
            throw .init(.malformedMessage, "the request message is malformed: \(error)")
        }
    }

    // MARK: Authorised look-ups

    /// The tenant with this external id, when the caller fulfils the method's rule, or another one, on it.
    func tenant(_ externalID: String, needing rule: AccessRule? = nil) async throws -> TenantRecord {
        guard let id = TenantExternalID(externalID) else {
            throw ProductError.invalid("tenant", "must be the tenant's external id, a GUID")
        }
        let tenant = try await store.tenant(externalID: id, inSight: sight)
        return try admitted(tenant, needing: rule) { ($0.workspaceID, $0.id) }
    }

    /// The workspace with this name, when the caller fulfils the method's rule, or another one, on it.
    func workspace(_ name: String, needing rule: AccessRule? = nil) async throws -> WorkspaceRecord {
        try admitted(try await store.workspace(named: name, inSight: sight), needing: rule) { ($0.id, nil) }
    }

    /// The pack with this id, when the caller may use this method on it.
    func pack(_ id: String) async throws -> PackRecord {
        guard let id = PackID(id) else { throw ProductError.invalid("id", "must be a pack's id, a UUID") }
        return try await pack(id)
    }

    func pack(_ id: PackID) async throws -> PackRecord {
        try admitted(try await store.pack(id, inSight: sight)) { ($0.workspaceID, $0.tenantID) }
    }

    /// The operation run with this id, when the caller may use this method on it.
    func operationRun(_ id: OperationRunID) async throws -> OperationRunRecord {
        let record = try await store.operationRun(id, inSight: sight)
        // A run of the system is in sight for administrators alone, and they may do everything.
        return try admitted(record) { ($0.workspaceID, $0.tenantID) }
    }

    /// The alert rule with this id, when the caller may manage the members of what it is bound to.
    func alertRule(_ id: AlertRuleID) async throws -> AlertRuleRecord {
        let rule = try await store.alertRule(id, inSight: sight)
        switch rule?.scope {
        case .workspace(let workspace):
            return try admitted(rule, needing: .capability(.manageWorkspace)) { _ in (workspace, nil) }
        case .tenant(let tenant):
            return try admitted(rule) { _ in (store.access.workspace(of: tenant), tenant) }
        case .system, nil: throw ProductError.notFound
        }
    }

    /// What the caller may know of: what it is a member of.
    private var sight: Sight { { workspace, tenant in standing(inWorkspace: workspace, tenant: tenant).isMember } }

    /// Where the caller stands towards what lies in a tenant, in a workspace or (both nil) in the system alone.
    private func standing(inWorkspace workspace: WorkspaceID?, tenant: TenantID?) -> Standing {
        if let workspace { return access.standing(inWorkspace: workspace, tenant: tenant) }
        return caller.isAdministrator ? .administrator : .stranger
    }

    /// The one way from a scoped look-up to an answer: absent and hidden are both nil here.
    private func admitted<Record>(
        _ record: Record?, needing rule: AccessRule? = nil, at place: (Record) -> (WorkspaceID?, TenantID?)
    ) throws -> Record {
        guard let record else { throw ProductError.notFound }
        let (workspace, tenant) = place(record)
        try standing(inWorkspace: workspace, tenant: tenant).admit(rule ?? self.rule)
        return record
    }

    /// Admits a method whose target is the whole system.
    func admitToSystem() throws(ProductError) { try access.systemStanding.admit(rule) }

    // MARK: Stamps

    /// Who did it and how, for the audit event of a mutation.
    func stamp() -> ActionStamp { ActionStamp(actor: caller.actor, method: method) }

    /// A stamp with the caller's retry key, where it gave one.
    func stamp(for request: some KeyedRequest) throws(ProductError) -> ActionStamp {
        guard let requestID = request.requestID else { return stamp() }
        guard let id = RequestID(requestID) else { throw .invalid("request_id", "must be a UUID") }
        var unkeyed = request
        unkeyed.requestID = nil
        return ActionStamp(
            actor: caller.actor, method: method, requestID: id,
            requestDigest: Digest256(hashing: unkeyed.serialized()))
    }
}
