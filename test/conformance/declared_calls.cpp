// Writes the rows of the runner's table of methods for the calls that a header declares, so that a new endpoint needs
// no row of its own:
//   declared_calls HEADER FUNCTION OUTPUT.cpp
// A call is a public member function of a class called ...Api that gives an awaitable or an AsyncGenerator. Its name
// and those of its parameters are the reference's, but for a trailing underscore; what has a default may be missing
// from a case, and what ends in "Options" holds the rest. In include/hf/api the calls of other classes are those of
// objects that calls give.
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Parameter {
    std::string type;
    std::string name;
    bool optional = false;
};

struct CallDeclaration {
    std::string class_name;
    std::string result;
    std::string name;
    std::vector<Parameter> parameters;
};

std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string trimmed(std::string text) {
    text = std::regex_replace(text, std::regex("\\s+"), " ");
    if (text.starts_with(' ')) text.erase(0, 1);
    if (text.ends_with(' ')) text.pop_back();
    return text;
}

/// The text between the bracket at `open` and its partner, whose place `close` is.
std::string bracketed(const std::string& text, std::size_t open, std::size_t& close) {
    int depth = 0;
    for (close = open; close < text.size(); ++close) {
        const char c = text[close];
        if (c == '<' || c == '(' || c == '{') ++depth;
        if (c == '>' || c == ')' || c == '}') --depth;
        if (depth == 0) return text.substr(open + 1, close - open - 1);
    }
    throw std::runtime_error("a bracket is not closed: " + text.substr(open, 60));
}

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> out;
    std::size_t start = 0;
    int depth = 0;
    for (std::size_t i = 0; i <= list.size(); ++i) {
        const char c = i < list.size() ? list[i] : ',';
        if (c == '<' || c == '(' || c == '{') ++depth;
        if (c == '>' || c == ')' || c == '}') --depth;
        if (c != ',' || depth > 0) continue;
        if (auto part = trimmed(list.substr(start, i - start)); !part.empty()) out.push_back(std::move(part));
        start = i + 1;
    }
    return out;
}

Parameter parse_parameter(std::string text) {
    Parameter out;
    if (const auto equals = text.find('='); equals != text.npos) {
        out.optional = true;
        text = trimmed(text.substr(0, equals));
    }
    const auto space = text.find_last_of(" &*");
    if (space == text.npos) throw std::runtime_error("a parameter has no name: " + text);
    out.type = trimmed(text.substr(0, space + 1));
    out.name = text.substr(space + 1);
    return out;
}

std::vector<CallDeclaration> parse(const std::string& header) {
    const std::string text = std::regex_replace(header, std::regex("//[^\n]*"), "");
    const std::regex token(
        "\\b(?:class|struct)\\s+(\\w+)\\s*(?::[^{;]*)?\\{|\\b(public|private|protected):|"
        "\\b(?:boost::asio::awaitable|AsyncGenerator)(?=<)");
    std::vector<CallDeclaration> out;
    std::string class_name;
    bool visible = false;
    for (std::sregex_iterator it(text.begin(), text.end(), token), end; it != end; ++it) {
        if ((*it)[1].matched) {
            class_name = (*it)[1];
            visible = it->str().starts_with("struct");
        } else if ((*it)[2].matched) {
            visible = (*it)[2] == "public";
        } else if (visible) {
            CallDeclaration call;
            call.class_name = class_name;
            std::size_t close = 0;
            const auto open = static_cast<std::size_t>(it->position() + it->length());
            call.result = trimmed(bracketed(text, open, close));
            if (it->str() == "AsyncGenerator") call.result = "AsyncGenerator<" + call.result + ">";
            const auto parenthesis = text.find_first_of("(;{", close);
            if (parenthesis == text.npos || text[parenthesis] != '(') continue;
            call.name = trimmed(text.substr(close + 1, parenthesis - close - 1));
            if (!std::regex_match(call.name, std::regex("\\w+"))) continue;
            for (const auto& part : split(bracketed(text, parenthesis, close)))
                call.parameters.push_back(parse_parameter(part));
            out.push_back(std::move(call));
        }
    }
    return out;
}

std::string reference_name(std::string name) {
    if (name.ends_with('_')) name.pop_back();
    return name;
}

void write_row(std::ostream& out, const CallDeclaration& call) {
    const bool of_client = call.class_name.ends_with("Api");
    const std::string name = (of_client ? "" : call.class_name + ".") + reference_name(call.name);
    out << "        {\"" << name << "\", " << (of_client ? "call(&HfApi::" : "call_object(&" + call.class_name + "::")
        << call.name << ", {";
    std::string signature;
    const char* separator = "";
    for (const auto& parameter : call.parameters) {
        signature +=
            (signature.empty() ? "" : ", ") + (parameter.optional ? "[" + parameter.name + "]" : parameter.name);
        if (parameter.type.ends_with("Options")) continue;
        out << separator << '"' << reference_name(parameter.name) << (parameter.optional ? "?" : "") << '"';
        separator = ", ";
    }
    out << "}), \"" << signature << "\", \"" << call.result << "\"},\n";
}

void write(std::ostream& out, const std::filesystem::path& header, const std::string& function) {
    const bool with_objects = header.parent_path().filename() == "api";
    out << "// Made by declared_calls of " << header.filename().string() << ".\n#include \"methods.hpp\"\n"
        << "#include \"notations.hpp\"\n\nnamespace hf::conformance {\n\n"
        << "std::vector<MethodRow> " << function << "() {\n    return {\n";
    for (const auto& call : parse(read(header))) {
        if (with_objects || call.class_name.ends_with("Api")) write_row(out, call);
    }
    out << "    };\n}\n\n}  // namespace hf::conformance\n";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: declared_calls HEADER FUNCTION OUTPUT\n";
        return 2;
    }
    try {
        std::ofstream out(argv[3]);
        write(out, argv[1], argv[2]);
        return out.flush() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << argv[1] << ": " << error.what() << '\n';
        return 1;
    }
}
