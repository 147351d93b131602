import Glibc
import TestTags
import Testing

@testable import SystemIO

@Suite("System calls", .tags(.durability))
struct SystemErrorTests {
    @Test("errors are equal when call and number are, and say both the call and what the number means")
    func values() {
        #expect(SystemError(ENOSPC, "write") == SystemError(ENOSPC, "write"))
        #expect(SystemError(ENOSPC, "write") != SystemError(ENOSPC, "fsync"))
        #expect(SystemError(ENOSPC, "write") != SystemError(EIO, "write"))
        #expect("\(SystemError(ENOSPC, "write"))" == "write: No space left on device")
        #expect(SystemError.text(ofErrno: ENOENT) == "No such file or directory (errno 2)")
    }

    @Test("a full disk, a quota and a size limit are a want of space, a broken disk is not")
    func space() {
        for code in [ENOSPC, EDQUOT, EFBIG] { #expect(SystemError(code, "write").isOutOfSpace) }
        #expect(!SystemError(EIO, "write").isOutOfSpace)
    }

    @Test("a descriptor is closed with its owner, and stays open when it was handed on")
    func descriptors() throws {
        // A number that no other test's descriptor has.
        let root = try SystemFile.open("/", in: AT_FDCWD, O_RDONLY | O_DIRECTORY)
        let kept = OwnedDescriptor(taking: fcntl(root.raw, F_DUPFD_CLOEXEC, 700)).release()
        #expect(fcntl(kept, F_GETFD) >= 0)
        do { _ = OwnedDescriptor(taking: kept) }
        #expect(throws: SystemError(EBADF, "fstat")) { try SystemFile.status(kept) }
    }
}

@Suite("The environment of the process", .tags(.upkeep))
struct ProcessEnvironmentTests {
    @Test("a name that is given twice has its first value, and what has no = is no variable")
    func twice() {
        let variables = ProcessEnvironment.variables(of: ["A=1", "B=", "A=2", "junk", "C=x=y", "=z"])
        #expect(variables == ["A": "1", "B": "", "C": "x=y", "": "z"])
    }

    @Test("it is that of getenv")
    func own() throws {
        let path = try #require(getenv("PATH"))
        #expect(ProcessEnvironment.variables()["PATH"] == String(cString: path))
    }
}
