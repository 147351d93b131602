package import Domain
package import ReviewPackAPI
package import TTRPC
import TTRPCNIO

/// One row of the method table: everything about a method, its code included.
///
/// A handler sees typed messages and throws `ProductError`; bytes, envelopes and statuses stay on this side of it.
package struct MethodRow: Sendable {
    typealias Invoke = @Sendable (CallContext) async throws -> [UInt8]?

    /// The bounds of a method's messages and time.
    struct Limits: Sendable {
        /// Most bytes of one request message.
        var request = 64 << 10
        /// How long a call may take when its caller names no timeout.
        var deadline = Duration.seconds(30)
        /// The longest timeout that a caller can get.
        var maximumDeadline = Duration.seconds(300)
    }

    /// The method as its `.proto` declares it.
    package let method: AnyMethodSpec
    package let access: AccessRule
    /// Whether a successful call leaves an audit event; denials always do.
    package let isAudited: Bool
    /// What the transport has to know before it lets a request in.
    package let descriptor: MethodDescriptor
    /// The handler, with its messages decoded and encoded around it.
    let invoke: Invoke

    private init(
        _ method: AnyMethodSpec, _ access: AccessRule, audited: Bool, _ limits: Limits, _ invoke: @escaping Invoke
    ) {
        self.method = method
        self.access = access
        isAudited = audited
        descriptor = MethodDescriptor(
            service: method.service, method: method.name, kind: method.kind, requestLimit: limits.request,
            defaultDeadline: limits.deadline, maximumDeadline: limits.maximumDeadline)
        self.invoke = invoke
    }

    static func unary<Request, Response>(
        _ method: MethodSpec<Request, Response>, _ access: AccessRule, audited: Bool = false,
        limits: Limits = Limits(),
        _ handler: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) -> MethodRow {
        MethodRow(method.erased, access, audited: audited, limits) { context in
            try await handler(context.decode(Request.self, from: context.call.request), context).serialized()
        }
    }

    static func serverStream<Request, Response>(
        _ method: MethodSpec<Request, Response>, _ access: AccessRule, audited: Bool = false,
        limits: Limits = Limits(),
        _ handler: @escaping @Sendable (Request, CallContext, ResponseStream<Response>) async throws -> Void
    ) -> MethodRow {
        MethodRow(method.erased, access, audited: audited, limits) { context in
            let request = try context.decode(Request.self, from: context.call.request)
            try await handler(request, context, ResponseStream(call: context.call))
            return nil
        }
    }

    static func clientStream<Request, Response>(
        _ method: MethodSpec<Request, Response>, _ access: AccessRule, audited: Bool = false,
        limits: Limits = Limits(),
        _ handler: @escaping @Sendable (RequestStream<Request>, CallContext) async throws -> Response
    ) -> MethodRow {
        MethodRow(method.erased, access, audited: audited, limits) { context in
            try await handler(RequestStream(context: context), context).serialized()
        }
    }
}
