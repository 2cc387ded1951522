// Pictures of a group, laid on each other: side by side, one at a time, slider, difference, blink.

import { atWhole, boxOf, longerSide, matrixOf, moved, zoomed } from "./geometry.js";
import { placeParts } from "./parts.js";
import { NOW } from "./pictures.js";
import { compared, membersOf } from "./store.js";
import { CHOICES, element } from "./words.js";

const SIDES = [1600, 8192];
const BLINK = 500; // milliseconds a picture; three changes a second may harm

/** @typedef {import("./store.js").State} State */

export class CompareView extends HTMLElement {
  constructor() {
    super();
    /** @type {import("./store.js").Store | null} */
    this.store = null;
    /** @type {import("./pictures.js").Pictures | null} */
    this.pictures = null;
    /** @type {State | null} */
    this.state = null;
    /** @type {Map<number, HTMLImageElement>} by member number */
    this.images = new Map();
    this.layout = "";
    this.share = 50;
    this.timer = 0;
    this.turn = 0;
  }

  connectedCallback() {
    new ResizeObserver(() => this.place()).observe(this);
    this.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.addEventListener("pointerdown", (event) => this.drag(event));
    this.addEventListener("dblclick", () => this.send({ type: "camera", camera: this.reset }));
  }

  get reset() {
    return { x: 0, y: 0, zoom: 1 };
  }

  /** @param {any} event */
  send(event) {
    this.store?.send(event);
  }

  /** @param {State} state */
  render(state) {
    const other = state.group !== this.state?.group;
    this.state = state;
    if (!state.group) {
      this.clear();
      return;
    }
    const numbers = compared(state);
    const layout = `${state.mode}${state.blink}${numbers}`;
    if (other || layout !== this.layout) this.build(state, numbers, layout);
    if (state.held !== null) this.turnTo(state.held === (state.focus > 0) ? 0 : 1);
    this.describe(state);
    this.place();
  }

  clear() {
    clearInterval(this.timer);
    this.replaceChildren();
    this.images.clear();
    this.layout = "";
  }

  /**
   * @param {State} state
   * @param {number[]} numbers
   * @param {string} layout
   */
  build(state, numbers, layout) {
    this.clear();
    this.layout = layout;
    this.dataset.mode = state.mode;
    const stacked = state.mode !== "side" && numbers.length > 1;
    const groups = stacked ? [numbers] : numbers.map((number) => [number]);
    this.style.setProperty("--panes", String(groups.length));
    for (const members of groups) this.append(this.pane(state, members));
    if (state.mode === "slider") this.append(this.slider());
    if (state.blink) this.startBlinking();
  }

  /**
   * A pane with one picture, or with several on top of each other.
   * @param {State} state
   * @param {number[]} numbers
   */
  pane(state, numbers) {
    const frame = element("div", { className: "frame" });
    for (const number of numbers) {
      const layer = element("div", { className: "layer" });
      const image = element("img", { attributes: { draggable: "false" } });
      const member = /** @type {import("./store.js").Group} */ (state.group).members[number];
      image.width = member.width;
      image.height = member.height;
      layer.append(image);
      frame.append(layer);
      this.images.set(number, image);
    }
    const words = element("p", { className: "words" });
    return element("figure", { className: "pane", attributes: { "data-of": numbers.join(" ") } },
      frame, words);
  }

  slider() {
    const input = element("input", {
      className: "slider",
      attributes: { type: "range", min: "0", max: "100", "aria-label": "How much of the first picture" },
    });
    input.value = String(this.share);
    input.addEventListener("input", () => {
      this.share = Number(input.value);
      this.place();
    });
    return input;
  }

  startBlinking() {
    this.turn = 0;
    this.flip();
    // Whoever wants less motion flips by hand with the arrow keys.
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.timer = setInterval(() => this.flip(), BLINK);
  }

  /** Show the other one of two pictures. */
  flip() {
    this.turnTo(1 - this.turn);
  }

  /** @param {number} turn which of the two pictures that lie on each other is shown */
  turnTo(turn) {
    this.turn = turn;
    this.querySelectorAll(".layer").forEach((layer, at) => {
      layer.classList.toggle("out", at !== this.turn);
    });
  }

  /**
   * Names and choices of the pictures.
   * @param {State} state
   */
  describe(state) {
    const members = membersOf(state);
    for (const pane of this.querySelectorAll("figure")) {
      const numbers = (pane.dataset.of ?? "").split(" ").map(Number);
      pane.classList.toggle("focused", numbers.includes(state.focus) && state.mode === "side");
      const said = numbers.map((number) => {
        const member = members[number];
        const { mark, word } = CHOICES[state.chosen[number]];
        const image = this.images.get(number);
        if (image) image.alt = `${member.name}, ${member.width} x ${member.height}, ${word}`;
        const apart = member.aligned ? "" : " (not aligned)";
        return `${number + 1} ${mark} ${word}: ${member.name}${apart}`;
      });
      const words = /** @type {HTMLElement} */ (pane.querySelector(".words"));
      words.textContent = state.held === null ? said.join(" · ") : said[this.turn];
      pane.dataset.choice = numbers.length === 1 ? state.chosen[numbers[0]] : "";
    }
  }

