// Puts the page together: events come in, actions run one after another, elements show the state.

import "./compare-view.js";
import "./facts-table.js";
import "./group-list.js";
import "./member-strip.js";
import { Api, Refusal, takeSecret } from "./api.js";
import { ask, makeButtons } from "./controls.js";
import { KEYS, actionOf } from "./keys.js";
import { PERHAPS, Pictures } from "./pictures.js";
import { Store } from "./store.js";
import { byId, element, fieldOf, plural, size } from "./words.js";

const AHEAD = 3;
const MOST_KEPT = 40;
const QUICK = 80; // milliseconds between two groups

/** @typedef {import("./store.js").Group} Group */

const api = new Api(takeSecret());
const pictures = new Pictures(api);
const store = new Store();
const list = /** @type {import("./group-list.js").GroupList} */ (document.querySelector("group-list"));
const view = /** @type {import("./compare-view.js").CompareView} */ (
  document.querySelector("compare-view"));
const strip = /** @type {import("./member-strip.js").MemberStrip} */ (
  document.querySelector("member-strip"));
const facts = /** @type {import("./facts-table.js").FactsTable} */ (
  document.querySelector("facts-table"));
/** @type {Map<number, Promise<Group>>} */
const groups = new Map();
let viewNumber = 0;
let total = 0;
let pending = new AbortController();
let lastGo = -Infinity;

/** @param {string} words */
function say(words) {
  byId("said").textContent = words;
}

/** @param {string} words what went wrong, or nothing */
function complain(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = !words;
}

/** @param {number} group */
function describe(group) {
  const known = groups.get(group);
  if (known) return known;
  const asked = api.get(`/api/groups/${group}`);
  groups.set(group, asked);
  asked.catch(() => groups.delete(group));
  for (const oldest of groups.keys()) {
    if (groups.size <= MOST_KEPT) break;
    groups.delete(oldest);
  }
  return asked;
}

/** Make the list anew, with what is filtered, shown and sorted now. */
async function makeView() {
  const found = await api.get("/api/view", {
    text: fieldOf("text").value, shown: fieldOf("shown").value, sort: fieldOf("sort").value,
  });
  viewNumber = found.view;
  list.begin(found.count);
  store.send({ type: "view", count: found.count });
  byId("group").hidden = !found.count;
  byId("empty").hidden = Boolean(found.count);
  byId("empty").textContent = total ? "No group is like that." : "There are no duplicates.";
  if (found.count) await go(0);
}

/**
 * Rows of the list.
 * @param {number} at
 */
async function rowsAt(at) {
  const view = viewNumber;
  return (await api.get("/api/rows", { view, at })).rows;
}

/**
 * Show the group at a position. The list follows at once, and the pictures once they are there.
 * @param {number} at
 * @param {string} words what to say first
 */
async function go(at, words = "") {
  if (at < 0 || at >= store.state.count) return;
  store.send({ type: "at", at });
  list.select(at);
  pending.abort();
  pending = new AbortController();
  const { signal } = pending;
  show(at, signal, words).catch((error) => {
    if (!signal.aborted) run(() => Promise.reject(error));
  });
}

/**
 * @param {number} at
 * @param {AbortSignal} signal
 * @param {string} words what to say first
 */
async function show(at, signal, words) {
  const isQuick = performance.now() - lastGo < QUICK;
  lastGo = performance.now();
  // While a key is held, only the list moves. The server is asked once it is let go.
  if (isQuick) await new Promise((resolve) => setTimeout(resolve, QUICK / 2));
  if (signal.aborted) return;
  const row = await list.row(at);
  if (signal.aborted) return;
  const group = await describe(row[0]);
  if (signal.aborted) return;
  complain("");
  pictures.wantOnly(new Set(group.members.map((/** @type {{ id: number }} */ one) => one.id)));
  store.send({ type: "group", group });
  say(`${words}Group ${(row[0] + 1).toLocaleString("en")} of ${total.toLocaleString("en")}, ` +
    `${plural(group.size, "image")}. ${group.members[0].name} stays: ${group.reason}.`);
  for (let next = at + 1; next <= at + AHEAD && next < store.state.count; next++) {
    const [number] = await list.row(next);
    const ahead = await describe(number);
    if (signal.aborted) return;
    for (const { id } of ahead.members.slice(0, 4)) pictures.get(id, 1600, PERHAPS).catch(() => {});
  }
}

