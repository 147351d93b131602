import Domain
import ReviewPackAPI
import ReviewPackClient

extension TenantClient {
    /// Repeats what was begun with a `request_id`: it must then be done, and once.
    func settleUncertain(adopted packs: [Proto.Pack]) async throws {
        var settled = ledger
        let steps = settled.uncertain
        settled.uncertain = []
        for step in steps {
            switch step {
            case .findings(let requestID, let numbers):
                settled.noteRun(try await importFindings(requestID, numbers).operationRunID, of: step)
                settled.findings += Int64(numbers.count)
                settled.note("findings.import", settled.id ?? "")
                let overview = try await client.tenant(settled.externalID)
                let open = overview.findingsByStatus.first { $0.status == "open" }?.findings ?? 0
                guard steps.count > 1 || open == settled.findings else {
                    throw Violation("a repeated import left \(open) findings instead of \(settled.findings)")
                }
            case .report(let requestID, let text):
                settled.noteRun(try await importReport(requestID, text).operationRunID, of: step)
                settled.report = Self.digest(text)
                settled.note("report.import", settled.id ?? "")
            case .operations(let requestID, let ids, let time):
                settled.noteRun(try await importOperations(requestID, ids, time).operationRunID, of: step)
                settled.operations.formUnion(ids)
                settled.note("operations.import", settled.id ?? "")
            case .scan(let requestID, let time):
                settled.noteRun(try await recordScan(requestID, time), of: step)
                settled.note("scan.record", settled.id ?? "")
            case .generate(let requestID, let includePII):
                let answer = try await client.generate(
                    Proto.GenerateRequest(tenant: settled.externalID, includePII: includePII, requestID: requestID))
                guard answer.outcome == .created, let pack = answer.pack else { continue }
                let isAdopted = packs.contains { $0.id == pack.id }
                if !isAdopted { settled.packs[pack.id] = .active }
                settled.note("review_pack.request", pack.id)
            default: break
            }
        }
        replace(settled)
    }

    /// Repeats a step whose answer was an error; it may have been done all the same.
    func takeAgain(_ step: Step) async throws {
        if !step.isRepeatable {
            ledger.repeated.append(step)
            changed(ledger)
        }
        do {
            try await takeUncertain(step)
        } catch ClientError.remote(let failure) {
            switch (step, failure.reason) {
            case (.create(let name), .alreadyExists):
                let tenant = try await client.tenant(ledger.externalID).tenant
                ledger.id = tenant?.id
                ledger.name = name
                ledger.note("tenant.create", tenant?.id ?? "")
            case (.delete, .notFound):
                let id = ledger.id ?? ""
                ledger.forget()
                ledger.note("tenant.delete", id)
            case (.revoke(let subject), .notFound): adoptRevoked(subject)
            case (.deleteRule(let receiver), .notFound): adoptDeletedRule(receiver)
            default: throw ClientError.remote(failure)
            }
            settle()
        }
    }
}
