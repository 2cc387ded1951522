// The rules for which image stays: put them in another order, and see what that changes.

import { element, plural, say, table } from "./words.js";

export class RulesPage extends HTMLElement {
  constructor() {
    super();
    /** @type {import("./api.js").Api | null} */
    this.api = null;
    /** @type {(work: () => Promise<unknown>) => unknown} */
    this.run = (work) => work();
    /** @type {() => void | Promise<void>} */
    this.used = () => {};
    /** @type {string[]} */
    this.rules = [];
    /** @type {string[]} */
    this.usual = [];
    /** @type {Record<string, string>} what each word prefers */
    this.prefers = {};
    this.list = element("ol", { className: "rules" });
    this.known = element("datalist");
    this.known.id = "known-rules";
    this.field = element("input", {
      attributes: { type: "text", list: "known-rules", size: "20", placeholder: "such as format:heic,jpeg" },
    });
    this.field.id = "rule";
    this.changes = element("section", { attributes: { "aria-live": "polite" } });
  }

  connectedCallback() {
    const form = element("form", { className: "confirm" },
      element("label", { text: "Another rule", attributes: { for: "rule" } }), this.field,
      element("button", { text: "Add" }), this.known);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const word = this.field.value.trim();
      if (word && !this.rules.includes(word)) this.set([word, ...this.rules]);
      this.field.value = "";
    });
    const show = this.button("Show what changes", () => this.run(() => this.showChanges()));
    show.className = "main";
    this.append(element("h2", { text: "Rules", attributes: { tabindex: "-1" } }),
      element("p", { text: "The first rule with different answers decides which image of a group " +
        "is proposed to stay. What you have decided does not change." }),
      this.list, form,
      element("p", {}, show, " ", this.button("Usual rules", () => this.set([...this.usual]))),
      this.changes);
  }

  async open() {
    const found = await this.api?.get("/api/rules");
    this.usual = found.default;
    this.prefers = found.known;
    this.known.replaceChildren(...Object.entries(this.prefers).map(([value, label]) => (
      element("option", { attributes: { value, label } }))));
    this.set(found.rules);
  }

  /** @param {string[]} rules */
  set(rules) {
    this.rules = rules;
    this.changes.replaceChildren();
    this.list.replaceChildren(...rules.map((rule, at) => element("li", {},
      element("span", { text: rule }), " ",
      element("small", { text: this.prefers[rule] ?? "" }), " ",
      this.button("↑", () => this.move(at, -1), `${rule}: earlier`, at === 0), " ",
      this.button("↓", () => this.move(at, 1), `${rule}: later`, at === rules.length - 1), " ",
      this.button("Remove", () => this.set(rules.filter((one) => one !== rule)),
        `${rule}: remove`, rules.length === 1))));
  }

  /**
   * @param {string} text
   * @param {() => void} press
   * @param {string} label what it is called, if the text does not say it
   * @param {boolean} disabled
   */
  button(text, press, label = "", disabled = false) {
    const button = element("button", { text, attributes: { type: "button" } });
    if (label) button.ariaLabel = label;
    button.disabled = disabled;
    button.addEventListener("click", press);
    return button;
  }

  /**
   * @param {number} at
   * @param {number} by
   */
  move(at, by) {
    const rules = [...this.rules];
    const [rule] = rules.splice(at, 1);
    rules.splice(at + by, 0, rule);
    this.set(rules);
    const row = this.list.children[at + by];
    const buttons = row.querySelectorAll("button");
    const same = buttons[by < 0 ? 0 : 1];
    (same.disabled ? buttons[by < 0 ? 1 : 0] : same).focus();
    say(`${rule} is rule ${at + by + 1} of ${rules.length}.`);
  }

  async showChanges() {
    const query = this.rules.map((rule) => ["keep", rule]);
    const found = await this.api?.get("/api/rules/changes", query);
    const decided = found.groups - found.open;
    const words = found.open
      ? `In ${plural(found.open, "group")}, another image is proposed to stay.`
      : "Nothing changes.";
    const rest = decided ? ` ${plural(decided, "more group")} would change, but are decided.` : "";
    this.changes.replaceChildren(element("p", { className: "sentence", text: words + rest }));
    const use = this.button("Use these rules", () => this.run(() => this.use()));
    this.changes.append(element("p", {}, use));
    if (found.shown.length) {
      this.changes.append(table("Some of them", ["group", "stays now", "would stay", "why"],
        found.shown.map((/** @type {any} */ one) => (
          [(one.group + 1).toLocaleString("en"), one.before, one.after, one.reason]))));
    }
    say(words + rest);
  }

  async use() {
    await this.api?.post("/api/rules/use", { keep: this.rules });
    this.changes.replaceChildren(element("p", { text: "These rules are used now." }));
    await this.used();
    this.querySelector("h2")?.focus();
    say("These rules are used now.");
  }
}

customElements.define("rules-page", RulesPage);
