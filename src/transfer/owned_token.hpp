#pragma once

#include <hf/core/token_arg.hpp>  // OwnedToken lives there
