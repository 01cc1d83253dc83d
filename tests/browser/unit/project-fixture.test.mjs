import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readProject, writeProject } from "../../../src/stenciltorch/studio/static/core/project.js";
import { readZip } from "../../../src/stenciltorch/studio/static/core/zip.js";
import { DIGESTS, digestsOf, PROJECT, projectCase } from "../../support/studio/project_case.mjs";

const fixture = () => new Blob([readFileSync(PROJECT)]);
const digests = JSON.parse(readFileSync(DIGESTS, "utf8"));
const parts = async (blob) => {
  const files = await readZip(blob);
  return { names: [...files.keys()], manifest: JSON.parse(new TextDecoder().decode(files.get("project.json"))) };
};

test("the project that Python reads is what the studio writes", async () => {
  assert.deepEqual(await parts(fixture()), await parts(await writeProject(projectCase())));
  assert.deepEqual(await digestsOf(projectCase()), digests);
});

test("and the studio reads the same pictures from it", async () => {
  assert.deepEqual(await digestsOf(await readProject(fixture())), digests);
});
