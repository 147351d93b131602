import Crypto
import Domain
import ReviewPackAPI
import Storage

/// Continues a list where its last page ended.
///
/// A token continues one request alone and authorises nothing: access is decided anew for every page, and a forged
/// cursor only moves where the caller's own list goes on.
enum PageToken {
    static func encode(_ cursor: [UInt8], request: some WireMessage) -> String {
        PageTokenText(binding: binding(request), cursor: cursor).text
    }

    /// The cursor of a token for this request; nil for an empty token, INVALID_PAGE_TOKEN for any other request's.
    static func decode(_ token: String, request: some WireMessage) throws(ProductError) -> [UInt8]? {
        if token.isEmpty { return nil }
        guard let parts = PageTokenText(token), parts.binding == binding(request) else { throw invalid }
        return parts.cursor
    }

    static let invalid = ProductError(
        .invalidPageToken, "page_token does not continue this request; begin again without it",
        metadata: ["field": "page_token"])

    private static func binding(_ request: some WireMessage) -> [UInt8] {
        Array(SHA256.hash(data: request.serialized()).prefix(PageTokenText.bindingLength))
    }
}

extension PagedRequest {
    /// The request that all pages of one list have in common.
    fileprivate var unpaged: Self {
        var unpaged = self
        unpaged.pageSize = 0
        unpaged.pageToken = ""
        return unpaged
    }
}

extension PageRequest where Cursor: CursorBytes {
    /// The page that a request asks for.
    ///
    /// - Parameter largest: the most rows of a page of this list, where that is not the usual number.
    init(_ request: some PagedRequest, atMost largest: Int32? = nil) throws(ProductError) {
        let limit = try PageSize.resolve(largest.map { min(request.pageSize, $0) } ?? request.pageSize)
        guard let bytes = try PageToken.decode(request.pageToken, request: request.unpaged) else {
            self.init(limit: limit)
            return
        }
        guard let cursor = Cursor(bytes: bytes) else { throw PageToken.invalid }
        self.init(limit: limit, after: cursor)
    }
}

extension PageResult where Cursor: CursorBytes {
    /// The token of the next page; empty on the last.
    func nextToken(of request: some PagedRequest) -> String {
        next.map { PageToken.encode($0.bytes, request: request.unpaged) } ?? ""
    }
}

/// The number of rows of a page (AIP-158): 0 asks for the default, more than the maximum is clamped, less than 0
/// refused.
enum PageSize {
    static let standard = 50
    static let maximum = 1000

    static func resolve(_ requested: Int32) throws(ProductError) -> Int {
        guard requested >= 0 else { throw .invalid("page_size", "must not be negative") }
        return requested == 0 ? standard : min(Int(requested), maximum)
    }
}
