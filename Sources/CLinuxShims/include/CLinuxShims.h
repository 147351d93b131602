#pragma once
#include "clinux_peer.h"
#include "clinux_rename.h"
#include "clinux_process.h"
#include "clinux_spawn.h"
