import Testing

@Suite("The identifiers of the product")
struct IdentifierTests {
    /// Names that Swift or a library calls, not we.
    private static let calledByOthers: Set = [
        // Swift itself, and swift-argument-parser by a mirror
        "customMirror", "callAsFunction", "CodingKeys", "Main",
        // SwiftNIO's handlers
        "InboundOut", "channelActive", "channelWritabilityChanged", "inputClosed", "userInboundEventTriggered",
    ]

    /// What only tests read, each with the reason why the product has it.
    private static let readByTests = [
        "FrameEncoder": "the inverse of the decoder: tests write frames with it",
        "allKnown": "the values of a protobuf enumeration, over which tests go",
        "mostBytes": "the bound that the comment above it promises",
        "statistics": "what a server holds at an instant",
    ]

    @Test("are read by the product itself: what only its declaration names is not there")
    func readers() {
        var counts: [String: Int] = [:]
        for file in SwiftSource.product { for word in file.words { counts[word.text, default: 0] += 1 } }
        for file in SwiftSource.product where !file.isGenerated {
            for name in Set(file.declaredNames) where counts[name] == 1 {
                #expect(
                    Self.calledByOthers.contains(name) || Self.readByTests[name] != nil, "\(file.path): \(name)")
            }
        }
    }

    @Test("of the lists above are there, and nothing else")
    func lists() {
        let words = Set(SwiftSource.product.flatMap { $0.words.map(\.text) })
        for name in Self.calledByOthers.union(Self.readByTests.keys) { #expect(words.contains(name), "\(name)") }
    }
}
