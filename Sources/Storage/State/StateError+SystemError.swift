import GRDB
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

extension StateError {
    /// What it means for the operator that a database cannot be opened or its rights not be read. A statement that cannot run, or a
    /// table that is there before it is made, is damage here: nothing has been asked yet that could be wrong by itself.
    init(opening path: String, _ error: any Error) {
        let code = (error as? DatabaseError)?.resultCode
        let isDamage =
            StoreFailure.productError(for: error).reason == .databaseDamaged || code == .SQLITE_ERROR
            || code == .SQLITE_CONSTRAINT
        let what = (error as? DatabaseError)?.message ?? "\(error)"
        self.init(isDamage ? .damaged : .io, "\(path) cannot be opened: \(what)")
    }
}
