import Bytes
import Domain
import ReviewPackAPI
import ReviewPackClient

/// An id as a person writes it: whole, or its beginning or end.
enum IDReference: Equatable, Sendable {
    case whole(String)
    /// 6 to 31 lower-case hexadecimal digits.
    case part(String)

    static let minimumDigits = 6

    init(_ text: String, of thing: String) throws(ClientError) {
        let digits = text.filter { $0 != "-" }
        if let id = UUIDValue(text) ?? UUIDValue(Self.dashed(digits)) {
            self = .whole(id.description)
            return
        }
        guard (Self.minimumDigits..<32).contains(digits.utf8.count), digits.utf8.allSatisfy({ Hex.nibble($0) != nil })
        else {
            throw .usage(
                "\(text.debugDescription) is no id of a \(thing)",
                advice:
                    "give the whole UUID, or at least \(Self.minimumDigits) hexadecimal digits of its beginning or end")
        }
        self = .part(digits.lowercased())
    }

    /// 32 digits in the groups of a UUID; any other number of them as it is, which makes no UUID.
    private static func dashed(_ digits: String) -> String {
        guard digits.utf8.count == 32 else { return digits }
        var rest = digits[...]
        return [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }

    func matches(_ id: String) -> Bool {
        switch self {
        case .whole(let whole): return id == whole
        case .part(let part):
            let digits = id.filter { $0 != "-" }
            return digits.hasPrefix(part) || digits.hasSuffix(part)
        }
    }
}

extension ReviewPackClient {
    /// The whole id of the pack that `text` names; only packs that the caller may see count.
    func packID(_ text: String) async throws(ClientError) -> String {
        switch try IDReference(text, of: "pack") {
        case .whole(let id): return id
        case .part(let part):
            let found = try await packs(idPart: part, limit: Candidates.limit + 1)
            return try Candidates.only(
                found.map { ($0.id, "\($0.id) (\($0.status.word ?? "unknown"), \($0.tenantName))") }, part: part,
                thing: "pack", list: "reviewpackctl list")
        }
    }

    /// The external id of the tenant that `text` names.
    func tenantID(_ text: String) async throws(ClientError) -> String {
        let reference = try IDReference(text, of: "tenant")
        if case .whole(let id) = reference { return id }
        let found = try await tenants().filter { reference.matches($0.externalID) }
        return try Candidates.only(
            found.map { ($0.externalID, "\($0.externalID) (\($0.name))") }, part: text, thing: "tenant",
            list: "reviewpackctl tenant list")
    }
}

/// The things that an abbreviated id could mean.
enum Candidates {
    /// How many of them an error lists.
    static let limit = 8

    static func only(
        _ found: [(id: String, text: String)], part: String, thing: String, list: String
    ) throws(ClientError) -> String {
        guard let first = found.first else {
            throw .fault(
                Reason.notFound, "no \(thing) that you may see begins or ends with \(part)",
                advice: "`\(list)` shows those that there are")
        }
        guard found.count > 1 else { return first.id }
        let shown = found.prefix(limit).map(\.text).joined(separator: ", ") + (found.count > limit ? ", ..." : "")
        let count = found.count > limit ? "more than \(limit)" : "\(found.count)"
        throw .usage(
            "\(part) is the beginning or end of \(count) \(thing)s", advice: "give more of one of these: \(shown)")
    }
}
