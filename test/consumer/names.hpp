#pragma once

#include <string>

/// Each asks the Hub who its user is, in a library of its own, the older one with names that Asio deprecates.
std::string older_name(const std::string& endpoint);
std::string newer_name(const std::string& endpoint);
