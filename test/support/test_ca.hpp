#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace hf::test {

/// A certificate and its key as PEM text.
struct Credentials {
    std::string certificate, key;
};

/// A certification authority made for one test run.
class TestCa {
public:
    explicit TestCa(const std::string& name = "hfhub test CA");

    const std::string& pem() const { return pem_; }
    /// For DNS names and IP addresses; valid from an hour ago until `lifetime` from now, which may be negative.
    Credentials issue(const std::vector<std::string>& names,
                      std::chrono::seconds lifetime = std::chrono::hours(24)) const;

private:
    std::shared_ptr<evp_pkey_st> key_;
    std::shared_ptr<x509_st> certificate_;
    std::string pem_;
};

}  // namespace hf::test
