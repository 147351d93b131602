import TestTags
import Testing

@Suite("The lines", .tags(.documents))
struct LineTests {
    @Test("of Swift have at most 120 columns")
    func columns() {
        for file in SwiftSource.product + SwiftSource.tests where !file.isGenerated {
            for (number, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where line.utf8.count > 120 && line.count > 120 {
                Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
            }
        }
    }
}
