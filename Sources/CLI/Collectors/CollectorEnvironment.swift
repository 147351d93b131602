import Domain
import ReviewPackAPI
import ReviewPackClient

/// The variables that a collector sees: which tenant and which scan, a fixed surrounding, and what was named to be passed on.
enum CollectorEnvironment {
    static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    static func make(
        tenant: Proto.Tenant, type: ReportType, passing names: [String], from own: [String: String]
    ) -> [String: String] {
        var variables = [
            "REVIEWPACK_TENANT_ID": tenant.externalID, "REVIEWPACK_TENANT_NAME": tenant.name,
            "REVIEWPACK_SCAN_TYPE": type.word, "PATH": path, "LANG": "C.UTF-8",
        ]
        for name in names { if let value = own[name] { variables[name] = value } }
        return variables
    }

    /// What is wrong with a name to be passed on; nil when nothing is.
    static func complaint(about name: String) -> String? {
        let isName =
            name.utf8.first.map { !isDigit($0) } == true
            && name.utf8.allSatisfy {
                isDigit($0) || $0 == UInt8(ascii: "_")
                    || ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z")
            }
        if !isName { return "is no name of a variable" }
        if name.hasPrefix("REVIEWPACK_TENANT_") || ["REVIEWPACK_SCAN_TYPE", "PATH", "LANG"].contains(name) {
            return "is set for every collector and cannot be passed on"
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
