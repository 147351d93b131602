import ReviewPackAPI

/// One page of a list.
protocol PagedResponse: WireMessage {
    associatedtype Element: Sendable
    var elements: [Element] { get }
    /// Empty on the last page.
    var nextPageToken: String { get }
}

extension ReviewPackClient {
    /// The greatest page that the service gives.
    static let maximumPageSize = 1000

    /// Follows all pages of a list, up to `limit` elements; nil = all.
    func all<Request: PagedRequest, Response: PagedResponse>(
        _ method: MethodSpec<Request, Response>, _ request: Request, limit: Int?
    ) async throws(ClientError) -> [Response.Element] {
        var elements: [Response.Element] = []
        var pages = pages(method, request, limit: limit)
        while let page = try await pages.next() { elements += page }
        return elements
    }

    /// The pages of a list, to be read one at a time, up to `limit` elements; nil = all.
    func pages<Request: PagedRequest, Response: PagedResponse>(
        _ method: MethodSpec<Request, Response>, _ request: Request, limit: Int?
    ) -> Pages<Response.Element> {
        Pages(limit: limit) { (size, token) async throws(ClientError) in
            var request = request
            request.pageSize = Int32(size)
            request.pageToken = token
            let page = try await self.call(method, request)
            // A token that comes back unchanged would be followed for ever.
            guard page.nextPageToken.isEmpty || page.nextPageToken != token else {
                throw .protocolViolation("\(method.name) gave the same page token twice")
            }
            return (page.elements, page.nextPageToken)
        }
    }
}

/// A list that is read page by page, so that memory does not grow with its length.
public struct Pages<Element: Sendable> {
    typealias Fetch = (_ size: Int, _ token: String) async throws(ClientError) -> (elements: [Element], next: String)

    private let fetch: Fetch
    /// Where the next page begins; nil after the last one.
    private var token: String? = ""
    /// How many elements are still wanted; nil = all that there are.
    private var wanted: Int?

    init(limit: Int?, fetch: @escaping Fetch) {
        wanted = limit
        self.fetch = fetch
    }

    /// The next page, possibly empty; nil after the last one.
    public mutating func next() async throws(ClientError) -> [Element]? {
        guard let current = token, wanted != 0 else { return nil }
        let size = min(wanted ?? .max, ReviewPackClient.maximumPageSize)
        let (elements, next) = try await fetch(size, current)
        token = next.isEmpty ? nil : next
        let kept = elements.prefix(size)
        wanted = wanted.map { $0 - kept.count }
        return Array(kept)
    }
}

extension Proto.ListPacksResponse: PagedResponse { var elements: [Proto.Pack] { packs } }
extension Proto.ListWorkspacesResponse: PagedResponse { var elements: [Proto.Workspace] { workspaces } }
extension Proto.ListTenantsResponse: PagedResponse { var elements: [Proto.Tenant] { tenants } }
extension Proto.ListRoleBindingsResponse: PagedResponse { var elements: [Proto.RoleBinding] { bindings } }
extension Proto.ListOperationsResponse: PagedResponse { var elements: [Proto.OperationRun] { operations } }
extension Proto.ListNotificationsResponse: PagedResponse { var elements: [Proto.Notification] { notifications } }
extension Proto.ListAlertRulesResponse: PagedResponse { var elements: [Proto.AlertRule] { rules } }
extension Proto.ListAuditEventsResponse: PagedResponse { var elements: [Proto.AuditEvent] { events } }
extension Proto.ListSchedulesResponse: PagedResponse { var elements: [Proto.Schedule] { schedules } }
