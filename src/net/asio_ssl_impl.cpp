// The code of Asio's TLS part, apart: a program that compiles one of the two itself takes only the other from here.
#include <boost/asio/ssl/impl/src.hpp>
