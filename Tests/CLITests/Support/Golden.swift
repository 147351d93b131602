import Glibc
import Testing

/// Compares text with a file beside the tests; with `UPDATE_GOLDEN=1` in the environment the file is written instead.
func expectGolden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let path = "/\(folder)/Golden/\(name).txt"
    if getenv("UPDATE_GOLDEN") != nil {
        guard let file = fopen(path, "w") else {
            Issue.record("cannot write \(path)", sourceLocation: sourceLocation)
            return
        }
        fputs(text, file)
        fclose(file)
        return
    }
    #expect(fileText(path) == text, "\(name).txt differs", sourceLocation: sourceLocation)
}

func fileText(_ path: String) -> String? {
    fileBytes(path).map { String(decoding: $0, as: UTF8.self) }
}

func fileBytes(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}
