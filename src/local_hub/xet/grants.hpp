#pragma once

#include "local_hub/data/temporary_file.hpp"
#include "local_hub/xet/xorb_store.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace hf::local_hub {

/// Leave to upload one xorb to the storage, as large as it was announced and with that checksum.
struct Grant {
    xet::Hash xorb;
    std::string id;
    std::uint64_t length = 0;
    std::uint64_t checksum = 0;  ///< CRC-64/NVME
};

/// What was uploaded by grants and waits to be committed. Until then nobody looks at it; what is never committed goes
/// at the next start, or earlier. Thread-safe.
class Grants {
public:
    Grants(XorbStore& store, std::filesystem::path folder);

    /// A new one. Throws StorageError(invalid) for a length that no xorb has.
    Grant issue(const xet::Hash& xorb, std::uint64_t length, std::uint64_t checksum) const;

    /// The upload under a grant. Throws StorageError: invalid for another length or checksum, moved where it was done
    /// before.
    class Incoming {
    public:
        Incoming(const Grants& grants, const Grant& grant);
        void write(const void* data, std::size_t size);
        void finish();

    private:
        std::filesystem::path target_;
        Grant grant_;
        TemporaryFile file_;
        std::uint64_t size_ = 0, checksum_ = 0;
    };

    /// Verifies what was uploaded, and adds it to the store. False: nothing was. Throws StorageError(invalid).
    bool commit(const xet::Hash& xorb, const std::string& id);

    /// Removes what was uploaded so long ago.
    void drop_abandoned(std::chrono::seconds age) const;

private:
    std::filesystem::path path_of(const xet::Hash& xorb, const std::string& id) const;

    XorbStore& store_;
    std::filesystem::path folder_;
};

}  // namespace hf::local_hub
