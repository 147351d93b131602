/// Worker threads that compress the blocks of one member, and the ring of buffers between them and the producer.
///
///     blocks:   0 ...... drained ........ claimed ........ submitted
///                written  |  in work or done  |  waiting for  |  being filled
///                         |  but not written  |  a worker     |  by the producer
///
/// Invariants
/// 1. `drained <= claimed <= submitted <= drained + ring.count`, and less while a slot is filled: block `n` lives in
///    `ring[n % ring.count]`, and its slot is filled again only after the block was drained. Memory is fixed when the
///    pipeline starts.
/// 2. The producer alone submits and drains, both in order; workers claim in order.
/// 3. A block's bytes depend on its content, its dictionary and the level: which worker compressed it, and when, does
///    not show.
/// 4. The first fault of a worker stops all of them and reaches the producer when it next waits for a block.
/// 5. No thread outlives the pipeline: its end joins them, after at most the block that each is in.
struct BlockPipeline: ~Copyable {
    private let work: BlockWork
    private var threads: [WorkerThread] = []
    private var drained = 0
    private var submitted = 0

    /// Starts the threads; `first` is the slot that the producer has begun to fill.
    init(options: ZipOptions, first: BlockSlot) throws(ZipError) {
        // Two slots a thread keep it busy while the producer writes; one more is being filled.
        let ring = [first] + (0..<2 * options.threads).map { _ in BlockSlot() }
        let work = BlockWork(ring: ring, level: options.level)
        self.work = work
        do {
            for _ in 0..<options.threads { threads.append(try WorkerThread { work.run() }) }
        } catch {
            work.stop()
            throw error
        }
    }

    // The threads are joined when `threads` is destroyed, right after this.
    deinit { work.stop() }

    /// Hands the slot that the producer filled to the workers.
    mutating func submit(last: Bool) {
        submitted += 1
        assert(submitted <= drained + work.ring.count, "a block waits in a slot of its own")
        work.submit(last: last)
    }

    /// Whether blocks remain that were not drained.
    var isEmpty: Bool { drained == submitted }

    /// Whether the oldest block must be drained before another slot can be filled.
    var isFull: Bool { submitted == drained + work.ring.count }

    /// Waits for the oldest block that was not drained; its slot stays as it is until the next is filled.
    mutating func drainedBlock() throws(ZipError) -> BlockSlot {
        assert(!isEmpty, "nothing is waited for that was not submitted")
        try work.awaitBlock(drained)
        defer { drained += 1 }
        return work.ring[drained % work.ring.count]
    }

    /// The slot to fill next, begun after the block submitted last; not to be called while ``isFull``.
    func nextSlot() -> BlockSlot {
        assert(!isFull, "a slot is filled again only after its block was drained")
        let slot = work.ring[submitted % work.ring.count]
        slot.begin(after: work.ring[(submitted - 1) % work.ring.count])
        return slot
    }
}

/// What the producer and the workers of one pipeline share.
private final class BlockWork: Sendable {
    let ring: [BlockSlot]
    private let level: Int32
    private let monitor: Monitor<State>

    private struct State {
        var submitted = 0
        var claimed = 0
        /// The number of the member's last block, once it was submitted.
        var last: Int?
        /// For each slot whether its block is compressed.
        var done: [Bool]
        var stopping = false
        var fault: ZipError?
    }

    init(ring: [BlockSlot], level: Int32) {
        self.ring = ring
        self.level = level
        monitor = Monitor(State(done: Array(repeating: false, count: ring.count)))
    }

    func submit(last: Bool) {
        monitor.change { state in
            state.done[state.submitted % ring.count] = false
            if last { state.last = state.submitted }
            state.submitted += 1
        }
    }

    func stop() {
        monitor.change { $0.stopping = true }
    }

    /// Waits until a submitted block is compressed, or throws the fault that keeps it from being.
    func awaitBlock(_ number: Int) throws(ZipError) {
        let outcome: Result<Void, ZipError> = monitor.wait { state in
            if let fault = state.fault { return .failure(fault) }
            return state.done[number % ring.count] ? .success(()) : nil
        }
        try outcome.get()
    }

    /// A worker's life: claim, compress, announce, until it is told to stop or something fails.
    func run() {
        do {
            let deflater = try Deflater(level: level)
            while let (number, last) = claim() {
                try ring[number % ring.count].compress(with: deflater, last: last)
                monitor.change { $0.done[number % ring.count] = true }
            }
        } catch {
            monitor.change { $0.fault = $0.fault ?? error }
        }
    }

    /// Waits for the next block; nil is the end.
    private func claim() -> (number: Int, last: Bool)? {
        monitor.wait { state -> (number: Int, last: Bool)?? in
            if state.stopping || state.fault != nil { return .some(nil) }
            guard state.claimed < state.submitted else { return nil }
            assert(state.submitted - state.claimed <= ring.count, "workers claim in order")
            defer { state.claimed += 1 }
            return (state.claimed, state.claimed == state.last)
        }
    }
}
