// The plan of what was decided: exactly what would be done, and a number to type before it is.

import { element, plural, say, size, table } from "./words.js";

/**
 * What can be done with files: in a word, and in a sentence that begins with their number.
 * @type {Record<string, { word: string, does: (one: boolean, size: string, to: string) => string }>}
 */
const ACTIONS = {
  trash: {
    word: "to the trash",
    does: (one, bytes) => `${one ? "goes" : "go"} to the trash. ${bytes} are free after emptying it.`,
  },
  move: {
    word: "to another folder",
    does: (one, bytes, to) => `${one ? "moves" : "move"} to ${to}, ${bytes}.`,
  },
  dedupe: {
    word: "share storage",
    does: (one, bytes) => `${one ? "shares" : "share"} the storage of equal files that stay. ` +
      `That frees ${bytes}.`,
  },
  hardlink: {
    word: "become hard links",
    does: (one, bytes) => `${one ? "becomes another name" : "become other names"} of equal files ` +
      `that stay. That frees ${bytes}.`,
  },
};

/**
 * @typedef {object} Plan
 * @property {string[]} actions what can be done
 * @property {string | null} to where files can be moved to
 * @property {string} digest
 * @property {number} files
 * @property {number} bytes
 * @property {number} unwanted files of groups of which nothing stays
 * @property {number} unwanted_bytes
 * @property {number} groups
 * @property {[string, string, number, number][]} volumes action, volume, files, bytes
 * @property {[string, number][]} held
 * @property {[string, number, number][]} folders name, files that go, files that are there
 * @property {string[]} warnings
 */

/**
 * @typedef {object} PlanGroup
 * @property {boolean} none_wanted
 * @property {[string, string][]} keep
 * @property {{ path: string, do: string, how: string, with: string[] }[]} remove
 * @property {[string, string][]} held
 */

export class PlanPage extends HTMLElement {
  constructor() {
    super();
    /** @type {import("./api.js").Api | null} */
    this.api = null;
    /** @type {(work: () => Promise<unknown>) => unknown} */
    this.run = (work) => work();
    /** @type {() => void | Promise<void>} */
    this.applied = () => {};
    this.canApply = true;
    /** @type {Plan | null} */
    this.plan = null;
    this.shown = 0;
    this.metadata = check("Also remove files with metadata that the ones that stay lack");
    this.unwanted = check("");
    this.action = element("select");
    this.action.addEventListener("change", () => this.run(() => this.open()));
    this.metadata.input.addEventListener("change", () => this.run(() => this.open()));
    this.unwanted.input.addEventListener("change", () => this.ask());
    this.number = element("input", {
      attributes: { type: "text", inputmode: "numeric", autocomplete: "off", size: "10" },
    });
    this.number.id = "confirm";
    this.question = element("label", { attributes: { for: "confirm" } });
    this.form = element("form", { className: "confirm" }, this.question, this.number,
      element("button", { text: "Apply the plan", className: "main" }));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(() => this.apply());
    });
    this.about = element("div");
    this.files = element("div", { className: "files" });
    this.more = element("button", { text: "Show more", attributes: { type: "button" } });
    this.more.addEventListener("click", () => this.run(() => this.showMore()));
  }

  connectedCallback() {
    const options = element("p", {},
      element("label", {}, "What to do with files", this.action), this.metadata.label);
    this.append(element("h2", { text: "Plan", attributes: { tabindex: "-1" } }),
      this.about, options, this.form, this.files, this.more);
  }

  /** Ask for the plan of what is decided now, and show it. */
  async open() {
    this.about.replaceChildren(element("p", { text: "Making the plan…" }));
    this.form.hidden = this.more.hidden = true;
    this.files.replaceChildren();
    const plan = this.plan = /** @type {Plan} */ (await this.api?.get("/api/plan", this.wanted));
    if (!this.action.length) {
      this.action.append(...plan.actions.map((value) => (
        element("option", { text: ACTIONS[value].word, attributes: { value } }))));
    }
    this.unwanted.words.textContent = ` Also remove ${plural(plan.unwanted, "file")} of groups of ` +
      `which nothing stays, ${size(plan.unwanted_bytes)}`;
    const words = sentence(plan, this.wanted.do);
    this.about.replaceChildren(...parts(plan, words));
    if (plan.unwanted) this.about.append(element("p", {}, this.unwanted.label));
    else this.unwanted.input.checked = false;
    if (!this.canApply) this.about.append(element("p", { text: "Plans are applied on Linux only." }));
    this.ask();
    this.shown = 0;
    await this.showMore();
    say(words);
  }

  /** What the plan is to be like. */
  get wanted() {
    return {
      metadata: this.metadata.input.checked ? "ignore" : "hold",
      do: this.action.value || "trash",
    };
  }

  /** How many files go, with what is ticked. */
  get count() {
    if (!this.plan) return 0;
    return this.plan.files + (this.unwanted.input.checked ? this.plan.unwanted : 0);
  }

  ask() {
    this.number.value = "";
    this.question.textContent = `To confirm, type how many files that is (${this.count}): `;
    this.form.hidden = !this.canApply || !this.count;
  }

  async apply() {
    if (!this.plan || !this.count) return;
    if (Number(this.number.value.replaceAll(",", "") || NaN) !== this.count) {
      say(`The number is not ${this.count}, so nothing was done.`);
      this.number.select();
      return;
    }
    await this.api?.post("/api/apply", {
      digest: this.plan.digest, files: this.count,
      none_wanted: this.unwanted.input.checked, ...this.wanted,
    });
    await this.applied();
  }

  async showMore() {
    if (!this.plan) return;
    const { digest, groups } = this.plan;
    if (this.shown < groups) {
      const found = await this.api?.get("/api/plan/groups", { digest, at: this.shown });
      this.shown += found.groups.length;
      this.files.append(...found.groups.map(groupOf));
    }
    this.more.hidden = this.shown >= groups;
    this.more.textContent = `Show more of ${plural(groups, "group")}`;
  }
}

