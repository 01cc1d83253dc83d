import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../../src/stenciltorch/studio/static/", import.meta.url);
const read = (path) => readFileSync(new URL(path, STATIC), "utf8");
const locales = Object.fromEntries(readdirSync(new URL("locales/", STATIC)).map((name) => [name.slice(0, -5), JSON.parse(read(`locales/${name}`))]));

/** Every text in quotes that looks like a key with a known first part. */
function usedKeys() {
  const known = new Set(Object.keys(locales.en).map((key) => key.split(".")[0]));
  const used = new Set();
  for (const folder of ["./", "ui/", "io/", "engine/", "core/"]) {
    for (const name of readdirSync(new URL(folder, STATIC))) {
      if (!/\.(js|html)$/.test(name)) continue;
      for (const [, key] of read(folder + name).matchAll(/["'`]([a-z]+\.[a-z][a-z0-9-]*)["'`]/g)) if (known.has(key.split(".")[0])) used.add(key);
    }
  }
  return [...used].filter((key) => !/\.(js|mjs|css|svg|json|png|onnx)$/.test(key));
}

test("all languages know the same words", () => {
  assert.ok(Object.keys(locales).length >= 3);
  for (const [tag, words] of Object.entries(locales)) {
    assert.deepEqual(Object.keys(words), Object.keys(locales.en), tag);
    for (const [key, text] of Object.entries(words)) assert.ok(text.trim(), `${tag} ${key}`);
  }
});

test("the same blanks are filled in every language", () => {
  const blanks = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
  for (const words of Object.values(locales)) {
    for (const [key, text] of Object.entries(words)) assert.deepEqual(blanks(text), blanks(locales.en[key]), key);
  }
});

test("every word that the studio asks for is in the dictionary", () => {
  const used = usedKeys();
  assert.ok(used.length > 80, `${used.length} keys found`);
  assert.deepEqual(used.filter((key) => !(key in locales.en)), []);
});

test("languages offered and dictionaries present are the same", () => {
  const offered = [...read("ui/i18n.js").match(/LANGUAGES = \{([^}]*)\}/)[1].matchAll(/(\w+):/g)].map((found) => found[1]);
  assert.deepEqual(offered.sort(), Object.keys(locales).sort());
});
