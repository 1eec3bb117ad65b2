// Offering a place: a person looks at the application, sets the days, and sends it.

import { change, freshKey, read, Refused } from "./provider-client.js";
import { at, careWords, clearMessages, complain, daysAfter, deviationChoices, facilityName, known, make, number, table, tell } from "./provider-page.js";
import { dayWords, numberWords, reasonWords, word } from "./provider-words.js";

// Days a family has to answer unless the person sets another day.
const DAYS_TO_ANSWER = 14;

// Reasons of rows that hold an offer already.
const HOLDING = ["offered", "offer_confirmed"];

// What the dialogue is about; null while it is closed.
let asked = null;

export function startOffer() {
  at("offer-override").replaceChildren(...deviationChoices());
  at("offer-cancel").addEventListener("click", () => at("offer").close());
  at("offer").addEventListener("close", () => {
    asked = null;
  });
  at("offer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}

// Opens the dialogue for a row; `then` runs after an offer was made.
export async function openOffer(list, row, position, then) {
  const request = { list, row, then, key: freshKey(), sent: "" };
  asked = request;
  const wish = word("wish_rank", { rank: row.rank });
  at("offer-whom").textContent = word("offer_whom", { facility: facilityName(list.facility), care: careWords(list.care_type), child: row.child, position, points: numberWords(row.points), wish });
  at("offer-reason").textContent = word(row.suggested ? "offer_suggested" : "offer_not_suggested", { reason: reasonWords(row.reason) });
  at("offer-starts-on").value = list.starts_on < known.today ? known.today : list.starts_on;
  at("offer-starts-on").min = known.today;
  at("offer-reply-by").value = daysAfter(known.today, DAYS_TO_ANSWER);
  at("offer-reply-by").min = known.today;
  at("offer-override").value = row.suggested ? "" : (list.override_reason ?? "");
  askForReason(!row.suggested || standsBehind(list, row));
  at("offer-problems").replaceChildren();
  at("offer-application").replaceChildren(make("p", {}, word("loading")));
  at("offer-submit").disabled = true;
  at("offer").showModal();
  try {
    const application = await read(`/v1/applications/${encodeURIComponent(row.application)}`);
    if (asked !== request) {
      return;
    }
    showApplication(application);
    if (application.wished_start > at("offer-starts-on").value) {
      at("offer-starts-on").value = application.wished_start;
    }
    at("offer-submit").disabled = false;
  } catch (error) {
    if (asked === request) {
      at("offer-application").replaceChildren();
      complain(error, at("offer-problems"));
    }
  }
}

// Whether another suggested child of the list, which has no offer yet, stands before this one.
function standsBehind(list, row) {
  const first = list.rows.find((each) => each.suggested && !HOLDING.includes(each.reason));
  return row.suggested && first !== undefined && first.application !== row.application;
}

// Asks for the reason of leaving the suggestion, or not.
function askForReason(isNeeded) {
  at("offer-override").required = isNeeded;
  for (const id of ["offer-override", "offer-override-label", "offer-override-note"]) {
    at(id).hidden = !isNeeded;
  }
}

function showApplication(application) {
  const facts = word("application_facts", { applied: dayWords(application.applied_on), start: dayWords(application.wished_start), hours: numberWords(application.daily_hours) });
  const points = application.points.map((one) => make("tr", {}, make("th", { scope: "row" }, one.criterion), number(one.points)));
  const caption = word("application_points", { catalogue: application.catalogue_version ?? "–" });
  const contributions = points.length ? table(caption, [[word("criterion")], [word("points"), true]], points) : make("p", {}, word("application_no_points"));
  at("offer-application").replaceChildren(make("p", {}, facts), contributions);
}

async function send() {
  const request = asked;
  if (request === null) {
    return;
  }
  const { list, row } = request;
  const offer = { application: row.application, starts_on: at("offer-starts-on").value, reply_by: at("offer-reply-by").value };
  if (at("offer-override").required) {
    offer.override_reason = at("offer-override").value;
  }
  // The same offer sent again has the same key, so that it is made once; another one has its own.
  const text = JSON.stringify(offer);
  if (request.sent && request.sent !== text) {
    request.key = freshKey();
  }
  request.sent = text;
  at("offer-submit").disabled = true;
  try {
    const made = await change("POST", "/v1/offers", offer, request.key);
    at("offer").close();
    clearMessages();
    try {
      await request.then();
    } catch (error) {
      complain(error);
    }
    tell(word("offered_now", { offer: made.offer, child: row.child, facility: facilityName(list.facility), start: dayWords(offer.starts_on), reply: dayWords(offer.reply_by) }));
  } catch (error) {
    // The list may have become older than the offers made since: the server knows.
    if (error instanceof Refused && error.problem.field === "override_reason") {
      askForReason(true);
    }
    complain(error, at("offer-problems"));
  } finally {
    at("offer-submit").disabled = false;
  }
}
