import ReviewPackModel
import ReviewPackStore
import ReviewPackWire
import TTRPCTransport

/// One call as its handler sees it: who calls, what the method table says, and how to reach and authorise what it names.
///
/// The look-ups here apply the method's own row, so a handler cannot forget or mistake its capability; what the caller may not
/// see and what does not exist leave by the same path.
struct CallContext: Sendable {
    static let onBehalfOfKey = "reviewpack-on-behalf-of"

    let call: ServerCall
    let row: MethodRow
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
            throw ProductError(error)
        }
    }

    // MARK: Authorised look-ups

    /// The tenant with this external id, when the caller may use this method on it.
    func tenant(_ externalID: String) async throws -> TenantRecord {
        guard let id = TenantExternalID(externalID) else {
            throw ProductError.invalid("tenant", "must be the tenant's external id, a GUID")
        }
        guard let tenant = try await store.tenant(externalID: id) else { throw ProductError.notFound }
        try access.standing(inWorkspace: tenant.workspaceID, tenant: tenant.id).admit(row.access)
        return tenant
    }

    /// The workspace with this name, when the caller may use this method on it.
    func workspace(_ name: String) async throws -> WorkspaceRecord {
        guard let workspace = try await store.workspace(named: name) else { throw ProductError.notFound }
        try access.standing(inWorkspace: workspace.id).admit(row.access)
        return workspace
    }

    /// The pack with this id, when the caller may use this method on it.
    func pack(_ id: String) async throws -> PackRecord {
        guard let id = PackID(id) else { throw ProductError.invalid("id", "must be a pack's id, a UUID") }
        return try await pack(id)
    }

    func pack(_ id: PackID) async throws -> PackRecord {
        guard let pack = try await store.pack(id) else { throw ProductError.notFound }
        try access.standing(inWorkspace: pack.workspaceID, tenant: pack.tenantID).admit(row.access)
        return pack
    }

    /// Admits a method whose target is the whole system.
    func admitToSystem() throws(ProductError) { try access.systemStanding.admit(row.access) }

    // MARK: Stamps

    /// Who did it and how, for the audit event of a mutation.
    func stamp() -> ActionStamp { ActionStamp(actor: caller.actor, method: row.method.path) }

    /// A stamp with the caller's retry key; `unkeyed` is the request without its `request_id`.
    func stamp(requestID: String?, unkeyed: some WireMessage) throws(ProductError) -> ActionStamp {
        guard let requestID else { return stamp() }
        guard let id = UUIDValue(requestID) else { throw .invalid("request_id", "must be a UUID") }
        return ActionStamp(
            actor: caller.actor, method: row.method.path, requestID: id,
            requestDigest: Digest256(hashing: unkeyed.serialized()))
    }
}
