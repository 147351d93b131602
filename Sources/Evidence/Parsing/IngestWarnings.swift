/// Oddities that do not refuse a record: counted by kind, the first few kept with their positions.
public struct IngestWarnings: Sendable {
    /// Stable words, as the operation run records them.
    public enum Kind: String, CaseIterable, Sendable {
        /// Severity text and id disagree; the text was taken.
        case severityDisagrees = "severity_disagrees"
        /// The severity's text is none that OCSF has; the id was taken, or `unknown`.
        case severityUnknown = "severity_unknown"
        /// Status text and id disagree; the id was taken.
        case statusDisagrees = "status_disagrees"
        /// The finding names no resource.
        case resourceMissing = "resource_missing"
        /// What the record calls its tenant is no GUID, so it was not compared with the tenant's.
        case tenantNoGUID = "tenant_no_guid"
        /// A schema version outside 1.1 to 1.5.
        case schemaUnusual = "schema_unusual"
        /// A time without a zone was ahead of the clock, by no more than a zone can be.
        case timeTakenAsNow = "time_taken_as_now"
        /// The status is none that OCSF has; it was taken as unknown.
        case statusUnknown = "status_unknown"
        /// The result is none that is known; another field of the record decided, or nothing was evaluated.
        case resultUnknown = "result_unknown"
        /// A value of a type that has no plain meaning in its place; it was not read.
        case wrongType = "wrong_type"
        /// Half a surrogate pair, or U+0000; U+FFFD stands in its place.
        case characterReplaced = "character_replaced"
        /// More resources in one record than fit into its cells; their names are known to redaction all the same.
        case resourcesLeftOut = "resources_left_out"
        /// The run's id is missing, so the content's digest identifies it.
        case runIDMissing = "run_id_missing"
    }

    public struct Example: Equatable, Sendable {
        public var kind: Kind
        public var position: RecordPosition
        public var text: String
    }

    public static let exampleLimit = 20

    public private(set) var counts: [Kind: Int] = [:]
    public private(set) var examples: [Example] = []

    public init() {}

    public var total: Int { counts.values.reduce(0, +) }

    /// Takes over what was noted elsewhere.
    mutating func add(_ other: IngestWarnings) {
        counts.merge(other.counts, uniquingKeysWith: +)
        examples.append(contentsOf: other.examples.prefix(IngestWarnings.exampleLimit - examples.count))
    }

    mutating func note(_ kind: Kind, at position: RecordPosition, _ text: @autoclosure () -> String) {
        counts[kind, default: 0] += 1
        guard examples.count < IngestWarnings.exampleLimit else { return }
        examples.append(Example(kind: kind, position: position, text: text()))
    }
}
