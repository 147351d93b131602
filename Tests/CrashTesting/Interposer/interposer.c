// A library that is preloaded into a daemon under test, and stands between it and the system where files are changed.
//
//     FAULT_ROOT=DIR       the state directory; calls on anything else pass untouched
//     FAULT_CLOCK=SECONDS  CLOCK_REALTIME is ahead by so much
//     FAULT_LOG=FILE       each counted call as a line: NUMBER CALL OUTCOME PATH, where OUTCOME is 0 or the errno
//     FAULT_FAIL=N:ERRNO   the Nth counted call fails and is not made; with `N:ERRNO:lasting` so do all that follow and could take
//                          space; with `N:kill` the process dies instead of making the call, with `N:killed` right after it
//     FAULT_CALLS=syncs    only fsync and fdatasync are counted, and can fail
//     FAULT_RECORD=FILE    what each successful call changed, for a replay (the layout is at `record`)
//
// Counted calls are open, write, fsync, fdatasync, ftruncate, fallocate, rename, link, unlink, mkdir and rmdir in all their forms. One
// lock is held over a call and its log line, so the order of the lines is that of the calls.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX], parent[PATH_MAX];
static long clock_ahead;
static int log_file = -1, record_file = -1;
static unsigned long counted, failing;
static int failing_errno, failing_lasts, killing, only_syncs;

static int open_own(const char *variable) {
    const char *path = getenv(variable);
    if (!path) return -1;
    int file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) abort();
    // Out of the way of the numbers that the program itself sees.
    int high = fcntl(file, F_DUPFD_CLOEXEC, 900);
    syscall(SYS_close, file);
    return high;
}

__attribute__((constructor)) static void begin(void) {
    const char *value = getenv("FAULT_CLOCK");
    if (value) clock_ahead = atol(value);
    value = getenv("FAULT_ROOT");
    if (!value) return;
    snprintf(root, sizeof root, "%s", value);
    snprintf(parent, sizeof parent, "%s", value);
    char *slash = strrchr(parent, '/');
    if (slash) *slash = 0;
    value = getenv("FAULT_FAIL");
    if (value) {
        char *rest;
        failing = strtoul(value, &rest, 10);
        killing = strncmp(rest, ":kill", 5) == 0;
        // The call that must not be made any more fails first; 0 lets it be made.
        if (killing) failing_errno = strcmp(rest, ":kill") == 0 ? EINTR : 0;
        else {
            failing_errno = *rest ? (int)strtol(rest + 1, &rest, 10) : EIO;
            failing_lasts = *rest == ':';
        }
    }
    value = getenv("FAULT_CALLS");
    only_syncs = value && strcmp(value, "syncs") == 0;
    log_file = open_own("FAULT_LOG");
    record_file = open_own("FAULT_RECORD");
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(clock_gettime);
    int result = real(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += clock_ahead;
    return result;
}

// MARK: What a call is about

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long count = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (count < 0) return 0;
    path[count] = 0;
    return 1;
}

static int path_at(int directory, const char *name, char *path) {
    char base[PATH_MAX];
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else if (directory == AT_FDCWD) {
        return 0;
    } else {
        if (!path_of(directory, base)) return 0;
        int is_self = strcmp(name, ".") == 0;
        if (strcmp(name, "..") == 0) {
            char *slash = strrchr(base, '/');
            if (slash) *slash = 0;
            is_self = 1;
        }
        if (snprintf(path, PATH_MAX, "%s%s%s", base, is_self ? "" : "/", is_self ? "" : name) >= PATH_MAX) return 0;
    }
    return 1;
}

