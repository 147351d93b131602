// The key file is text, one key a line, oldest first; `#` begins a comment line:
//
//   v1 <key id, 16 hex digits> <created at, RFC 3339> <secret, 64 hex digits>
//
// The last key signs, whatever the dates say: a clock that was ahead may have dated a key. Every key of the file
// verifies. Rotating adds a line at the end and drops those that no living token can carry.

import Bytes
import Crypto
package import Domain
import ExitCodes

/// One secret for signing download tokens.
package struct TokenKey: Sendable {
    package let id: UInt64
    package let createdAt: UnixMillis
    let secret: SymmetricKey

    /// The id as people see it, 16 hexadecimal digits.
    package var name: String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A new random key of 256 bits.
    package static func make(at time: UnixMillis) -> TokenKey {
        var random = SystemRandomNumberGenerator()
        return TokenKey(id: random.next(), createdAt: time, secret: SymmetricKey(size: .bits256))
    }
}

/// The keys in force, in the order of the file: the last signs, all verify.
package struct TokenKeys: Sendable {
    package let keys: [TokenKey]

    package static let maximumKeys = 16

    package init(_ keys: [TokenKey]) throws(StartupError) {
        guard !keys.isEmpty else { throw Self.unusable("the key file holds no key") }
        guard keys.count <= Self.maximumKeys else {
            throw Self.unusable("the key file holds more than \(Self.maximumKeys) keys; remove old ones")
        }
        guard Set(keys.map(\.id)).count == keys.count else {
            throw Self.unusable("two keys of the key file have the same id")
        }
        self.keys = keys
    }

    private init(checked keys: [TokenKey]) { self.keys = keys }

    /// A new key alone.
    static func first(at now: UnixMillis) -> TokenKeys { TokenKeys(checked: [TokenKey.make(at: now)]) }

    /// Why a key file cannot be used.
    private static func unusable(_ what: String) -> StartupError {
        StartupError(what, remedy: "correct the key file", exit: .badData)
    }

    package init(fileContents text: String) throws(StartupError) {
        var keys: [TokenKey] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.first == "#" { continue }
            let fields = line.split(separator: " ")
            guard fields.count == 4, fields[0] == "v1", fields[1].utf8.count == 16,
                let id = UInt64(fields[1], radix: 16), let created = UnixMillis(rfc3339: fields[2]),
                let secret = Digest256(hex: fields[3])
            else {
                throw Self.unusable("line \(index + 1) of the key file is not `v1 KEY-ID CREATED-AT SECRET`")
            }
            keys.append(TokenKey(id: id, createdAt: created, secret: SymmetricKey(data: secret.bytes)))
        }
        try self.init(keys)
    }

    /// The text of the key file; a secret.
    package var fileContents: String {
        var text = "# reviewpack download token keys; keep secret (mode 0600). The last signs, all verify.\n"
        for key in keys {
            let secret = key.secret.withUnsafeBytes { Hex.encode($0) }
            text += "v1 \(key.name) \(key.createdAt) \(secret)\n"
        }
        return text
    }

    /// These keys and a new one; keys that were replaced longer ago than `overlap` milliseconds are dropped. One whose
    /// replacement is dated ahead was replaced by now.
    package func rotated(at now: UnixMillis, overlapMilliseconds overlap: Int64) throws(StartupError) -> TokenKeys {
        var kept: [TokenKey] = []
        for (index, key) in keys.enumerated() {
            let replacedAt = index + 1 < keys.count ? min(keys[index + 1].createdAt, now) : now
            if replacedAt.advanced(byMilliseconds: overlap) > now { kept.append(key) }
        }
        return try TokenKeys(Array(kept.suffix(Self.maximumKeys - 1)) + [TokenKey.make(at: now)])
    }

    func key(_ id: UInt64) -> TokenKey? { keys.first { $0.id == id } }

    var signing: TokenKey { keys[keys.count - 1] }
}
