// What requests have in common, told apart by the fields of their messages.

/// A request, or the first message of an upload, that may carry a retry key: the service carries it out once however
/// often it is sent, and keeps its answer under the key.
package protocol KeyedRequest: WireMessage {
    /// A UUID that the caller makes; nil when it sends none.
    var requestID: String? { get set }
}

extension Proto.GenerateRequest: KeyedRequest {}
extension Proto.PutHardeningRequest: KeyedRequest {}
extension Proto.RecordScanRequest: KeyedRequest {}
extension Proto.ImportFindingsHeader: KeyedRequest {}
extension Proto.ImportReportHeader: KeyedRequest {}
extension Proto.ImportOperationsHeader: KeyedRequest {}

/// The request of a list that is answered a page at a time.
package protocol PagedRequest: WireMessage {
    /// The most rows that the caller wants; 0 for the usual number.
    var pageSize: Int32 { get set }
    /// Where the page begins: empty for the first, then what the page before gave.
    var pageToken: String { get set }
}

extension Proto.ListAlertRulesRequest: PagedRequest {}
extension Proto.ListAuditEventsRequest: PagedRequest {}
extension Proto.ListNotificationsRequest: PagedRequest {}
extension Proto.ListOperationsRequest: PagedRequest {}
extension Proto.ListPacksRequest: PagedRequest {}
extension Proto.ListRoleBindingsRequest: PagedRequest {}
extension Proto.ListSchedulesRequest: PagedRequest {}
extension Proto.ListTenantsRequest: PagedRequest {}
extension Proto.ListWorkspacesRequest: PagedRequest {}