static int is_ours(const char *path) {
    size_t length = strlen(root);
    return length && strncmp(path, root, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static int fd_is_ours(int fd, char *path) { return root[0] && path_of(fd, path) && is_ours(path); }

static int name_is_ours(int directory, const char *name, char *path) {
    return root[0] && path_at(directory, name, path) && is_ours(path);
}

// Counts the call; with the lock held. Returns the errno that it must fail with, or 0.
static int fault(int takes_space, int syncs) {
    if (only_syncs && !syncs) {
        int full = failing && failing_lasts && takes_space && counted >= failing;
        return full ? failing_errno : 0;
    }
    counted++;
    if (!failing || counted < failing) return 0;
    return counted == failing || (failing_lasts && takes_space) ? failing_errno : 0;
}

static void note(const char *call, int outcome, const char *path) {
    if (log_file < 0) return;
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%lu %s %d %s\n", counted, call, outcome, path);
    if (syscall(SYS_write, log_file, line, (size_t)length) != length) abort();
    if (killing && counted == failing) {
        syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
        for (;;) pause();
    }
}

// MARK: The record
//
//     0   1  kind: c create, w write, t truncate, s sync of a file, d sync of a directory, r rename, l link, u unlink, m mkdir, x rmdir,
//            f a sync of a file that failed, g one of a directory
//     1   8  inode of the file, 0 where there is none
//     9   8  offset of a write, size of a truncate
//     17  4  bytes of the first path, 4 of the second, 4 of the data; then these

static void record(char kind, uint64_t inode, uint64_t offset, const char *path, const char *second, const void *data, size_t size) {
    if (record_file < 0) return;
    struct __attribute__((packed)) {
        char kind;
        uint64_t inode, offset;
        uint32_t path, second, size;
    } head = {kind, inode, offset, (uint32_t)strlen(path), (uint32_t)strlen(second), (uint32_t)size};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)second, head.second}, {(void *)data, size}};
    long total = (long)(sizeof head + head.path + head.second + size);
    if (syscall(SYS_writev, record_file, parts, 4) != total) abort();
}

static uint64_t inode_of(int fd) {
    struct stat status;
    return syscall(SYS_fstat, fd, &status) == 0 ? status.st_ino : 0;
}

// MARK: Opening

