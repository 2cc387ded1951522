// All images of a group as small pictures, each with what is to become of it.

import { CHOICES, element } from "./words.js";

export class MemberStrip extends HTMLElement {
  constructor() {
    super();
    /** @type {import("./pictures.js").Pictures | null} */
    this.pictures = null;
    /** @type {(at: number) => void} */
    this.choose = () => {};
    /** @type {import("./store.js").Group | null} */
    this.group = null;
  }

  /** @param {import("./store.js").State} state */
  render(state) {
    if (state.group !== this.group) this.build(state.group);
    [...this.children].forEach((one, at) => {
      if (!(one instanceof HTMLElement) || !state.group) return;
      const member = state.group.members[at];
      if (!member) return;
      const { mark, word } = CHOICES[state.chosen[at]];
      one.dataset.choice = state.chosen[at];
      one.ariaCurrent = String(at === state.focus);
      one.tabIndex = at === state.focus ? 0 : -1; // arrow keys reach the others
      one.ariaLabel = `${at + 1}, ${member.name}: ${word}`;
      const words = /** @type {HTMLElement} */ (one.querySelector(".choice"));
      words.textContent = `${mark} ${word}`;
    });
    this.children[state.focus]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {import("./store.js").Group | null} group */
  build(group) {
    this.group = group;
    this.replaceChildren();
    for (const [at, member] of (group?.members ?? []).entries()) {
      const image = element("img", { attributes: { alt: "" } });
      const button = element("button", { attributes: { type: "button" } }, image,
        element("span", { className: "name", text: `${at + 1} ${member.name}` }),
        element("span", { className: "choice" }));
      button.addEventListener("click", () => this.choose(at));
      this.append(button);
      this.pictures?.fill(image, member.id);
    }
    if (group && group.size > group.members.length) {
      const rest = group.size - group.members.length;
      this.append(element("p", { text: `${rest.toLocaleString("en")} more, which are kept` }));
    }
  }
}

customElements.define("member-strip", MemberStrip);
