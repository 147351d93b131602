import Storage

@testable import Daemon

/// What holds for any text that a caller presents as a page token; the fuzz target `pages` and `PageCorpusTests` check
/// it.
///
/// It reaches everything but the comparison of the binding, which a fuzzer cannot guess. The input is taken for a
/// token, and for a cursor, so that the cursors are reached without base64 in between.
enum FuzzedPages {
    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        let text = String(decoding: input, as: UTF8.self)
        if let parts = PageTokenText(text) {
            guard parts.text.utf8.elementsEqual(text.utf8) else {
                return "this text and another one are the same token"
            }
            guard parts.binding.count == PageTokenText.bindingLength else {
                return "a binding of another length was taken"
            }
            if let fault = cursorFault(parts.cursor) { return fault }
        }
        return cursorFault(Array(input))
    }

    private static func cursorFault(_ bytes: [UInt8]) -> String? {
        let cursors: [(any CursorBytes)?] = [
            PackCursor(bytes: bytes), TenantCursor(bytes: bytes), NumberCursor(bytes: bytes),
            OperationCursor(bytes: bytes),
        ]
        for case let cursor? in cursors {
            guard cursor.bytes == bytes else { return "these bytes and others are the same \(type(of: cursor))" }
            let token = PageTokenText(binding: Array(repeating: 7, count: PageTokenText.bindingLength), cursor: bytes)
            let read = PageTokenText(token.text)
            // The longest name has 200 bytes; what is far longer comes from no list.
            if bytes.count <= 600, read?.cursor != bytes || read?.binding != token.binding {
                return "a token does not read as what it was made of"
            }
        }
        return nil
    }
}
