import Domain
import ExitCodes
import Storage
import TTRPCNIO
import TestTags
import Testing

@testable import Daemon

@Suite("Start-up errors", .tags(.upkeep))
struct StartupErrorTests {
    @Test("an error is two lines, whatever stands in it")
    func lines() {
        let error = StartupError("no \"a\nb\"", remedy: "do\u{1b} it", exit: .io)
        #expect(error.lines == "reviewpackd: no \"a\\nb\"\nreviewpackd: do\\u001b it\n")
    }

    @Test(
        "each cause has its exit code",
        arguments: [
            (SettingsError([SettingsProblem(.flag("x"), "bad")]), .configuration),
            (StateError(.heldByAnotherDaemon, "m"), .unavailable), (StateError(.notADirectory, "m"), .cannotCreate),
            (StateError(.symbolicLink, "m"), .cannotCreate), (StateError(.foreignOwner, "m"), .noPermission),
            (StateError(.writableByOthers, "m"), .noPermission), (StateError(.newerSchema, "m"), .badData),
            (StateError(.clockBehind, "m"), .unavailable), (StateError(.notOurs, "m"), .badData),
            (StateError(.damaged, "m"), .badData),
            (StateError(.parentMissing, "m"), .cannotCreate), (StateError(.readOnly, "m"), .cannotCreate),
            (StateError(.notPermitted, "m"), .noPermission), (StateError(.io, "m"), .io),
            (SocketError.pathTooLong(path: "p", bytes: 108), .configuration),
            (SocketError.abstractAddress("@a"), .configuration), (SocketError.addressInUse(path: "p"), .unavailable),
            (SocketError.notASocket(path: "p"), .cannotCreate),
            (SocketError.systemCall("bind", path: "p", errno: 13), .cannotCreate), (CancellationError(), .software),
        ] as [(any Error, ExitCodes.ExitStatus)])
    func exits(_ error: any Error, _ exit: ExitCodes.ExitStatus) {
        let failure = StartupError(starting: error)
        #expect(failure.exit == exit)
        #expect(!failure.what.isEmpty && !failure.remedy.isEmpty)
    }

    @Test(
        "a refusal of the store ends the start with its sentence and a remedy, and no dump of a value",
        arguments: [
            (.databaseDamaged, .badData), (.auditBroken, .badData), (.ioError, .io), (.storageFull, .io),
            (.internalError, .software),
        ] as [(Reason, ExitCodes.ExitStatus)])
    func refusals(_ reason: Reason, _ exit: ExitCodes.ExitStatus) {
        let failure = StartupError(starting: ProductError(reason, "the sentence", metadata: ["table": "tenant"]))
        #expect(failure.exit == exit)
        #expect(failure.what == "cannot start: the sentence" && !failure.remedy.isEmpty)
        #expect(failure.lines.split(separator: "\n").count == 2 && !failure.lines.contains("ProductError"))
    }

    @Test("of many settings problems the first is shown and the rest counted")
    func manyProblems() {
        let error = StartupError(
            SettingsError([
                SettingsProblem(.file("f", line: 2), key: "readers", "bad"), SettingsProblem(.flag("x"), "worse"),
            ]))
        #expect(error.what == "f:2: readers: bad (and 1 more)")
    }

    @Test(
        "the descriptor limit follows the connections, within what the system allows and never down",
        arguments: [
            (1024, 524_288, 1024, 3072), (1024, 2000, 1024, 2000), (8192, 524_288, 1024, 8192), (64, 64, 5, 64),
        ]
            as [(UInt64, UInt64, Int, UInt64)])
    func descriptors(_ soft: UInt64, _ hard: UInt64, _ connections: Int, _ expected: UInt64) {
        #expect(ProcessSetup.descriptorLimit(soft: soft, hard: hard, connections: connections) == expected)
    }
}
