#pragma once

#include <hf/types/user.hpp>

#include <boost/describe/class.hpp>

#include <variant>

namespace hf {

/// The place of a model among those that were evaluated on a dataset.
struct DatasetLeaderboardEntry {
    std::int64_t rank = 0;
    std::string model_id;
    json::value value;     ///< the result
    std::string filename;  ///< of the model's repository: where it is stated
    bool verified = false;
    std::optional<json::object> source;
    std::variant<User, Organization> author;  ///< of the statement
    std::optional<std::int64_t> pull_request;
    std::optional<std::string> notes;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(DatasetLeaderboardEntry, (),
                      (rank, model_id, value, filename, verified, source, author, pull_request, notes))
constexpr std::string_view hf_wire_name(std::type_identity<DatasetLeaderboardEntry>, std::string_view member) {
    return member == "author" ? "-" : "";
}
void hf_decoded(DatasetLeaderboardEntry& entry);

/// A Parquet file that the Hub has made of a dataset.
struct DatasetParquetEntry {
    std::string config;  ///< part of the dataset
    std::string split;   ///< "train"
    std::string url;
    std::int64_t size = 0;  ///< bytes
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(DatasetParquetEntry, (), (config, split, url, size))

}  // namespace hf
