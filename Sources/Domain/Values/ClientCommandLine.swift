/// The client's command lines that the service names: in the actions of notifications, which it stores, in cards, which
/// it sends, and in sentences that say what to do next.
///
/// They are content of the database and of the wire, so a change here changes both. The client prints the same ones for
/// the actions of a pack.
public enum ClientCommandLine {
    private static let program = "reviewpackctl"

    public static let check = "\(program) check"
    public static let expire = "\(program) expire"
    public static let forcedPrune = "\(program) prune --force"

    public static func show(pack: some CustomStringConvertible) -> String { "\(program) show \(pack)" }
    public static func download(pack: some CustomStringConvertible) -> String { "\(program) download \(pack)" }
    public static func expire(pack: some CustomStringConvertible) -> String { "\(expire) \(pack)" }
    public static func cancel(pack: some CustomStringConvertible) -> String { "\(program) cancel \(pack)" }
    public static func generate(tenant: some CustomStringConvertible) -> String { "\(program) generate \(tenant)" }

    /// A new pack with the options of `pack`.
    public static func regenerate(
        tenant: some CustomStringConvertible, pack: some CustomStringConvertible
    ) -> String {
        "\(generate(tenant: tenant)) --regenerate \(pack)"
    }

    /// The same pack once more: what is tried again must not hold more than what was asked for.
    public static func retry(
        tenant: some CustomStringConvertible, includePII: Bool, includeOperations: Bool
    ) -> String {
        generate(tenant: tenant) + (includePII ? " --pii" : " --no-pii")
            + (includeOperations ? " --operations" : " --no-operations")
    }

    public static func schedules(ofTenant tenant: some CustomStringConvertible) -> String {
        "\(program) schedule list \(tenant)"
    }

    public static func show(operationRun run: some CustomStringConvertible) -> String {
        "\(program) operation show \(run)"
    }
}
