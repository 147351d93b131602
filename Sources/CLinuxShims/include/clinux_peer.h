#pragma once
// The other end of a connected Unix socket, as the kernel says (unix(7), socket(7)).
//
// `struct ucred` and SO_PEERGROUPS are behind _GNU_SOURCE and a kernel header that Swift's Glibc module leaves out.
#include <stddef.h>
#include <stdint.h>

/// Reads SO_PEERCRED. Returns 0, or an errno value.
///
/// A socket without a peer has uid and gid -1. The pid is 0 when the peer lives in a pid namespace that is not ours.
int clinux_peer_credentials(int descriptor, uint32_t *uid, uint32_t *gid, int32_t *pid);

/// Reads SO_PEERGROUPS into `groups`, which has room for `*count`; on return `*count` is the number of groups there are.
///
/// Returns 0, or an errno value; ERANGE when there are more than fit.
int clinux_peer_groups(int descriptor, uint32_t *groups, size_t *count);
