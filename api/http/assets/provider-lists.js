// Suggestion lists: computed or kept, shown with their reasons, put into another order by people.

import { change, read } from "./provider-client.js";
import { at, bar, button, careWords, complain, deviationChoices, facilityName, known, light, make, placeWords, table, tell, working } from "./provider-page.js";
import { dayWords, deviationWords, numberWords, reasonWords, word } from "./provider-words.js";
import { openOffer } from "./provider-offer.js";

// Rows shown before the rest is asked for.
const FIRST_ROWS = 40;
// Marks of places before only the number tells.
const MOST_MARKS = 30;
// Who has a place already, or the offer of one, here: nothing is left to offer.
const HOLDING = ["offered", "offer_confirmed"];

// What is shown, by facility and care type.
let shown = [];
// How to get what is shown once more.
let again = null;

const nameOf = (list) => `${list.facility}:${list.care_type}`;

export function startLists() {
  at("suggestions-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = { care_type: at("care-type").value, starts_on: at("starts-on").value };
    if (at("facility").value) {
      asked.facility = at("facility").value;
    }
    again = () => compute(asked);
    working(event.submitter ?? event.target.querySelector("button"), again);
  });
  at("kept").addEventListener("click", (event) => {
    const [careType, facility] = [at("care-type").value, at("facility").value];
    again = () => showKept(careType, facility);
    working(event.target, again);
  });
}

export function clearLists() {
  shown = [];
  again = null;
  at("lists").replaceChildren();
}

async function compute(asked) {
  tell(word("computing"));
  const { lists } = await change("POST", "/v1/suggestions:compute", asked);
  show(lists);
  const suggested = lists.flatMap((list) => list.rows).filter((row) => row.suggested).length;
  tell(word(lists.length === 1 ? "computed_one" : "computed", { lists: lists.length, suggested }));
}

async function showKept(careType, facility) {
  tell(word("loading"));
  const facilities = known.own.filter((own) => !facility || own.facility === facility);
  const found = [];
  for (const own of facilities) {
    const { lists } = await read(`/v1/facilities/${encodeURIComponent(own.facility)}/suggestions`);
    found.push(...lists.filter((list) => list.care_type === careType));
  }
  show(found);
  tell(word("kept_shown", { lists: found.length }));
}

function show(lists) {
  const before = new Map(shown.map((one) => [nameOf(one.list), one]));
  shown = lists.map((list) => {
    const earlier = before.get(nameOf(list));
    const suggests = list.rows.some((row) => row.suggested);
    return { list, order: null, isOpen: earlier ? earlier.element.open : suggests, isWhole: earlier?.isWhole ?? false };
  });
  const named = shown.toSorted((a, b) => placeWords(a.list).localeCompare(placeWords(b.list)));
  at("lists").replaceChildren(...named.map(draw));
  if (!shown.length) {
    at("lists").replaceChildren(make("p", {}, word("no_lists")));
  }
}

// Draws a list anew in its place.
function redraw(one) {
  const before = one.element;
  one.isOpen = before.open;
  before.replaceWith(draw(one));
}

function draw(one) {
  const { list } = one;
  const suggested = list.rows.filter((row) => row.suggested).length;
  const places = list.free_places === 1 ? word("free_place") : word(list.free_places ? "free_places" : "no_free_places", { count: numberWords(list.free_places) });
  const facts = word("list_facts", { places, suggested, rows: list.rows.length });
  const head = make("summary", {}, make("h3", {}, placeWords(list)), " ", make("span", { class: "facts" }, facts), " ", marks(list, suggested));
  one.element = make("details", { class: "line", open: one.isOpen }, head);
  if (list.override_reason) {
    one.element.append(make("p", { class: "note" }, word("list_reordered", { reason: deviationWords(list.override_reason) })));
  }
  one.element.append(list.rows.length ? rows(one) : make("p", {}, word("list_empty")));
  if (one.order) {
    one.element.append(orderForm(one));
  }
  return one.element;
}

// The free places of a list, those suggested filled.
function marks(list, suggested) {
  const count = Math.max(list.free_places, suggested);
  if (count === 0 || count > MOST_MARKS) {
    return "";
  }
  const given = Math.min(suggested, count);
  return make("span", { class: "marks", "aria-hidden": "true", title: word("list_marks") }, "●".repeat(given) + "○".repeat(count - given));
}

// The rows in the order shown: as kept, or as a person is about to put them.
function inOrder(one) {
  const byKey = new Map(one.list.rows.map((row) => [row.application, row]));
  return one.order ? one.order.map((key) => byKey.get(key)) : one.list.rows;
}

