import Glibc

/// Standard error, past all buffers.
public enum StandardError {
    /// Writes all of `text`, in one write(2) as far as the kernel takes it; what cannot be written is lost.
    public static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
            } else {
                bytes = bytes.dropFirst(count)
            }
        }
    }
}
