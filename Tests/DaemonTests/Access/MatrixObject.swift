import Domain

/// How the thing that a call names stands: a tenant whose one pack is ready, expired or failed, or nothing of that
/// name.
enum ObjectState: CaseIterable { case exists, absent, expired, failed }

/// The names that the calls of the matrix use.
struct MatrixObject: Sendable {
    var workspace = "msp"
    var tenant: String
    var pack: PackID
    var run: String
    var tenantRule: String
    var workspaceRule: String
    /// For the caller at hand and `pack`.
    var token = ""

    static let absent = MatrixObject(
        workspace: "no-such-workspace", tenant: "99999999-9999-4999-8999-999999999999",
        pack: PackID(high: 0x0190_aaaa_bbbb_7ccc, low: 0x8ddd_eeee_eeee_eeee),
        run: "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", tenantRule: "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
        workspaceRule: "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee")
}
