/// On whose behalf the store works: readers and the writer take requesters in turn.
public enum Requester: Hashable, Sendable {
    /// The daemon itself: recovery, alerts, counts that are written late.
    case service
    /// The user that the kernel names as the caller, whomever it speaks for.
    case user(UInt32)

    /// The requester of the running task. Whoever answers a call sets it; a task that inherits nothing works for the
    /// service.
    @TaskLocal public static var current: Requester = .service
}
