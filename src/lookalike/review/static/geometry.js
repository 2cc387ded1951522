// Where pictures are drawn, so that what they share lies at the same place.
//
// Places are those of the keeper, from (0, 0), top left, to (1, 1). A camera looks at one of them.

/** @typedef {{ width: number, height: number, transform: number[] }} Member */
/** @typedef {{ x: number, y: number, zoom: number }} Camera */
/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */

/** @type {Camera} */
export const WHOLE = { x: 0, y: 0, zoom: 1 };
const MOST_ZOOM = 64;

/**
 * The box around some members, in places of the keeper.
 * @param {Member[]} members
 * @returns {Box}
 */
export function boxOf(members) {
  const xs = [], ys = [];
  for (const { transform: [a, b, c, d, e, f] } of members) {
    for (const [x, y] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      xs.push(a * x + b * y + c);
      ys.push(d * x + e * y + f);
    }
  }
  return {
    left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys),
  };
}

/**
 * How many pixels of a pane one pixel of the keeper takes, so that the box just fits.
 * @param {Box} box
 * @param {Member} keeper
 * @param {Size} pane
 */
export function fitting(box, keeper, pane) {
  const width = (box.right - box.left) * keeper.width;
  const height = (box.bottom - box.top) * keeper.height;
  return Math.min(pane.width / width, pane.height / height);
}

/**
 * The numbers of a CSS matrix that draws a member, given an element of its own size in pixels.
 *
 * The camera's x and y are offsets from the middle of the box, in places of the keeper.
 * @param {Member} member
 * @param {Member} keeper
 * @param {Box} box
 * @param {Camera} camera
 * @param {Size} pane
 */
export function matrixOf(member, keeper, box, camera, pane) {
  const scale = fitting(box, keeper, pane) * camera.zoom;
  const across = keeper.width * scale, down = keeper.height * scale;
  const [a, b, c, d, e, f] = member.transform;
  const x = (box.left + box.right) / 2 + camera.x, y = (box.top + box.bottom) / 2 + camera.y;
  return [
    (a / member.width) * across, (d / member.width) * down,
    (b / member.height) * across, (e / member.height) * down,
    pane.width / 2 + (c - x) * across, pane.height / 2 + (f - y) * down,
  ];
}

/**
 * The numbers of the CSS matrix that takes back another one.
 * @param {number[]} matrix
 */
export function inverseOf([a, b, c, d, e, f]) {
  const whole = a * d - b * c;
  return [
    d / whole, -b / whole, -c / whole, a / whole,
    (c * f - d * e) / whole, (b * e - a * f) / whole,
  ];
}

/**
 * How many pixels of a pane the longer side of a member takes.
 * @param {number[]} matrix
 * @param {Member} member
 */
export function longerSide([a, b, c, d], member) {
  return Math.max(Math.hypot(a, b) * member.width, Math.hypot(c, d) * member.height);
}

/**
 * Zoom by a factor, so that the place under a point of the pane stays there.
 * @param {Camera} camera
 * @param {number} factor
 * @param {Member} keeper
 * @param {Box} box
 * @param {Size} pane
 * @param {{ x: number, y: number }} [point] from the middle of the pane, in pixels
 * @returns {Camera}
 */
export function zoomed(camera, factor, keeper, box, pane, point = { x: 0, y: 0 }) {
  const zoom = Math.min(Math.max(camera.zoom * factor, 0.25), MOST_ZOOM);
  const base = fitting(box, keeper, pane);
  const gain = 1 / (base * camera.zoom) - 1 / (base * zoom);
  return {
    zoom,
    x: camera.x + (point.x * gain) / keeper.width,
    y: camera.y + (point.y * gain) / keeper.height,
  };
}

/**
 * Move what is seen by some pixels of the pane.
 * @param {Camera} camera
 * @param {number} x
 * @param {number} y
 * @param {Member} keeper
 * @param {Box} box
 * @param {Size} pane
 * @returns {Camera}
 */
export function moved(camera, x, y, keeper, box, pane) {
  const scale = fitting(box, keeper, pane) * camera.zoom;
  return {
    ...camera, x: camera.x - x / (keeper.width * scale), y: camera.y - y / (keeper.height * scale),
  };
}

/**
 * The camera at which one pixel of the keeper is one pixel of the screen.
 * @param {Camera} camera
 * @param {Member} keeper
 * @param {Box} box
 * @param {Size} pane
 * @param {number} density pixels of the screen per pixel of the page
 * @returns {Camera}
 */
export function atWhole(camera, keeper, box, pane, density) {
  return { ...camera, zoom: 1 / (fitting(box, keeper, pane) * density) };
}
