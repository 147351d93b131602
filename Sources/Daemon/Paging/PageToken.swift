import Crypto
import Domain
import ReviewPackAPI

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
