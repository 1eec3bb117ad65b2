// Elements, messages and what the parts of the page share. Text from the API becomes text nodes only.

import { deviationCodes, deviationWords, numberWords, word } from "./provider-words.js";
import { Refused } from "./provider-client.js";

// What is known since signing in: provider, role, day and facilities by key.
export const known = { provider: null, isAdministration: false, today: "", own: [], facilities: new Map() };

export const at = (id) => document.getElementById(id);

// An element; attributes that are undefined or false are left out, texts become text nodes.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) {
      element.setAttribute(attribute, "");
    } else if (value !== undefined && value !== false && value !== null) {
      element.setAttribute(attribute, String(value));
    }
  }
  element.append(...children.flat().map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

export function button(text, attributes, pressed) {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", pressed);
  return element;
}

// A table that scrolls sideways on small screens. Columns: [text, is it a number].
export function table(caption, columns, rows) {
  const head = columns.map(([text, isNumber]) => make("th", { scope: "col", class: isNumber && "number" }, text));
  const body = make("tbody", {}, rows);
  const whole = make("table", {}, make("caption", {}, caption), make("thead", {}, make("tr", {}, head)), body);
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, whole);
}

export const number = (value) => make("td", { class: "number" }, value === null ? "–" : numberWords(value));

// A mark that says its colour in words.
export const light = (colour, shape, text) =>
  make("span", { class: `light ${colour}` }, make("span", { "aria-hidden": "true" }, shape), ` ${text}`);

const SVG = "http://www.w3.org/2000/svg";

// A bar beside a number, for the eye only: the number is its text.
export function bar(share, isStrong) {
  const picture = document.createElementNS(SVG, "svg");
  const part = document.createElementNS(SVG, "rect");
  const size = { class: isStrong ? "bar-of strong" : "bar-of", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" };
  for (const [attribute, value] of Object.entries(size)) {
    picture.setAttribute(attribute, value);
  }
  part.setAttribute("height", "10");
  part.setAttribute("width", String(Math.round(100 * Math.min(1, Math.max(0, share)))));
  picture.append(part);
  return picture;
}

// Says something that needs no answer.
export function tell(text) {
  const line = make("p", {}, text);
  const box = make("div", { class: "told" }, line);
  box.append(button(word("close"), { class: "plain" }, () => box.remove()));
  at("messages").replaceChildren(box);
}

export function clearMessages() {
  at("messages").replaceChildren();
  at("problems").replaceChildren();
}

// Shows a refusal with everything that helps to ask about it.
export function complain(error, place = at("problems")) {
  if (!(error instanceof Refused)) {
    console.error(error);
  }
  const problem = error instanceof Refused ? error.problem : { title: word("not_understood"), detail: error.message };
  const parts = [make("p", {}, make("strong", {}, problem.title ?? word("not_understood")))];
  if (problem.detail) {
    parts.push(make("p", {}, problem.detail));
  }
  if (problem.errors?.length) {
    parts.push(make("ul", {}, problem.errors.map((one) => make("li", {}, [one.code, one.message, one.remedy].filter(Boolean).join(" ")))));
  }
  const facts = [
    problem.code && [`${word("code")} `, make("code", {}, problem.code)],
    problem.field && [`${word("field")} `, make("code", {}, problem.field)],
    problem.correlation_id && [`${word("correlation")} `, make("code", {}, problem.correlation_id)],
  ].filter(Boolean);
  if (facts.length) {
    parts.push(make("p", { class: "note" }, facts.flatMap((fact, index) => (index ? [", ", ...fact] : fact))));
  }
  const box = make("div", { class: "refused" }, parts);
  box.append(button(word("close"), { class: "plain" }, () => box.remove()));
  place.replaceChildren(box);
  at("messages").replaceChildren();
  box.scrollIntoView({ block: "nearest" });
}

// Runs something a button asked for, with the button out of use meanwhile.
export async function working(pressed, action) {
  pressed.disabled = true;
  try {
    await action();
  } catch (error) {
    complain(error);
  } finally {
    pressed.disabled = false;
  }
}

// The name of a care type, as the choice on the page has it.
export function careWords(careType) {
  const options = Array.from(at("care-type").options);
  return options.find((option) => option.value === careType)?.textContent ?? careType;
}

export const facilityName = (facility) => known.facilities.get(facility)?.name ?? facility;

export const placeWords = (place) => word("list_title", { facility: facilityName(place.facility), care: careWords(place.care_type) });

// The choices of a reason code, with none chosen.
export const deviationChoices = () => [
  make("option", { value: "" }, word("choose_reason")),
  ...deviationCodes().map((code) => make("option", { value: code }, deviationWords(code))),
];

// A day so many days after another, both as the API writes them.
export function daysAfter(day, days) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

// The first day of the month so many months after that of a day.
export function monthsAfter(day, months) {
  const [year, month] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}
