#define BOOST_TEST_MODULE hfhub
#include <boost/test/unit_test.hpp>
