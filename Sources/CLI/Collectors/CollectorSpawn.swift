import CLinuxShims
import Domain
import Glibc
import ReviewPackAPI

/// Starts a collector, or a tool of the system, with nothing of this process but the two given descriptors and the
/// given environment.
enum CollectorSpawn {
    /// `error` is an errno value; unless it is 0, there is no process.
    static func start(
        _ path: String, arguments: [String], _ environment: [String: String], output: CInt, errors: CInt
    ) -> (pid: pid_t, error: CInt) {
        var pid: pid_t = -1
        let error = withTexts([path] + arguments) { arguments in
            withTexts(environment.map { "\($0.key)=\($0.value)" }.sorted()) { variables in
                clinux_spawn_session(path, arguments, variables, output, errors, &pid)
            }
        }
        return (pid, error)
    }

    /// Hands out an array of C strings, ended by NULL.
    private static func withTexts(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> CInt
    ) -> CInt {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        guard !copies.contains(nil) else { return ENOMEM }
        return (copies + [nil]).withUnsafeBufferPointer { $0.baseAddress.map(body) ?? ENOMEM }
    }
}

/// The variables that a collector sees: which tenant and which scan, a fixed surrounding, and what was named to be
/// passed on.
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
