#pragma once
// renameat2(2) is behind _GNU_SOURCE, which Swift's Glibc module does not define.

/// Renames `from` to `to`, both relative to the directory `directory`, and replaces nothing (RENAME_NOREPLACE).
///
/// Returns 0, or an errno value; EEXIST when there is a `to` already, EINVAL where the file system cannot do it.
int clinux_rename_noreplace(int directory, const char *from, const char *to);
