/// The rule for files that decide what a program does: nobody but trusted users may be able to change what their path
/// leads to.
///
/// It holds for every part of the path, because who can write a folder can put another file in the place of each of its
/// files.
public enum PathTrust {
    public enum Fault: Equatable, Sendable {
        /// It belongs to a user who is not trusted.
        case owner(UInt32)
        /// Its group or everybody may write it.
        case writable
    }

    /// What lets others change one part of a path; nil when nothing does.
    ///
    /// - Parameters:
    ///   - mode: the part's `st_mode`; of a symbolic link, whose permissions mean nothing, the owner alone counts.
    ///   - trusted: who may own it, by uid.
    ///   - allowingSticky: whether a folder like /tmp passes, in which everybody may make names but none may take away
    ///     another's.
    public static func fault(
        mode: UInt32, owner: UInt32, trusted: Set<UInt32>, allowingSticky: Bool = false
    ) -> Fault? {
        guard trusted.contains(owner) else { return .owner(owner) }
        let kind = mode & 0o170_000
        if kind == 0o120_000 { return nil }
        let isSticky = kind == 0o040_000 && mode & 0o1000 != 0
        return mode & 0o022 == 0 || allowingSticky && isSticky ? nil : .writable
    }
}
