import Domain

@testable import ReviewPackAPI

extension WireTest.Everything {
    /// Every field set to something that is not its default.
    static var full: Self {
        var message = Self()
        message.aDouble = -0.5
        message.anInt32 = .min
        message.aSint32 = -2
        message.aSfixed32 = -3
        message.anInt64 = .min
        message.aSint64 = .min
        message.aUint32 = .max
        message.aFixed32 = .max
        message.aUint64 = .max
        message.aFixed64 = .max
        message.aBool = true
        message.aString = "Zürich 🗝"
        message.aBytes = [0, 1, 0, 255]
        message.aColour = .lightBlue
        message.aLeaf = WireTest.Leaf(name: "leaf", number: 7)
        message.aTime = UnixMillis(1_772_337_906_070)
        message.int32s = [0, -1, .max]
        message.doubles = [0, .infinity, 1e-300]
        message.bools = [true, false]
        message.strings = ["", "a", ""]
        message.colours = [.unspecified, .red, .init(rawValue: -1)]
        message.leaves = [WireTest.Leaf(), WireTest.Leaf(name: "b", number: 0)]
        message.labels = ["z": "last", "": "no key", "a": ""]
        message.maybeInt32 = -5
        message.maybeBool = true
        message.maybeString = "maybe"
        message.maybeBytes = [9]
        message.maybeColour = .red
        message.choice = .chosenLeaf(WireTest.Leaf(name: "chosen"))
        message.in = "in"
        message.namespace = "namespace"
        message.payloadSHA256 = [UInt8](repeating: 0xAB, count: 32)
        message.inner = Inner(tenantID: "t")
        return message
    }
}
