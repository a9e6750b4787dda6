#include <hf/types/gated.hpp>

#include <cstdio>

namespace hf::json {

Timestamp Codec<Timestamp>::from(const value& json) {
    const auto* text = json.if_string();
    if (!text) throw_type("a date", json);
    const auto time = try_parse_datetime(std::string_view(*text));
    if (!time) throw DecodeError("not a date: '" + std::string(*text) + "'");
    return *time;
}

value Codec<Timestamp>::to(Timestamp time) {
    std::string text = to_iso(time);
    const auto micros = (time.time_since_epoch() % std::chrono::milliseconds(1) + std::chrono::milliseconds(1)) %
                        std::chrono::milliseconds(1);
    if (micros.count() != 0) {
        char digits[4];
        std::snprintf(digits, sizeof digits, "%03d", static_cast<int>(micros.count()));
        text.insert(text.size() - 1, digits, 3);
    }
    return value(text);
}

std::optional<Timestamp> Codec<std::optional<Timestamp>>::from(const value& json) {
    if (json.is_null() || (json.is_string() && json.get_string().empty())) return std::nullopt;
    return Codec<Timestamp>::from(json);
}

Gated Codec<Gated>::from(const value& json) {
    if (json.is_bool()) return json.get_bool() ? Gated::unknown : Gated::no;
    const auto* text = json.if_string();
    if (!text) throw_type("false, \"auto\" or \"manual\"", json);
    if (*text == "auto") return Gated::automatic;
    return *text == "manual" ? Gated::manual : Gated::unknown;
}

value Codec<Gated>::to(Gated gated) {
    switch (gated) {
        case Gated::no: return value(false);
        case Gated::automatic: return value("auto");
        case Gated::manual: return value("manual");
        case Gated::unknown: break;
    }
    return value();
}

}  // namespace hf::json
