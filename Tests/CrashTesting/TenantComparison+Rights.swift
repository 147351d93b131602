/// Role bindings and alert rules: those that were acknowledged, and what was begun.
extension TenantComparison {
    mutating func compareRights() {
        var (granted, revoked, created, deleted) = (Set<String>(), Set<String>(), Set<String>(), Set<String>())
        for step in ledger.uncertain {
            switch step {
            case .grant(let subject): granted.insert(subject)
            case .revoke(let subject): revoked.insert(subject)
            case .createRule(let receiver): created.insert(receiver)
            case .deleteRule(let receiver): deleted.insert(receiver)
            default: break
            }
        }
        compare(
            view.grants, with: ledger.grants, "role of", made: (granted, "binding.grant"),
            ended: (revoked, "binding.revoke"))
        ledger.grants = view.grants
        compare(
            Set(view.rules.keys), with: Set(ledger.rules.keys), "alert rule for", made: (created, "alert_rule.create"),
            ended: (deleted, "alert_rule.delete"))
        for (receiver, id) in ledger.rules where view.rules[receiver].map({ $0 != id }) == true {
            complain("has another alert rule for \(receiver)")
        }
        ledger.rules = view.rules
    }

    private mutating func compare(
        _ shown: Set<String>, with known: Set<String>, _ what: String, made: (begun: Set<String>, action: String),
        ended: (begun: Set<String>, action: String)
    ) {
        for name in shown.subtracting(known).sorted() {
            if !made.begun.contains(name) { complain("has the \(what) \(name), which nobody asked for") }
            ledger.note(made.action, ledger.id ?? "")
        }
        for name in known.subtracting(shown).sorted() {
            if !ended.begun.contains(name) { complain("has lost the \(what) \(name)") }
            ledger.note(ended.action, ledger.id ?? "")
        }
    }
}
