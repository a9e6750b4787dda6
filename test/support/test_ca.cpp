#include "test_ca.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace hf::test {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

Key make_key() {
    Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    if (!key) throw std::runtime_error("cannot make a key");
    return key;
}

template <class F>
std::string to_pem(F write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    if (write(bio.get()) != 1) throw std::runtime_error("cannot write PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string certificate_pem(X509* certificate) {
    return to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    if (!extension) throw std::runtime_error("cannot make the extension " + value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate make_certificate(EVP_PKEY* key, const std::string& name, std::chrono::seconds lifetime) {
    Certificate certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), 2);
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), lifetime.count() < 0 ? -7200 : -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(lifetime.count()));
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_pubkey(certificate.get(), key);
    return certificate;
}

}  // namespace

TestCa::TestCa(const std::string& name) : key_(make_key()) {
    certificate_ = make_certificate(key_.get(), name, std::chrono::hours(24));
    X509* self = certificate_.get();
    X509_set_issuer_name(self, X509_get_subject_name(self));
    add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(self, self, NID_key_usage, "critical,keyCertSign");
    add_extension(self, self, NID_subject_key_identifier, "hash");
    X509_sign(self, key_.get(), EVP_sha256());
    pem_ = certificate_pem(self);
}

Credentials TestCa::issue(const std::vector<std::string>& names, std::chrono::seconds lifetime) const {
    const Key key = make_key();
    const Certificate certificate = make_certificate(key.get(), "hfhub test", lifetime);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
    std::string alternatives;
    for (const auto& name : names) {
        const bool address = name.find_first_not_of("0123456789.") == name.npos || name.find(':') != name.npos;
        alternatives += (alternatives.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
    }
    add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, alternatives);
    add_extension(certificate.get(), certificate_.get(), NID_basic_constraints, "CA:FALSE");
    X509_sign(certificate.get(), key_.get(), EVP_sha256());
    Credentials out;
    out.certificate = certificate_pem(certificate.get());
    out.key = to_pem(
        [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    return out;
}

}  // namespace hf::test
