#include "local_hub/git/gitattributes.hpp"

#include "core/text.hpp"
#include "core/utf8.hpp"

#include <cstddef>

namespace hf::local_hub {
namespace {

// Length of the bracket expression that starts at pattern[0] == '[', or 0 if it is not closed.
std::size_t bracket_length(std::string_view pattern) {
    std::size_t i = 1;
    if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
    if (i < pattern.size() && pattern[i] == ']') ++i;
    while (i < pattern.size() && pattern[i] != ']') {
        if (pattern.substr(i, 2) == "[:") {
            const auto end = pattern.find(":]", i + 2);
            if (end == pattern.npos) return 0;
            i = end + 2;
        } else {
            ++i;
        }
    }
    return i < pattern.size() ? i + 1 : 0;
}

bool in_class(std::string_view name, unsigned char c) {
    if (name == "space") return c == ' ' || (c >= '\t' && c <= '\r');
    if (name == "digit") return c >= '0' && c <= '9';
    if (name == "alpha") return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (name == "alnum") return in_class("digit", c) || in_class("alpha", c);
    if (name == "upper") return c >= 'A' && c <= 'Z';
    if (name == "lower") return c >= 'a' && c <= 'z';
    return false;
}

bool bracket_matches(std::string_view inside, char c) {
    bool inverted = false;
    if (!inside.empty() && (inside[0] == '!' || inside[0] == '^')) {
        inverted = true;
        inside.remove_prefix(1);
    }
    bool found = false;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside.substr(i, 2) == "[:") {
            const auto end = inside.find(":]", i + 2);
            found = found || in_class(inside.substr(i + 2, end - i - 2), static_cast<unsigned char>(c));
            i = end + 1;
        } else if (i + 2 < inside.size() && inside[i + 1] == '-') {
            found = found || (inside[i] <= c && c <= inside[i + 2]);
            i += 2;
        } else {
            found = found || inside[i] == c;
        }
    }
    return found != inverted && c != '/';
}

// Git's wildmatch with WM_PATHNAME. Backtracks to the last '*' and the last '**' only, so that no
// pattern is worse than quadratic.
bool wild(std::string_view pattern, std::string_view text) {
    struct Point {
        std::size_t pattern = std::string_view::npos, text = 0;
    };
    Point star, stars;
    std::size_t p = 0, t = 0;
    for (;;) {
        if (p < pattern.size() && pattern.substr(p, 2) == "**") {
            const bool at_start = p == 0 || pattern[p - 1] == '/';
            if (at_start && pattern.substr(p, 3) == "**/") {
                stars = {p + 3, t};
                star = {};
                p += 3;
                continue;
            }
            if (at_start && p + 2 == pattern.size()) return true;
            while (p < pattern.size() && pattern[p] == '*') ++p;
            star = {p, t};
            continue;
        }
        if (p < pattern.size() && pattern[p] == '*') {
            star = {++p, t};
            continue;
        }
        bool ok = false;
        if (t == text.size()) {
            if (p == pattern.size()) return true;
        } else if (p < pattern.size()) {
            const std::size_t bracket = pattern[p] == '[' ? bracket_length(pattern.substr(p)) : 0;
            if (bracket) {
                ok = bracket_matches(pattern.substr(p + 1, bracket - 2), text[t]);
                if (ok) p += bracket;
            } else if (pattern[p] == '?') {
                ok = text[t] != '/';
                if (ok) ++p;
            } else {
                if (pattern[p] == '\\' && p + 1 < pattern.size()) ++p;
                ok = pattern[p] == text[t];
                if (ok) ++p;
            }
        }
        if (ok) {
            ++t;
            continue;
        }
        if (star.pattern != std::string_view::npos && star.text < text.size() && text[star.text] != '/') {
            p = star.pattern;
            t = ++star.text;
            continue;
        }
        if (stars.pattern == std::string_view::npos) return false;
        const auto slash = text.find('/', stars.text);
        if (slash == text.npos) return false;
        stars.text = slash + 1;
        p = stars.pattern;
        t = stars.text;
        star = {};
    }
}

std::vector<std::string_view> lines(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (!line.empty() && line[0] != '#') out.push_back(line);
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
    }
    return out;
}

std::string_view without_cut_character(std::string_view sample) {
    std::size_t last = sample.size();  // where the last character begins
    while (last > 0 && sample.size() - last < 3 && utf8::is_continuation(sample[last - 1])) --last;
    if (last == 0) return sample;
    const auto lead = static_cast<unsigned char>(sample[--last]);
    const std::size_t length = lead >= 0xf5 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    return sample.size() - last < length ? sample.substr(0, last) : sample;
}

}  // namespace

bool looks_binary(std::string_view sample) {
    return sample.find('\0') != sample.npos || !is_utf8(without_cut_character(sample));
}

bool git_pattern_matches(std::string_view pattern, std::string_view path) {
    if (pattern.find('/') == pattern.npos) {
        const auto slash = path.rfind('/');
        return wild(pattern, slash == path.npos ? path : path.substr(slash + 1));
    }
    if (pattern[0] == '/') pattern.remove_prefix(1);
    return wild(pattern, path);
}