/** @param {string} text */
function check(text) {
  const input = element("input", { attributes: { type: "checkbox" } });
  const words = element("span", { text: ` ${text}` });
  return { input, words, label: element("label", {}, input, words) };
}

/**
 * @param {Plan} plan
 * @param {string} action
 */
function sentence({ files, bytes, to }, action) {
  if (!files) return "Nothing can go yet.";
  return `${plural(files, "file")} ${ACTIONS[action].does(files === 1, size(bytes), to ?? "")}`;
}

/**
 * What a plan comes to.
 * @param {Plan} plan
 * @param {string} words what happens to the files
 */
function parts(plan, words) {
  const made = [element("p", { className: "sentence", text: words })];
  for (const warning of plan.warnings) {
    made.push(element("p", { className: "warning", text: `Warning: ${warning}.` }));
  }
  if (plan.volumes.length) {
    made.push(table("What goes where", ["action", "volume", "files", "size"],
      plan.volumes.map(([action, volume, files, bytes]) => (
        [ACTIONS[action].word, volume, files.toLocaleString("en"), size(bytes)]))));
  }
  if (plan.folders.length) {
    made.push(table("Folders that lose most", ["folder", "files that go", "of"],
      plan.folders.map(([name, goes, there]) => (
        [name, goes.toLocaleString("en"), there.toLocaleString("en")]))));
  }
  if (plan.held.length) {
    made.push(table("Held back, although you remove it", ["why", "files"],
      plan.held.map(([why, count]) => [why, count.toLocaleString("en")])));
  }
  return made;
}

/** @param {PlanGroup} group */
function groupOf(group) {
  const lines = [
    ...group.keep.map(([path, why]) => lineOf("keep", "✓ stays", path, why)),
    ...group.remove.flatMap((one) => [
      lineOf("remove", `✕ ${one.do}`, one.path,
        one.how || "nothing stays: you want none of this group"),
      ...one.with.map((path) => lineOf("remove", "✕ with it", path, "")),
    ]),
    ...group.held.map(([path, why]) => lineOf("later", "! held back", path, why)),
  ];
  return element("ul", { className: "planned" }, ...lines);
}

/**
 * @param {string} choice
 * @param {string} word
 * @param {string} path
 * @param {string} why
 */
function lineOf(choice, word, path, why) {
  return element("li", { attributes: { "data-choice": choice } },
    element("span", { className: "choice", text: word }), ` ${path} `,
    element("small", { text: why }));
}

customElements.define("plan-page", PlanPage);
