import Domain
import ReviewPackAPI
import Storage

extension Proto.OperationRun {
    init(_ record: OperationRunRecord) {
        self.init()
        let run = record.run
        id = run.id.description
        tenantExternalID = record.tenantExternalID?.description ?? ""
        type = run.type.rawValue
        status = Proto.OperationStatus(rawValue: Int32(run.status.rawValue))
        outcome = run.outcome.map { Proto.OperationOutcome(rawValue: Int32($0.rawValue)) } ?? .unspecified
        reasonCode = run.reasonCode
        initiator = run.initiator
        startedAt = run.startedAt
        finishedAt = run.finishedAt
        context = run.context
        imported = run.isImported
    }
}
