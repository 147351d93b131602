#pragma once
#include "clinux_rename.h"
