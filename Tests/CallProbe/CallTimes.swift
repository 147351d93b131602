import TTRPCNIO

/// How long each of several calls takes.
enum CallTimes {
    /// Makes each call `rounds` times on one connection, one after the other, each round in an order of its own;
    /// nanoseconds by call.
    ///
    /// Interleaved like this, what else happens on the machine meets all of them alike.
    static func measure(_ calls: [ProbedCall], rounds: Int, at address: String) async throws -> [[Int64]] {
        let client = try await TTRPCClient.connect(path: address)
        var times: [[Int64]] = calls.map { _ in [] }
        for _ in 0..<rounds {
            for index in calls.indices.shuffled() {
                let began = ContinuousClock.now
                _ = try? await calls[index].call(client)
                times[index].append(Int64((ContinuousClock.now - began) / .nanoseconds(1)))
            }
        }
        await client.close()
        return times
    }
}
