// Puts the page together: events come in, actions run one after another, elements show the state.

import "./compare-view.js";
import "./facts-table.js";
import "./group-list.js";
import "./history-page.js";
import "./folders-page.js";
import "./rules-page.js";
import "./member-strip.js";
import "./plan-page.js";
import { Api, Refusal, takeSecret } from "./api.js";
import { makeButtons } from "./controls.js";
import { GroupsPage, complain } from "./groups-page.js";
import { EVERYWHERE, KEYS, actionOf } from "./keys.js";
import { Pictures } from "./pictures.js";
import { Store } from "./store.js";
import { byId, element, fieldOf, say } from "./words.js";

const api = new Api(takeSecret());
const pictures = new Pictures(api);
const store = new Store();
const groups = new GroupsPage(api, store, pictures, (error) => run(() => Promise.reject(error)));
const { list } = groups;
const view = /** @type {import("./compare-view.js").CompareView} */ (
  document.querySelector("compare-view"));
const strip = /** @type {import("./member-strip.js").MemberStrip} */ (
  document.querySelector("member-strip"));
const facts = /** @type {import("./facts-table.js").FactsTable} */ (
  document.querySelector("facts-table"));
const plan = /** @type {import("./plan-page.js").PlanPage} */ (document.querySelector("plan-page"));
const folders = /** @type {import("./folders-page.js").FoldersPage} */ (
  document.querySelector("folders-page"));
const rules = /** @type {import("./rules-page.js").RulesPage} */ (
  document.querySelector("rules-page"));
const history = /** @type {import("./history-page.js").HistoryPage} */ (
  document.querySelector("history-page"));

/** @type {Record<string, { place: HTMLElement, open: () => Promise<unknown> }>} */
const PAGES = {
  groups: { place: byId("groups-page"), open: async () => list.focus() },
  folders: { place: folders, open: () => folders.open() },
  rules: { place: rules, open: () => rules.open() },
  plan: { place: plan, open: () => plan.open() },
  history: { place: history, open: () => history.open() },
};
let page = "groups";

/**
 * Show one page instead of the other ones.
 * @param {string} name
 */
async function turnTo(name) {
  page = name;
  complain("");
  if (name !== "groups") say("");
  for (const [other, { place }] of Object.entries(PAGES)) place.hidden = other !== name;
  for (const button of document.querySelectorAll("#pages button")) {
    const isThis = button.getAttribute("data-action") === name;
    if (isThis) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  document.querySelector("search")?.toggleAttribute("hidden", name !== "groups");
  const title = PAGES[name].place.querySelector("h2[tabindex]");
  if (title instanceof HTMLElement) title.focus();
  await PAGES[name].open();
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
  groups: () => turnTo("groups"),
  folders: () => turnTo("folders"),
  rules: () => turnTo("rules"),
  plan: () => turnTo("plan"),
  history: () => turnTo("history"),
  next: () => groups.go(store.state.at + 1),
  previous: () => groups.go(store.state.at - 1),
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
  accept: () => groups.accept(),
  apart: () => groups.decide(() => "apart"),
  apartOne: () => store.send({ type: "choose", at: store.state.focus, choice: "apart" }),
  keepAll: () => groups.decide(() => "keep"),
  later: () => groups.decide(() => "later"),
  none: () => groups.removeAll(),
  undo: () => groups.back("/api/undo", "undo"),
  redo: () => groups.back("/api/redo", "redo"),
  side: () => store.send({ type: "mode", mode: "side" }),
  flip: () => store.send({ type: "mode", mode: "flip" }),
  slider: () => store.send({ type: "mode", mode: "slider" }),
  difference: () => store.send({ type: "mode", mode: "difference" }),
  blink: () => store.send({ type: "blink" }),
  hold: () => store.send({ type: "hold" }),
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
    if (error instanceof Refusal && error.status === 410) return groups.makeView();
    return complain(error.message);
  }).catch((error) => complain(error.message));
  return queue;
}

function makePage() {
  const press = (/** @type {string} */ action) => run(() => ACTIONS[action]({ key: "" }));
  makeButtons("pages", [["groups", "Groups"], ["folders", "Folders"], ["rules", "Rules"],
    ["plan", "Plan"], ["history", "History"]], press);
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

/** Tell the elements where to get things, and what to do. */
function connect() {
  view.store = store;
  view.pictures = strip.pictures = folders.pictures = pictures;
  for (const one of [folders, rules, plan, history]) {
    one.api = api;
    one.run = run;
  }
  history.ended = folders.decided = rules.used = () => groups.refresh();
  plan.applied = async () => {
    history.watch();
    await turnTo("history");
  };
  list.choose = (at) => run(() => groups.go(at));
  strip.choose = (focus) => {
    store.send({ type: "focus", focus });
    list.focus(); // so that Enter and Space go on to mean what they mean everywhere
  };
  store.listeners.push((state) => {
    // The view is last, because the others leave it more or less room.
    for (const one of [strip, facts, groups, view]) one.render(state);
  });
}

function listen() {
  let typing = 0;
  byId("text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => run(() => groups.makeView()), 200);
  });
  for (const id of ["shown", "sort"]) {
    byId(id).addEventListener("change", () => run(() => groups.makeView()));
  }
  byId("number").addEventListener("change", () => run(async () => {
    const found = await groups.goTo(Number(fieldOf("number").value) - 1);
    if (!found) say("That group is not in the list.");
    list.focus();
  }));
  for (const id of ["text", "number"]) {
    byId(id).addEventListener("keydown", (event) => {
      if (event.key === "Escape" || (event.key === "Enter" && id === "text")) list.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const action = wantedBy(event);
    if (!action) return;
    event.preventDefault();
    run(() => ACTIONS[action](event));
  });
  const letGo = () => run(() => store.send({ type: "letGo" }));
  document.addEventListener("keyup", letGo);
  window.addEventListener("blur", letGo); // the key is let go elsewhere then
}

/**
 * The action of a key press on this page, or undefined.
 * @param {KeyboardEvent} event
 */
function wantedBy(event) {
  if (event.key === "Escape") return "groups";
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  const field = /** @type {Element} */ (event.target).matches("input, select");
  const action = isUndo && !field && !event.altKey
    ? (event.shiftKey ? "redo" : "undo") : actionOf(event);
  if (!action || (page !== "groups" && !EVERYWHERE.has(action))) return undefined;
  return isUndo || fieldOf("keys-on").checked || event.key === "?" ? action : undefined;
}

async function start() {
  makePage();
  connect();
  listen();
  const session = await api.get("/api/session");
  groups.total = session.groups;
  plan.canApply = session.can_apply;
  store.send({ type: "totals", totals: session.totals });
  byId("saved-in").textContent = `Decisions are saved in ${session.saved_in ?? "memory only"}.`;
  await groups.makeView();
  await turnTo("groups");
  if ((await api.get("/api/run")).at_work) await turnTo("history");
}

run(start);
