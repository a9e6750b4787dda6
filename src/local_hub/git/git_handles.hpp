#pragma once

#include <git2.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace hf::local_hub::git {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using RepositoryPtr = std::unique_ptr<git_repository, Deleter<git_repository_free>>;
using ReferencePtr = std::unique_ptr<git_reference, Deleter<git_reference_free>>;
using ReferencesPtr = std::unique_ptr<git_reference_iterator, Deleter<git_reference_iterator_free>>;
using ObjectPtr = std::unique_ptr<git_object, Deleter<git_object_free>>;
using CommitPtr = std::unique_ptr<git_commit, Deleter<git_commit_free>>;
using TreePtr = std::unique_ptr<git_tree, Deleter<git_tree_free>>;
using TreeEntryPtr = std::unique_ptr<git_tree_entry, Deleter<git_tree_entry_free>>;
using TreeBuilderPtr = std::unique_ptr<git_treebuilder, Deleter<git_treebuilder_free>>;
using BlobPtr = std::unique_ptr<git_blob, Deleter<git_blob_free>>;
using OdbPtr = std::unique_ptr<git_odb, Deleter<git_odb_free>>;
using OdbObjectPtr = std::unique_ptr<git_odb_object, Deleter<git_odb_object_free>>;
using RevwalkPtr = std::unique_ptr<git_revwalk, Deleter<git_revwalk_free>>;
using SignaturePtr = std::unique_ptr<git_signature, Deleter<git_signature_free>>;
using DiffPtr = std::unique_ptr<git_diff, Deleter<git_diff_free>>;
using IndexPtr = std::unique_ptr<git_index, Deleter<git_index_free>>;
using ConflictsPtr = std::unique_ptr<git_index_conflict_iterator, Deleter<git_index_conflict_iterator_free>>;

/// Throws libgit2's words for a negative `code`; system_error (ENOSPC and the like) when the disk is full.
void check(int code, const char* what);

inline std::string hex(const git_oid& oid) {
    char out[GIT_OID_HEXSZ];
    git_oid_fmt(out, &oid);
    return {out, sizeof out};
}
git_oid oid_of(const std::string& hex);

/// libgit2 reports some objects as written that did not fit on a full disk: throws system_error (ENOSPC) then.
void require_written(git_repository* repository, const git_oid& oid);

/// `f(out)` fills an object; wraps and checks it.
template <class Pointer, class F>
Pointer make(const char* what, F f) {
    typename Pointer::pointer out = nullptr;
    check(f(&out), what);
    return Pointer(out);
}

SignaturePtr signature(const std::string& name);

}  // namespace hf::local_hub::git
