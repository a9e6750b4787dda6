// @huggingface/hub against the embedded Hub: list, download, upload, commit, delete.
//
//     node hf_js.mjs PATH_TO_hfhub_test_hub        (in a folder where npm installed @huggingface/hub)

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// Modules are looked up where this is run, not where this file lies.
const require = createRequire(join(process.cwd(), "package.json"));
const entry = require.resolve("@huggingface/hub").replace(/index\.js$/, "index.mjs");
const hf = await import(pathToFileURL(entry));
const { version } = JSON.parse(readFileSync(join(entry, "../../package.json")));

const folder = mkdtempSync(join(tmpdir(), "hub-js-"));
const hub = spawn(process.argv[2], [join(folder, "hub"), "multipart_threshold=300000", "part_size=100000", "page=7"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const ended = new Promise((resolve) => hub.on("exit", resolve));
const { value: line } = await createInterface({ input: hub.stdout })[Symbol.asyncIterator]().next();
const { endpoint: hubUrl, control_token: controlToken } = JSON.parse(line);
const julien = { hubUrl, accessToken: "hf_write" };
const bob = { hubUrl, accessToken: "hf_bob" };

function noise(size, seed) {
  const pieces = [];
  for (let n = 0; n < size; n += 64) pieces.push(createHash("sha512").update(`${seed}/${n}`).digest());
  return Buffer.concat(pieces).subarray(0, size);
}

async function collect(items) {
  const out = [];
  for await (const item of items) out.push(item);
  return out;
}

async function fresh(name, options = {}) {
  const repo = { type: "model", name: `julien/${name}`, ...options.repo };
  await hf.createRepo({ ...julien, repo, ...options });
  return repo;
}

async function bytes(params) {
  const blob = await hf.downloadFile(params);
  assert.ok(blob, `no ${params.path}`);
  return Buffer.from(await blob.arrayBuffer());
}

const file = (path, content) => ({ path, content: new Blob([content]) });

async function refused(status, promise) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.statusCode, status, `${error}`);
    return true;
  });
}