/**
 * Save what is to become of the group, and go on to the next one.
 * @param {(at: number) => string} choice
 */
async function decide(choice) {
  const { group, at } = store.state;
  if (!group) {
    say("The group is not shown yet.");
    return;
  }
  store.send({ type: "chooseAll", choice });
  const chosen = store.state.chosen;
  const done = await api.post("/api/decide", { group: group.group, chosen });
  changed(done);
  const removed = chosen.filter((one) => one === "remove").length;
  const next = await api.get("/api/position", { view: viewNumber, after: at });
  const words = `${removed ? `${plural(removed, "image")} to remove` : "All images stay"} in group ` +
    `${(group.group + 1).toLocaleString("en")}. `;
  if (next.at === null) say(`${words}That was the last group to decide.`);
  else await go(next.at, words);
}

/** @param {{ group: number, state: string, totals: any }} done */
function changed(done) {
  groups.delete(done.group); // what is known of it is out of date
  list.update(done.group, done.state);
  store.send({ type: "totals", totals: done.totals });
}

/**
 * Take a step back, or make it again, and show its group.
 * @param {string} path
 * @param {string} words
 */
async function back(path, words) {
  const done = await api.post(path, {});
  if (done.group === null) {
    say(`There is nothing to ${words}.`);
    return;
  }
  changed(done);
  const { at } = await api.get("/api/position", { view: viewNumber, group: done.group });
  const said = `${words} of group ${(done.group + 1).toLocaleString("en")}. `;
  if (at === null) say(said);
  else await go(at, said);
}

/** @param {number} step */
function focusBy(step) {
  const { focus, chosen, blink } = store.state;
  if (!chosen.length) return;
  if (blink) {
    view.flip();
    return;
  }
  store.send({ type: "focus", focus: (focus + step + chosen.length) % chosen.length });
}

/** @type {Record<string, (event: { key: string }) => unknown>} */
const ACTIONS = {
  next: () => go(store.state.at + 1),
  previous: () => go(store.state.at - 1),
  focusNext: () => focusBy(1),
  focusPrevious: () => focusBy(-1),
  focusNumber: ({ key }) => store.send({ type: "focus", focus: Number(key) - 1 }),
  toggle: () => {
    const { focus, chosen } = store.state;
    const choice = chosen[focus] === "remove" ? "keep" : "remove";
    store.send({ type: "choose", at: focus, choice });
  },
  only: () => store.send({
    type: "chooseAll", choice: (/** @type {number} */ at) => (
      at === store.state.focus ? "keep" : "remove"),
  }),
  accept: async () => {
    const { chosen } = store.state;
    if (chosen.length && !chosen.some((one) => one !== "remove")) return ACTIONS.none({ key: "" });
    return decide((at) => (chosen[at] === "later" ? "keep" : chosen[at]));
  },
  apart: () => decide(() => "apart"),
  apartOne: () => store.send({ type: "choose", at: store.state.focus, choice: "apart" }),
  keepAll: () => decide(() => "keep"),
  later: () => decide(() => "later"),
  none: async () => {
    const count = store.state.group?.size ?? 0;
    const question = `Remove all ${plural(count, "image")} of this group? None of them stays.`;
    if (count && await ask(question, "Remove all")) await decide(() => "remove");
  },
  undo: () => back("/api/undo", "undo"),
  redo: () => back("/api/redo", "redo"),
  side: () => store.send({ type: "mode", mode: "side" }),
  flip: () => store.send({ type: "mode", mode: "flip" }),
  slider: () => store.send({ type: "mode", mode: "slider" }),
  difference: () => store.send({ type: "mode", mode: "difference" }),
  blink: () => store.send({ type: "blink" }),
  zoomIn: () => view.zoom(1.25),
  zoomOut: () => view.zoom(0.8),
  fit: () => view.fit(),
  whole: () => view.whole(),
  facts: () => store.send({ type: "facts" }),
  filter: () => byId("text").focus(),
  number: () => byId("number").focus(),
  reveal: async () => {
    const { group, focus } = store.state;
    if (group) await api.post("/api/reveal", { member: group.members[focus].id });
  },
  help: () => /** @type {HTMLDialogElement} */ (byId("help")).showModal(),
};

