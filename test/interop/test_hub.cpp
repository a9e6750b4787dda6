// A hub for test scripts: prints one line of JSON with its URLs, serves until standard input ends.
//
//     hfhub_test_hub ROOT [lfs_threshold=N] [multipart_threshold=N] [part_size=N] [url_ttl=SECONDS]
//                    [port=N] [redirect=1] [page=N] [max_commit_line=N] [max_commit_size=N] [idle_timeout=SECONDS]
//                    [certificate=FILE key=FILE] [strict_storage=1] [lfs_address=ADDRESS] [lfs_host=NAME]
//                    [xet=0] [xet_cas=URL] [xet_token_ttl=SECONDS]
//
// Users: julien (tokens hf_write, hf_read; admin of acme), bob (hf_bob; no organisation).

#include <hf/local_hub.hpp>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace {

std::string file_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void set(hf::LocalHubConfig& config, const std::string& name, const std::string& value) {
    if (name == "lfs_threshold") config.lfs_threshold = std::stoull(value);
    if (name == "multipart_threshold") config.multipart_threshold = std::stoull(value);
    if (name == "part_size") config.multipart_part_size = std::stoull(value);
    if (name == "url_ttl") config.url_ttl = std::chrono::seconds(std::stoll(value));
    if (name == "max_commit_size") config.max_commit_size = std::stoull(value);
    if (name == "max_commit_line") config.max_commit_line = std::stoull(value);
    if (name == "idle_timeout") config.idle_timeout = std::chrono::seconds(std::stoll(value));
    if (name == "port") config.port = static_cast<std::uint16_t>(std::stoul(value));
    if (name == "redirect") config.redirect_small_files = value == "1";
    if (name == "strict_storage") config.strict_storage = value == "1";
    if (name == "xet") config.xet = value == "1";
    if (name == "xet_cas") config.xet_cas = value;
    if (name == "xet_token_ttl") config.xet_token_ttl = std::chrono::seconds(std::stoll(value));
    if (name == "lfs_address") config.lfs_address = value;
    if (name == "lfs_host") config.lfs_host = value;
    if (name == "page")
        config.list_page_size = config.tree_page_size = config.expanded_tree_page_size = config.commits_page_size =
            config.discussions_page_size = std::stoull(value);
    if (name == "certificate") config.certificate_pem = file_text(value);
    if (name == "key") config.private_key_pem = file_text(value);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: hfhub_test_hub ROOT [name=value...]\n";
        return 2;
    }
    try {
        hf::LocalHubConfig config{argv[1]};
        config.control_endpoint = true;
        for (int i = 2; i < argc; ++i) {
            const std::string argument = argv[i];
            const auto mark = argument.find('=');
            set(config, argument.substr(0, mark), argument.substr(mark + 1));
        }
        hf::LocalHub hub(config);
        hub.add_user("julien", "hf_write", hf::TokenRole::write, {{"acme", "admin"}});
        hub.add_user("julien", "hf_read", hf::TokenRole::read);
        hub.add_user("bob", "hf_bob");
        hub.start();
        std::cout << "{\"endpoint\": \"" << hub.endpoint() << "\", \"lfs_endpoint\": \"" << hub.lfs_endpoint()
                  << "\", \"control_token\": \"" << hub.control_token() << "\"}" << std::endl;
        std::cin.ignore(std::numeric_limits<std::streamsize>::max());
        hub.stop();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
