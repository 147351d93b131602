// A page token is the base64url form of: 1 byte version (1), 8 bytes of the SHA-256 of the request without its paging
// fields, then the cursor of the list (its last row's sort key).

import Bytes

/// A page token's text taken apart, with nothing of it believed: `PageToken` compares its binding with the request.
///
/// It is pure and hashes nothing, so that the fuzzer reaches every byte of it.
struct PageTokenText {
    private static let version: UInt8 = 1
    static let bindingLength = 8
    private static let maximumLength = 1024

    /// The beginning of the digest of the request that the token continues.
    let binding: [UInt8]
    let cursor: [UInt8]

    init(binding: [UInt8], cursor: [UInt8]) {
        self.binding = binding
        self.cursor = cursor
    }

    /// Reads a token; nil unless the text is the one that `text` would be of the same binding and cursor.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength, let bytes = Base64URL.decode(text), bytes.first == Self.version,
            bytes.count > Self.bindingLength
        else { return nil }
        binding = Array(bytes[1...Self.bindingLength])
        cursor = Array(bytes[(Self.bindingLength + 1)...])
    }

    /// The token as its caller gets it.
    var text: String { Base64URL.encode([Self.version] + binding + cursor) }
}
