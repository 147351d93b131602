#pragma once
#include "clinux_peer.h"
