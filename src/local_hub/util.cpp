#include "util.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <stdexcept>
#include <system_error>

namespace hf::local_hub {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<signed char, 256> decoding_table(std::string_view alphabet) {
    std::array<signed char, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
    return table;
}
constexpr auto base64_values = decoding_table(base64_alphabet);
constexpr auto base64url_values = decoding_table(base64url_alphabet);

bool decode(std::string_view text, const std::array<signed char, 256>& values, std::string& out) {
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    if (text.size() % 4 == 1) return false;
    const std::size_t start = out.size();
    out.resize(start + text.size() * 3 / 4);
    auto* to = reinterpret_cast<unsigned char*>(out.data() + start);
    const auto* from = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t left = text.size();
    int bad = 0;
    for (; left >= 4; left -= 4, from += 4, to += 3) {
        const int a = values[from[0]], b = values[from[1]], c = values[from[2]], d = values[from[3]];
        bad |= a | b | c | d;
        const auto word = static_cast<unsigned>((a << 18) | (b << 12) | (c << 6) | d);
        to[0] = static_cast<unsigned char>(word >> 16);
        to[1] = static_cast<unsigned char>(word >> 8);
        to[2] = static_cast<unsigned char>(word);
    }
    if (left >= 2) {
        const int a = values[from[0]], b = values[from[1]], c = left == 3 ? values[from[2]] : 0;
        bad |= a | b | c;
        const auto word = static_cast<unsigned>((a << 18) | (b << 12) | (c << 6));
        to[0] = static_cast<unsigned char>(word >> 16);
        if (left == 3) to[1] = static_cast<unsigned char>(word >> 8);
    }
    return bad >= 0;
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        unsigned word = 0;
        for (std::size_t k = 0; k < 3; ++k)
            word = (word << 8) | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k) {
            if (k <= n)
                out += alphabet[(word >> (18 - 6 * k)) & 63];
            else if (padded)
                out += '=';
        }
    }
    return out;
}

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

const EVP_MD* digest(Hasher::Kind kind) { return kind == Hasher::Kind::sha1 ? EVP_sha1() : EVP_sha256(); }

}  // namespace

std::string to_hex(Bytes bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const unsigned char c : bytes) {
        out += hex_digits[c >> 4];
        out += hex_digits[c & 15];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

bool is_hex(std::string_view text, std::size_t length) {
    if (text.size() != length) return false;
    for (const char c : text)
        if (hex_value(c) < 0) return false;
    return true;
}

bool base64_decode(std::string_view text, std::string& out) { return decode(text, base64_values, out); }
std::string base64_encode(std::string_view bytes) { return encode(bytes, base64_alphabet, true); }
std::string base64url_encode(std::string_view bytes) { return encode(bytes, base64url_alphabet, false); }
std::optional<std::string> base64url_decode(std::string_view text) {
    std::string out;
    if (!decode(text, base64url_values, out)) return std::nullopt;
    return out;
}

void Hasher::Free::operator()(void* context) const noexcept { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }

Hasher::Hasher(Kind kind) : context_(EVP_MD_CTX_new()), kind_(kind) {
    if (!context_) throw std::bad_alloc();
    EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_.get()), digest(kind), nullptr);
}

void Hasher::update(const void* data, std::size_t size) {
    EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), data, size);
}

std::string Hasher::finish() {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    auto* context = static_cast<EVP_MD_CTX*>(context_.get());
    EVP_DigestFinal_ex(context, out, &size);
    EVP_DigestInit_ex(context, digest(kind_), nullptr);
    return {reinterpret_cast<const char*>(out), size};
}

std::string sha1(std::string_view data) {
    Hasher hasher(Hasher::Kind::sha1);
    hasher.update(data);
    return hasher.finish();
}

std::string sha256(std::string_view data) {
    Hasher hasher(Hasher::Kind::sha256);
    hasher.update(data);
    return hasher.finish();
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(data.data()), data.size(), out, &size))
        throw std::runtime_error("HMAC failed");
    return {reinterpret_cast<const char*>(out), size};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> buffer(bytes);
    if (RAND_bytes(buffer.data(), static_cast<int>(bytes)) != 1) throw std::runtime_error("no random bytes");
    return to_hex(buffer);
}

std::string new_object_id() {
    const auto seconds = static_cast<std::uint32_t>(now_ms() / 1000);
    const unsigned char head[4] = {static_cast<unsigned char>(seconds >> 24), static_cast<unsigned char>(seconds >> 16),
                                   static_cast<unsigned char>(seconds >> 8), static_cast<unsigned char>(seconds)};
    return to_hex(head) + random_hex(8);
}

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::int64_t next_ms() {
    static std::atomic<std::int64_t> last{0};
    std::int64_t before = last.load(), next = 0;
    do next = std::max(now_ms(), before + 1);
    while (!last.compare_exchange_weak(before, next));
    return next;
}

std::string iso_time(std::int64_t ms) {
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char date[32], out[40];
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    const int size = std::snprintf(out, sizeof out, "%s.%03dZ", date, static_cast<int>(ms % 1000));
    return {out, static_cast<std::size_t>(size)};
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto end = text.find(separator);
        out.push_back(text.substr(0, end));
        if (end == text.npos) return out;
        text.remove_prefix(end + 1);
    }
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        std::size_t more = 0;
        if (c < 0x80)
            more = 0;
        else if (c >= 0xc2 && c < 0xe0)
            more = 1;
        else if (c >= 0xe0 && c < 0xf0)
            more = 2;
        else if (c >= 0xf0 && c < 0xf5)
            more = 3;
        else
            return false;
        if (i + more >= text.size()) return true;  // a sample may end within a character
        for (std::size_t k = 1; k <= more; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
        i += more + 1;
    }
    return true;
}

std::string escaped_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

File::~File() {
    if (fd_ >= 0) ::close(fd_);
}

void File::write_all(const void* data, std::size_t size) {
    const auto* at = static_cast<const char*>(data);
    while (size) {
        const auto n = ::write(fd_, at, size);
        if (n < 0) {
            if (errno == EINTR) continue;
            throw_errno("write");
        }
        at += n;
        size -= static_cast<std::size_t>(n);
    }
}

void File::write_at(const void* data, std::size_t size, std::uint64_t offset) {
    const auto* at = static_cast<const char*>(data);
    while (size) {
        const auto n = ::pwrite(fd_, at, size, static_cast<off_t>(offset));
        if (n < 0) {
            if (errno == EINTR) continue;
            throw_errno("write");
        }
        at += n;
        offset += static_cast<std::uint64_t>(n);
        size -= static_cast<std::size_t>(n);
    }
}

std::size_t File::read_at(void* data, std::size_t size, std::uint64_t offset) const {
    for (;;) {
        const auto n = ::pread(fd_, data, size, static_cast<off_t>(offset));
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) throw_errno("read");
    }
}

std::uint64_t File::size() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) throw_errno("stat");
    return static_cast<std::uint64_t>(info.st_size);
}

File File::open_existing(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT && errno != ENOTDIR) throw_errno("open");
    return File(fd);
}

File File::create(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) throw_errno("create");
    return File(fd);
}

File File::create_private(const std::string& path) {
    File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file || ::fchmod(file.get(), 0600) != 0) throw_errno("create");
    return file;
}

void make_private_folder(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

}  // namespace hf::local_hub
