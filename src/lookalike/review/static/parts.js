// Parts of very large pictures at full size, drawn over the whole picture where they are seen.

import { inverseOf } from "./geometry.js";
import { NOW } from "./pictures.js";
import { element } from "./words.js";

const PART = 4096; // pixels a side, as the server cuts them
const MOST = 6;

/** @typedef {import("./store.js").MemberInfo} MemberInfo */

/**
 * Draw the parts of a picture that are seen, and remove those that are not.
 * @param {HTMLElement} layer
 * @param {MemberInfo} member
 * @param {number[]} matrix as of `matrixOf`
 * @param {import("./geometry.js").Size} pane
 * @param {import("./pictures.js").Pictures} pictures
 * @param {boolean} wanted whether the whole picture has too few pixels
 */
export function placeParts(layer, member, matrix, pane, pictures, wanted) {
  const seen = wanted ? seenParts(member, matrix, pane) : [];
  const names = new Set(seen.map(([column, row]) => nameOf(column, row)));
  /** @type {Map<string, HTMLImageElement>} */
  const here = new Map();
  for (const one of layer.querySelectorAll("img[data-part]")) {
    if (!(one instanceof HTMLImageElement)) continue;
    const name = one.dataset.part ?? "";
    if (names.has(name)) here.set(name, one);
    else one.remove();
  }
  for (const [column, row] of seen) {
    const name = nameOf(column, row);
    const image = here.get(name) ?? newPart(layer, member, name, pictures);
    image.width = Math.min(PART, member.width - column * PART);
    image.height = Math.min(PART, member.height - row * PART);
    image.style.transform =
      `matrix(${matrix.join(",")}) translate(${column * PART}px, ${row * PART}px)`;
  }
}

/**
 * @param {number} column
 * @param {number} row
 */
function nameOf(column, row) {
  return `column=${column}&row=${row}`;
}

/**
 * @param {HTMLElement} layer
 * @param {MemberInfo} member
 * @param {string} name
 * @param {import("./pictures.js").Pictures} pictures
 */
function newPart(layer, member, name, pictures) {
  const image = element("img", {
    attributes: { alt: "", draggable: "false", "data-part": name },
  });
  image.hidden = true;
  layer.append(image);
  pictures.get(member.id, name, NOW).then(({ address }) => {
    if (!address || !image.isConnected) return;
    image.src = address;
    image.hidden = false;
  }, () => image.remove());
  return image;
}

/**
 * The columns and rows of the parts that a pane shows.
 * @param {MemberInfo} member
 * @param {number[]} matrix
 * @param {import("./geometry.js").Size} pane
 * @returns {[number, number][]}
 */
function seenParts(member, matrix, pane) {
  const [a, b, c, d, e, f] = inverseOf(matrix);
  const xs = [], ys = [];
  for (const [x, y] of [[0, 0], [pane.width, 0], [0, pane.height], [pane.width, pane.height]]) {
    xs.push(a * x + c * y + e);
    ys.push(b * x + d * y + f);
  }
  /** @type {[number, number][]} */
  const found = [];
  const last = (/** @type {number} */ size) => Math.ceil(size / PART) - 1;
  const at = (/** @type {number} */ place, /** @type {number} */ size) => (
    Math.min(Math.max(Math.floor(place / PART), 0), last(size)));
  if (Math.max(...xs) < 0 || Math.min(...xs) > member.width) return found;
  if (Math.max(...ys) < 0 || Math.min(...ys) > member.height) return found;
  for (let row = at(Math.min(...ys), member.height); row <= at(Math.max(...ys), member.height); row++) {
    const end = at(Math.max(...xs), member.width);
    for (let column = at(Math.min(...xs), member.width); column <= end; column++) {
      if (found.length < MOST) found.push([column, row]);
    }
  }
  return found;
}
