#pragma once
// Starting a program in a session of its own, with three descriptors and no others (posix_spawn(3)).
//
// The session flag, addclosefrom and pipe2 are behind _GNU_SOURCE, which Swift's Glibc module does not define.
#include <sys/types.h>

/// Makes a pipe whose ends are close-on-exec and never 0, 1 or 2. Returns 0 or an errno value.
int clinux_pipe(int *reading, int *writing);

/// Starts `path` with these arguments and this environment, both ended by NULL, in the folder `/`.
///
/// The child leads a new session and process group, has /dev/null as 0, `output` as 1, `errors` as 2 and nothing else open, no signal
/// blocked and none ignored. Returns 0 and its process id, or an errno value; then there is no child.
int clinux_spawn_session(const char *path, char *const arguments[], char *const environment[], int output, int errors,
                         pid_t *pid);
