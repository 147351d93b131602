import Domain
import TestTags
import Testing

@testable import ReviewPackClient

@Suite("The address of the service", .tags(.wire))
struct ClientAddressTests {
    @Test(
        "a path stays as it is, a unix URL gives its path",
        arguments: [
            ("./state/reviewpack.sock", "./state/reviewpack.sock"), ("/run/x.sock", "/run/x.sock"),
            ("unix:///run/x.sock", "/run/x.sock"), ("unix:relative.sock", "relative.sock"),
            ("a@b.sock", "a@b.sock"), (String(repeating: "p", count: 107), String(repeating: "p", count: 107)),
        ])
    func accepted(text: String, path: String) throws {
        #expect(try ClientAddress(text).path == path)
    }

    @Test(
        "what is no socket in the file system is a usage error",
        arguments: [
            "", "unix:", "unix://", "unix://host/x", "@abstract", "\0abstract", "unix:@abstract", "unix-abstract:x",
            "a\0b", String(repeating: "p", count: 108), "unix:///" + String(repeating: "p", count: 107),
        ])
    func refused(text: String) {
        #expect {
            try ClientAddress(text)
        } throws: {
            ($0 as? ClientError)?.faultKind == .usage
        }
    }
}
