import TestTags
import Testing

@Suite("The identifiers of the product", .tags(.documents))
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

    /// How often each word stands in the product's sources.
    private static let counts = SwiftSource.product.reduce(into: [String: Int]()) { counts, file in
        for word in file.words { counts[word.text, default: 0] += 1 }
    }

    @Test("are read by the product itself: what only its declaration names is not there")
    func readers() {
        for file in SwiftSource.product where !file.isGenerated {
            for name in Set(file.declaredNames) where Self.counts[name] == 1 {
                #expect(
                    Self.calledByOthers.contains(name) || Self.readByTests[name] != nil, "\(file.path): \(name)")
            }
        }
    }

    @Test("of the lists above stand once, as the lists say")
    func lists() {
        for name in Self.calledByOthers.union(Self.readByTests.keys) { #expect(Self.counts[name] == 1, "\(name)") }
    }
}
