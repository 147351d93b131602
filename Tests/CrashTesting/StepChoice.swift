import ReviewPackClient

/// Chooses what a client does next: a step that makes sense for what it knows.
struct StepChoice {
    private(set) var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next(_ ledger: inout TenantLedger) -> Step {
        ledger.serial += 1
        guard ledger.id != nil else { return .create(name: "Tenant \(ledger.serial)") }
        switch Int.random(in: 0..<27, using: &generator) {
        case 0..<4: return findings(&ledger)
        case 4..<6:
            return .report(
                requestID: generator.uuid(), text: #"{"measured":\#(ledger.serial),"applications":[]}"#)
        case 6: return .operations(requestID: generator.uuid(), ids: operationIDs())
        case 7: return .hardening(checkedAt: Self.firstCheck + Int64(ledger.serial))
        case 8..<12:
            if let active = ledger.active.first {
                return generator.once(in: 3) ? .cancel(active) : .watch(active)
            }
            return .generate(requestID: generator.uuid(), includePII: Bool.random(using: &generator))
        case 12..<15: if let pack = ledger.ready.randomElement(using: &generator) { return .expire(pack.id) }
        case 15..<17: if let pack = ledger.ready.randomElement(using: &generator) { return .token(pack.id) }
        case 17..<19: if let pack = ledger.ready.randomElement(using: &generator) { return .download(pack.id) }
        case 19..<21: return .rename("Tenant \(ledger.serial)")
        case 21..<23: return right(ledger)
        case 23: return rule(ledger)
        case 24: return .scan(requestID: generator.uuid(), at: ledger.now)
        case 25: if generator.once(in: 4) { return .backup }
        default: if generator.once(in: 4) { return .delete }
        }
        return .rename("Tenant \(ledger.serial)")
    }

    /// 2026-01-01T00:00:00Z, in seconds since 1970; each settings of a tenant are from a later second.
    private static let firstCheck: Int64 = 1_767_225_600

    private mutating func right(_ ledger: TenantLedger) -> Step {
        if Bool.random(using: &generator), let subject = ledger.grants.sorted().randomElement(using: &generator) {
            return .revoke(subject)
        }
        return .grant("subject \(ledger.serial)")
    }

    private mutating func rule(_ ledger: TenantLedger) -> Step {
        if Bool.random(using: &generator), let receiver = ledger.rules.keys.sorted().randomElement(using: &generator) {
            return .deleteRule(receiver)
        }
        return .createRule("receiver \(ledger.serial)")
    }

    private mutating func operationIDs() -> [String] {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in generator.uuid() }
    }

    private mutating func findings(_ ledger: inout TenantLedger) -> Step {
        // Now and then one whose application takes a while.
        let count = generator.once(in: 12) ? 400 : Int.random(in: 1...12, using: &generator)
        defer { ledger.serial += count }
        return .findings(requestID: generator.uuid(), numbers: ledger.serial..<ledger.serial + count)
    }
}

extension TenantClient {
    /// Takes random steps until the connection is lost; returns what should never have happened, if it did.
    func work(_ choice: inout StepChoice) async -> String? {
        while !Task.isCancelled {
            var planned = ledger
            let step = choice.next(&planned)
            replace(planned)
            do {
                try await take(step)
            } catch let violation as Violation {
                return violation.description
            } catch ClientError.connectionLost, ClientError.unreachable, ClientError.cancelled {
                return nil
            } catch {
                return "\(step) was answered: \(error)"
            }
        }
        return nil
    }
}
