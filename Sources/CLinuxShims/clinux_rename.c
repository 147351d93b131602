#define _GNU_SOURCE
#include "clinux_rename.h"

#include <errno.h>
#include <stdio.h>

int clinux_rename_noreplace(int directory, const char *from, const char *to) {
    return renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0 ? 0 : errno;
}
