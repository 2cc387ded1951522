// The list of groups. However many there are, only the rows that are seen are on the page.

import { STATES, plural, size } from "./words.js";

const ROW = 48;
const PAGE = 200;
const MOST_PAGES = 50;
const TALLEST = 8_000_000; // browsers limit the height of an element

/** @typedef {[number, number, number, string, string]} Row number, images, bytes, state, name */

export class GroupList extends HTMLElement {
  constructor() {
    super();
    this.count = 0;
    this.at = -1;
    /** @type {Map<number, Promise<Row[]>>} */
    this.pages = new Map();
    /** @type {Map<number, Row[]>} */
    this.here = new Map();
    /** @type {Map<number, HTMLElement>} */
    this.rows = new Map();
    /** @type {(at: number) => Promise<Row[]>} */
    this.load = async () => [];
    /** @type {(at: number) => void} */
    this.choose = () => {};
    this.spacer = document.createElement("div");
    this.spacer.className = "spacer";
    this.drawing = false;
  }

  connectedCallback() {
    this.append(this.spacer);
    this.addEventListener("scroll", () => this.drawSoon());
    this.addEventListener("click", (event) => {
      const row = /** @type {Element} */ (event.target).closest("[data-at]");
      if (row instanceof HTMLElement) this.choose(Number(row.dataset.at));
    });
    new ResizeObserver(() => this.drawSoon()).observe(this);
  }

  /** @param {number} count */
  begin(count) {
    this.count = count;
    this.at = -1;
    this.pages.clear();
    this.here.clear();
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.spacer.style.height = `${this.height}px`;
    this.scrollTop = 0;
    this.drawSoon();
  }

  get height() {
    return Math.min(this.count * ROW, TALLEST);
  }

  /** The position of the first row that is seen, with a fraction. */
  get first() {
    const most = this.height - this.clientHeight;
    if (this.count * ROW <= TALLEST || most <= 0) return this.scrollTop / ROW;
    return (this.scrollTop / most) * (this.count - this.clientHeight / ROW);
  }

  /**
   * The row at a position, once it has been loaded.
   * @param {number} at
   */
  async row(at) {
    const page = Math.floor(at / PAGE);
    return (await this.page(page))[at - page * PAGE];
  }

  /**
   * @param {number} page
   * @returns {Promise<Row[]>}
   */
  page(page) {
    const known = this.pages.get(page);
    if (known) return known;
    const loading = this.load(page * PAGE);
    this.pages.set(page, loading);
    loading.then((rows) => {
      if (this.pages.get(page) !== loading) return;
      this.here.set(page, rows);
      for (const oldest of this.pages.keys()) {
        if (this.pages.size <= MOST_PAGES) break;
        this.pages.delete(oldest);
        this.here.delete(oldest);
      }
      this.drawSoon();
    }, () => this.pages.delete(page));
    return loading;
  }

  /** @param {number} at */
  select(at) {
    this.at = at;
    const seen = this.clientHeight / ROW;
    if (at < this.first) this.beginAt(at);
    else if (at + 1 > this.first + seen) this.beginAt(at + 1 - seen);
    this.drawSoon();
  }

  /** @param {number} first */
  beginAt(first) {
    const most = this.height - this.clientHeight;
    const compressed = this.count * ROW > TALLEST;
    const share = first / (this.count - this.clientHeight / ROW);
    this.scrollTop = compressed ? share * most : first * ROW;
  }

  /**
   * @param {number} group
   * @param {string} state
   */
  update(group, state) {
    for (const rows of this.here.values()) {
      for (const row of rows) if (row[0] === group) row[3] = state;
    }
    this.drawSoon();
  }

  drawSoon() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw();
    });
  }

  draw() {
    const first = this.first;
    const begin = Math.max(0, Math.floor(first) - 2);
    const end = Math.min(this.count, Math.ceil(first + this.clientHeight / ROW) + 2);
    for (const [at, row] of this.rows) {
      if (at >= begin && at < end) continue;
      row.remove();
      this.rows.delete(at);
    }
    for (let at = begin; at < end; at++) this.drawRow(at, this.scrollTop + (at - first) * ROW);
    if (this.rows.has(this.at)) this.setAttribute("aria-activedescendant", `row-${this.at}`);
    else this.removeAttribute("aria-activedescendant");
  }

  /**
   * @param {number} at
   * @param {number} top
   */
  drawRow(at, top) {
    let row = this.rows.get(at);
    if (!row) {
      row = document.createElement("div");
      row.className = "row";
      row.id = `row-${at}`;
      row.dataset.at = String(at);
      row.role = "option";
      row.append(document.createElement("span"), document.createElement("small"));
      this.rows.set(at, row);
      this.append(row);
    }
    row.style.transform = `translateY(${top}px)`;
    row.ariaSelected = String(at === this.at);
    row.ariaPosInSet = String(at + 1);
    row.ariaSetSize = String(this.count);
    const page = Math.floor(at / PAGE);
    const found = this.here.get(page)?.[at - page * PAGE];
    if (!found) {
      this.page(page).catch(() => {});
      return;
    }
    const [number, images, bytes, state, name] = found;
    const { mark, word } = STATES[state];
    row.dataset.state = state;
    const [title, about] = row.children;
    title.textContent = name;
    about.textContent = [
      (number + 1).toLocaleString("en"), plural(images, "image"), size(bytes),
      ...(word ? [`${mark} ${word}`] : []),
    ].join(" · ");
  }
}

customElements.define("group-list", GroupList);
