internal import CProtobufC
import CReviewPackProto

// Memory of one decoding: blocks handed to protobuf-c, laid out as
//
//   offset  size  content
//   0       8     n, the size that protobuf-c asked for
//   8       8     unused, keeps the data aligned to 16
//   16      n     the data, whose address protobuf-c gets
//
// Invariants
// 1. The sum of all blocks, headers and padding included, never passes the cap.
// 2. A string's block has one byte more than the string, so its true length is n - 1 however many NULs it holds.
// 3. Nothing is freed before the arena itself: protobuf-c's free calls do nothing.

/// A capped bump allocator for `protobuf_c_message_unpack`; it owns all that one unpacking allocates.
struct DecodingArena: ~Copyable {
    private let state: UnsafeMutablePointer<State>

    private static let headerSize = 16

    /// At a stable address, because the allocator that protobuf-c calls points to it.
    private struct State {
        var chunks: ChunkList
        /// Bytes that may still be handed out.
        var room: Int
        var capReached = false
    }

    /// An arena that hands out at most `cap` bytes and begins with room for a message of `size` bytes.
    init(cap: Int, expecting size: Int) {
        state = .allocate(capacity: 1)
        state.initialize(to: State(chunks: ChunkList(firstChunk: min(cap, 1024 + 2 * size)), room: cap))
    }

    deinit {
        state.pointee.chunks.freeAll()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Whether an allocation was refused, which protobuf-c reports like any malformed input.
    var capReached: Bool { state.pointee.capReached }

    /// The unpacked struct, which lives as long as the arena; nil when protobuf-c refuses the bytes or the cap is
    /// reached.
    borrowing func unpack<M: CBacked>(_ bytes: UnsafeRawBufferPointer, as _: M.Type) -> UnsafePointer<M.CMessage>? {
        let descriptor = withUnsafeTemporaryAllocation(of: M.CMessage.self, capacity: 1) { scratch in
            scratch.baseAddress.map { c in
                M.initialize(c)
                return UnsafeRawPointer(c).load(as: ProtobufCMessage.self).descriptor
            }
        }
        guard let descriptor else { return nil }
        var allocator = ProtobufCAllocator(
            alloc: { state, size in DecodingArena.allocate(state, size) }, free: { _, _ in }, allocator_data: state)
        let message = protobuf_c_message_unpack(
            descriptor, &allocator, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        return message.map { UnsafeRawPointer($0).assumingMemoryBound(to: M.CMessage.self) }
    }

    /// The size that protobuf-c asked for when it got `block` from this arena.
    borrowing func size(of block: UnsafeRawPointer) -> Int {
        (block - DecodingArena.headerSize).load(as: Int.self)
    }

    private static func allocate(_ context: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let state = context?.assumingMemoryBound(to: State.self) else { return nil }
        // size is C's size_t: a request beyond Int.max arrives as a negative number.
        guard size >= 0, size <= state.pointee.room - headerSize - 15 else {
            state.pointee.capReached = true
            return nil
        }
        let total = (headerSize + size + 15) & ~15
        state.pointee.room -= total
        let block = state.pointee.chunks.take(total)
        block.storeBytes(of: size, as: Int.self)
        return block + headerSize
    }
}
