// The page of groups: the list, the group that is shown, and what is decided about it.

import { ask } from "./controls.js";
import { PERHAPS } from "./pictures.js";
import { compared, membersOf } from "./store.js";
import { byId, fieldOf, plural, say, size } from "./words.js";

const AHEAD = 3;
const MOST_KEPT = 40;
const MOST_ALIGNED = 12; // pictures that are aligned before they are compared
const QUICK = 80; // milliseconds between two groups

/** @typedef {import("./store.js").Group} Group */

export class GroupsPage {
  /**
   * @param {import("./api.js").Api} api
   * @param {import("./store.js").Store} store
   * @param {import("./pictures.js").Pictures} pictures
   * @param {(error: Error) => void} fail
   */
  constructor(api, store, pictures, fail) {
    this.api = api;
    this.store = store;
    this.pictures = pictures;
    this.fail = fail;
    this.list = /** @type {import("./group-list.js").GroupList} */ (
      document.querySelector("group-list"));
    /** @type {Map<number, Promise<Group>>} */
    this.groups = new Map();
    this.viewNumber = 0;
    this.total = 0;
    this.pending = new AbortController();
    /** @type {Set<number>} members that were tried to align since the group is shown */
    this.tried = new Set();
    this.aligning = false;
    this.lastGo = -Infinity;
    this.list.load = async (at) => {
      const view = this.viewNumber;
      return (await this.api.get("/api/rows", { view, at })).rows;
    };
  }

  /** @param {number} group */
  describe(group) {
    const known = this.groups.get(group);
    if (known) return known;
    const asked = this.api.get(`/api/groups/${group}`);
    this.groups.set(group, asked);
    asked.catch(() => this.groups.delete(group));
    for (const oldest of this.groups.keys()) {
      if (this.groups.size <= MOST_KEPT) break;
      this.groups.delete(oldest);
    }
    return asked;
  }

  /**
   * Make the list anew, with what is filtered, shown and sorted now.
   * @param {string | null} words what to say first, or null to say nothing
   */
  async makeView(words = "") {
    const found = await this.api.get("/api/view", {
      text: fieldOf("text").value, shown: fieldOf("shown").value, sort: fieldOf("sort").value,
    });
    this.viewNumber = found.view;
    this.list.begin(found.count);
    this.store.send({ type: "view", count: found.count });
    byId("group").hidden = !found.count;
    byId("empty").hidden = Boolean(found.count);
    byId("empty").textContent = this.total ? "No group is like that." : "There are no duplicates.";
    if (found.count) await this.go(0, words);
  }

  /** Ask for everything again, because files have gone or come back. */
  async refresh() {
    const session = await this.api.get("/api/session");
    this.store.send({ type: "totals", totals: session.totals });
    this.groups.clear();
    const group = this.store.state.group?.group;
    await this.makeView(null);
    if (group !== undefined) await this.goTo(group, null);
  }

  /**
   * Show the group at a position. The list follows at once, and the pictures once they are there.
   * @param {number} at
   * @param {string | null} words what to say first, or null to say nothing
   */
  async go(at, words = "") {
    if (at < 0 || at >= this.store.state.count) return;
    this.store.send({ type: "at", at });
    this.list.select(at);
    this.pending.abort();
    this.pending = new AbortController();
    const { signal } = this.pending;
    this.show(at, signal, words).catch((error) => {
      if (!signal.aborted) this.fail(error);
    });
  }

  /**
   * Show a group by its number, if it is in the list. Answers whether it is.
   * @param {number} group
   * @param {string | null} words what to say first, or null to say nothing
   */
  async goTo(group, words = "") {
    const { at } = await this.api.get("/api/position", { view: this.viewNumber, group });
    if (at !== null) await this.go(at, words);
    return at !== null;
  }

  /**
   * @param {number} at
   * @param {AbortSignal} signal
   * @param {string | null} words what to say first, or null to say nothing
   */
  async show(at, signal, words) {
    const isQuick = performance.now() - this.lastGo < QUICK;
    this.lastGo = performance.now();
    // While a key is held, only the list moves. The server is asked once it is let go.
    if (isQuick) await new Promise((resolve) => setTimeout(resolve, QUICK / 2));
    if (signal.aborted) return;
    const row = await this.list.row(at);
    if (signal.aborted) return;
    const group = await this.describe(row[0]);
    if (signal.aborted) return;
    complain("");
    this.pictures.wantOnly(new Set(group.members.map((/** @type {{ id: number }} */ one) => one.id)));
    this.tried = new Set();
    this.store.send({ type: "group", group });
    if (words !== null) say(`${words}Group ${(row[0] + 1).toLocaleString("en")} of ` +
      `${this.total.toLocaleString("en")}, ${plural(group.size, "image")}. ` +
      reasonOf(group));
    for (let next = at + 1; next <= at + AHEAD && next < this.store.state.count; next++) {
      const [number] = await this.list.row(next);
      const ahead = await this.describe(number);
      if (signal.aborted) return;
      for (const { id } of ahead.members.slice(0, 4)) {
        this.pictures.get(id, 1600, PERHAPS).catch(() => {});
      }
    }
  }