function rows(one) {
  const { list } = one;
  const ordered = inOrder(one);
  const most = Math.max(1, ...list.rows.map((row) => row.points));
  const isAsComputed = !one.order && !list.override_reason;
  const lastSuggested = ordered.findLastIndex((row) => row.suggested);
  const visible = one.isWhole ? ordered : ordered.slice(0, Math.max(FIRST_ROWS, lastSuggested + 4));
  const drawn = [];
  visible.forEach((row, index) => {
    drawn.push(drawRow(one, row, index, ordered.length, most));
    if (isAsComputed && index === lastSuggested && index + 1 < ordered.length) {
      drawn.push(cutOff(ordered, index));
    }
  });
  const caption = word("list_caption", { facility: facilityName(list.facility), care: careWords(list.care_type), day: dayWords(list.starts_on), sequence: list.computed_from });
  const columns = [[word("position"), true], [word("child")], [word("points"), true], [word("wish"), true], [word("suggestion")], [word("reason")], [word("decision")]];
  const drawnTable = table(caption, columns, drawn);
  if (visible.length === ordered.length) {
    return drawnTable;
  }
  const showAll = button(word("show_all", { count: ordered.length }), { class: "plain" }, () => {
    one.isWhole = true;
    redraw(one);
  });
  return make("div", {}, drawnTable, make("p", {}, showAll));
}

// The line below the last child suggested.
function cutOff(ordered, last) {
  const isShort = ordered.slice(last + 1).some((row) => row.reason.startsWith("full_"));
  const text = isShort ? word("cut_points", { points: numberWords(ordered[last].points) }) : word("cut_end");
  return make("tr", { class: "cut" }, make("td", { colspan: "7" }, text));
}

// Suggested, or holding a place here already, or neither: in words and shape.
function standing(row) {
  if (HOLDING.includes(row.reason)) {
    return light("amber", "◆", word(`mark_${row.reason}`));
  }
  return row.suggested ? light("green", "●", word("suggested")) : light("none", "–", word("not_suggested"));
}

function drawRow(one, row, index, count, most) {
  const points = make("td", { class: "number" }, numberWords(row.points), " ", bar(row.points / most, row.suggested));
  return make(
    "tr",
    { class: row.suggested ? "is-suggested" : "is-not" },
    make("td", { class: "number" }, numberWords(index + 1)),
    make("th", { scope: "row", class: "key" }, row.child),
    points,
    make("td", { class: "number" }, numberWords(row.rank)),
    make("td", {}, standing(row)),
    make("td", { class: "reason" }, reasonWords(row.reason), row.override_reason ? ` ${word("deviates", { reason: deviationWords(row.override_reason) })}` : ""),
    make("td", { class: "decide" }, decisions(one, row, index, count)),
  );
}

function decisions(one, row, index, count) {
  const isHolding = HOLDING.includes(row.reason);
  const offering = button(word("offer"), { "aria-label": word("offer_to", { child: row.child }), class: !row.suggested && "plain", disabled: isHolding }, () =>
    openOffer(one.list, row, index + 1, () => afterOffer(one)),
  );
  const up = button("↑", { "aria-label": word("move_up", { child: row.child }), class: "plain up", disabled: index === 0 }, () => move(one, row, -1));
  const down = button("↓", { "aria-label": word("move_down", { child: row.child }), class: "plain down", disabled: index + 1 === count }, () => move(one, row, 1));
  for (const each of [up, down]) {
    each.dataset.application = row.application;
  }
  return [offering, " ", up, " ", down];
}

// Shows the lists once more, and goes back to the one the offer came from.
async function afterOffer(one) {
  await again?.();
  const same = shown.find((other) => nameOf(other.list) === nameOf(one.list));
  same?.element.querySelector("summary").focus();
}

function move(one, row, by) {
  const order = one.order ?? one.list.rows.map((each) => each.application);
  const from = order.indexOf(row.application);
  order.splice(from, 1);
  order.splice(from + by, 0, row.application);
  const asKept = one.list.rows.every((each, index) => each.application === order[index]);
  one.order = asKept ? null : order;
  one.isWhole ||= from + by >= FIRST_ROWS;
  redraw(one);
  const moving = Array.from(one.element.querySelectorAll("button[data-application]")).filter((each) => each.dataset.application === row.application && !each.disabled);
  (moving.find((each) => each.classList.contains(by < 0 ? "up" : "down")) ?? moving[0])?.focus();
  tell(word("moved", { child: row.child, position: from + by + 1 }));
}

// Asks for the reason of a new order.
function orderForm(one) {
  const id = `order-${nameOf(one.list).replace(":", "-")}`;
  const reason = make("select", { id, required: true }, deviationChoices());
  const save = make("button", { type: "submit" }, word("order_save"));
  const discard = button(word("order_discard"), { class: "plain" }, () => {
    one.order = null;
    redraw(one);
    one.element.querySelector("summary").focus();
  });
  const form = make("form", { class: "choice changed" }, make("strong", {}, word("order_changed")), make("span", { class: "pairing" }, make("label", { for: id }, word("order_reason")), reason), save, discard);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    working(save, () => saveOrder(one, reason.value));
  });
  return form;
}

async function saveOrder(one, reason) {
  const { list } = one;
  await change("POST", `/v1/suggestions/${encodeURIComponent(list.id)}/reorder`, { order: one.order, reason });
  const { lists } = await read(`/v1/facilities/${encodeURIComponent(list.facility)}/suggestions`);
  one.list = lists.find((kept) => kept.care_type === list.care_type) ?? list;
  one.order = null;
  redraw(one);
  one.element.querySelector("summary").focus();
  tell(word("order_saved"));
}

// After something changed: what is shown, once more.
export async function refreshLists() {
  try {
    await again?.();
  } catch (error) {
    complain(error);
  }
}
