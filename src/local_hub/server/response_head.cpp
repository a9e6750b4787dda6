#include "local_hub/server/response_head.hpp"

#include "core/text.hpp"

#include <hf/core/datetime.hpp>

#include <boost/beast/http/status.hpp>

#include <chrono>

namespace hf::local_hub {

std::string head_text(const Response& response, std::uint64_t length, bool keep_alive) {
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
    out.append(reason.data(), reason.size()).append("\r\n");
    out.append("Date: ")
        .append(to_http_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())))
        .append("\r\n");
    for (const auto& [name, value] : response.fields) out.append(name).append(": ").append(value).append("\r\n");
    if (response.status != 204 && response.status != 304)
        out.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
    out.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    return out;
}

void change_fields(Response& response, const Fault& fault) {
    for (const auto& [name, value] : fault.fields) {
        std::erase_if(response.fields, [&](const Field& field) { return iequals(field.first, name); });
        if (!value.empty()) response.set(name, value);
    }
}

}  // namespace hf::local_hub
