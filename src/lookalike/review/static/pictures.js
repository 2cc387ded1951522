// Pictures as addresses of this page: fetched once, kept for a while, given up when not wanted.

import { Refusal } from "./api.js";

const MOST = 160;
const SMALL = 320;
const AT_ONCE = 3; // a browser has six connections to a server, and decisions must not wait

export const NOW = 0, SOON = 1, PERHAPS = 2;

/** @typedef {{ address: string, reason: string }} Picture */
/**
 * @typedef {object} Wish
 * @property {number} member
 * @property {number | string} side the longest side, or which part at full size
 * @property {number} urgency the smaller, the sooner
 * @property {AbortController} control
 * @property {Promise<Picture>} promise
 * @property {(picture: Picture | PromiseLike<Picture>) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

export class Pictures {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {Map<string, Picture>} */
    this.kept = new Map();
    /** @type {Map<string, Wish>} waiting or on their way */
    this.wishes = new Map();
    /** @type {Set<string>} */
    this.loading = new Set();
    this.watch = new IntersectionObserver((entries) => this.seen(entries));
  }

  /**
   * Fill an element with a small picture, once it is seen.
   * @param {HTMLImageElement} image
   * @param {number} member
   */
  fill(image, member) {
    image.dataset.member = String(member);
    this.watch.observe(image);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof HTMLImageElement)) continue;
      this.watch.unobserve(target);
      this.get(Number(target.dataset.member), SMALL, SOON).then(({ address }) => {
        if (address) target.src = address;
      }, () => {});
    }
  }

  /**
   * The picture if it is here already.
   * @param {number} member
   * @param {number | string} side the longest side, or which part at full size
   */
  here(member, side) {
    return this.kept.get(`${member}:${side}`);
  }

  /**
   * @param {number} member
   * @param {number | string} side the longest side, or which part at full size
   * @param {number} urgency
   * @returns {Promise<Picture>}
   */
  get(member, side, urgency) {
    const key = `${member}:${side}`;
    const kept = this.kept.get(key);
    if (kept) {
      this.kept.delete(key);
      this.kept.set(key, kept);
      return Promise.resolve(kept);
    }
    const known = this.wishes.get(key);
    if (known) {
      known.urgency = Math.min(known.urgency, urgency);
      return known.promise;
    }
    const { promise, resolve, reject } = deferred();
    const control = new AbortController();
    this.wishes.set(key, { member, side, urgency, control, promise, resolve, reject });
    queueMicrotask(() => this.loadNext());
    return promise;
  }

  loadNext() {
    while (this.loading.size < AT_ONCE) {
      let found = "";
      for (const [key, { urgency }] of this.wishes) {
        if (this.loading.has(key)) continue;
        if (!found || urgency < (this.wishes.get(found)?.urgency ?? 0)) found = key;
      }
      const wish = this.wishes.get(found);
      if (!wish) return;
      this.loading.add(found);
      this.load(found, wish).finally(() => this.loadNext());
    }
  }

  /**
   * @param {string} key
   * @param {Wish} wish
   */
  async load(key, { member, side, control, resolve, reject }) {
    try {
      const blob = await this.api.picture(member, side, control.signal);
      const picture = { address: URL.createObjectURL(blob), reason: "" };
      this.keep(key, picture);
      resolve(picture);
    } catch (error) {
      if (error instanceof Refusal) resolve({ address: "", reason: error.message });
      else reject(error);
    } finally {
      this.loading.delete(key);
      if (this.wishes.get(key)?.control === control) this.wishes.delete(key);
    }
  }

  /**
   * Give up all that is on its way, except pictures of these members.
   * @param {Set<number>} members
   */
  wantOnly(members) {
    for (const [key, { member, control, reject }] of this.wishes) {
      if (members.has(member)) continue;
      this.wishes.delete(key);
      this.loading.delete(key);
      control.abort();
      reject(new DOMException("no longer wanted", "AbortError"));
    }
  }

  /**
   * @param {string} key
   * @param {Picture} picture
   */
  keep(key, picture) {
    this.kept.set(key, picture);
    for (const [oldest, { address }] of this.kept) {
      if (this.kept.size <= MOST) break;
      this.kept.delete(oldest);
      URL.revokeObjectURL(address);
    }
  }
}

/** A promise that is settled elsewhere. Nobody need wait for it. */
function deferred() {
  /** @type {(picture: Picture | PromiseLike<Picture>) => void} */
  let resolve = () => {};
  /** @type {(reason: unknown) => void} */
  let reject = () => {};
  /** @type {Promise<Picture>} */
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
