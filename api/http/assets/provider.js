// The page of providers: signing in, facilities, attesting; the other parts are in files of their own.
// Nothing here decides: every offer, order and attestation is sent because a person pressed a button.

import { change, forgetToken, hasToken, keepToken, read, readAll, Refused, TOKEN_REFUSED } from "./provider-client.js";
import { at, careWords, clearMessages, complain, known, light, make, monthsAfter, number, tell, working } from "./provider-page.js";
import { clearLists, refreshLists, startLists } from "./provider-lists.js";
import { clearCascade, startCascade } from "./provider-cascade.js";
import { startOffer } from "./provider-offer.js";
import { dayWords, monthWords, numberWords, word } from "./provider-words.js";

// Requests for capacities under way at a time.
const AT_A_TIME = 4;
// Months ahead that suggestions are first asked for.
const MONTHS_AHEAD = 2;
// Attested months named in words.
const MONTHS_NAMED = 6;

function start() {
  startLists();
  startOffer();
  startCascade();
  at("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    working(event.target.querySelector("button"), async () => {
      clearMessages();
      keepToken(at("token").value);
      at("token").value = "";
      await open();
      at("account-title").focus();
    });
  });
  at("sign-out").addEventListener("click", () => {
    signOut();
    tell(word("signed_out"));
    at("token").focus();
  });
  at("reload").addEventListener("click", (event) => {
    clearMessages();
    working(event.target, async () => {
      await open();
      await refreshLists();
    });
  });
  at("attest-form").addEventListener("submit", (event) => {
    event.preventDefault();
    working(at("attest-button"), attest);
  });
  document.addEventListener(TOKEN_REFUSED, signOut);
  if (hasToken()) {
    open().catch(complain);
  }
}

// Forgets the token and everything that was read with it.
function signOut() {
  forgetToken();
  clearMessages();
  clearLists();
  clearCascade();
  at("offer").close();
  Object.assign(known, { provider: null, isAdministration: false, today: "", own: [], facilities: new Map() });
  clearFacilities();
  for (const id of ["account-provider", "account-role", "account-day", "account-state", "facilities-state", "attest-state"]) {
    at(id).replaceChildren();
  }
  at("work").hidden = true;
  at("sign-in").hidden = false;
}

// Reads who asks and what is theirs.
async function open() {
  tell(word("loading"));
  try {
    const status = await read("/v1/status");
    const providers = await readAll("/v1/providers?limit=1000", "providers");
    const own = providers.filter((provider) => provider.provider === status.caller.provider);
    if (own.length !== 1) {
      throw new Refused({ status: 403, title: word("not_a_provider") });
    }
    const facilities = await readAll("/v1/facilities?include=all&limit=1000", "facilities");
    known.provider = own[0];
    known.today = status.today;
    known.isAdministration = status.caller.role === "provider.admin";
    known.facilities = new Map(facilities.map((facility) => [facility.facility, facility]));
    known.own = facilities.filter((facility) => facility.provider === own[0].provider).toSorted((a, b) => a.name.localeCompare(b.name));
    showAccount(status);
  } catch (error) {
    // A token that serves no purpose here is forgotten; a server that cannot be reached is no reason to.
    if (error instanceof Refused && [401, 403].includes(error.problem.status)) {
      signOut();
    }
    throw error;
  }
  fillChoices();
  showAttestations();
  at("sign-in").hidden = true;
  at("work").hidden = false;
  await showFacilities();
  tell(word("loaded", { count: known.own.length }));
}

function showAccount(status) {
  at("account-provider").textContent = `${known.provider.name} (${known.provider.provider})`;
  at("account-role").textContent = word(known.isAdministration ? "role_admin" : "role_staff");
  at("account-day").textContent = dayWords(status.today);
  at("account-state").textContent = word(status.demo ? "state_demo" : "state_real", { sequence: numberWords(status.sequence) });
}

function fillChoices() {
  for (const [id, kept] of [["facility", 1], ["freed-facility", 0]]) {
    const choice = at(id);
    const chosen = choice.value;
    const options = known.own.map((facility) => make("option", { value: facility.facility }, `${facility.name} (${facility.facility})`));
    choice.replaceChildren(...Array.from(choice.options).slice(0, kept), ...options);
    if (options.some((option) => option.value === chosen)) {
      choice.value = chosen;
    }
  }
  at("starts-on").value ||= monthsAfter(known.today, MONTHS_AHEAD);
}

