// Freed places of a facility, what became of them, and who would move up.

import { read } from "./provider-client.js";
import { at, careWords, facilityName, make, number, placeWords, table, tell, working } from "./provider-page.js";
import { dayWords, numberWords, word } from "./provider-words.js";

export function startCascade() {
  at("freed-form").addEventListener("submit", (event) => {
    event.preventDefault();
    working(event.submitter ?? event.target.querySelector("button"), show);
  });
}

export const clearCascade = () => at("cascade").replaceChildren();

async function show() {
  tell(word("loading"));
  const asked = new URLSearchParams();
  for (const [name, id] of [["care_type", "freed-care-type"], ["starts_on", "freed-day"]]) {
    if (at(id).value) {
      asked.set(name, at(id).value);
    }
  }
  const facility = at("freed-facility").value;
  const query = asked.size ? `?${asked}` : "";
  const cascades = await read(`/v1/facilities/${encodeURIComponent(facility)}/cascades${query}`);
  at("cascade").replaceChildren(freed(cascades), ...preview(facility, cascades.preview));
  tell(cascades.preview ? word("preview_only") : word("preview_none"));
}

function freed({ facility, freed_places }) {
  if (!freed_places.length) {
    return make("p", {}, word("freed_none"));
  }
  const columns = [[word("freed_from")], [word("care_type")], [word("freed_by")], [word("freed_became")], [word("freed_since"), true]];
  const rows = freed_places.map((place) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", class: "key" }, dayWords(place.free_from)),
      make("td", {}, careWords(place.care_type)),
      make("td", {}, cause(place.cause)),
      make("td", {}, outcome(place)),
      number(place.freed_sequence),
    ),
  );
  return table(word("freed_caption", { facility: facilityName(facility) }), columns, rows);
}

const cause = (cause) =>
  cause.cause === "offer_closed" ? word("cause_offer_closed", { key: cause.offer }) : word("cause_contract_shortened", { key: cause.contract });

function outcome(place) {
  if (place.outcome === null) {
    return word("outcome_waits");
  }
  if (place.outcome.outcome === "nobody_waits") {
    return word("outcome_nobody_waits");
  }
  const state = place.offer_state === null ? word("unknown") : word(`offer_state_${place.offer_state}`);
  const offered = word("outcome_offered", { key: place.outcome.offer, state });
  return place.contract === null ? offered : `${offered}, ${word("outcome_contract", { key: place.contract })}`;
}

function preview(facility, chain) {
  if (chain === null) {
    return [make("p", {}, word("preview_none"))];
  }
  const title = word("preview_title", { facility: facilityName(facility), care: careWords(chain.care_type), day: dayWords(chain.starts_on) });
  const parts = [make("h3", {}, title), make("p", {}, word(chain.is_free_now ? "preview_free" : "preview_not_free"))];
  if (!chain.moves.length) {
    return [...parts, make("p", {}, word("preview_nobody"))];
  }
  const given = chain.moves.filter((move) => move.from !== null).length;
  const columns = [[word("step"), true], [word("child")], [word("from")], [word("to")], [word("wish"), true], [word("chain_days"), true]];
  const rows = chain.moves.map((move, index) =>
    make(
      "tr",
      {},
      number(index + 1),
      make("th", { scope: "row" }, move.child ?? word("child_elsewhere")),
      make("td", {}, move.from ? placeWords(move.from) : word("without_place")),
      make("td", {}, placeWords(move.to)),
      number(move.rank),
      make("td", { class: "number" }, daysWords(move.days)),
    ),
  );
  const end = chain.free_in_the_end ? word("chain_ends_free", { place: placeWords(chain.free_in_the_end) }) : word("chain_ends_given");
  const takes = word("chain_takes", { median: numberWords(chain.days.median), p95: numberWords(chain.days.p95) });
  const from = word(`days_from_${chain.days_from.from}`, { offers: numberWords(chain.days_from.offers ?? 0) });
  return [...parts, table(word("preview_caption", { freed: numberWords(given) }), columns, rows), make("p", {}, end), make("p", {}, takes, " ", from), make("p", { class: "note" }, word("preview_only"))];
}

// Days as half of such chains take them, and as 95 of 100 do at most.
const daysWords = (days) => word("days_until", { median: numberWords(days.median), p95: numberWords(days.p95) });
