#include "commit_objects.hpp"

#include <sstream>
#include <stdexcept>

namespace hf::conformance {
namespace {

std::shared_ptr<std::istream> make_stream(const json::value& content) {
    const json::object* object = content.if_object();
    if (!object || !object->contains("$fileobj_text")) return nullptr;
    auto stream = std::make_shared<std::istringstream>(text_member(*object, "$fileobj_text"));
    if (const json::value* position = member(*object, "position")) stream->seekg(position->to_number<std::int64_t>());
    return stream;
}

UploadContent make_content(const json::value& content, const std::shared_ptr<std::istream>& stream) {
    if (stream) return UploadContent::from_stream(stream);
    if (content.is_string()) return UploadContent(std::string_view(content.get_string()));
    if (!content.is_object()) refuse_type("path_or_fileobj");
    const json::object& object = content.get_object();
    if (object.contains("$path")) return UploadContent(text_member(object, "$path"));
    return UploadContent::from_bytes(decode_content(content));
}

SavedAddition make_addition(const json::object& data) {
    const json::value& content = data.at("path_or_fileobj");
    const auto stream = make_stream(content);
    return SavedAddition{CommitOperationAdd(text_member(data, "path_in_repo"), make_content(content, stream)), stream};
}

const SavedAddition* referred(const json::object& data, ArgumentContext context) {
    const json::value* name = member(data, "$ref");
    return name ? &std::any_cast<const SavedAddition&>(context.world.saved(std::string(name->as_string())).value)
                : nullptr;
}

std::string_view mode_name(UploadMode mode) { return mode == UploadMode::lfs ? "lfs" : "regular"; }

template <class T>
json::value or_null(const std::optional<T>& data) {
    return data ? json::value(*data) : json::value();
}

}  // namespace

UploadContent Argument<UploadContent>::from(const json::value& data, ArgumentContext) {
    return make_content(data, make_stream(data));
}

CommitOperationAdd Argument<CommitOperationAdd>::from(const json::value& data, ArgumentContext context) {
    const SavedAddition* saved = referred(data.as_object(), context);
    return saved ? saved->operation : make_addition(data.as_object()).operation;
}

CommitOperationDelete Argument<CommitOperationDelete>::from(const json::value& data, ArgumentContext) {
    const json::object& object = data.as_object();
    const std::string path = text_member(object, "path_in_repo");
    const json::value* is_folder = member(object, "is_folder");
    if (!is_folder || *is_folder == "auto") return CommitOperationDelete(path);
    if (!is_folder->is_bool()) refuse_type("is_folder");
    return CommitOperationDelete(path, is_folder->as_bool());
}

CommitOperationCopy Argument<CommitOperationCopy>::from(const json::value& data, ArgumentContext) {
    const json::object& object = data.as_object();
    const std::string source = text_member(object, "src_path_in_repo");
    const std::string path = text_member(object, "path_in_repo");
    const json::value* revision = member(object, "src_revision");
    if (!revision || revision->is_null()) return CommitOperationCopy(source, path);
    return CommitOperationCopy(source, path, std::string_view(revision->as_string()));
}

CommitOperation Argument<CommitOperation>::from(const json::value& data, ArgumentContext context) {
    const json::object& object = data.as_object();
    if (object.contains("$ref")) return to_argument<CommitOperationAdd>(data, context);
    const std::string type = text_member(object, "$type");
    if (type == "CommitOperationAdd") return to_argument<CommitOperationAdd>(data, context);
    if (type == "CommitOperationDelete") return to_argument<CommitOperationDelete>(data, context);
    if (type == "CommitOperationCopy") return to_argument<CommitOperationCopy>(data, context);
    throw std::runtime_error("unknown operation " + type);
}

SavedObject Argument<SavedObject>::from(const json::value& data, ArgumentContext) {
    const json::object& object = data.as_object();
    const std::string type = text_member(object, "$type");
    if (type != "CommitOperationAdd") throw std::runtime_error("unknown type of object " + type);
    const SavedAddition addition = make_addition(object);
    const CommitOperationAdd operation = addition.operation;
    return SavedObject{type, addition, [operation] { return Rendering<CommitOperationAdd>::render(operation); }};
}

json::value Rendering<CommitOperationAdd>::render(const CommitOperationAdd& operation) {
    json::value mode;
    if (operation.upload_mode()) mode = mode_name(*operation.upload_mode());
    return {{"$type", "CommitOperationAdd"},
            {"path_in_repo", operation.path_in_repo()},
            {"size", operation.size()},
            {"sha256", operation.upload_info().sha256},
            {"upload_mode", mode},
            {"should_ignore", or_null(operation.should_ignore())},
            {"is_uploaded", operation.is_uploaded()},
            {"is_committed", operation.is_committed()}};
}

json::value Rendering<CommitOperationDelete>::render(const CommitOperationDelete& operation) {
    return {{"$type", "CommitOperationDelete"},
            {"path_in_repo", operation.path_in_repo()},
            {"is_folder", operation.is_folder()}};
}

json::value Rendering<CommitOperationCopy>::render(const CommitOperationCopy& operation) {
    return {{"$type", "CommitOperationCopy"},
            {"src_path_in_repo", operation.src_path_in_repo()},
            {"path_in_repo", operation.path_in_repo()},
            {"src_revision", or_null(operation.src_revision())}};
}

}  // namespace hf::conformance
