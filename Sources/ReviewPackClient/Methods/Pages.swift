import ReviewPackWire

/// A list method that answers in pages.
protocol PagedRequest: WireMessage {
    var pageSize: Int32 { get set }
    var pageToken: String { get set }
}

/// One page of a list.
protocol PagedResponse: WireMessage {
    associatedtype Element: Sendable
    var elements: [Element] { get }
    /// Empty on the last page.
    var nextPageToken: String { get }
}

extension ReviewPackClient {
    /// The greatest page that the service gives (contract section 7).
    static let maximumPageSize = 1000

    /// Follows all pages of a list, up to `limit` elements; nil = all.
    func all<Request: PagedRequest, Response: PagedResponse>(
        _ method: MethodSpec<Request, Response>, _ request: Request, limit: Int?
    ) async throws(ClientError) -> [Response.Element] {
        var request = request
        var elements: [Response.Element] = []
        while limit.map({ elements.count < $0 }) ?? true {
            let wanted = limit.map { $0 - elements.count } ?? Self.maximumPageSize
            request.pageSize = Int32(min(wanted, Self.maximumPageSize))
            let page = try await call(method, request)
            elements += page.elements.prefix(wanted)
            if page.nextPageToken.isEmpty { break }
            // A token that comes back unchanged would be followed for ever.
            guard page.nextPageToken != request.pageToken else {
                throw .protocolViolation("\(method.name) gave the same page token twice")
            }
            request.pageToken = page.nextPageToken
        }
        return elements
    }
}

extension Proto.ListPacksRequest: PagedRequest {}
extension Proto.ListWorkspacesRequest: PagedRequest {}
extension Proto.ListTenantsRequest: PagedRequest {}
extension Proto.ListRoleBindingsRequest: PagedRequest {}
extension Proto.ListOperationsRequest: PagedRequest {}

extension Proto.ListPacksResponse: PagedResponse { var elements: [Proto.Pack] { packs } }
extension Proto.ListWorkspacesResponse: PagedResponse { var elements: [Proto.Workspace] { workspaces } }
extension Proto.ListTenantsResponse: PagedResponse { var elements: [Proto.Tenant] { tenants } }
extension Proto.ListRoleBindingsResponse: PagedResponse { var elements: [Proto.RoleBinding] { bindings } }
extension Proto.ListOperationsResponse: PagedResponse { var elements: [Proto.OperationRun] { operations } }
