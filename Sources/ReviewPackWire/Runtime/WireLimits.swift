/// Bounds that decoding holds a message to, whatever its bytes say.
///
/// A byte on the wire can ask for many bytes of memory: an empty sub-message takes two on the wire and some hundred when
/// unpacked. The memory of one decoding is therefore capped at `baseMemory + memoryPerByte * size`, which honest messages
/// stay far below (a page of a thousand packs needs about four bytes a byte).
public struct WireLimits: Sendable, Hashable {
    /// Greatest length of an encoded message in bytes, 0 or more.
    public var maxMessageBytes: Int
    /// Memory in bytes that even the smallest message may take.
    public var baseMemory: Int
    /// Further memory in bytes for each byte of the encoded message.
    public var memoryPerByte: Int

    public init(maxMessageBytes: Int = 4 << 20, baseMemory: Int = 64 << 10, memoryPerByte: Int = 16) {
        self.maxMessageBytes = maxMessageBytes
        self.baseMemory = baseMemory
        self.memoryPerByte = memoryPerByte
    }

    /// Messages of up to 4 MiB, the greatest data length of a ttrpc frame (PROTOCOL.md of containerd/ttrpc).
    public static let `default` = WireLimits()

    /// The memory in bytes that unpacking a message of `size` bytes may take, held at `Int.max` instead of overflowing.
    func memoryCap(forMessageOf size: Int) -> Int {
        let (perByte, overflow) = memoryPerByte.multipliedReportingOverflow(by: size)
        let (sum, overflowSum) = baseMemory.addingReportingOverflow(perByte)
        return overflow || overflowSum ? .max : sum
    }
}
