#define _GNU_SOURCE
#include "clinux_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

// A standard descriptor that was closed before would come back as the end of a pipe, and be overwritten in the child.
static int above_standard(int *descriptor) {
    if (*descriptor > STDERR_FILENO) return 0;
    int moved = fcntl(*descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) return errno;
    close(*descriptor);
    *descriptor = moved;
    return 0;
}

int clinux_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    int error = above_standard(&ends[0]);
    if (error == 0) error = above_standard(&ends[1]);
    if (error != 0) {
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

static int describe_child(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int output, int errors) {
    int error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, errors, STDERR_FILENO);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    if (error == 0) error = posix_spawn_file_actions_addchdir_np(actions, "/");
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (error == 0) error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &all);
    short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (error == 0) error = posix_spawnattr_setflags(attributes, flags);
    return error;
}

int clinux_spawn_session(const char *path, char *const arguments[], char *const environment[], int output, int errors,
                         pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = describe_child(&actions, &attributes, output, errors);
        if (error == 0) error = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}
