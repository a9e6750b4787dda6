// A program that compiles Asio's sources itself, as many do.
#include <boost/asio/impl/src.hpp>