const cases = {
  async who_am_i() {
    const me = await hf.whoAmI(julien);
    assert.equal(me.name, "julien");
    assert.equal(me.orgs[0].name, "acme");
    await refused(401, hf.whoAmI({ hubUrl, accessToken: "hf_wrong" }));
  },

  async repositories() {
    const repo = await fresh("life", { private: true });
    await refused(409, hf.createRepo({ ...julien, repo }));
    await refused(403, hf.createRepo({ ...bob, repo: "julien/other" }));
    assert.equal(await hf.repoExists({ ...julien, repo }), true);
    assert.equal(await hf.repoExists({ ...bob, repo }), false);
    await hf.checkRepoAccess({ ...julien, repo });
    await refused(404, hf.checkRepoAccess({ ...bob, repo }));
    assert.equal((await hf.modelInfo({ ...julien, name: repo.name, additionalFields: ["sha", "author"] })).author, "julien");
    await hf.deleteRepo({ ...julien, repo });
    assert.equal(await hf.repoExists({ ...julien, repo }), false);
  },

  async lists() {
    for (let i = 0; i < 20; ++i) await fresh(`many-${i}`);
    const found = await collect(hf.listModels({ ...julien, search: { owner: "julien", query: "many" } }));
    assert.equal(new Set(found.map((model) => model.name)).size, 20);
    assert.equal((await collect(hf.listModels({ ...julien, search: { owner: "julien" }, limit: 9 }))).length, 9);
    await fresh("set", { repo: { type: "dataset", name: "julien/set" } });
    const sets = await collect(hf.listDatasets({ ...julien, search: { owner: "julien" }, additionalFields: ["author"] }));
    assert.deepEqual(sets.map((set) => [set.name, set.author]), [["julien/set", "julien"]]);
    assert.equal((await hf.datasetInfo({ ...julien, name: "julien/set" })).name, "julien/set");
    await fresh("room", { repo: { type: "space", name: "julien/room" }, sdk: "static" });
    assert.deepEqual((await collect(hf.listSpaces({ ...julien, search: { owner: "julien" } }))).map((s) => s.name), ["julien/room"]);
    assert.equal((await hf.spaceInfo({ ...julien, name: "julien/room" })).sdk, "static");
  },

  async upload_and_download() {
    const repo = await fresh("updown");
    const contents = {
      "regular.txt": Buffer.from("some text"),
      "basic.safetensors": noise(50_000, 1),
      "parts.bin": noise(1_234_567, 2),
      "sub/odd ü#?.txt": Buffer.from("odd name"),
    };
    for (const [path, content] of Object.entries(contents)) await hf.uploadFile({ ...julien, repo, file: file(path, content) });
    for (const [path, content] of Object.entries(contents)) {
      const asked = path.split("/").map(encodeURIComponent).join("/");
      assert.ok((await bytes({ ...julien, repo, path: asked })).equals(content), path);
      assert.equal(await hf.fileExists({ ...julien, repo, path: asked }), true);
    }
    const info = await hf.fileDownloadInfo({ ...julien, repo, path: "parts.bin" });
    assert.equal(info.size, 1_234_567);
    const part = await hf.downloadFile({ ...julien, repo, path: "parts.bin" });
    assert.ok(Buffer.from(await part.slice(1000, 2000).arrayBuffer()).equals(contents["parts.bin"].subarray(1000, 2000)));
    const pointer = (await bytes({ ...julien, repo, path: "parts.bin", raw: true })).toString();
    assert.match(pointer, /^version https:\/\/git-lfs.github.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize 1234567\n$/);
    assert.equal(await hf.downloadFile({ ...julien, repo, path: "nothing" }), null);
    assert.equal(await hf.fileExists({ ...julien, repo, path: "nothing" }), false);
    await refused(404, hf.downloadFile({ ...julien, repo, path: "regular.txt", revision: "nothing" }));
    await refused(403, hf.uploadFile({ ...bob, repo, file: file("x", "x") }));
  },

  async commits_and_files() {
    const repo = await fresh("commits");
    const done = await hf.commit({
      ...julien,
      repo,
      title: "Several",
      description: "Of all kinds",
      operations: [
        { operation: "addOrUpdate", path: "a.txt", content: new Blob(["a"]) },
        { operation: "addOrUpdate", path: "d/b.txt", content: new Blob(["b"]) },
        { operation: "addOrUpdate", path: "d/w.bin", content: new Blob([noise(20_000, 3)]) },
      ],
    });
    const all = await collect(hf.listFiles({ ...julien, repo, recursive: true, expand: true }));
    assert.deepEqual(all.map((f) => [f.type, f.path]), [
      ["file", ".gitattributes"], ["file", "a.txt"], ["directory", "d"], ["file", "d/b.txt"], ["file", "d/w.bin"],
    ]);
    assert.equal(all[1].lastCommit.id, done.commit.oid);
    assert.equal(all[4].lfs.size, 20_000);
    for (let i = 0; i < 20; ++i) await hf.uploadFile({ ...julien, repo, file: file(`d/f${i}`, `${i}`) });
    assert.equal((await collect(hf.listFiles({ ...julien, repo, path: "d" }))).length, 22);
    const [known] = await hf.pathsInfo({ ...julien, repo, paths: ["d/w.bin"], expand: true });
    assert.equal(known.size, 20_000);
    const history = await collect(hf.listCommits({ ...julien, repo, batchSize: 5 }));
    assert.equal(history.length, 22);
    assert.equal(history.at(-2).title, "Several");
    assert.equal(history.at(-2).message, "Of all kinds");
    assert.equal(await hf.countCommits({ ...julien, repo }), 22);
    await refused(412, hf.commit({
      ...julien, repo, title: "late", parentCommit: done.commit.oid,
      operations: [{ operation: "addOrUpdate", path: "late", content: new Blob(["late"]) }],
    }));
    await hf.deleteFile({ ...julien, repo, path: "a.txt" });
    await hf.deleteFiles({ ...julien, repo, paths: ["d/f0", "d/f1"] });
    const left = (await collect(hf.listFiles({ ...julien, repo, recursive: true }))).map((f) => f.path);
    for (const gone of ["a.txt", "d/f0", "d/f1"]) assert.ok(!left.includes(gone), gone);
  },

  async pull_requests_and_branches() {
    const repo = await fresh("pulls");
    const made = await hf.uploadFiles({ ...bob, repo, files: [file("from-bob.txt", "hello")], isPullRequest: true });
    assert.ok(made.pullRequestUrl.endsWith("/discussions/1"), made.pullRequestUrl);
    assert.equal(await hf.fileExists({ ...julien, repo, path: "from-bob.txt" }), false);
    assert.equal((await bytes({ ...julien, repo, path: "from-bob.txt", revision: "refs/pr/1" })).toString(), "hello");
    await hf.createBranch({ ...julien, repo, branch: "dev" });
    await hf.uploadFile({ ...julien, repo, branch: "dev", file: file("dev.txt", "dev") });
    assert.equal((await bytes({ ...julien, repo, path: "dev.txt", revision: "dev" })).toString(), "dev");
    await hf.deleteBranch({ ...julien, repo, branch: "dev" });
    await refused(404, hf.downloadFile({ ...julien, repo, path: "dev.txt", revision: "dev" }));
  },

  async snapshot_and_progress() {
    const repo = await fresh("snapshot");
    const files = [file("one.txt", "1"), file("two/three.bin", noise(400_000, 5))];
    const events = await collect(hf.uploadFilesWithProgress({ ...julien, repo, files }));
    assert.ok(events.some((event) => event.event === "phase" && event.phase === "committing"));
    const where = await hf.snapshotDownload({ ...julien, repo, cacheDir: join(folder, "cache") });
    assert.ok(readFileSync(join(where, "two/three.bin")).equals(noise(400_000, 5)));
    assert.equal(readFileSync(join(where, "one.txt")).toString(), "1");
  },

  async collections() {
    const { slug } = await hf.createCollection({ ...julien, collection: { title: "Things", namespace: "julien" } });
    const found = await collect(hf.listCollections({ ...julien, search: { owner: ["julien"] } }));
    assert.deepEqual(found.map((collection) => collection.slug), [slug]);
    await hf.deleteCollection({ ...julien, slug });
    assert.equal((await collect(hf.listCollections({ ...julien, search: { owner: ["julien"] } }))).length, 0);
  },

  async xet() {
    const requests = async () => {
      const headers = { Authorization: `Bearer ${controlToken}` };
      return (await (await fetch(`${hubUrl}/_local_hub/counters`, { headers })).json()).requests;
    };
    const repo = await fresh("chunks");
    const old = noise(3_000_000, "xet");
    const changed = Buffer.concat([old.subarray(0, 1_500_000), Buffer.from("inserted"), old.subarray(1_500_000)]);
    for (const [path, content] of [["a.bin", old], ["c.bin", changed]]) {
      const before = await requests();
      await hf.uploadFile({ ...julien, repo, file: file(path, content), commitTitle: path });
      const after = await requests();
      assert.ok(after.xet_upload_shard > (before.xet_upload_shard ?? 0), JSON.stringify(after));
      assert.equal(after.lfs_upload, before.lfs_upload);
    }
    const before = await requests();
    for (const [path, content] of [["a.bin", old], ["c.bin", changed]])
      assert.deepEqual(await bytes({ ...julien, repo, path }), content);
    const after = await requests();
    assert.ok(after.xet_content > (before.xet_content ?? 0), JSON.stringify(after));
    assert.equal(after.lfs_download, before.lfs_download);
  },

  async safetensors() {
    const repo = await fresh("tensors");
    const header = Buffer.from(JSON.stringify({ w: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const content = Buffer.concat([length, header, Buffer.alloc(24)]);
    await hf.uploadFile({ ...julien, repo, file: file("model.safetensors", content) });
    const parsed = await hf.parseSafetensorsMetadata({ ...julien, repo: repo.name, computeParametersCount: true });
    assert.deepEqual(parsed.parameterCount, { F32: 6 });
  },
};

console.debug = console.info = () => {};  // the client tells of every download
let passed = 0, failed = 0;
for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    ++passed;
  } catch (error) {
    ++failed;
    const where = /hf_js\.mjs:(\d+)/.exec(error.stack ?? "")?.[1];
    console.log(`FAILED @huggingface/hub ${version}: ${name}, line ${where}: ${`${error}`.replaceAll("\n", " ").slice(0, 600)}`);
  }
}
hub.stdin.end();
const status = await ended;
if (status !== 0) {
  ++failed;
  console.log(`FAILED @huggingface/hub ${version}: the hub ended with ${status}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`@huggingface/hub ${version}: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
