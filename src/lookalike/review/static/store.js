// What the page shows, and how each event changes it. Nothing here touches the page.

import { WHOLE } from "./geometry.js";

/**
 * @typedef {object} MemberInfo
 * @property {number} id
 * @property {string} name
 * @property {string} place
 * @property {number} width
 * @property {number} height
 * @property {number} bytes
 * @property {string[]} match
 * @property {number[]} transform
 * @property {boolean} aligned
 */

/**
 * @typedef {object} Group
 * @property {number} group
 * @property {string} state
 * @property {number} keeper which of the members is proposed to stay
 * @property {string} reason why it is
 * @property {number} size
 * @property {string[]} chosen
 * @property {MemberInfo[]} members
 * @property {{ name: string, values: string[], better: boolean[], word: string }[]} facts
 */

/**
 * @typedef {object} State
 * @property {number} count groups of the view
 * @property {number} at position in the view, or -1
 * @property {Group | null} group
 * @property {Record<number, number[]>} aligned transforms that were found since, by id of member
 * @property {string[]} chosen one per member: keep, remove, apart or later
 * @property {number} focus
 * @property {"side" | "flip" | "slider" | "difference"} mode
 * @property {boolean} blink
 * @property {boolean | null} held whether the key that flips is down, or null if it was not used
 * @property {boolean} facts
 * @property {import("./geometry.js").Camera} camera
 * @property {{ decided: number, files: number, bytes: number }} totals
 */

/** @type {State} */
export const FIRST = {
  count: 0, at: -1, group: null, aligned: {}, chosen: [], focus: 0, mode: "side", blink: false, held: null,
  facts: true, camera: WHOLE, totals: { decided: 0, files: 0, bytes: 0 },
};

/**
 * The state after an event.
 * @param {State} state
 * @param {any} event
 * @returns {State}
 */
export function reduced(state, event) {
  const last = state.chosen.length - 1;
  switch (event.type) {
    case "view": return { ...state, count: event.count, at: -1, group: null, chosen: [] };
    case "at": return { ...state, at: event.at, group: null, chosen: [], blink: false, held: null };
    case "group":
      return {
        ...state, group: event.group, chosen: event.group.chosen, focus: Math.min(1, event.group.size - 1),
        camera: WHOLE, blink: false, held: null, aligned: {},
      };
    case "aligned":
      return { ...state, aligned: { ...state.aligned, [event.id]: event.transform } };
    case "totals": return { ...state, totals: event.totals };
    case "focus":
      return { ...state, focus: Math.max(0, Math.min(event.focus, last)), held: null };
    case "choose":
      return {
        ...state,
        chosen: state.chosen.map((one, at) => (at === event.at ? event.choice : one)),
      };
    case "chooseAll":
      return { ...state, chosen: state.chosen.map((_, at) => event.choice(at)) };
    case "mode": return { ...state, mode: event.mode, blink: false, held: null };
    case "blink":
      return { ...state, blink: !state.blink, held: null, mode: state.blink ? state.mode : "flip" };
    case "hold": return { ...state, held: true, mode: "flip", blink: false };
    case "letGo": return state.held ? { ...state, held: false } : state;
    case "facts": return { ...state, facts: !state.facts };
    case "camera": return { ...state, camera: event.camera };
    default: throw new Error(`no such event: ${event.type}`);
  }
}

/**
 * The members of the group that is shown, with what was found out about them since.
 * @param {State} state
 * @returns {MemberInfo[]}
 */
export function membersOf({ group, aligned }) {
  return (group?.members ?? []).map((one) => (
    aligned[one.id] ? { ...one, transform: aligned[one.id], aligned: true } : one));
}

/**
 * The members that are compared, by their numbers.
 * @param {State} state
 * @returns {number[]}
 */
export function compared({ mode, focus, chosen, blink, held }) {
  const count = chosen.length;
  if (mode === "side" && count <= 4) return chosen.map((_, at) => at);
  const pair = [0, focus || 1];
  if (mode !== "side") return mode === "flip" && !blink && held === null ? [focus] : pair;
  const begin = Math.max(1, Math.min(focus - 1, count - 3));
  return [0, begin, begin + 1, begin + 2];
}

export class Store {
  constructor() {
    this.state = FIRST;
    /** @type {((state: State, before: State) => void)[]} */
    this.listeners = [];
  }

  /** @param {any} event */
  send(event) {
    const before = this.state;
    this.state = reduced(before, event);
    if (this.state === before) return;
    for (const listener of this.listeners) listener(this.state, before);
  }
}
