import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { digestOfHints } from "../../../src/stenciltorch/studio/static/core/provenance.js";
import { strokeHint } from "../../../src/stenciltorch/studio/static/core/hints.js";
import { Sha256, sha256 } from "../../../src/stenciltorch/studio/static/core/sha256.js";
import { VERSION } from "../../../src/stenciltorch/studio/static/core/version.js";

test("the standard's own examples", () => {
  assert.equal(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("pieces of any length give the sum of the whole", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37) & 255);
    const sum = new Sha256();
    for (let at = 0; at < length; at += 1 + (length % 70)) sum.add(bytes.subarray(at, at + 1 + (length % 70)));
    assert.equal(sum.hex(), createHash("sha256").update(bytes).digest("hex"), String(length));
  }
});

test("hints are told apart by what is seen, in bands as in one piece", async () => {
  const size = { width: 300, height: 500 };
  const stroke = strokeHint([20, 30, 6, 250, 460, 9], [200, 10, 90]);
  const clear = strokeHint([20, 30, 6], [9, 9, 9], { opacity: 0 });
  const [one, other, none, unseen] = await Promise.all([[stroke], [stroke, clear], [], [clear]].map((hints) => digestOfHints(hints, size)));
  assert.equal(one, other);
  assert.equal(none, unseen);
  assert.notEqual(one, none);
  assert.notEqual(none, await digestOfHints([], { width: 500, height: 300 }));
});

test("the studio names the package's version", () => {
  const project = readFileSync(new URL("../../../pyproject.toml", import.meta.url), "utf8");
  assert.equal(VERSION, /^version = "(.+)"$/m.exec(project)[1]);
});
