// Asio's own code, compiled once (HFHUB_SEPARATE_ASIO).
#include <boost/asio/impl/src.hpp>
