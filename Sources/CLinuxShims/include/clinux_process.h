#pragma once
// Attributes of the calling process that need variadic system calls, which Swift cannot make (prctl(2)).

/// Forbids core dumps and attaching by other processes of the same user (PR_SET_DUMPABLE 0). Returns 0 or an errno value.
int clinux_forbid_dumps(void);
