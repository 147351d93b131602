import Domain
import ReviewPackAPI
import Storage

extension PageRequest where Cursor: CursorBytes {
    /// The page that a request asks for; `unpaged` is the request without page_size and page_token.
    init(size: Int32, token: String, of unpaged: some WireMessage) throws(ProductError) {
        let limit = try PageSize.resolve(size)
        guard let bytes = try PageToken.decode(token, request: unpaged) else {
            self.init(limit: limit)
            return
        }
        guard let cursor = Cursor(bytes: bytes) else { throw PageToken.invalid }
        self.init(limit: limit, after: cursor)
    }
}

extension PageResult where Cursor: CursorBytes {
    /// The token of the next page; empty on the last.
    func nextToken(of unpaged: some WireMessage) -> String {
        next.map { PageToken.encode($0.bytes, request: unpaged) } ?? ""
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
