import Domain
import ReviewPackAPI
import ReviewPackClient

/// Who may see the tenant, and who is told of it.
extension TenantClient {
    func performRight(_ step: Step) async throws {
        let tenant = ledger.externalID
        let id = ledger.id ?? ""
        switch step {
        case .grant(let subject):
            _ = try await client.grant(.viewer, to: .subject(subject), in: .tenant(tenant))
            ledger.grants.insert(subject)
            ledger.note("binding.grant", id)
        case .revoke(let subject):
            try await client.revoke(.viewer, from: .subject(subject), in: .tenant(tenant))
            adoptRevoked(subject)
        case .createRule(let receiver):
            let rule = try await client.createAlertRule(
                event: Self.ruleEvent, in: .tenant(tenant), receiver: .subject(receiver))
            ledger.rules[receiver] = rule.id
            ledger.note("alert_rule.create", id)
        case .deleteRule(let receiver):
            try await client.deleteAlertRule(ledger.rules[receiver] ?? "")
            adoptDeletedRule(receiver)
        case .forgedToken: try await forgeToken()
        default: break
        }
    }

    static let ruleEvent = "review_pack.failed"

    func adoptRevoked(_ subject: String) {
        ledger.grants.remove(subject)
        ledger.note("binding.revoke", ledger.id ?? "")
    }

    func adoptDeletedRule(_ receiver: String) {
        ledger.rules[receiver] = nil
        ledger.note("alert_rule.delete", ledger.id ?? "")
    }

    /// Must be denied. The first denial of a minute is an event before it is answered, unless its write fails.
    private func forgeToken() async throws {
        do {
            try await redeemForged()
        } catch {
            guard case ClientError.remote(let failure) = error, failure.reason == .tokenInvalid else { throw error }
            if failures.isEmpty { ledger.note("request.denied", "") }
            return
        }
        throw Violation("a forged token was taken")
    }

    private func redeemForged() async throws {
        var sink = NoSink()
        _ = try await client.download(token: "forged", into: &sink)
    }
}
