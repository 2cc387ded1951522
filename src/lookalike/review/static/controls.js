// Buttons that do what keys do, and a question that must be answered.

import { KEYS } from "./keys.js";
import { byId, element } from "./words.js";

/**
 * @param {string} question
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
export function ask(question, yes) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("ask"));
  byId("ask-title").textContent = question;
  byId("ask-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/**
 * @param {string} place
 * @param {[string, string][]} buttons actions, and their words
 * @param {(action: string) => void} press
 */
export function makeButtons(place, buttons, press) {
  for (const [action, words] of buttons) {
    const { keys, does } = KEYS.find((one) => one.action === action) ?? { keys: "", does: "" };
    const button = element("button", {
      text: words, attributes: { type: "button", "data-action": action, title: does },
    });
    if (words === keys) button.ariaLabel = does;
    else if (keys) button.append(" ", element("kbd", { text: keys }));
    button.addEventListener("click", () => press(action));
    byId(place).append(button);
  }
}