LfsRules::LfsRules(std::string_view gitattributes) {
    for (std::string_view line : lines(gitattributes)) {
        const auto start = line.find_first_not_of(" \t");
        if (start == line.npos) continue;
        line.remove_prefix(start);
        std::string_view pattern;
        if (line[0] == '"') {
            const auto end = line.find('"', 1);
            if (end == line.npos) continue;
            pattern = line.substr(1, end - 1);
            line.remove_prefix(end + 1);
        } else {
            const auto end = line.find_first_of(" \t");
            pattern = line.substr(0, end);
            line = end == line.npos ? std::string_view() : line.substr(end);
        }
        while (!line.empty()) {
            const auto begin = line.find_first_not_of(" \t");
            if (begin == line.npos) break;
            const auto end = line.find_first_of(" \t", begin);
            const auto attribute = line.substr(begin, end == line.npos ? end : end - begin);
            if (attribute == "filter=lfs")
                rules_.push_back({std::string(pattern), true});
            else if (attribute.starts_with("filter=") || attribute == "-filter" || attribute == "!filter")
                rules_.push_back({std::string(pattern), false});
            line = end == line.npos ? std::string_view() : line.substr(end);
        }
    }
}

bool LfsRules::is_lfs(std::string_view path) const {
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule)
        if (git_pattern_matches(rule->pattern, path)) return rule->lfs;
    return false;
}

IgnoreRules::IgnoreRules(std::string_view gitignore) {
    for (std::string_view line : lines(gitignore)) {
        while (!line.empty() && line.back() == ' ' && !line.ends_with("\\ ")) line.remove_suffix(1);
        const bool ignored = !line.starts_with('!');
        if (!ignored) line.remove_prefix(1);
        const bool folder_only = line.ends_with('/');
        if (folder_only) line.remove_suffix(1);
        if (!line.empty()) rules_.push_back({std::string(line), ignored, folder_only});
    }
}

bool IgnoreRules::is_ignored(std::string_view path) const {
    // A folder that is ignored takes everything below it along.
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
        const bool is_folder = end != path.npos;
        const auto part = path.substr(0, end);
        for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
            if (rule->folder_only && !is_folder) continue;
            if (!git_pattern_matches(rule->pattern, part)) continue;
            if (rule->ignored) return true;
            break;
        }
        if (!is_folder) return false;
    }
}

std::string lfs_rule_for(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == ' ')
            out += "[[:space:]]";
        else if (c == '[' || c == '*' || c == '?' || c == '\\')
            out.append("\\").append(1, c);
        else
            out += c;
    }
    return out + " filter=lfs diff=lfs merge=lfs -text\n";
}

#define LFS " filter=lfs diff=lfs merge=lfs -text\n"
const std::string_view default_gitattributes_model =
    "*.7z" LFS "*.arrow" LFS "*.bin" LFS "*.bz2" LFS "*.ckpt" LFS "*.ftz" LFS "*.gz" LFS "*.h5" LFS "*.joblib" LFS
    "*.lfs.*" LFS "*.mlmodel" LFS "*.model" LFS "*.msgpack" LFS "*.npy" LFS "*.npz" LFS "*.onnx" LFS "*.ot" LFS
    "*.parquet" LFS "*.pb" LFS "*.pickle" LFS "*.pkl" LFS "*.pt" LFS "*.pth" LFS "*.rar" LFS "*.safetensors" LFS
    "saved_model/**/*" LFS "*.tar.*" LFS "*.tar" LFS "*.tflite" LFS "*.tgz" LFS "*.wasm" LFS "*.xz" LFS "*.zip" LFS
    "*.zst" LFS "*tfevents*" LFS;
const std::string_view default_gitattributes_dataset =
    "*.7z" LFS "*.arrow" LFS "*.avro" LFS "*.bin" LFS "*.bz2" LFS "*.ckpt" LFS "*.ftz" LFS "*.gz" LFS "*.h5" LFS
    "*.joblib" LFS "*.lfs.*" LFS "*.lz4" LFS "*.mds" LFS "*.mlmodel" LFS "*.model" LFS "*.msgpack" LFS "*.npy" LFS
    "*.npz" LFS "*.onnx" LFS "*.ot" LFS "*.parquet" LFS "*.pb" LFS "*.pickle" LFS "*.pkl" LFS "*.pt" LFS "*.pth" LFS
    "*.rar" LFS "*.safetensors" LFS "saved_model/**/*" LFS "*.tar.*" LFS "*.tar" LFS "*.tflite" LFS "*.tgz" LFS
    "*.wasm" LFS "*.xz" LFS "*.zip" LFS "*.zst" LFS "*tfevents*" LFS
    "# Audio files - uncompressed\n"
    "*.pcm" LFS "*.sam" LFS "*.raw" LFS
    "# Audio files - compressed\n"
    "*.aac" LFS "*.flac" LFS "*.mp3" LFS "*.ogg" LFS "*.wav" LFS
    "# Image files - uncompressed\n"
    "*.bmp" LFS "*.gif" LFS "*.png" LFS "*.tiff" LFS
    "# Image files - compressed\n"
    "*.jpg" LFS "*.jpeg" LFS "*.webp" LFS
    "# Video files - compressed\n"
    "*.mp4" LFS "*.webm" LFS;
#undef LFS

}  // namespace hf::local_hub
