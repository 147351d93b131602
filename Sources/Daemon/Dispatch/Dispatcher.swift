import Domain
import Logging
import ReviewPackAPI
import Storage
package import TTRPC
package import TTRPCNIO

/// Answers the calls of a server: finds the method, establishes the caller, runs the handler, maps its errors.
///
/// Order of every call: the method must exist; the caller must be allowed to speak for whom it names; the handler
/// authorises and only then validates. A denial is recorded before its answer is sent.
package struct Dispatcher: CallHandler {
    /// The methods by service, then name.
    private let routes: [String: [String: CallRoute]]

    package init(core: ServiceCore) { self.init(core: core, rows: MethodTable.rows) }

    /// Ends the process when a method of the service definitions has no row, or more than one: nothing may be served by
    /// halves.
    init(core: ServiceCore, rows: [MethodRow]) {
        let faults = MethodTable.faults(in: rows)
        precondition(faults.isEmpty, "not one row each in the method table: \(faults.map(\.path))")
        let answering = Answering(core: core)
        routes = Dictionary(grouping: rows, by: \.method.service).mapValues { rows in
            Dictionary(
                uniqueKeysWithValues: rows.map { row in
                    let route = CallRoute(row.descriptor) { (call) async throws(RPCFailure) in
                        try await answering.answer(call, by: row)
                    }
                    return (row.method.name, route)
                })
        }
    }

    package func route(service: String, method: String) -> CallRoute? { routes[service]?[method] }

    package func unimplemented(service: String, method: String) -> RPCFailure {
        let error =
            routes[service] == nil
            ? ProductError(.unknownService, "there is no such service here; compare the versions of client and service")
            : ProductError(.unknownMethod, "the service has no such method; compare the versions of client and service")
        return RPCFailure(error)
    }

    package func failure(for refusal: TransportRefusal) -> RPCFailure { RPCFailure(ProductError(refusal)) }
}

/// How any call is answered, whatever its method.
private struct Answering: Sendable {
    let core: ServiceCore

    func answer(_ call: ServerCall, by row: MethodRow) async throws(RPCFailure) -> [UInt8]? {
        do {
            let caller = try establishCaller(of: call)
            let context = CallContext(
                call: call, method: row.method.path, rule: row.access, caller: caller, core: core)
            return try await working(for: call) { try await row.invoke(context) }
        } catch let failure as RPCFailure {
            throw failure
        } catch let error as ProductError {
            if error.reason == .ioError {
                core.logger.error(
                    "storage failed",
                    metadata: [
                        "method": "\(row.method.path)", "peer_uid": "\(call.peer.uid)", "call": "\(call.ordinal)",
                        "error": "\(error)",
                    ])
            }
            await working(for: call) { await recordDenial(error, call: call, row: row) }
            throw RPCFailure(error)
        } catch is CancellationError {
            throw RPCFailure(ProductError(.cancelled, "the call was cancelled"))
        } catch {
            core.logger.error(
                "internal error",
                metadata: [
                    "method": "\(row.method.path)", "peer_uid": "\(call.peer.uid)", "call": "\(call.ordinal)",
                    "error": "\(error)",
                ])
            throw RPCFailure(ProductError.internal)
        }
    }

    /// Runs `body` in the caller's turns at the store; what a denial writes counts as the caller's, too.
    private func working<Value>(
        for call: ServerCall, _ body: () async throws -> Value
    ) async rethrows -> Value {
        try await Requester.$current.withValue(.user(call.peer.uid)) { try await body() }
    }

    /// Who calls, and for whom. A subject may only be named by an administrator or a holder of `identity.delegate`.
    private func establishCaller(of call: ServerCall) throws -> Caller {
        let isAdministrator = core.administrators.includes(call.peer)
        let values = call.metadataValues(CallContext.onBehalfOfKey)
        guard let subject = values.first else {
            return Caller(peer: call.peer, isAdministrator: isAdministrator, subject: nil)
        }
        let caller = Caller(peer: call.peer, isAdministrator: false, subject: ExactText(subject))
        guard isAdministrator || core.store.access.delegateScopes(of: caller.peerPrincipals) != .nothing else {
            throw ProductError(
                .delegationDenied, "this caller may not act on behalf of others; it needs the role delegate")
        }
        guard values.count == 1 else { throw ProductError.invalid(CallContext.onBehalfOfKey, "must be given once") }
        if let complaint = Principal.complaint(aboutNewSubject: subject) {
            throw ProductError.invalid(CallContext.onBehalfOfKey, complaint)
        }
        return caller
    }

    /// Denials, and the NOT_FOUND of those from whom something may be hidden, are audit events; hidden and absent
    /// alike.
    ///
    /// Nothing is hidden from an administrator, but much from the subject that one speaks for.
    private func recordDenial(_ error: ProductError, call: ServerCall, row: MethodRow) async {
        let named = call.metadataValues(CallContext.onBehalfOfKey).first
        switch error.reason.code {
        case .permissionDenied: break
        case .notFound where named != nil || !core.administrators.includes(call.peer): break
        default: return
        }
        let subject = named.flatMap { Principal.isValidSubject($0) ? ExactText($0) : nil }
        do {
            try await core.store.recordDenial(
                Denial(
                    actor: Actor(uid: call.peer.uid, onBehalfOf: subject), method: row.method.path,
                    reason: error.reason.rawValue))
        } catch {
            core.logger.critical("a denial could not be recorded in the audit log", metadata: ["error": "\(error)"])
        }
        core.logger.notice(
            "denied",
            metadata: [
                "method": "\(row.method.path)", "peer_uid": "\(call.peer.uid)", "call": "\(call.ordinal)",
                "reason": "\(error.reason.rawValue)",
            ])
    }
}
