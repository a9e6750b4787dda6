#include "mutants.hpp"

namespace hf::conformance {
namespace {

/// Changes the last scalar of a value that is compared; false if there is none.
bool change_leaf(json::value& data) {
    switch (data.kind()) {
        case json::kind::object: {
            json::object& object = data.get_object();
            if (object.contains("$repr") || object.contains("$none")) return false;
            for (auto it = object.end(); it != object.begin();) {
                --it;
                if (it->key() != "$extra" && change_leaf(it->value())) return true;
            }
            object["mutant"] = true;
            return true;
        }
        case json::kind::array: {
            json::array& items = data.get_array();
            items.push_back("mutant");
            return true;
        }
        case json::kind::string: data.get_string() += "~"; return true;
        case json::kind::bool_: data = !data.get_bool(); return true;
        case json::kind::null: data = "mutant"; return true;
        default: data = data.to_number<double>() + 1; return true;
    }
}

class Maker {
public:
    explicit Maker(const VectorCase& vector_case) : original_(vector_case) {}

    /// Adds a mutant if `change`, applied to the case's data, says that it changed something.
    template <class Change>
    void add(const std::string& what, Change change) {
        VectorCase copy = original_;
        if (change(copy.data)) mutants_.push_back({what, std::move(copy)});
    }

    std::vector<Mutant> take() { return std::move(mutants_); }

private:
    const VectorCase& original_;
    std::vector<Mutant> mutants_;
};

json::object& request_of(json::object& data, std::size_t index) {
    return data.at("exchanges").at(index).at("request").as_object();
}

void add_request_mutants(Maker& maker, const json::object& request, std::size_t index) {
    const std::string name = "request " + std::to_string(index + 1) + " ";
    maker.add(name + "method", [&](json::object& data) {
        request_of(data, index)["method"] = "TRACE";
        return true;
    });
    maker.add(name + "path", [&](json::object& data) {
        request_of(data, index)["target_path"].as_string() += "~";
        return true;
    });
    maker.add(name + "query", [&](json::object& data) {
        json::value& query = request_of(data, index)["query"];
        if (query.is_null()) query.emplace_array();
        query.as_array().push_back(json::array{"mutant", "1"});
        return true;
    });
    for (const auto& [header, value] : request.at("headers").as_object()) {
        maker.add(name + "header " + std::string(header), [&, header = header](json::object& data) {
            request_of(data, index)["headers"].as_object()[header] = "mutant";
            return true;
        });
    }
    bool has_body = false;
    for (const auto* body : {"body_json", "body_ndjson", "body_form", "body_text", "body_b64"}) {
        // Beside a form its text is only another spelling.
        if (!request.contains(body) || (has_body && std::string_view(body) == "body_text")) continue;
        has_body = true;
        maker.add(name + body, [&](json::object& data) { return change_leaf(request_of(data, index)[body]); });
    }
    if (!has_body) {
        maker.add(name + "no body", [&](json::object& data) {
            request_of(data, index)["body_text"] = "mutant";
            return true;
        });
    }
}

void add_error_mutants(Maker& maker, const json::object& error) {
    maker.add("error class", [&](json::object& data) {
        data.at("error").as_object()["class"] = error.at("class") == "GatedRepoError" ? "ValueError" : "GatedRepoError";
        return true;
    });
    maker.add("error ancestors", [](json::object& data) {
        data.at("error").at("is_a").as_array().push_back("MultiCommitException");
        return data.at("error").at("class") != "MultiCommitException";
    });
    for (const auto* name : {"status", "server_message", "request_id", "message_contains"}) {
        if (error.contains(name) && !(std::string_view(name) == "status" && error.at(name).is_null()))
            maker.add(std::string("error ") + name,
                      [&](json::object& data) { return change_leaf(data.at("error").as_object()[name]); });
    }
}

}  // namespace

std::vector<Mutant> make_mutants(const VectorCase& vector_case) {
    Maker maker(vector_case);
    const json::object& data = vector_case.data;
    if (const json::value* exchanges = member(data, "exchanges")) {
        for (std::size_t i = 0; i < exchanges->as_array().size(); ++i)
            add_request_mutants(maker, exchanges->at(i).at("request").as_object(), i);
        maker.add("one request less", [](json::object& copy) {
            json::array& list = copy.at("exchanges").as_array();
            if (list.empty()) return false;
            list.pop_back();
            return true;
        });
        maker.add("one request more", [](json::object& copy) {
            json::array& list = copy.at("exchanges").as_array();
            list.push_back({{"request", {{"method", "GET"}, {"target_path", "/mutant"}, {"headers", json::object()}}},
                            {"response", {{"status", 200}, {"headers", json::object()}}}});
            return true;
        });
    }
    if (const json::value* error = member(data, "error")) add_error_mutants(maker, error->as_object());
    for (const auto* name : {"result", "output", "retry_sleeps_s"}) {
        if (data.contains(name)) maker.add(name, [&](json::object& copy) { return change_leaf(copy.at(name)); });
    }
    if (const json::value* results = member(data, "results")) {
        for (std::size_t i = 0; i < results->as_array().size(); ++i)
            maker.add("result " + std::to_string(i + 1),
                      [&](json::object& copy) { return change_leaf(copy.at("results").at(i)); });
    }
    if (data.contains("fs_after")) {
        for (const auto& [folder, entries] : data.at("fs_after").as_object()) {
            maker.add("files of " + std::string(folder), [&, folder = folder](json::object& copy) {
                json::value& list = copy.at("fs_after").at(folder);
                if (list.is_null()) list.emplace_array();
                list.as_array().push_back({{"path", "mutant"}, {"size", 0}, {"text", ""}});
                return true;
            });
        }
    }
    return maker.take();
}

}  // namespace hf::conformance
