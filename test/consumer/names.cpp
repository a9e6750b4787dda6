#include "names.hpp"

#include <hf/local_hub.hpp>

#include <iostream>

int main(int, char** argv) {
    hf::LocalHub hub{hf::LocalHubConfig(argv[1] + std::string("/hub"))};
    hub.add_user("me", "hf_mine");
    hub.start();
    std::cout << older_name(hub.endpoint()) << ", " << newer_name(hub.endpoint()) << '\n';
}