static int opening(int (*real)(int, const char *, int, mode_t), int directory, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    if (!name_is_ours(directory, name, path)) return real(directory, name, flags, mode);
    pthread_mutex_lock(&lock);
    int result = -1, code = fault((flags & (O_CREAT | O_TRUNC)) != 0, 0);
    if (!code) {
        struct stat status;
        int existed = syscall(SYS_newfstatat, AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
        result = real(directory, name, flags, mode);
        code = result < 0 ? errno : 0;
        if (result >= 0 && (flags & O_CREAT) && !existed) record('c', inode_of(result), 0, path, "", 0, 0);
        else if (result >= 0 && (flags & O_TRUNC) && existed) record('t', inode_of(result), 0, path, "", 0, 0);
    }
    note("open", code, path);
    pthread_mutex_unlock(&lock);
    if (code) errno = code;
    return result;
}

static int system_open(int directory, const char *name, int flags, mode_t mode) {
    return (int)syscall(SYS_openat, directory, name, flags, mode);
}

#define MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list more; \
        va_start(more, last); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *name, int flags, ...) {
    MODE(flags, flags);
    return opening(system_open, AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) {
    MODE(flags, flags);
    return opening(system_open, AT_FDCWD, name, flags | O_LARGEFILE, mode);
}

int openat(int directory, const char *name, int flags, ...) {
    MODE(flags, flags);
    return opening(system_open, directory, name, flags, mode);
}

int openat64(int directory, const char *name, int flags, ...) {
    MODE(flags, flags);
    return opening(system_open, directory, name, flags | O_LARGEFILE, mode);
}

// MARK: Bytes

// One body for every call on a descriptor that fails with -1.
#define ON_FILE(call, fd, action, recorded) \
    char path[PATH_MAX]; \
    if (!fd_is_ours(fd, path)) return action; \
    pthread_mutex_lock(&lock); \
    ssize_t result = -1; \
    int code = fault(1, 0); \
    if (!code) { \
        off_t position = lseek(fd, 0, SEEK_CUR); \
        (void)position; \
        result = action; \
        code = result < 0 ? errno : 0; \
        if (result >= 0) { recorded; } \
    } \
    note(call, code, path); \
    pthread_mutex_unlock(&lock); \
    if (code) errno = code; \
    return result

ssize_t write(int fd, const void *bytes, size_t count) {
    ON_FILE("write", fd, syscall(SYS_write, fd, bytes, count),
            record('w', inode_of(fd), (uint64_t)position, path, "", bytes, (size_t)result));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    ON_FILE("write", fd, syscall(SYS_pwrite64, fd, bytes, count, offset),
            record('w', inode_of(fd), (uint64_t)offset, path, "", bytes, (size_t)result));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) { return pwrite(fd, bytes, count, offset); }

static void record_parts(int fd, const char *path, off_t position, const struct iovec *parts, int count, ssize_t written) {
    for (int index = 0; index < count && written > 0; index++) {
        size_t size = parts[index].iov_len < (size_t)written ? parts[index].iov_len : (size_t)written;
        record('w', inode_of(fd), (uint64_t)position, path, "", parts[index].iov_base, size);
        position += (off_t)size;
        written -= (ssize_t)size;
    }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ON_FILE("write", fd, syscall(SYS_writev, fd, parts, count), record_parts(fd, path, position, parts, count, result));
}

int ftruncate(int fd, off_t size) {
    ON_FILE("ftruncate", fd, syscall(SYS_ftruncate, fd, size), record('t', inode_of(fd), (uint64_t)size, path, "", 0, 0));
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

static int allocating(int fd, off_t offset, off_t size) {
    ON_FILE("fallocate", fd, syscall(SYS_fallocate, fd, 0, offset, size), (void)0);
}

int posix_fallocate(int fd, off_t offset, off_t size) { return allocating(fd, offset, size) < 0 ? errno : 0; }
int posix_fallocate64(int fd, off64_t offset, off64_t size) { return posix_fallocate(fd, offset, size); }

static int syncing(const char *call, long number, int fd) {
    char path[PATH_MAX];
    // The directory above is where the state directory itself has its name.
    if (!root[0] || !path_of(fd, path) || (!is_ours(path) && strcmp(path, parent) != 0)) return (int)syscall(number, fd);
    pthread_mutex_lock(&lock);
    int result = -1, code = fault(0, 1);
    struct stat status = {0};
    int is_directory = syscall(SYS_fstat, fd, &status) == 0 && S_ISDIR(status.st_mode);
    if (!code) {
        result = (int)syscall(number, fd);
        code = result < 0 ? errno : 0;
    }
    record(is_directory ? (code ? 'g' : 'd') : (code ? 'f' : 's'), status.st_ino, 0, path, "", 0, 0);
    note(call, code, path);
    pthread_mutex_unlock(&lock);
    if (code) errno = code;
    return result;
}

int fsync(int fd) { return syncing("fsync", SYS_fsync, fd); }
int fdatasync(int fd) { return syncing("fdatasync", SYS_fdatasync, fd); }

// MARK: Names

#define ON_NAME(call, directory, name, action, kind, second, takes_space) \
    char path[PATH_MAX]; \
    if (!name_is_ours(directory, name, path)) return action; \
    pthread_mutex_lock(&lock); \
    int result = -1, code = fault(takes_space, 0); \
    if (!code) { \
        result = (int)action; \
        code = result < 0 ? errno : 0; \
        if (result == 0) record(kind, 0, 0, path, second, 0, 0); \
    } \
    note(call, code, path); \
    pthread_mutex_unlock(&lock); \
    if (code) errno = code; \
    return result

int unlinkat(int directory, const char *name, int flags) {
    ON_NAME(flags & AT_REMOVEDIR ? "rmdir" : "unlink", directory, name, syscall(SYS_unlinkat, directory, name, flags),
            flags & AT_REMOVEDIR ? 'x' : 'u', "", 0);
}

int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int directory, const char *name, mode_t mode) {
    ON_NAME("mkdir", directory, name, syscall(SYS_mkdirat, directory, name, mode), 'm', "", 1);
}

int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    char target[PATH_MAX] = "";
    if (root[0]) path_at(to, new, target);
    ON_NAME("rename", from, old, syscall(SYS_renameat2, from, old, to, new, flags), 'r', target, 0);
}

int renameat(int from, const char *old, int to, const char *new) { return renameat2(from, old, to, new, 0); }
int rename(const char *old, const char *new) { return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0); }

int linkat(int from, const char *old, int to, const char *new, int flags) {
    char target[PATH_MAX] = "";
    if (root[0]) path_at(to, new, target);
    ON_NAME("link", from, old, syscall(SYS_linkat, from, old, to, new, flags), 'l', target, 1);
}
