/// What a caller gets to see.
struct Verdict: Equatable, CustomStringConvertible {
    var code: Int32
    var reason: String

    static let ok = Verdict(code: 0, reason: "-")
    static let hidden = Verdict(code: 5, reason: "NOT_FOUND")
    static let denied = Verdict(code: 7, reason: "CAPABILITY_REQUIRED")
    static let undelegated = Verdict(code: 7, reason: "DELEGATION_DENIED")
    static let alreadyExists = Verdict(code: 6, reason: "ALREADY_EXISTS")
    static let wrongState = Verdict(code: 9, reason: "WRONG_STATE")
    static let alreadyExpired = Verdict(code: 9, reason: "ALREADY_EXPIRED")

    var description: String { "code \(code) \(reason)" }
}

extension RawAnswer {
    var verdict: Verdict { Verdict(code: code, reason: reason) }
}
