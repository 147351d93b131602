package import Testing

/// What a suite is about. Every suite has at least one; `swift test` shows them, and tools find them in the source.
extension Tag {
    /// What was acknowledged is there after a crash, a full disk, a failing disk or a loss of power.
    @Tag package static var durability: Self
    /// Who may do what, and what others can tell of it.
    @Tag package static var access: Self
    /// Frames, messages, calls and connections.
    @Tag package static var wire: Self
    /// Personal data stays out of packs that exclude it.
    @Tag package static var redaction: Self
    /// Equal input gives equal bytes.
    @Tag package static var determinism: Self
    /// Input that is damaged, random, or made to do harm.
    @Tag package static var hostileInput: Self
    /// Shares, sizes and times that nobody exceeds.
    @Tag package static var limits: Self
    /// Documents, manual pages and generated tables agree with the code.
    @Tag package static var documents: Self
    /// What a pack holds, and its life from a request to its end.
    @Tag package static var packs: Self
    /// Findings, reports, runs and scans, from a scanner's file to the database.
    @Tag package static var evidence: Self
    /// What a person types and reads.
    @Tag package static var commandLine: Self
    /// What an operator lives with: settings, start and stop, checks, figures, logs, alerts.
    @Tag package static var upkeep: Self
}
