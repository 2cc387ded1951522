// Numbers and words for people, and small helpers for elements.

/** @param {number} count */
export function size(count) {
  let amount = count;
  for (const unit of ["bytes", "kB", "MB", "GB", "TB"]) {
    if (amount < 1000 || unit === "TB") {
      return unit === "bytes" ? `${amount} bytes` : `${amount.toFixed(1)} ${unit}`;
    }
    amount /= 1000;
  }
  return "";
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** @type {Record<string, { mark: string, word: string }>} */
export const CHOICES = {
  keep: { mark: "✓", word: "keep" },
  remove: { mark: "✕", word: "remove" },
  apart: { mark: "≠", word: "not a duplicate" },
  later: { mark: "…", word: "later" },
};

/** @type {Record<string, { mark: string, word: string }>} */
export const STATES = {
  open: { mark: "", word: "" },
  decided: { mark: "✓", word: "decided" },
  later: { mark: "…", word: "later" },
  changed: { mark: "!", word: "changed since decided" },
  applied: { mark: "✓", word: "applied" },
};

/**
 * A new element. Its text can never become anything but text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{ className?: string, text?: string, attributes?: Record<string, string> }} [options]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, { className = "", text = "", attributes = {} } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @param {string} caption
 * @param {string[]} names
 * @param {(string | Node)[][]} rows
 */
export function table(caption, names, rows) {
  const head = names.map((text) => (
    text ? element("th", { text, attributes: { scope: "col" } }) : element("td")));
  return element("table", {},
    element("caption", { text: caption }),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...rows.map((row) => element("tr", {},
      ...row.map((cell) => element("td", {}, cell))))));
}

/** @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
export function fieldOf(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}

/**
 * Say something to screen readers, and on the last line of the page.
 * @param {string} words
 */
export function say(words) {
  byId("said").textContent = words;
}