/** @type {Promise<unknown>} */
let queue = Promise.resolve();

/**
 * Run an action after all earlier ones, so that quick keys are neither lost nor mixed up.
 * @param {() => unknown} action
 */
function run(action) {
  queue = queue.then(action).catch((error) => {
    // Other tabs made so many lists that the server dropped this one.
    if (error instanceof Refusal && error.status === 410) return makeView();
    return complain(error.message);
  }).catch((error) => complain(error.message));
  return queue;
}

/** @param {import("./store.js").State} state */
function render(state) {
  view.render(state);
  strip.render(state);
  facts.render(state);
  const { group, totals } = state;
  byId("title").textContent = group
    ? `Group ${(group.group + 1).toLocaleString("en")}: ${plural(group.size, "image")}` +
      (group.state === "changed" ? " (changed since decided)" : "")
    : "…";
  byId("reason").textContent = group ? `${group.members[0].name} stays: ${group.reason}.` : "";
  byId("totals").textContent = `${totals.decided.toLocaleString("en")} of ` +
    `${total.toLocaleString("en")} decided, ${plural(totals.files, "image")} to remove, ` +
    `${size(totals.bytes)}`;
  for (const button of document.querySelectorAll("#modes button")) {
    const action = button.getAttribute("data-action");
    const on = action === "blink" ? state.blink : !state.blink && action === state.mode;
    button.setAttribute("aria-pressed", String(on));
  }
}

function makePage() {
  const press = (/** @type {string} */ action) => run(() => ACTIONS[action]({ key: "" }));
  makeButtons("modes", [["side", "Side by side"], ["flip", "One"], ["slider", "Slider"],
    ["difference", "Difference"], ["blink", "Blink"]], press);
  makeButtons("zooms", [["zoomIn", "+"], ["zoomOut", "-"], ["fit", "Fit"],
    ["whole", "100 %"]], press);
  makeButtons("actions", [["accept", "Accept"], ["toggle", "Keep or remove"],
    ["apart", "Not duplicates"], ["keepAll", "Keep all"], ["later", "Later"], ["undo", "Undo"]], press);
  byId("keys").append(...KEYS.map((one) => element("tr", {},
    element("th", { attributes: { scope: "row" } }, element("kbd", { text: one.keys })),
    element("td", { text: one.does }))));
  byId("help-button").addEventListener("click", () => ACTIONS.help({ key: "" }));
  fieldOf("keys-on").checked = localStorage.getItem("lookalike-keys") !== "off";
  byId("keys-on").addEventListener("change", () => (
    localStorage.setItem("lookalike-keys", fieldOf("keys-on").checked ? "on" : "off")));
}

function listen() {
  view.store = store;
  view.pictures = strip.pictures = pictures;
  list.load = rowsAt;
  list.choose = (at) => run(() => go(at));
  strip.choose = (focus) => {
    store.send({ type: "focus", focus });
    list.focus(); // so that Enter and Space go on to mean what they mean everywhere
  };
  store.listeners.push(render);
  let typing = 0;
  byId("text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => run(makeView), 200);
  });
  for (const id of ["shown", "sort"]) byId(id).addEventListener("change", () => run(makeView));
  byId("number").addEventListener("change", () => run(async () => {
    const group = Number(fieldOf("number").value) - 1;
    const { at } = await api.get("/api/position", { view: viewNumber, group });
    if (at === null) say("That group is not in the list.");
    else await go(at);
    list.focus();
  }));
  for (const id of ["text", "number"]) {
    byId(id).addEventListener("keydown", (event) => {
      if (event.key === "Escape" || (event.key === "Enter" && id === "text")) list.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    const field = /** @type {Element} */ (event.target).matches("input, select");
    const action = isUndo && !field && !event.altKey
      ? (event.shiftKey ? "redo" : "undo") : actionOf(event);
    if (!action || (!isUndo && !fieldOf("keys-on").checked && event.key !== "?")) return;
    event.preventDefault();
    run(() => ACTIONS[action](event));
  });
}

async function start() {
  makePage();
  listen();
  const session = await api.get("/api/session");
  total = session.groups;
  store.send({ type: "totals", totals: session.totals });
  byId("saved-in").textContent = `Decisions are saved in ${session.saved_in ?? "memory only"}.`;
  await makeView();
  list.focus();
}

run(start);
