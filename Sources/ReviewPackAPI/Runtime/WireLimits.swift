/// Bounds that decoding holds a message to, whatever its bytes say.
///
/// A byte on the wire can ask for many bytes of memory: an empty sub-message takes two on the wire and some hundred when
/// unpacked. The memory of one decoding is therefore capped at `baseMemory + memoryPerByte * size` and at `maxMemory`.
/// Honest messages stay well below: a page of packs takes eight bytes for each of its bytes, one of role bindings fourteen.
public struct WireLimits: Sendable, Hashable {
    /// Greatest length of an encoded message in bytes, 0 or more.
    public var maxMessageBytes: Int
    /// Memory in bytes that even the smallest message may take.
    public var baseMemory: Int
    /// Further memory in bytes for each byte of the encoded message.
    public var memoryPerByte: Int
    /// Memory in bytes that no message may pass.
    public var maxMemory: Int

    public init(
        maxMessageBytes: Int = 4 << 20, baseMemory: Int = 64 << 10, memoryPerByte: Int = 24, maxMemory: Int = 32 << 20
    ) {
        self.maxMessageBytes = maxMessageBytes
        self.baseMemory = baseMemory
        self.memoryPerByte = memoryPerByte
        self.maxMemory = maxMemory
    }

    /// Messages of up to 4 MiB, the greatest data length of a ttrpc frame (PROTOCOL.md of containerd/ttrpc).
    public static let `default` = WireLimits()

    /// The memory in bytes that unpacking a message of `size` bytes may take.
    func memoryCap(forMessageOf size: Int) -> Int {
        let (perByte, overflow) = memoryPerByte.multipliedReportingOverflow(by: size)
        let (sum, overflowOfSum) = baseMemory.addingReportingOverflow(perByte)
        return overflow || overflowOfSum ? maxMemory : min(sum, maxMemory)
    }
}
