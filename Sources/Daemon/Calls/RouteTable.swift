import Domain
import ReviewPackAPI
import TTRPC
import TTRPCNIO

/// The code behind each row of the method table, with messages decoded and encoded around it.
///
/// A handler sees typed messages and throws `ProductError`; bytes, envelopes and statuses stay on this side of it.
struct RouteTable: Sendable {
    typealias Invoke = @Sendable (CallContext) async throws -> [UInt8]?

    struct Route: Sendable {
        let row: MethodRow
        let descriptor: MethodDescriptor
        let invoke: Invoke
    }

    private(set) var routes: [String: [String: Route]] = [:]

    /// The methods of the table that no handler was registered for; empty in a complete service.
    var missing: [AnyMethodSpec] {
        MethodTable.rows.map(\.method).filter { routes[$0.service]?[$0.name] == nil }
    }

    mutating func unary<Request, Response>(
        _ method: MethodSpec<Request, Response>,
        _ handler: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) {
        add(method.erased) { context in
            try await handler(context.decode(Request.self, from: context.call.request), context).serialized()
        }
    }

    mutating func serverStream<Request, Response>(
        _ method: MethodSpec<Request, Response>,
        _ handler: @escaping @Sendable (Request, CallContext, ResponseStream<Response>) async throws -> Void
    ) {
        add(method.erased) { context in
            let request = try context.decode(Request.self, from: context.call.request)
            try await handler(request, context, ResponseStream(call: context.call))
            return nil
        }
    }

    mutating func clientStream<Request, Response>(
        _ method: MethodSpec<Request, Response>,
        _ handler: @escaping @Sendable (RequestStream<Request>, CallContext) async throws -> Response
    ) {
        add(method.erased) { context in
            try await handler(RequestStream(context: context), context).serialized()
        }
    }

    private mutating func add(_ method: AnyMethodSpec, _ invoke: @escaping Invoke) {
        // A handler for a method without a row is a fault of ours that the first test of the table finds: it cannot be
        // called.
        guard let row = MethodTable.index[method.service]?[method.name] else { return }
        routes[method.service, default: [:]][method.name] = Route(row: row, descriptor: row.descriptor, invoke: invoke)
    }
}
