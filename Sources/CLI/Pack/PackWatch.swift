import Domain
import ReviewPackAPI
import ReviewPackClient

/// Follows a pack to its end and shows how far it is.
struct PackFollower {
    let session: Session

    /// Returns the pack as it ended; progress goes to standard error when that is a terminal.
    ///
    /// - Parameter printing: what goes to standard output for a message; nil = nothing.
    func wait(
        for id: String, client: ReviewPackClient, printing: (Proto.WatchPackResponse) -> [UInt8]? = { _ in nil }
    ) async throws -> Proto.Pack {
        let meter = session.progressMeter()
        let registration = session.context.interruption.onInterrupt { meter.clear() }
        defer {
            session.context.interruption.settle(registration) {}
            meter.clear()
        }
        var outputFailure: ChannelError?
        do {
            return try await client.watch(id) { (response) async throws(ClientError) in
                if let bytes = printing(response) {
                    // On a terminal both streams share the line.
                    meter.clear()
                    do throws(ChannelError) { try session.context.output.write(bytes) } catch {
                        outputFailure = error
                        throw ClientError.cancelled
                    }
                }
                if let progress = response.progress, response.pack?.status.isFinal == false {
                    meter.show(ProgressViews.line(progress))
                }
            }
        } catch {
            if let outputFailure { throw outputFailure }
            throw error
        }
    }

    /// A pack that ended failed is this program's failure too, with the sanitised reason.
    static func check(_ pack: Proto.Pack) throws(ClientError) {
        guard pack.status == .failed else { return }
        let reason = pack.failureReason.flatMap(FailureReason.init(rawValue:))
        throw .fault(
            .failure,
            "generation failed: \(reason?.explanation ?? "no reason is known to this client") [\(pack.failureReason ?? "unknown")]",
            advice: reason?.advice ?? "look at its run: `reviewpackctl show \(pack.id)`")
    }
}
