import Domain

/// Bytes of blocks as a file system counts them. One behind a network or FUSE may say anything, 2^62 blocks for "no
/// limit" for example: what is too large to be a number of bytes is the largest one.
enum BlockCount {
    static func bytes(_ count: UInt64, of size: UInt64) -> Int64 {
        Int64(clamping: count).multipliedClamped(by: Int64(clamping: size))
    }
}