function clearFacilities() {
  for (const body of Array.from(at("facility-table").tBodies)) {
    body.remove();
  }
}

async function showFacilities() {
  const month = known.today.slice(0, 7);
  const taking = known.own.filter((facility) => facility.takes_applications).length;
  at("facilities-caption").textContent = word("capacities_of", { month: monthWords(month) });
  at("facilities-state").textContent = known.own.length ? word("facilities_takes", { taking, count: known.own.length }) : word("no_facilities");
  const blocks = known.own.map((facility) => ({ facility, body: make("tbody", {}, waitingRow(facility, word("loading"))) }));
  clearFacilities();
  at("facility-table").append(...blocks.map((block) => block.body));
  const waiting = [...blocks];
  let failure = null;
  const reader = async () => {
    for (let block = waiting.shift(); block && !failure; block = waiting.shift()) {
      try {
        const key = encodeURIComponent(block.facility.facility);
        const answer = await read(`/v1/facilities/${key}/capacities?from=${month}&months=1`);
        block.body.replaceChildren(...capacityRows(block.facility, answer.months));
      } catch (error) {
        failure = error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, reader));
  if (failure) {
    throw failure;
  }
}

function facilityHead(facility, careTypes = 1) {
  const parts = [facility.name, " ", make("span", { class: "soft" }, facility.facility)];
  if (!facility.takes_applications) {
    parts.push(make("br"), make("span", { class: "soft" }, word("takes_none")));
  }
  return make("th", { scope: careTypes > 1 ? "rowgroup" : "row", rowspan: careTypes }, parts);
}

const waitingRow = (facility, text) => make("tr", {}, facilityHead(facility), make("td", { colspan: "9" }, text));

function capacityRows(facility, months) {
  if (!months.length) {
    return [waitingRow(facility, word("no_places_entered"))];
  }
  return months.map((cell, index) =>
    make(
      "tr",
      {},
      index === 0 ? facilityHead(facility, months.length) : [],
      make("td", {}, careWords(cell.care_type)),
      number(cell.licensed),
      number(cell.planned),
      number(cell.staffed),
      make("td", {}, bookable(cell.bookable)),
      number(cell.contracts),
      number(cell.reservations),
      number(cell.blocked),
      make("td", {}, freshness(cell)),
    ),
  );
}

// Free places are unknown where the data are not attested, never "free".
function bookable(places) {
  if (places === null) {
    return light("amber", "?", word("unknown"));
  }
  if (places > 0) {
    return light("green", "●", `${numberWords(places)} ${word("free")}`);
  }
  return places < 0 ? light("red", "■", `${numberWords(places)} ${word("over_full")}`) : light("none", "–", word("none_free"));
}

function freshness(cell) {
  if (cell.freshness === "attested") {
    return word("attested_on", { day: dayWords(cell.attested_on) });
  }
  return cell.last_attested_on ? word("last_attested_on", { day: dayWords(cell.last_attested_on) }) : word("never_attested");
}

// The month to attest: by its first day, and not before the month before it.
const monthToAttest = () => monthsAfter(known.today, known.today.endsWith("-01") ? 0 : 1).slice(0, 7);

function showAttestations() {
  const given = known.provider.attestations ?? [];
  const named = given.slice(-MONTHS_NAMED).map((one) => word("month_with_day", { month: monthWords(one.month), day: dayWords(one.attested_on) }));
  at("attest-state").textContent = named.length ? word("months_attested", { months: named.join(", ") }) : word("no_month_attested");
  const next = monthToAttest();
  if (given.some((one) => one.month === next)) {
    at("attest-state").append(" ", word("next_attested", { month: monthWords(next) }));
  }
  at("month").value ||= next;
  for (const id of ["month", "complete", "attest-button"]) {
    at(id).disabled = !known.isAdministration;
  }
  at("attest-note").hidden = known.isAdministration;
}

async function attest() {
  clearMessages();
  const month = at("month").value;
  await change("POST", `/v1/providers/${encodeURIComponent(known.provider.provider)}/attestations`, { month });
  at("complete").checked = false;
  at("month").value = "";
  await open();
  const isLate = known.today > `${month}-01`;
  tell(word(isLate ? "attested_late" : "attested", { month: monthWords(month) }));
}

start();
