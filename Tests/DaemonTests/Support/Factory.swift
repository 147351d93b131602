import Domain
import ReviewPackAPI
import Storage

@testable import Daemon

/// The one factory of workspaces, tenants, findings and packs in each of their states.
extension ServiceFixture {
    static let contoso = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"
    static let fabrikam = "0b1f8a34-8f5e-4d53-9a39-5f3f2b7c9d21"

    /// Makes a workspace with one tenant.
    func makeTenant(
        _ externalID: String = contoso, name: String = "Contoso Ltd", workspace: String = "msp"
    ) async throws {
        if try await store.workspace(named: workspace) == nil {
            var request = Proto.CreateWorkspaceRequest()
            request.name = workspace
            _ = try await call(Methods.directoryServiceCreateWorkspace, request)
        }
        var request = Proto.CreateTenantRequest()
        request.workspace = workspace
        request.externalID = externalID
        request.name = name
        _ = try await call(Methods.directoryServiceCreateTenant, request)
    }

    /// Grants a role in a tenant.
    func grant(_ role: Role, to principal: Principal, tenant: String = contoso) async throws {
        var request = Proto.GrantRoleRequest()
        request.principal = Proto.Principal(principal)
        request.role = Proto.Role(role)
        var target = Proto.BindingTarget()
        target.kind = .tenant(tenant)
        request.target = target
        _ = try await call(Methods.directoryServiceGrantRole, request)
    }

    /// Imports findings in the native format: one open finding of each given severity.
    @discardableResult
    func importFindings(
        _ severities: [Severity] = [.high], tenant: String = contoso, prefix: String = "f",
        seenAt: String = "2026-03-01T00:00:00Z"
    ) async throws -> Proto.ImportFindingsResponse {
        let lines = severities.enumerated().map { index, severity in
            """
            {"uid":"\(prefix)-\(index)","check_id":"check_\(index)","title":"Check \(index)",\
            "severity":"\(severity.word)",\
            "status":"open","resource_type":"user","resource_uid":"res-\(index)","resource_name":"Resource \(index)",\
            "first_seen_at":"\(seenAt)","last_seen_at":"\(seenAt)"}
            """
        }
        return try await importFindings(text: lines.joined(separator: "\n") + "\n", tenant: tenant)
    }

    @discardableResult
    func importFindings(text: String, tenant: String = contoso) async throws -> Proto.ImportFindingsResponse {
        var header = Proto.ImportFindingsHeader()
        header.tenant = tenant
        var first = Proto.ImportFindingsRequest()
        first.part = .header(header)
        var second = Proto.ImportFindingsRequest()
        second.part = .chunk(Array(text.utf8))
        return try await upload(Methods.ingestServiceImportFindings, [first, second])
    }

    /// Requests a pack without waiting for it.
    @discardableResult
    func generate(
        tenant: String = contoso, includePII: Bool? = nil, regenerateFrom: String? = nil
    ) async throws -> Proto.GenerateResponse {
        var request = Proto.GenerateRequest()
        request.tenant = tenant
        request.includePII = includePII
        request.regenerateFrom = regenerateFrom
        return try await call(Methods.reviewPackServiceGenerate, request)
    }

    /// Waits until a pack has left `queued` and `generating`.
    func finished(_ id: String) async throws -> Proto.Pack {
        var request = Proto.WatchPackRequest()
        request.id = id
        return try await stream(Methods.reviewPackServiceWatch, request).last?.pack ?? Proto.Pack()
    }

    /// A pack of the tenant in the given state, as the life of a pack leads there.
    func makePack(_ status: PackStatus, tenant: String = contoso) async throws -> PackRecord {
        guard let id = TenantExternalID(tenant), let record = try await store.tenant(externalID: id) else {
            throw ProductError.notFound
        }
        switch status {
        case .queued, .generating, .failed:
            // Straight to the store: the service's queue would take the pack further.
            let request = GenerationRequest(tenantID: record.id, options: PackOptions(), retentionDays: 90)
            let pack = try await store.requestGeneration(request, stamp: .system).pack
            switch status {
            case .generating: return try await store.markGenerating(pack.id)
            case .failed: return try await store.failPack(pack.id, reason: .storageFull)
            default: return pack
            }
        case .ready, .expired:
            let made = try await finished(generate(tenant: tenant).pack?.id ?? "")
            if status == .expired {
                var request = Proto.ExpirePackRequest()
                request.id = made.id
                _ = try await call(Methods.reviewPackServiceExpire, request)
            }
            guard let id = PackID(made.id), let pack = try await store.pack(id) else { throw ProductError.notFound }
            return pack
        }
    }
}
