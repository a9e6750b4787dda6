#pragma once

#include "engine/files/file.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace hf {

class Clock;

/// Takes the lock file that the reference client takes (flock), made if missing. Given up by closing it. An
/// empty File if it could not be had within `wait`, if a link is in its place, or if the file system has no locks:
/// locks only save work here, nothing depends on them.
boost::asio::awaitable<File> take_lock(std::string path, std::chrono::milliseconds wait, Clock& clock);

}  // namespace hf
