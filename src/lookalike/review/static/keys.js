// The one table of keys. It makes the handler, the help and the buttons.

/**
 * @typedef {object} Key
 * @property {string} keys what is shown, such as "J" or "Shift+N"
 * @property {string[]} codes what the browser calls it, with "Shift+" in front if Shift matters
 * @property {string} action
 * @property {string} does
 */

/** @type {Key[]} */
export const KEYS = [
  { keys: "J", codes: ["j"], action: "next", does: "next group" },
  { keys: "K", codes: ["k"], action: "previous", does: "previous group" },
  { keys: "Right", codes: ["ArrowRight"], action: "focusNext", does: "next picture" },
  { keys: "Left", codes: ["ArrowLeft"], action: "focusPrevious", does: "previous picture" },
  { keys: "1 to 9", codes: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], action: "focusNumber",
    does: "focus the picture with that number" },
  { keys: "Space", codes: [" "], action: "toggle", does: "keep or remove the focused picture" },
  { keys: "X", codes: ["x"], action: "only", does: "keep the focused picture only" },
  { keys: "Enter", codes: ["Enter"], action: "accept",
    does: "accept what is shown, next group to decide" },
  { keys: "N", codes: ["n"], action: "apart", does: "not duplicates: tell all apart" },
  { keys: "Shift+N", codes: ["Shift+n"], action: "apartOne",
    does: "the focused picture is not a duplicate" },
  { keys: "A", codes: ["a"], action: "keepAll", does: "keep all, though they are duplicates" },
  { keys: "L", codes: ["l"], action: "later", does: "later" },
  { keys: "R", codes: ["r"], action: "none", does: "none is wanted: remove all (asks first)" },
  { keys: "U", codes: ["u"], action: "undo", does: "undo" },
  { keys: "Shift+U", codes: ["Shift+u"], action: "redo", does: "redo" },
  { keys: "C", codes: ["c"], action: "side", does: "side by side" },
  { keys: "F", codes: ["f"], action: "flip", does: "one at a time" },
  { keys: "S", codes: ["s"], action: "slider", does: "slider" },
  { keys: "D", codes: ["d"], action: "difference", does: "difference" },
  { keys: "B", codes: ["b"], action: "blink", does: "blink, twice a second" },
  { keys: "V", codes: ["v"], action: "hold",
    does: "while held: the first picture instead of the focused one" },
  { keys: "+", codes: ["+", "="], action: "zoomIn", does: "zoom in" },
  { keys: "-", codes: ["-"], action: "zoomOut", does: "zoom out" },
  { keys: "0", codes: ["0"], action: "fit", does: "fit into the window" },
  { keys: "Z", codes: ["z"], action: "whole", does: "100 %: one pixel is one pixel" },
  { keys: "I", codes: ["i"], action: "facts", does: "facts on or off" },
  { keys: "/", codes: ["/"], action: "filter", does: "filter the groups" },
  { keys: "G", codes: ["g"], action: "number", does: "go to a group by its number" },
  { keys: "O", codes: ["o"], action: "reveal", does: "show the file's folder" },
  { keys: "P", codes: ["p"], action: "plan", does: "the plan, and applying it" },
  { keys: "H", codes: ["h"], action: "history", does: "what was done, and taking it back" },
  { keys: "Esc", codes: [], action: "groups", does: "back to the groups" },
  { keys: "?", codes: ["?"], action: "help", does: "these keys" },
];

/** The actions that are the same on every page. */
export const EVERYWHERE = new Set(["groups", "plan", "history", "help"]);

const ACTIONS = new Map(KEYS.flatMap((one) => one.codes.map((code) => [code, one.action])));
const FIELDS = "input, select, textarea, [contenteditable]";
const PRESSED = "button, a, summary, input, select";

/**
 * The action of a key press, or undefined.
 *
 * Keys mean nothing while a field has the focus, or with Ctrl, Alt or Meta. A button keeps Enter and
 * Space.
 * @param {KeyboardEvent} event
 * @returns {string | undefined}
 */
export function actionOf(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return undefined;
  if (target.matches(FIELDS)) return undefined;
  if ((event.key === "Enter" || event.key === " ") && target.matches(PRESSED)) return undefined;
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = /^[a-z]$/.test(letter);
  return ACTIONS.get(event.shiftKey && isLetter ? `Shift+${letter}` : letter);
}
