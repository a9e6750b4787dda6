#include "connection.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <ctime>

namespace hf::local_hub {
namespace {

constexpr std::size_t chunk_size = 256u << 10;
// Text bodies up to this size leave in one piece with the head.
constexpr std::size_t joined_body = 64u << 10;

std::string http_date() {
    char text[32];
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

std::string head_text(const Response& response, std::uint64_t length, bool keep_alive) {
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
    const auto reason = beast::http::obsolete_reason(static_cast<beast::http::status>(response.status));
    out.append(reason.data(), reason.size()).append("\r\n");
    out.append("Date: ").append(http_date()).append("\r\n");
    for (const auto& [name, value] : response.fields) out.append(name).append(": ").append(value).append("\r\n");
    if (response.status != 204 && response.status != 304)
        out.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
    out.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    return out;
}

void change_fields(Response& response, const Fault& fault) {
    for (const auto& [name, value] : fault.fields) {
        std::erase_if(response.fields, [&](const Field& field) { return lower(field.first) == lower(name); });
        if (!value.empty()) response.set(name, value);
    }
}

bool is_body_fault(const Fault& fault) {
    using enum FaultKind;
    return fault.kind == reset || fault.kind == truncate || fault.kind == stall || fault.kind == corrupt;
}

}  // namespace

asio::awaitable<bool> Connection::send(Handling& handling, const std::vector<Fault>& faults, bool keep_alive) {
    Response& response = handling.response();
    for (const auto& fault : faults)
        if (fault.kind == FaultKind::headers) change_fields(response, fault);
    const auto reset_at_once = std::ranges::any_of(
        faults, [](const Fault& fault) { return fault.kind == FaultKind::reset && fault.at_byte == 0; });
    if (reset_at_once) {
        reset();
        co_return false;
    }
    const bool is_head = handling.request().method == "HEAD";
    const std::uint64_t length = is_head ? response.head_length.value_or(response.body_size()) : response.body_size();
    std::string head = head_text(response, length, keep_alive);
    if (is_head || length == 0) {
        co_await write(head);
        co_return true;
    }
    const bool plain = std::ranges::none_of(faults, is_body_fault) && !context_.scenario.paced();
    if (plain && !response.file && length <= joined_body) {
        head += response.text();
        co_await write(head);
        co_return true;
    }
    co_await write(head);
    context_.scenario.body_started();
    const OnExit ended([this] { context_.scenario.body_ended(); });
    co_return co_await send_body(handling, faults);
}

asio::awaitable<bool> Connection::send_body(Handling& handling, const std::vector<Fault>& faults) {
    const Response& response = handling.response();
    const std::uint64_t length = response.body_size();
    const auto it = std::ranges::find_if(faults, is_body_fault);
    const Fault* fault = it == faults.end() ? nullptr : &*it;
    const bool ends_early = fault && fault->kind != FaultKind::corrupt;
    const std::uint64_t end = ends_early ? std::min(length, fault->at_byte) : length;
    const bool paced = context_.scenario.paced();
    // Small steps keep a capped connection even.
    const std::size_t step = paced ? 16u << 10 : chunk_size;
    if (chunk_.empty()) chunk_.resize(chunk_size);
    for (std::uint64_t position = 0; position < end;) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(step, end - position));
        std::size_t got = n;
        if (response.file)
            got = response.file->file->read_at(chunk_.data(), n, response.file->offset + position);
        else
            std::ranges::copy(response.text().substr(position, n), chunk_.data());
        if (got == 0) co_return false;
        if (fault && fault->kind == FaultKind::corrupt && fault->at_byte >= position && fault->at_byte < position + got)
            chunk_[fault->at_byte - position] ^= static_cast<char>(0xff);
        co_await pace(got);
        co_await write(std::string_view(chunk_.data(), got));
        position += got;
    }
    if (!ends_early) co_return true;
    if (fault->kind == FaultKind::stall) co_await sleep(fault->delay);
    if (fault->kind == FaultKind::reset) reset();
    co_return false;
}

}  // namespace hf::local_hub
