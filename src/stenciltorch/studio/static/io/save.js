/** Hand a file to the artist: where the browser lets them choose the place, there; else among the downloads. */

/** @param {Blob} blob @param {string} name */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: safeName(name) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {string} name */
export const safeName = (name) => name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, "-").slice(0, 120) || "untitled";
