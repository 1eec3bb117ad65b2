// Requests to the API with the token of a person. The token is kept in the storage of this tab only:
// it is never part of an address, and it is forgotten with the tab or on demand.

import { languageTag, word } from "./provider-words.js";

const KEPT_AS = "placewright.token";

// Told to the document when the server no longer accepts the token.
export const TOKEN_REFUSED = "placewright-token-refused";

// What the API, or the way to it, refused: a problem by RFC 9457.
export class Refused extends Error {
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }
}

export const hasToken = () => sessionStorage.getItem(KEPT_AS) !== null;

export const forgetToken = () => sessionStorage.removeItem(KEPT_AS);

export function keepToken(text) {
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Refused({ title: word("token_malformed") });
  }
  sessionStorage.setItem(KEPT_AS, token);
}

// A key for one intended change, so that sending it twice changes once.
export function freshKey() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  // Outside of secure contexts browsers have random numbers, but no such names.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Sends a request and gives what was answered; throws Refused.
export async function ask(method, path, body, key) {
  const token = sessionStorage.getItem(KEPT_AS);
  const headers = { accept: "application/json", "accept-language": languageTag, authorization: `Bearer ${token}` };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
  }
  if (key !== undefined) {
    headers["idempotency-key"] = key;
  }
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch {
    throw new Refused({ title: word("unreachable"), detail: word("unreachable_detail") });
  }
  let answered;
  try {
    answered = await response.json();
  } catch {
    throw new Refused({
      title: word("not_understood"),
      status: response.status,
      correlation_id: response.headers.get("x-correlation-id"),
    });
  }
  if (sessionStorage.getItem(KEPT_AS) !== token) {
    // Signed out meanwhile: what comes now is shown to nobody.
    throw new Refused({ title: word("signed_out") });
  }
  if (response.status === 401) {
    forgetToken();
    document.dispatchEvent(new Event(TOKEN_REFUSED));
  }
  if (!response.ok) {
    throw new Refused(answered);
  }
  return answered;
}

export const read = (path) => ask("GET", path);

// Changes something, under the key given or a fresh one.
export const change = (method, path, body, key = freshKey()) => ask(method, path, body, key);

// All entries of a list, page by page.
export async function readAll(path, member) {
  const entries = [];
  let next = path;
  while (next !== null && next.startsWith("/v1/")) {
    const page = await read(next);
    entries.push(...page[member]);
    next = page.next;
  }
  return entries;
}
