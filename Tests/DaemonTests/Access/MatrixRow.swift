import AccessTesting
import Domain
import ReviewPackAPI

/// One call of the matrix: what it needs where, and what those get who may make it.
struct MatrixRow: Sendable {
    /// What the call uses up when it succeeds: it gets one of its own.
    enum Consumed { case pack, tenant, tenantRule, workspaceRule, workspace }

    var method: AnyMethodSpec
    var need: Right
    var target: Target
    var allowed: @Sendable (ObjectState) -> String
    var consumes: Consumed?
    var messages: @Sendable (MatrixObject) -> [[UInt8]]

    /// - Parameter allowed: the reason that the permitted get for a thing in this state, `OK` for success.
    init<Request, Response>(
        _ method: MethodSpec<Request, Response>, needs need: Right, in target: Target, uses consumes: Consumed? = nil,
        allowed: @escaping @Sendable (ObjectState) -> String,
        request: @escaping @Sendable (MatrixObject) -> Request
    ) {
        self.method = method.erased
        self.need = need
        self.target = target
        self.allowed = allowed
        self.consumes = consumes
        messages = { [request($0).serialized()] }
    }

    /// A call with one message.
    init<Request, Response>(
        _ method: MethodSpec<Request, Response>, needs need: Right, in target: Target, uses consumes: Consumed? = nil,
        _ allowed: String = "OK", _ request: @escaping @Sendable (MatrixObject) -> Request
    ) {
        self.init(method, needs: need, in: target, uses: consumes, allowed: { _ in allowed }, request: request)
    }

    /// The answer that `Docs/RBAC.md` promises, `OK` or a reason.
    func answer(for seat: Seat, _ state: ObjectState) -> String {
        switch seat.admission(needing: need, in: target, exists: state != .absent) {
        case .allowed: allowed(state)
        case .denied: "CAPABILITY_REQUIRED"
        case .hidden: "NOT_FOUND"
        case .undelegated: "DELEGATION_DENIED"
        }
    }
}