  get paneSize() {
    const frame = this.querySelector(".frame");
    return { width: frame?.clientWidth || 1, height: frame?.clientHeight || 1 };
  }

  /** What the camera needs to know, or null without a group. */
  get scene() {
    if (!this.state?.group) return null;
    const members = membersOf(this.state);
    const box = boxOf([members[0], ...[...this.images.keys()].map((at) => members[at])]);
    return { members, keeper: members[0], box, pane: this.paneSize };
  }

  /** Put every picture where it belongs, and get a larger one if its pixels show. */
  place() {
    const scene = this.scene;
    if (!scene || !this.state) return;
    for (const [number, image] of this.images) {
      const member = scene.members[number];
      const matrix = matrixOf(member, scene.keeper, scene.box, this.state.camera, scene.pane);
      image.style.transform = `matrix(${matrix.join(",")})`;
      const needed = longerSide(matrix, member) * devicePixelRatio;
      this.show(number, image, needed);
      if (!image.parentElement || !this.pictures) continue;
      const tooFew = Math.max(member.width, member.height) > SIDES[1] && needed > SIDES[1] * 1.1;
      placeParts(image.parentElement, member, matrix, scene.pane, this.pictures, tooFew);
    }
    if (this.state.mode === "slider") {
      const top = this.querySelectorAll(".layer")[1];
      if (top instanceof HTMLElement) top.style.clipPath = `inset(0 0 0 ${this.share}%)`;
    }
  }

  /**
   * @param {number} number
   * @param {HTMLImageElement} image
   * @param {number} needed how many pixels its longer side takes on the screen
   */
  show(number, image, needed) {
    const member = this.state?.group?.members[number];
    if (!member || !this.pictures) return;
    const own = Math.max(member.width, member.height);
    const side = needed > SIDES[0] * 1.1 && own > SIDES[0] ? SIDES[1] : SIDES[0];
    if (Number(image.dataset.side ?? 0) >= side) return;
    image.dataset.side = String(side);
    const small = this.pictures.here(member.id, SIDES[0]) ?? this.pictures.here(member.id, 320);
    if (small && !image.src) image.src = small.address;
    this.pictures.get(member.id, side, NOW).then((picture) => {
      if (!image.isConnected || Number(image.dataset.side) !== side) return;
      if (picture.address) image.src = picture.address;
      else this.fail(image, picture.reason);
    }, () => {
      delete image.dataset.side;
    });
  }

  /**
   * @param {HTMLImageElement} image
   * @param {string} reason
   */
  fail(image, reason) {
    image.hidden = true;
    image.parentElement?.append(element("p", { className: "none", text: `No picture: ${reason}` }));
  }

  /** @param {number} factor */
  zoom(factor) {
    const scene = this.scene;
    if (!scene || !this.state) return;
    const camera = zoomed(this.state.camera, factor, scene.keeper, scene.box, scene.pane);
    this.send({ type: "camera", camera });
  }

  /** One pixel of the largest picture that is shown is one pixel of the screen. */
  whole() {
    const scene = this.scene;
    if (!scene || !this.state) return;
    const camera = atWhole(
      this.state.camera, scene.keeper, scene.box, scene.pane, devicePixelRatio);
    this.send({ type: "camera", camera });
  }

  fit() {
    this.send({ type: "camera", camera: this.reset });
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    const scene = this.scene;
    const frame = /** @type {Element} */ (event.target).closest(".frame");
    if (!scene || !frame || !this.state) return;
    event.preventDefault();
    const place = frame.getBoundingClientRect();
    const point = {
      x: event.clientX - place.left - place.width / 2,
      y: event.clientY - place.top - place.height / 2,
    };
    const factor = 1.0015 ** -event.deltaY;
    const camera = zoomed(this.state.camera, factor, scene.keeper, scene.box, scene.pane, point);
    this.send({ type: "camera", camera });
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const frame = /** @type {Element} */ (event.target).closest(".frame");
    if (!(frame instanceof HTMLElement) || event.button !== 0) return;
    const number = Number((frame.parentElement?.dataset.of ?? "").split(" ").at(-1));
    if (this.state?.mode === "side") this.send({ type: "focus", focus: number });
    const target = frame.isConnected ? frame : this;
    let { clientX, clientY } = event;
    target.setPointerCapture(event.pointerId);
    const move = (/** @type {PointerEvent} */ moving) => {
      const scene = this.scene;
      if (!scene || !this.state) return;
      const camera = moved(this.state.camera, moving.clientX - clientX, moving.clientY - clientY,
        scene.keeper, scene.box, scene.pane);
      ({ clientX, clientY } = moving);
      this.send({ type: "camera", camera });
    };
    target.addEventListener("pointermove", move);
    target.addEventListener("lostpointercapture",
      () => target.removeEventListener("pointermove", move), { once: true });
  }
}

customElements.define("compare-view", CompareView);
