// Writes what the runner needs to know of a header, so that a new endpoint needs no row of its own: the rows of its
// table of methods for the calls that the header declares, and the members of the structs that calls take.
//   declared_calls HEADER FUNCTION CALLS.cpp STRUCTS.hpp
// A call is a public member function of a class called ...Api that gives an awaitable or an AsyncGenerator. Its name
// and those of its parameters are the reference's, but for a trailing underscore; what has a default may be missing
// from a case, and what ends in "Options" holds the rest. In include/hf/api the calls of other classes are those of
// objects that calls give.
// Two calls of one name take one thing and a list of such things, in this order, as their first parameter.
// A struct of data members that the header does not describe is described with all of them. One called ...Options must
// be of that kind: what cannot be understood in it is an error, so that no member is forgotten.
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <regex>
#include <set>
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
    bool is_const = false;
};

struct StructDeclaration {
    std::string name;
    std::vector<std::string> members;
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
    const char partner = text[open] == '<' ? '>' : text[open] == '(' ? ')' : '}';
    int depth = 0;
    for (close = open; close < text.size(); ++close) {
        if (text[close] == text[open]) ++depth;
        if (text[close] == partner && --depth == 0) return text.substr(open + 1, close - open - 1);
    }
    throw std::runtime_error("a bracket is not closed: " + text.substr(open, 60));
}

/// Parameters or, where '<' may be an operator, declarations.
std::vector<std::string> split(const std::string& list, char separator = ',') {
    const std::string_view opening = separator == ',' ? "<({" : "({", closing = separator == ',' ? ">)}" : ")}";
    std::vector<std::string> out;
    std::size_t start = 0;
    int depth = 0;
    for (std::size_t i = 0; i <= list.size(); ++i) {
        const char c = i < list.size() ? list[i] : separator;
        if (opening.find(c) != opening.npos) ++depth;
        if (closing.find(c) != closing.npos) --depth;
        if (c != separator || depth > 0) continue;
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

/// The name that a data member is declared by; empty for what is none.
std::string member_name(std::string declaration) {
    static const std::regex template_arguments("<[^<>]*>"), not_data("(using|friend|static|typedef|template)\\b.*"),
        data("[\\w:*& ]+[*& ](\\w+) ?(\\{[^{}]*\\}|=[^,]*)?");
    for (std::string whole; whole != declaration;) {
        whole = declaration;
        declaration = std::regex_replace(whole, template_arguments, "");
    }
    std::smatch match;
    if (std::regex_match(declaration, not_data) || !std::regex_match(declaration, match, data)) return {};
    return match[1];
}

std::vector<StructDeclaration> parse_structs(const std::string& text) {
    static const std::regex head("\\bstruct\\s+(\\w+)\\s*(:[^{;]*)?\\{");
    std::vector<StructDeclaration> out;
    for (std::sregex_iterator it(text.begin(), text.end(), head), end; it != end; ++it) {
        StructDeclaration found{(*it)[1], {}};
        if (text.find("BOOST_DESCRIBE_STRUCT(" + found.name + ",") != text.npos) continue;
        std::string strange = (*it)[2];
        std::size_t close = 0;
        const auto open = static_cast<std::size_t>(it->position() + it->length() - 1);
        for (const auto& declaration : split(bracketed(text, open, close), ';')) {
            found.members.push_back(member_name(declaration));
            if (found.members.back().empty()) strange = declaration;
        }
        if (strange.empty())
            out.push_back(std::move(found));
        else if (found.name.ends_with("Options"))
            throw std::runtime_error(found.name + " has more than data members: " + strange);
    }
    return out;
}

std::vector<CallDeclaration> parse_calls(const std::string& text) {
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
            call.is_const = trimmed(text.substr(close + 1, text.find_first_of(";{", close) - close - 1)) == "const";
            out.push_back(std::move(call));
        }
    }
    return out;
}

std::string reference_name(std::string name) {
    if (name.ends_with('_')) name.pop_back();
    return name;
}

/// `&Class::function`, also where there are two of that name.
std::string pointer_to(const CallDeclaration& call) {
    const std::string_view generator = "AsyncGenerator<";
    const bool gives_list = call.result.starts_with(generator);
    std::string type = gives_list ? call.result : "boost::asio::awaitable<" + call.result + ">";
    type += " (" + call.class_name + "::*)(";
    const char* separator = "";
    for (const auto& parameter : call.parameters) {
        type += separator + parameter.type;
        separator = ", ";
    }
    type += call.is_const ? ") const" : ")";
    return "static_cast<" + type + ">(&" + call.class_name + "::" + call.name + ")";
}

/// `overloads`: another call of that name stands before it.
void write_row(std::ostream& out, const CallDeclaration& call, bool overloads) {
    const bool of_client = call.class_name.ends_with("Api");
    const std::string name = (of_client ? "" : call.class_name + ".") + reference_name(call.name);
    out << "        {\"" << name << "\", " << (of_client ? "call(" : "call_object(") << pointer_to(call) << ", {";
    std::string signature;
    const char* separator = "";
    for (const auto& parameter : call.parameters) {
        signature +=
            (signature.empty() ? "" : ", ") + (parameter.optional ? "[" + parameter.name + "]" : parameter.name);
        if (parameter.type.ends_with("Options")) continue;
        out << separator << '"' << reference_name(parameter.name) << (parameter.optional ? "?" : "") << '"';
        separator = ", ";
    }
    out << "}), \"" << signature << "\", \"" << call.result << "\", \""
        << (overloads ? reference_name(call.parameters.front().name) : "") << "\"},\n";
}

void write_calls(std::ostream& out, const std::filesystem::path& header, const std::string& text,
                 const std::string& function) {
    const bool with_objects = header.parent_path().filename() == "api";
    out << "// Made by declared_calls of " << header.filename().string() << ".\n#include \"methods.hpp\"\n"
        << "#include \"notations.hpp\"\n\nnamespace hf::conformance {\n\n"
        << "std::vector<MethodRow> " << function << "() {\n    return {\n";
    std::set<std::string> names;
    for (const auto& call : parse_calls(text)) {
        if (!with_objects && !call.class_name.ends_with("Api")) continue;
        write_row(out, call, !names.insert(call.class_name + "::" + call.name).second);
    }
    out << "    };\n}\n\n}  // namespace hf::conformance\n";
}

void write_structs(std::ostream& out, const std::filesystem::path& header, const std::string& text) {
    out << "// Made by declared_calls of " << header.filename().string() << ".\n#pragma once\n\n#include <hf/"
        << header.parent_path().filename().string() << '/' << header.filename().string()
        << ">\n\n#include <boost/describe/class.hpp>\n\nnamespace hf {\n\n";
    for (const auto& found : parse_structs(text)) {
        out << "BOOST_DESCRIBE_STRUCT(" << found.name << ", (), (";
        const char* separator = "";
        for (const auto& member : found.members) {
            out << separator << member;
            separator = ", ";
        }
        out << "))\n";
    }
    out << "\n}  // namespace hf\n";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: declared_calls HEADER FUNCTION CALLS STRUCTS\n";
        return 2;
    }
    try {
        const std::string text = std::regex_replace(read(argv[1]), std::regex("//[^\n]*"), "");
        std::ofstream calls(argv[3]), structs(argv[4]);
        write_calls(calls, argv[1], text, argv[2]);
        write_structs(structs, argv[1], text);
        return calls.flush() && structs.flush() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << argv[1] << ": " << error.what() << '\n';
        return 1;
    }
}
