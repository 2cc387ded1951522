// What differs between the images of a group, which is better, and why each matches.

import { element } from "./words.js";

export class FactsTable extends HTMLElement {
  constructor() {
    super();
    /** @type {import("./store.js").Group | null} */
    this.group = null;
  }

  /** @param {import("./store.js").State} state */
  render(state) {
    this.hidden = !state.facts || !state.group;
    if (state.group !== this.group) this.build(state.group);
    if (state.group && !this.hidden) {
      for (const row of this.querySelectorAll("tbody tr")) {
        row.classList.toggle("focused", row.getAttribute("data-at") === String(state.focus));
      }
    }
  }

  /** @param {import("./store.js").Group | null} group */
  build(group) {
    this.group = group;
    this.replaceChildren();
    if (!group) return;
    const facts = group.facts;
    const names = ["image", "folder", "matches by", ...facts.map((fact) => fact.name)];
    const head = element("tr", {}, ...names.map((name) => (
      element("th", { text: name, attributes: { scope: "col" } }))));
    const rows = group.members.slice(0, 30).map((member, at) => {
      const proposed = at === group.keeper ? ["is proposed to stay"] : [];
      const first = at ? member.match : group.keeper ? ["the others are compared with it"] : [];
      const why = [...first, ...proposed].join(", ");
      return element("tr", { attributes: { "data-at": String(at) } },
        element("th", { text: `${at + 1} ${member.name}`, attributes: { scope: "row" } }),
        element("td", { className: "place", text: member.place }), element("td", { className: "why", text: why }),
        ...facts.map((fact) => this.cell(fact, at)));
    });
    this.append(element("table", {},
      element("caption", { text: facts.length ? "What differs" : "Only names and folders differ" }),
      element("thead", {}, head), element("tbody", {}, ...rows)));
  }

  /**
   * @param {{ values: string[], better: boolean[], word: string }} fact
   * @param {number} at
   */
  cell(fact, at) {
    if (!fact.better[at]) return element("td", { className: "fact", text: fact.values[at] });
    return element("td", { className: "fact better" },
      element("b", { text: fact.values[at] }), element("span", { text: ` ▲ ${fact.word}` }));
  }
}

customElements.define("facts-table", FactsTable);
