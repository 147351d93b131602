#define _GNU_SOURCE
#include "clinux_peer.h"

#include <errno.h>
#include <sys/socket.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "groups are read in place");

int clinux_peer_credentials(int descriptor, uint32_t *uid, uint32_t *gid, int32_t *pid) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return errno;
    if (length != sizeof credentials) return EPROTO;
    *uid = credentials.uid;
    *gid = credentials.gid;
    *pid = credentials.pid;
    return 0;
}

int clinux_peer_groups(int descriptor, uint32_t *groups, size_t *count) {
    if (*count > INT32_MAX / sizeof *groups) return EINVAL;
    socklen_t length = (socklen_t)(*count * sizeof *groups);
    int failed = getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0;
    int error = failed ? errno : 0;
    if (!failed || error == ERANGE) *count = length / sizeof *groups;
    return error;
}
