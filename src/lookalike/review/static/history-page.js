// What was done: the run at work, all runs, the files of each, and how to take them back.

import { ask } from "./controls.js";
import { element, plural, say } from "./words.js";

const PAUSE = 250; // milliseconds between two looks at a run

/**
 * @typedef {object} Work
 * @property {number} number 0 before the first run
 * @property {string} does apply or undo
 * @property {boolean} at_work
 * @property {number} done
 * @property {number} total
 * @property {string[]} lines
 * @property {boolean} failed
 */

/** @typedef {{ run: string, started: string, undoes: string | null, line: string }} Run */

export class HistoryPage extends HTMLElement {
  constructor() {
    super();
    /** @type {import("./api.js").Api | null} */
    this.api = null;
    /** @type {(work: () => Promise<unknown>) => unknown} */
    this.run = (work) => work();
    /** @type {() => void | Promise<void>} */
    this.ended = () => {};
    /** @type {Map<string, { files: HTMLDetailsElement, show: (run: Run) => void }>} */
    this.entries = new Map();
    this.watching = false;
    this.now = element("div", { className: "now" });
    this.runs = element("div", { className: "runs" });
  }

  connectedCallback() {
    this.append(element("h2", { text: "History", attributes: { tabindex: "-1" } }),
      this.now, this.runs);
  }

  /** Show all runs, and the one at work if there is one. */
  async open() {
    const work = /** @type {Work} */ (await this.api?.get("/api/run"));
    if (work.at_work) this.watch();
    else if (!work.number) this.now.replaceChildren();
    await this.list();
  }

  async list() {
    const { runs } = /** @type {{ runs: Run[] }} */ (await this.api?.get("/api/history"));
    if (!runs.length) this.runs.replaceChildren(element("p", { text: "No plan was applied yet." }));
    else if (!this.entries.size) this.runs.replaceChildren();
    for (const one of runs.reverse()) {
      const known = this.entries.get(one.run);
      if (known) known.show(one);
      else this.add(one);
    }
  }

  /** Follow the run at work to its end. Nothing waits for that, so that other actions go on. */
  watch() {
    if (this.watching) return;
    this.watching = true;
    this.follow().catch((error) => this.run(() => Promise.reject(error)));
  }

  async follow() {
    try {
      let work = /** @type {Work} */ (await this.api?.get("/api/run"));
      const words = work.does === "undo" ? "Taking back" : "Applying";
      const bar = element("progress", { attributes: { "aria-label": words } });
      const text = element("span");
      const stop = element("button", { text: "Stop", attributes: { type: "button" } });
      stop.addEventListener("click", () => this.run(async () => this.api?.post("/api/stop", {})));
      this.now.replaceChildren(bar, " ", text, " ", stop);
      while (work.at_work) {
        if (work.total) bar.max = work.total;
        bar.value = work.done;
        text.textContent = `${words}: ${work.done.toLocaleString("en")} of ` +
          `${work.total.toLocaleString("en")}`;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        work = await this.api?.get("/api/run");
      }
      this.finish(work);
    } finally {
      this.watching = false;
    }
    await this.run(async () => {
      await this.list();
      await this.ended();
    });
  }

  /** @param {Work} work */
  finish(work) {
    const done = work.does === "undo" ? "The run was taken back." : "The plan was applied.";
    const title = work.failed ? "Not everything could be done." : done;
    this.now.replaceChildren(
      element("p", { className: work.failed ? "warning" : "sentence", text: title }),
      element("ul", {}, ...work.lines.map((text) => element("li", { text }))));
    say(`${title} ${work.lines.slice(-1)}`);
  }

  /**
   * Put a run on top. What was found out about the files of others is out of date.
   * @param {Run} run
   */
  add(run) {
    for (const { files } of this.entries.values()) {
      files.open = false;
      files.querySelector("ul")?.remove();
    }
    const files = element("details", {}, element("summary", { text: "Files" }));
    files.addEventListener("toggle", () => {
      if (files.open && files.childElementCount === 1) this.run(() => this.showFiles(run, files));
    });
    const line = element("p");
    const undo = element("button", {
      text: "Undo this run", attributes: { type: "button", title: run.run },
    });
    undo.addEventListener("click", () => this.run(() => this.undo(run)));
    undo.hidden = Boolean(run.undoes);
    this.runs.prepend(element("section", {},
      element("h3", { text: new Date(run.started).toLocaleString() }), line, undo, files));
    const show = (/** @type {Run} */ now) => {
      line.textContent = now.line;
    };
    show(run);
    this.entries.set(run.run, { files, show });
  }

  /**
   * @param {Run} run
   * @param {HTMLElement} place
   */
  async showFiles(run, place) {
    const found = await this.api?.get(`/api/history/${run.run}`);
    const entries = found.entries.map((/** @type {any} */ one) => element("li", {},
      `${one.did}: ${one.path} `,
      element("small", {
        text: [one.why, one.now && `now: ${one.now}`].filter(Boolean).join("; "),
      })));
    const rest = found.files - found.entries.length;
    if (rest) entries.push(element("li", { text: `and ${plural(rest, "more file")}` }));
    place.append(element("ul", {}, ...entries));
  }

  /** @param {Run} run */
  async undo(run) {
    const found = await this.api?.get(`/api/history/${run.run}`);
    if (!found.can_undo) {
      say("Nothing of this run can be taken back.");
      return;
    }
    const question = `Take back ${found.can_undo.toLocaleString("en")} of ` +
      `${plural(found.files, "file")}?`;
    if (!await ask(question, "Take back")) return;
    await this.api?.post(`/api/history/${run.run}/undo`, {});
    this.watch();
  }
}

customElements.define("history-page", HistoryPage);
