import Domain
import ReviewPackAPI
import Storage

/// `grpc.health.v1.Health`, as its protocol document says: the empty name is the whole server.
enum HealthHandlers {
    private static let services = Set(Methods.all.map(\.service))

    static func check(
        _ request: GRPCHealth.HealthCheckRequest, _ context: CallContext
    ) async throws -> GRPCHealth.HealthCheckResponse {
        guard isKnown(request.service) else {
            throw ProductError(.notFound, "there is no service with this name")
        }
        // A real read through the store: an answer shows that requests can be served, not only that a thread runs.
        try await context.store.answers()
        return response(serving: context.core.serving)
    }

    static func watch(
        _ request: GRPCHealth.HealthCheckRequest, _ context: CallContext,
        _ responses: ResponseStream<GRPCHealth.HealthCheckResponse>
    ) async throws {
        guard isKnown(request.service) else {
            var unknown = GRPCHealth.HealthCheckResponse()
            unknown.status = .serviceUnknown
            try await responses.send(unknown)
            // The name can never become known while this process runs, but the protocol keeps the stream open.
            for await _ in context.core.health.subscribe() where !context.core.serving { break }
            return
        }
        var sent: Bool?
        for await _ in context.core.health.subscribe() {
            let serving = context.core.serving
            if serving != sent { try await responses.send(response(serving: serving)) }
            sent = serving
        }
    }

    private static func isKnown(_ service: String) -> Bool { service.isEmpty || services.contains(service) }

    private static func response(serving: Bool) -> GRPCHealth.HealthCheckResponse {
        var response = GRPCHealth.HealthCheckResponse()
        response.status = serving ? .serving : .notServing
        return response
    }
}