  /** Find out where pictures lie on the first one, if the search did not. Nothing waits for that. */
  async align() {
    if (this.aligning) return;
    this.aligning = true;
    for (let id; (id = this.nextToAlign()) !== undefined;) {
      this.tried.add(id);
      const { signal } = this.pending;
      const first = membersOf(this.store.state)[0].id;
      try {
        const found = await this.api.get(`/api/align/${first}/${id}`, {}, signal);
        if (!signal.aborted && found.transform) {
          this.store.send({ type: "aligned", id, transform: found.transform });
        }
      } catch {
        // it stays as it is: "not aligned"
      }
    }
    this.aligning = false;
  }

  /** A picture that is compared now, or one of the first of the group. */
  nextToAlign() {
    const { state } = this.store;
    const members = membersOf(state);
    const shown = state.group ? compared(state).map((at) => members[at]) : [];
    return [...shown, ...members.slice(0, MOST_ALIGNED)].find(
      ({ id, aligned }) => !aligned && !this.tried.has(id))?.id;
  }

  /**
   * Save what is to become of the group, and go on to the next one.
   * @param {(at: number) => string} choice
   */
  async decide(choice) {
    const { group, at } = this.store.state;
    if (!group) {
      say("The group is not shown yet.");
      return;
    }
    this.store.send({ type: "chooseAll", choice });
    const chosen = this.store.state.chosen;
    const done = await this.api.post("/api/decide", { group: group.group, chosen });
    this.changed(done);
    const removed = chosen.filter((one) => one === "remove").length;
    const next = await this.api.get("/api/position", { view: this.viewNumber, after: at });
    const words = `${removed ? `${plural(removed, "image")} to remove` : "All images stay"} in ` +
      `group ${(group.group + 1).toLocaleString("en")}. `;
    if (next.at === null) say(`${words}That was the last group to decide. Press P for the plan.`);
    else await this.go(next.at, words);
  }

  /** @param {{ group: number, state: string, totals: any }} done */
  changed(done) {
    this.groups.delete(done.group); // what is known of it is out of date
    this.list.update(done.group, done.state);
    this.store.send({ type: "totals", totals: done.totals });
  }

  /** Accept what is shown. Removing everything is asked first. */
  async accept() {
    const { chosen } = this.store.state;
    if (chosen.length && !chosen.some((one) => one !== "remove")) return this.removeAll();
    return this.decide((at) => (chosen[at] === "later" ? "keep" : chosen[at]));
  }

  async removeAll() {
    const count = this.store.state.group?.size ?? 0;
    const question = `Remove all ${plural(count, "image")} of this group? None of them stays.`;
    if (count && await ask(question, "Remove all")) await this.decide(() => "remove");
  }

  /**
   * Take a step back, or make it again, and show its group.
   * @param {string} path
   * @param {string} words
   */
  async back(path, words) {
    const done = await this.api.post(path, {});
    if (done.group === null) {
      say(`There is nothing to ${words}.`);
      return;
    }
    this.changed(done);
    if (done.groups > 1) {
      await this.makeView(null);
      const count = plural(done.groups, "group");
      await this.goTo(done.group, `${words} of ${count}. `);
      return;
    }
    const said = `${words} of group ${(done.group + 1).toLocaleString("en")}. `;
    if (!await this.goTo(done.group, said)) say(said);
  }

  /** @param {import("./store.js").State} state */
  render({ group, totals, mode, blink }) {
    this.align();
    byId("title").textContent = group
      ? `Group ${(group.group + 1).toLocaleString("en")}: ${plural(group.size, "image")}` +
        ({ changed: " (changed since decided)", applied: " (applied)" }[group.state] ?? "")
      : "…";
    byId("reason").textContent = group ? reasonOf(group) : "";
    byId("totals").textContent = `${totals.decided.toLocaleString("en")} of ` +
      `${this.total.toLocaleString("en")} decided, ${plural(totals.files, "image")} to remove, ` +
      `${size(totals.bytes)}`;
    for (const button of document.querySelectorAll("#modes button")) {
      const action = button.getAttribute("data-action");
      const on = action === "blink" ? blink : !blink && action === mode;
      button.setAttribute("aria-pressed", String(on));
    }
  }
}

/** @param {Group} group */
function reasonOf({ members, keeper, reason }) {
  return `${members[keeper].name} stays: ${reason}.`;
}

/** @param {string} words what went wrong, or nothing */
export function complain(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = !words;
}
