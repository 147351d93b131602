#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The other end of a connected Unix socket, as the kernel says (unix(7), socket(7)).
//
// `struct ucred` and SO_PEERGROUPS are behind _GNU_SOURCE and a kernel header that Swift's Glibc module leaves out.

/// Reads SO_PEERCRED. Returns 0, or an errno value.
///
/// A socket without a peer has uid and gid -1. The pid is 0 when the peer lives in a pid namespace that is not ours.
int clinux_peer_credentials(int descriptor, uint32_t *uid, uint32_t *gid, int32_t *pid);

/// Reads SO_PEERGROUPS into `groups`, which has room for `*count`; on return `*count` is the number of groups there are.
///
/// Returns 0, or an errno value; ERANGE when there are more than fit.
int clinux_peer_groups(int descriptor, uint32_t *groups, size_t *count);

// Attributes of the calling process that need variadic system calls, which Swift cannot make (prctl(2)).

/// Forbids core dumps and attaching by other processes of the same user (PR_SET_DUMPABLE 0). Returns 0 or an errno value.
int clinux_forbid_dumps(void);

// renameat2(2) is behind _GNU_SOURCE, which Swift's Glibc module does not define.

/// Renames `from` to `to`, both relative to the directory `directory`, and replaces nothing (RENAME_NOREPLACE).
///
/// Returns 0, or an errno value; EEXIST when there is a `to` already, EINVAL where the file system cannot do it.
int clinux_rename_noreplace(int directory, const char *from, const char *to);

// Starting a program in a session of its own, with three descriptors and no others (posix_spawn(3)).
//
// The session flag, addclosefrom and pipe2 are behind _GNU_SOURCE, which Swift's Glibc module does not define.

/// Makes a pipe whose ends are close-on-exec and never 0, 1 or 2. Returns 0 or an errno value.
int clinux_pipe(int *reading, int *writing);

/// Starts `path` with these arguments and this environment, both ended by NULL, in the folder `/`.
///
/// The child leads a new session and process group, has /dev/null as 0, `output` as 1, `errors` as 2 and nothing else
/// open, no signal blocked and none ignored. Returns 0 and its process id, or an errno value; then there is no child.
int clinux_spawn_session(const char *path, char *const arguments[], char *const environment[], int output, int errors,
                         pid_t *pid);
