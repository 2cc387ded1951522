// Talks to the server. Every call carries the secret that came in the address.

const NAME = "lookalike-secret";

/** The secret, which is moved from the address to this tab's storage, so that no history has it. */
export function takeSecret() {
  if (location.hash.length > 1) {
    sessionStorage.setItem(NAME, location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(NAME) ?? "";
}

export class Refusal extends Error {
  /**
   * @param {number} status 0 if there was no answer
   * @param {string} reason
   */
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

export class Api {
  /** @param {string} secret */
  constructor(secret) {
    this.headers = { "X-Lookalike": secret };
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number> | string[][]} [query] by names, or as pairs
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async get(path, query = {}, signal) {
    const pairs = Array.isArray(query) ? query : Object.entries(query);
    const words = new URLSearchParams(pairs.map(([k, v]) => [k, String(v)]));
    const response = await this.answered(`${path}?${words}`, { signal });
    return response.json();
  }

  /**
   * @param {string} path
   * @param {object} given
   * @returns {Promise<any>}
   */
  async post(path, given) {
    const response = await this.answered(path, {
      method: "POST",
      body: JSON.stringify(given),
      headers: { ...this.headers, "Content-Type": "application/json" },
    });
    return response.json();
  }

  /**
   * @param {number} member
   * @param {number | string} side the longest side, or which part at full size
   * @param {AbortSignal} signal
   */
  async picture(member, side, signal) {
    const what = typeof side === "number" ? `?side=${side}` : `/part?${side}`;
    const response = await this.answered(`/image/${member}${what}`, { signal });
    return response.blob();
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   */
  async answered(path, options) {
    let response;
    try {
      response = await fetch(path, { headers: this.headers, credentials: "omit", ...options });
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") throw error;
      throw new Refusal(0, "lookalike does not answer: was the review ended?");
    }
    if (response.ok) return response;
    const said = await response.json().catch(() => ({}));
    throw new Refusal(response.status, said.error ?? `the server answers ${response.status}`);
  }
}
