import Domain
import ReviewPackAPI
import Storage

extension Proto.Workspace {
    init(_ workspace: WorkspaceRecord) {
        self.init()
        id = workspace.id.description
        name = workspace.name
        createdAt = workspace.createdAt
    }
}

extension Proto.Tenant {
    init(_ tenant: TenantRecord) {
        self.init()
        id = tenant.id.description
        externalID = tenant.externalID.description
        name = tenant.name
        workspace = tenant.workspaceName
        createdAt = tenant.createdAt
    }
}

extension Proto.GetTenantResponse {
    /// What `GetTenant` answers, and `ListTenants` for each tenant when asked.
    init(_ overview: TenantOverview, now: UnixMillis, staleAfterHours: Int) {
        self.init()
        tenant = Proto.Tenant(overview.tenant)
        sources = overview.sources.map {
            Proto.SourceFreshness($0, now: now, staleAfterHours: staleAfterHours)
        }
        let byStatus: [(FindingStatus, [Int64])] = [
            (.open, overview.open), (.acknowledged, overview.acknowledged), (.resolved, overview.resolved),
        ]
        findingsByStatus = byStatus.map { status, counts in
            Proto.StatusCount(status: status.word, findings: counts.reduce(0, +))
        }
        findingsBySeverity = Severity.allCases.enumerated().map { index, severity in
            Proto.SeverityCount(severity, overview.open[index] + overview.acknowledged[index])
        }
        newestPack = overview.newestPack.map { Proto.Pack($0, now: now, staleAfterHours: staleAfterHours) }
    }
}

extension Proto.Principal {
    init(_ principal: Principal) {
        self.init()
        switch principal {
        case .user(let uid): kind = .uid(uid)
        case .group(let gid): kind = .gid(gid)
        case .subject(let name): kind = .subject(name.text)
        }
    }
}

extension Principal {
    /// Reads the principal of a request; INVALID_FIELD when it is missing or its subject cannot be one. Whether a
    /// subject may enter, who stores it decides: one that is stored already can be named in any form.
    init(_ principal: Proto.Principal?) throws(ProductError) {
        switch principal?.kind {
        case .uid(let uid):
            guard uid != 65534, uid != .max else { throw .invalid("principal.uid", "must not be the nobody user") }
            self = .user(uid: uid)
        case .gid(let gid):
            guard gid != 65534, gid != .max else { throw .invalid("principal.gid", "must not be the nogroup group") }
            self = .group(gid: gid)
        case .subject(let text):
            guard Principal.isValidSubject(text) else {
                throw .invalid("principal.subject", Principal.subjectRule)
            }
            self = .subject(ExactText(text))
        case nil: throw .invalid("principal", "must name a uid, a gid or a subject")
        }
    }
}

extension Proto.RoleBinding {
    /// - Parameter target: the binding's scope by name.
    init(_ record: RoleBindingRecord, target: Proto.BindingTarget?) {
        self.init()
        principal = Proto.Principal(record.binding.principal)
        role = Proto.Role(record.binding.role)
        self.target = target
        createdAt = record.createdAt
        createdBy = record.createdBy.initiator
    }
}

extension Proto.Role {
    init(_ role: Role) { self.init(rawValue: Int32(role.rawValue)) }
}

extension Role {
    init(_ role: Proto.Role) throws(ProductError) {
        guard let raw = UInt8(exactly: role.rawValue), let role = Role(rawValue: raw) else {
            throw .invalid("role", "must be one of \(Role.allCases.map(\.word).joined(separator: ", "))")
        }
        self = role
    }
}
