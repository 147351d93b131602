import Domain
import ExitCodes
import Foundation
import ReviewPackAPI
import TTRPC
import TTRPCNIO
import TestTags
import Testing

@testable import Daemon

/// The tables of `Docs/RBAC.md` and `Docs/ERRORS.md` are those of the code: each test names the text that belongs
/// there.
@Suite("The documents", .tags(.documents))
struct DocumentTests {
    static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs")

    func text(_ name: String) throws -> String {
        try String(contentsOf: Self.docs.appending(path: name), encoding: .utf8)
    }

    @Test("Docs/RBAC.md holds the method table")
    func methods() throws {
        var table =
            "| method | needs | kind | audited | repeatable | request limit | deadline |\n"
            + "|---|---|---|---|---|---|---|\n"
        for row in MethodTable.rows {
            let needs =
                switch row.access {
                case .anyone: "nothing"
                case .member: "membership"
                case .capability(let capability): "`\(capability.rawValue)`"
                }
            let kind =
                switch row.method.kind {
                case .unary: "unary"
                case .clientStreaming: "client stream"
                case .serverStreaming: "server stream"
                }
            let service = row.method.service.split(separator: ".").last ?? ""
            let deadline = row.descriptor.defaultDeadline.map { "\($0.components.seconds) s" } ?? "none"
            table += "| `\(service).\(row.method.name)` | \(needs) | \(kind) | \(row.isAudited ? "yes" : "no") | "
            table +=
                "\(row.method.isIdempotent ? "yes" : "no") | \(row.descriptor.requestLimit >> 10) KiB | \(deadline) |\n"
        }
        #expect(try text("RBAC.md").contains(table), "Docs/RBAC.md must hold:\n\(table)")
    }

    @Test("Docs/RBAC.md holds the roles")
    func roles() throws {
        var table = "| role | bound to | grants |\n|---|---|---|\n"
        for role in Role.allCases {
            for scope in BindingScope.allCases where role.canBeBound(to: scope) {
                let words = Capability.allCases.filter { role.capabilities(boundTo: scope).contains($0) }
                table +=
                    "| \(role.word) | \(scope.word) | \(words.map { "`\($0.rawValue)`" }.joined(separator: ", ")) |\n"
            }
        }
        #expect(try text("RBAC.md").contains(table), "Docs/RBAC.md must hold:\n\(table)")
    }

    @Test("Docs/DEPENDENCIES.md has a line for each package of Package.swift, and none for others")
    func dependencies() throws {
        let manifest = try String(
            contentsOf: Self.docs.deletingLastPathComponent().appending(path: "Package.swift"), encoding: .utf8)
        let used = manifest.matches(of: /url: "https:\/\/github\.com\/[^"\/]+\/([^"]+)\.git"/).map { "\($0.1)" }
        let packages = try #require(try text("DEPENDENCIES.md").split(separator: "\n| C library").first)
        let documented = packages.matches(of: /\n\| `([^`]+)`/).map { "\($0.1)" }
        #expect(!used.isEmpty)
        #expect(documented == used)
    }

    @Test("Docs/ERRORS.md holds the table of reasons")
    func reasons() throws {
        var table = "| reason | status code | try again | exit |\n|---|---|---|---|\n"
        for reason in Reason.allCases {
            table +=
                "| `\(reason.rawValue)` | \(reason.code) | \(reason.isRetryable ? "yes" : "no") "
                + "| \(reason.exit.rawValue) |\n"
        }
        #expect(try text("ERRORS.md").contains(table), "Docs/ERRORS.md must hold:\n\(table)")
    }

    /// One of each kind; the number of a kind that is added must be added here, too, or this does not compile.
    private static let refusals: [TransportRefusal] = [
        .draining, .connectionExpired, .tooManyConnections(limit: 1), .tooManyStreamsOnConnection(limit: 1),
        .tooManyStreamsOfUser(limit: 1), .tooManyBufferedBytes(limit: 1), .messageTooLarge(bytes: 2, limit: 1),
        .responseTooLarge(bytes: 2, limit: 1), .malformedRequest(.negativeTimeout(nanoseconds: -1)),
        .protocolViolation(.evenStreamID), .deadlineExceeded, .cancelled,
    ]

    private static func number(of refusal: TransportRefusal) -> Int {
        switch refusal {
        case .draining: 0
        case .connectionExpired: 1
        case .tooManyConnections: 2
        case .tooManyStreamsOnConnection: 3
        case .tooManyStreamsOfUser: 4
        case .tooManyBufferedBytes: 5
        case .messageTooLarge: 6
        case .responseTooLarge: 7
        case .malformedRequest: 8
        case .protocolViolation: 9
        case .deadlineExceeded: 10
        case .cancelled: 11
        }
    }

    @Test("Docs/PROTOCOL.md names the reasons and codes that the service sends for the transport, and no others")
    func transportReasons() throws {
        #expect(Self.refusals.map(Self.number) == Array(0..<12))
        let dispatcher = try ServiceFixture().dispatcher
        let known = try #require(MethodTable.rows.first?.method)
        let failures =
            Self.refusals.map(dispatcher.failure(for:)) + [
                dispatcher.unimplemented(service: "reviewpack.v1.Nothing", method: "Get"),
                dispatcher.unimplemented(service: known.service, method: "Nothing"),
            ]
        // The transport's own code is what its table of refusals says, whoever maps the reason.
        for (refusal, failure) in zip(Self.refusals, failures) { #expect(failure.code == refusal.code) }
        let sent = try failures.map { failure in
            let info = try GoogleRPC.ErrorInfo(serialized: try #require(failure.details.first).value)
            return "\(info.reason) \(try #require(Reason(rawValue: info.reason)).code)"
        }
        let section = try #require(try text("PROTOCOL.md").components(separatedBy: "\n## Errors of the transport").last)
        let table = try #require(section.components(separatedBy: "\n## ").first)
        let documented = table.matches(of: /(?m)^\| `([A-Z_]+)` \| ([A-Z_]+) \| [^|]+ \|$/).map { "\($0.1) \($0.2)" }
        #expect(documented.count == Set(documented).count && Set(documented) == Set(sent))
        // Neither in this table nor anywhere else in the page stands a reason that nobody sends.
        let words = try text("PROTOCOL.md").matches(of: /`([A-Z]+(?:_[A-Z]+)+)`/).map { String($0.1) }
        let reasons = Set(Reason.allCases.map(\.rawValue))
        #expect(words.filter { !reasons.contains($0) && !$0.hasPrefix("SO_") && !$0.hasPrefix("RLIMIT_") } == [])
    }

    @Test("Docs/ERRORS.md holds the reason codes of failed scans")
    func scanFailures() throws {
        var table = "| reason_code | what happened | what to do |\n|---|---|---|\n"
        for reason in ScanFailure.allCases {
            table += "| `\(reason.rawValue)` | \(reason.explanation) | \(reason.advice) |\n"
        }
        #expect(try text("ERRORS.md").contains(table), "Docs/ERRORS.md must hold:\n\(table)")
    }

    @Test("Docs/ERRORS.md holds the reason codes of failed packs")
    func failures() throws {
        var table = "| reason_code | what happened | what to do |\n|---|---|---|\n"
        for reason in FailureReason.allCases {
            table += "| `\(reason.rawValue)` | \(reason.explanation) | \(reason.advice) |\n"
        }
        #expect(try text("ERRORS.md").contains(table), "Docs/ERRORS.md must hold:\n\(table)")
    }
}
