// Commits: files of the disk, bytes of this program, and deletions, all in one. Files that the Hub stores
// as LFS are uploaded in parallel first.
//
//     ./4_upload me/model out/model.safetensors

#include <hf/hf_api.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

boost::asio::awaitable<void> upload(hf::HfApi api, std::string repo_id, std::filesystem::path file) {
    co_await api.create_repo(repo_id, {.private_ = true, .exist_ok = true});

    std::vector<hf::CommitOperation> operations;
    operations.emplace_back(hf::CommitOperationAdd("weights/" + file.filename().string(), file));
    operations.emplace_back(hf::CommitOperationAdd("README.md", hf::UploadContent::from_bytes("# My model\n")));
    if (co_await api.file_exists(repo_id, "old.bin")) operations.emplace_back(hf::CommitOperationDelete("old.bin"));

    const hf::CommitInfo commit =
        co_await api.create_commit(repo_id, std::move(operations), {.commit_message = "New weights"});
    std::cout << "committed " << commit.oid << '\n';

    // The same for a folder is one call; here it is proposed instead of committed.
    const hf::CommitInfo proposal =
        co_await api.upload_folder(repo_id, file.parent_path(), {.path_in_repo = "proposed", .create_pr = true});
    std::cout << "proposed " << proposal.pr_url.value_or("") << '\n';
}

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: 4_upload REPO FILE\n";
        return 2;
    }
    try {
        boost::asio::io_context context;
        hf::HfApi api(context.get_executor());
        const auto file = std::filesystem::absolute(argv[2]);
        boost::asio::co_spawn(context, upload(api, argv[1], file), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        context.run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
