// Pairs of folders that share pictures. One of the two keeps, in all groups of the pair.

import { CHOICES, element, plural, say, size, table } from "./words.js";

/** @typedef {{ id: number, name: string, files: number }} Folder */
/** @typedef {{ stays: [number, string], goes: [number, string][], more: number }} Sample */
/** @typedef {{ folders: [Folder, Folder], groups: number, open: number }} Pair */

export class FoldersPage extends HTMLElement {
  constructor() {
    super();
    /** @type {import("./api.js").Api | null} */
    this.api = null;
    /** @type {import("./pictures.js").Pictures | null} */
    this.pictures = null;
    /** @type {(work: () => Promise<unknown>) => unknown} */
    this.run = (work) => work();
    /** @type {() => void | Promise<void>} */
    this.decided = () => {};
    this.preview = element("section", { attributes: { "aria-live": "polite" } });
    this.pairs = element("div");
  }

  connectedCallback() {
    this.append(element("h2", { text: "Folders", attributes: { tabindex: "-1" } }),
      element("p", { text: "Pairs of folders with the same pictures. For all groups of a pair that " +
        "are not decided, choose which folder keeps its files. Files elsewhere are kept." }),
      this.preview, this.pairs);
  }

  async open() {
    this.preview.replaceChildren();
    const { pairs } = /** @type {{ pairs: Pair[] }} */ (await this.api?.get("/api/folders"));
    this.pairs.replaceChildren(pairs.length
      ? table("Pairs of folders", ["folder", "files", "folder", "files", "groups", "not decided", ""],
        pairs.map((pair) => this.row(pair)))
      : element("p", { text: "No two folders have pictures in common." }));
  }

  /**
   * @param {Pair} pair
   * @returns {(string | Node)[]}
   */
  row({ folders, groups, open }) {
    const [one, other] = folders;
    const buttons = element("span", { className: "buttons" });
    if (open) {
      buttons.append(this.button(one, other), " ", this.button(other, one));
    }
    return [one.name, one.files.toLocaleString("en"), other.name, other.files.toLocaleString("en"),
      groups.toLocaleString("en"), open.toLocaleString("en"), buttons];
  }

  /**
   * @param {Folder} keep
   * @param {Folder} lose
   */
  button(keep, lose) {
    const button = element("button", {
      text: `Keep ${last(keep.name)}`,
      attributes: { type: "button", title: `Keep what is in ${keep.name}, remove it from ${lose.name}` },
    });
    button.addEventListener("click", () => this.run(() => this.show(keep, lose)));
    return button;
  }

  /**
   * Show what a decision would do, before it is made.
   * @param {Folder} keep
   * @param {Folder} lose
   */
  async show(keep, lose) {
    const found = await this.api?.get("/api/folders/preview", { keep: keep.id, lose: lose.id });
    const yes = element("button", {
      text: `Decide on ${plural(found.groups, "group")}`, className: "main",
      attributes: { type: "button" },
    });
    yes.addEventListener("click", () => this.run(() => this.decide(keep, lose, found)));
    const no = element("button", { text: "Cancel", attributes: { type: "button" } });
    no.addEventListener("click", () => {
      this.preview.replaceChildren();
      this.querySelector("h2")?.focus();
    });
    const rest = found.groups - found.shown.length;
    this.preview.replaceChildren(
      element("p", {
        className: "sentence",
        text: `Keep what is in ${keep.name}, and remove ${plural(found.files, "file")} from ` +
          `${lose.name}, ${size(found.bytes)}.`,
      }),
      ...(found.larger ? [element("p", {
        className: "warning",
        text: `${plural(found.larger, "file")} to remove would have more pixels than what is kept.`,
      })] : []),
      element("p", {}, yes, " ", no),
      element("ul", { className: "grid" }, ...found.shown.map(
        (/** @type {Sample} */ one) => this.sample(one))),
      ...(rest ? [element("p", { text: `and ${plural(rest, "more group")}` })] : []));
    yes.focus();
  }

  /**
   * The pictures of a group: the one that stays, and those that go.
   * @param {Sample} group
   */
  sample({ stays, goes, more }) {
    return element("li", {}, this.picture(stays, "keep"),
      ...goes.map((one) => this.picture(one, "remove")),
      ...(more ? [element("span", { text: `and ${more.toLocaleString("en")} more` })] : []));
  }

  /**
   * @param {[number, string]} member its number and its name
   * @param {string} choice
   */
  picture([id, name], choice) {
    const image = element("img", { attributes: { alt: "" } }); // the words below say what it is
    this.pictures?.fill(image, id);
    const { mark, word } = CHOICES[choice];
    return element("figure", { attributes: { "data-choice": choice } }, image,
      element("figcaption", { className: "choice", text: `${mark} ${word}: ${name}` }));
  }

  /**
   * @param {Folder} keep
   * @param {Folder} lose
   * @param {{ digest: string, files: number }} found
   */
  async decide(keep, lose, found) {
    const done = await this.api?.post("/api/folders/decide", {
      keep: keep.id, lose: lose.id, digest: found.digest,
    });
    await this.open();
    await this.decided();
    this.querySelector("h2")?.focus();
    say(`${plural(done.groups, "group")} decided, ${plural(found.files, "file")} to remove. ` +
      "Undo takes it back.");
  }
}

/** @param {string} path */
function last(path) {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}

customElements.define("folders-page", FoldersPage);
