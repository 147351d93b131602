import Bytes
import Domain
import ReviewPackAPI

/// Packs for people.
enum PackViews {
    static func table(_ packs: [Proto.Pack]) -> TextTable {
        TextTable(
            columns: [
                .left("ID"), .left("STATUS"), .left("TENANT"), .left("GENERATED"), .left("EXPIRES"), .right("SIZE"),
            ],
            rows: packs.map { pack in
                [
                    StyledText(ValueText.shortID(pack.id).printable), pack.status.badge,
                    StyledText(pack.tenantName.printable),
                    StyledText(ValueText.time(pack.generatedAt)), StyledText(ValueText.time(pack.expiresAt)),
                    StyledText(pack.fileSize.map(ByteCount.text) ?? "-"),
                ]
            })
    }

    static func list(_ packs: [Proto.Pack]) -> Rendering {
        .list(packs.map { OutputValue($0) }, ids: packs.map(\.id), table: table(packs))
    }

    /// The whole of a pack, with the commands that this caller may use next.
    static func detail(
        _ pack: Proto.Pack, actions: [String], accounts: AccountDatabase
    ) -> SectionedText {
        SectionedText(sections: [
            status(pack), summary(pack), options(pack), origin(pack, accounts: accounts), next(pack, actions: actions),
        ])
    }

    private static func status(_ pack: Proto.Pack) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Status")
        section.add("Status", pack.status.badge)
        section.add("Pack", pack.id.printable)
        section.add("Tenant", "\(pack.tenantName.printable) (\(pack.tenantExternalID.printable))")
        section.add("Workspace", pack.workspace.printable)
        if let code = pack.failureReason {
            let known = FailureReason(rawValue: code)
            section.add("Reason", "\(known?.explanation ?? "The generation failed.") [\(code.printable)]")
            section.add("What to do", ifPresent: known?.advice)
        }
        return section
    }

    private static func summary(_ pack: Proto.Pack) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Summary")
        if let summary = pack.summary {
            section.add(
                "Findings",
                "\(summary.findings) (\(summary.findingsOpen) open, \(summary.findingsAcknowledged) acknowledged)")
            section.add("Severities", ifPresent: ValueText.severities(summary.bySeverity))
            section.add("Operations", "\(summary.operations)")
            section.add("permission_posture", summary.hasPermissionPosture ? "present" : "no report")
            section.add("entra.admin_roles", summary.hasEntraAdminRoles ? "present" : "no report")
            section.add("hardening", summary.hasHardening ? "present" : "no settings")
            for source in summary.sources {
                section.add("Freshness", ValueText.freshness(source))
            }
        }
        section.add("Generated", ifPresent: pack.generatedAt?.description)
        section.add("Expires", ifPresent: pack.expiresAt?.description)
        section.add("File", ifPresent: pack.fileName?.printable)
        section.add("Size", ifPresent: pack.fileSize.map(ByteCount.full))
        section.add("SHA-256", ifPresent: pack.sha256.map { Hex.encode($0) })
        section.add("Fingerprint", ifPresent: pack.fingerprint.map { Hex.encode($0) })
        section.add("Previous", ifPresent: pack.previousFingerprint.map { Hex.encode($0) })
        return section
    }

    private static func options(_ pack: Proto.Pack) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Options")
        guard let options = pack.options else { return section }
        let redactions = pack.summary.map { ", \($0.redactions) replacements" } ?? ""
        section.add("Personal data", options.includePII ? "included" : "redacted\(redactions)")
        section.add("Operation runs", options.includeOperations ? "included" : "left out")
        return section
    }

    private static func origin(_ pack: Proto.Pack, accounts: AccountDatabase) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Initiator and operation run")
        section.add("Initiator", ValueText.initiator(pack.initiator, accounts: accounts).printable)
        section.add("On behalf of", ifPresent: pack.onBehalfOf?.printable)
        section.add("Operation run", ifPresent: pack.operationRunID?.printable)
        section.add("Requested", ifPresent: pack.createdAt?.description)
        return section
    }

    private static func next(_ pack: Proto.Pack, actions: [String]) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Next")
        if pack.status == .queued || pack.status == .generating {
            section.add("", "reviewpackctl watch \(pack.id.printable)")
        }
        for action in actions {
            section.add("", ifPresent: command(for: action, of: pack))
        }
        return section
    }

    /// The command line of an action that GetPackResponse names; nil for one that this client does not know.
    static func command(for action: String, of pack: Proto.Pack) -> String? {
        let id = pack.id.printable
        let tenant = pack.tenantExternalID.printable
        switch action {
        case "download": return ClientCommandLine.download(pack: id)
        case "expire": return ClientCommandLine.expire(pack: id)
        case "cancel": return ClientCommandLine.cancel(pack: id)
        case "generate": return ClientCommandLine.generate(tenant: tenant)
        case "retry":
            guard let options = pack.options else { return ClientCommandLine.generate(tenant: tenant) }
            return ClientCommandLine.retry(
                tenant: tenant, includePII: options.includePII, includeOperations: options.includeOperations)
        case "regenerate": return ClientCommandLine.regenerate(tenant: tenant, pack: id)
        default: return nil
        }
    }

    /// What `generate` prints for people.
    static func generated(_ response: Proto.GenerateResponse, pack: Proto.Pack) -> Rendering {
        var section = SectionedText.Section(title: "Review pack")
        section.add("Pack", pack.id.printable)
        section.add("Status", pack.status.badge)
        section.add("Outcome", response.outcome.word ?? "unknown")
        section.add("Findings", ifPresent: pack.summary.map { "\($0.findings)" })
        section.add("Size", ifPresent: pack.fileSize.map(ByteCount.text))
        section.add("Expires", ifPresent: pack.expiresAt?.description)
        switch pack.status {
        case .ready: section.add("Next", "reviewpackctl download \(pack.id.printable)")
        case .queued, .generating: section.add("Next", "reviewpackctl watch \(pack.id.printable)")
        default: break
        }
        return .one(OutputValue(response), id: pack.id, text: SectionedText(sections: [section]))
    }
}
