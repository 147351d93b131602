import Domain
import ReviewPackAPI
import ReviewPackClient

/// Finds what `doctor` judges, and judges nothing.
struct DoctorProbe {
    let session: Session

    /// Where the package puts its files.
    private static let settingsPath = "/etc/reviewpack/reviewpackd.yaml"
    private static let keyPath = "/etc/reviewpack/token.keys"
    private static let patience = Duration.seconds(10)

    /// Throws only for an address that cannot be used.
    func facts() async throws(ClientError) -> DoctorFacts {
        let context = session.context
        let machine = context.machine
        let address = try session.options.address(in: context.environment)
        async let timers = machine.timers(DoctorChecks.timerUnits)
        async let isSynchronized = machine.isClockSynchronized()
        let asked = await ask(address)
        let socket = machine.file(address.path)
        let uid = machine.uid()
        return DoctorFacts(
            now: context.now(), clientVersion: ProductVersion.current, socket: socket,
            socketGroup: group(of: socket), user: context.accounts.userName(uid) ?? "\(uid)", caller: asked.caller,
            diagnostics: asked.diagnostics, schedules: asked.schedules, timers: await timers,
            isClockSynchronized: await isSynchronized, settingsFile: machine.file(Self.settingsPath),
            keyFile: machine.file(Self.keyPath),
            collectors: Dictionary(uniqueKeysWithValues: ReportType.allCases.map { ($0, machine.collector($0)) }))
    }

    private func group(of file: FileFacts) -> String? {
        guard case .there(_, _, let gid) = file.state else { return nil }
        return session.context.accounts.groupName(gid) ?? "\(gid)"
    }

    private struct Answers {
        var caller: DoctorFacts.Answer<Proto.WhoAmIResponse>
        var diagnostics: DoctorFacts.Answer<Proto.GetDiagnosticsResponse> = .notAsked
        var schedules: DoctorFacts.Answer<[Proto.Schedule]> = .notAsked
    }

    private func ask(_ address: ClientAddress) async -> Answers {
        let client: ReviewPackClient
        do throws(ClientError) {
            client = try await session.context.connect(
                address, session.options.connectTimeout.value, session.options.onBehalfOf)
        } catch {
            return Answers(caller: .refused(error))
        }
        var answers = Answers(
            caller: await answer { () throws(ClientError) in try await client.whoAmI(timeout: Self.patience) })
        if answers.caller.value != nil {
            answers.schedules = await answer { () throws(ClientError) in try await client.schedules() }
            // Last, so that its time is the closest to the one that it is compared with.
            answers.diagnostics = await answer { () throws(ClientError) in
                try await client.diagnostics(timeout: Self.patience)
            }
        }
        await client.close()
        return answers
    }

    private func answer<Value>(
        _ call: () async throws(ClientError) -> Value
    ) async -> DoctorFacts.Answer<Value> {
        do throws(ClientError) { return .given(try await call()) } catch { return .refused(error) }
    }
}

/// Everything that `doctor` judges, as it was found. `DoctorProbe` finds it, `DoctorChecks` judges it.
struct DoctorFacts: Sendable {
    var now: UnixMillis
    var clientVersion: String
    /// The socket's path, and what is there.
    var socket: FileFacts
    /// The name or number of the socket's group; nil when the caller may not look.
    var socketGroup: String?
    /// The caller's own name or number.
    var user: String
    var caller: Answer<Proto.WhoAmIResponse>
    var diagnostics: Answer<Proto.GetDiagnosticsResponse>
    var schedules: Answer<[Proto.Schedule]>
    var timers: Machine.Timers
    /// Whether the system's clock is synchronised; nil where nobody knows.
    var isClockSynchronized: Bool?
    var settingsFile: FileFacts
    var keyFile: FileFacts
    var collectors: [ReportType: Machine.Collector]

    /// What a call was answered with.
    enum Answer<Value: Sendable>: Sendable {
        case given(Value)
        case refused(ClientError)
        /// There was no service to ask.
        case notAsked

        var value: Value? { if case .given(let value) = self { value } else { nil } }
    }
}
