import Glibc

extension StateError.Reason {
    /// What a failed system call on the directory means for the operator.
    init(_ error: SystemError) {
        self =
            switch error.code {
            case ENOENT: .parentMissing
            case ENOTDIR, ENAMETOOLONG: .notADirectory
            case EROFS: .readOnly
            case EACCES, EPERM: .notPermitted
            default: .io
            }
    }
}
