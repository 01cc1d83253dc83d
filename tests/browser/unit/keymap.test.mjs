import assert from "node:assert/strict";
import { test } from "node:test";

import { combosOf, keymapOf, keysOf } from "../../../src/stenciltorch/studio/static/core/keymap.js";

const press = (key, code, held = {}) => combosOf({ key, code, ...held });
const commands = [
  { id: "pen", label: "a.pen", keys: ["B"] },
  { id: "eraser", label: "a.eraser", keys: ["E"] },
  { id: "redo", label: "a.redo", keys: ["Ctrl+Shift+Z", "Ctrl+Y"] },
];

test("presses have names; letters need their shift, signs are known by themselves and by their place", () => {
  assert.deepEqual(press("b", "KeyB"), ["B"]);
  assert.deepEqual(press("Z", "KeyZ", { ctrlKey: true, shiftKey: true }), ["Ctrl+Shift+Z"]);
  assert.deepEqual(press("z", "KeyZ", { metaKey: true }), ["Ctrl+Z"]);
  assert.deepEqual(press("?", "Slash", { shiftKey: true }), ["Shift+/", "?"]);
  assert.deepEqual(press("{", "BracketLeft", { shiftKey: true }), ["Shift+[", "{"]);
  assert.deepEqual(press("[", "BracketLeft"), ["["]);
  assert.deepEqual(press(" ", "Space"), ["Space"]);
  assert.deepEqual(press("Delete", "Delete", { shiftKey: true }), ["Shift+Delete"]);
});

test("other keyboards: digits that need shift, signs behind AltGr, letters of other alphabets", () => {
  assert.deepEqual(press("&", "Digit1"), ["1", "&"]);
  assert.deepEqual(press("1", "Digit1", { shiftKey: true }), ["Shift+1", "1"]);
  const written = { ctrlKey: true, altKey: true, getModifierState: (name) => name === "AltGraph" };
  assert.ok(press("[", "Digit5", written).includes("["));
  assert.deepEqual(press("é", "Digit2"), ["É"]);
  assert.deepEqual(press("Process", "KeyB"), []);
});

test("held modifiers are keys of their own", () => {
  assert.deepEqual(press("Alt", "AltLeft", { altKey: true }), ["Alt"]);
  assert.deepEqual(press("Control", "ControlLeft", { ctrlKey: true }), ["Ctrl"]);
});

test("without choices every command has its keys", () => {
  const map = keymapOf(commands, {});
  assert.equal(map.find("B"), "pen");
  assert.equal(map.find("Ctrl+Y"), "redo");
  assert.equal(map.shown("redo"), "Ctrl+Shift+Z");
  assert.equal(map.find("Q"), null);
  assert.equal(map.takenBy("pen"), null);
});

test("a chosen key is taken from whatever had it, and that is known", () => {
  const map = keymapOf(commands, { pen: "E" });
  assert.equal(map.find("E"), "pen");
  assert.equal(map.find("B"), null);
  assert.equal(map.shown("eraser"), "");
  assert.equal(map.takenBy("eraser"), "pen");
  assert.equal(keymapOf(commands, { pen: "Ctrl+Shift+Z" }).shown("redo"), "Ctrl+Y");
});

test("two choices of one key: one command has it, the other says so; no key is a choice too", () => {
  const map = keymapOf(commands, { pen: "K", eraser: "K" });
  assert.equal(map.find("K"), "pen");
  assert.equal(map.takenBy("eraser"), "pen");
  const none = keymapOf(commands, { pen: "" });
  assert.deepEqual([none.find("B"), none.shown("pen"), none.takenBy("pen")], [null, "", null]);
});

test("combinations are shown as keys", () => {
  assert.deepEqual(keysOf("Ctrl+Shift+Z"), ["Ctrl", "Shift", "Z"]);
  assert.deepEqual(keysOf("+"), ["+"]);
  assert.deepEqual(keysOf("Ctrl++"), ["Ctrl", "+"]);
  assert.deepEqual(keysOf("Delete"), ["Del"]);
  assert.deepEqual(keysOf(""), []);
});
