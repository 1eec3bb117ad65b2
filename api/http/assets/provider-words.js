// What the scripts of the page of providers say, in both languages: one line per key. A test reads
// these lines: a reason of a suggestion list without words, or a word asked for that is not here,
// fails it.

const language = document.documentElement.lang === "en" ? "en" : "de";

// Why a row of a suggestion list is suggested, or is not.
const REASONS = {
  place_free: { de: "Es gibt genug freie Plätze für alle, die hier einen möchten.", en: "There are enough free places for everybody who wants one here." },
  points: { de: "Mehr Punkte als das erste Kind, das hier warten muss.", en: "More points than the first child that has to wait here." },
  age: { de: "Gleich viele Punkte wie das erste wartende Kind, aber älter.", en: "As many points as the first child that waits, but older." },
  key: { de: "Gleich viele Punkte und gleich alt wie das erste wartende Kind; die Reihenfolge der Kennungen entschied.", en: "As many points and as old as the first child that waits; the order of the pseudonyms decided." },
  better_wish: { de: "Das Kind ist bei einem Wunsch vorgeschlagen, den die Familie höher reiht.", en: "The child is suggested at a wish that the family ranks higher." },
  full_points: { de: "Alle freien Plätze gehen an Kinder mit mehr Punkten.", en: "All free places go to children with more points." },
  full_age: { de: "Alle freien Plätze gehen an Kinder mit mehr Punkten oder, bei gleichen Punkten, an ältere.", en: "All free places go to children with more points or, among equal points, to older ones." },
  full_key: { de: "Die letzten Plätze gehen an Kinder mit gleich vielen Punkten und gleichem Alter; die Reihenfolge der Kennungen entschied.", en: "The last places go to children with as many points and of the same age; the order of the pseudonyms decided." },
  no_free_place: { de: "Hier ist kein Platz in allen zwölf Monaten ab dem ersten Tag frei.", en: "No place here is free in all twelve months from the first day on." },
  not_attested: { de: "Die Daten dieses Monats sind nicht bestätigt: freie Plätze sind unbekannt.", en: "The data of this month are not attested: free places are unknown." },
  provider_takes_no_part: { de: "Der Träger nimmt heute nicht am Verfahren teil.", en: "The provider takes no part in the procedure today." },
  offered: { de: "Der Platz ist dem Kind schon angeboten; die Antwort der Familie steht aus.", en: "The place is offered to the child already; the family has not answered yet." },
  offer_confirmed: { de: "Die Familie hat den hier angebotenen Platz bestätigt.", en: "The family has confirmed the place offered here." },
  offer_confirmed_elsewhere: { de: "Die Familie hat einen Platz an anderer Stelle bestätigt.", en: "The family has confirmed a place elsewhere." },
  offer_declined: { de: "Die Familie hat ein Angebot für diesen Platz abgelehnt.", en: "The family declined an offer of this place." },
  better_wish_offered: { de: "Dem Kind ist ein Platz angeboten, den die Familie höher reiht.", en: "The child is offered a place that the family ranks higher." },
  starts_later: { de: "Der gewünschte Beginn liegt nach den zwölf Monaten, für die die Plätze angesehen werden.", en: "The start wished for lies after the twelve months the places are looked at for." },
  stay_would_be_over: { de: "Nach dem Alter wäre der Aufenthalt am ersten Tag schon zu Ende.", en: "By age the stay would be over before its first day." },
  too_young: { de: "Das Kind ist am ersten Tag zu jung für die Betreuungsart.", en: "The child is too young for the care type on the first day." },
  too_old: { de: "Das Kind ist am ersten Tag zu alt für die Betreuungsart.", en: "The child is too old for the care type on the first day." },
  hours_not_offered: { de: "Der gewünschte Betreuungsumfang wird hier nicht angeboten.", en: "The hours wished for are not offered here." },
  opens_too_short: { de: "Die Einrichtung hat kürzer geöffnet, als die Familie wünscht.", en: "The facility is open for a shorter time than the family wishes." },
  no_inclusion_place: { de: "Nicht in jedem Monat des Aufenthalts ist ein Integrationsplatz frei.", en: "Not in every month of the stay is an inclusion place free." },
  no_settling_in_slot: { de: "Im Monat des ersten Tages kann kein weiteres Kind eingewöhnt werden.", en: "No further child can settle in in the month of the first day." },
  no_room_beside_others: { de: "In einem Monat des Aufenthalts ist neben den Kindern, die zuerst kommen, kein Platz mehr frei.", en: "In a month of the stay no place is left beside the children who come first." },
  siblings_rule: { de: "Die Geschwisterregel der Familie führt zu einem anderen Platz oder zu keinem.", en: "The family's rule for brothers and sisters leads to another place, or to none." },
  sibling_elsewhere: { de: "Ein Geschwisterkind hat einen Platz in einer anderen Einrichtung, und die Familie möchte nur einen gemeinsamen.", en: "A brother or sister has a place at another facility, and the family wants one together only." },
  no_stable_matching: { de: "Geschwisterregeln widersprechen einander: Niemand mit Vorrang steht im Weg, aber nicht alle können erfüllt werden. Bitte von Hand prüfen.", en: "Rules of brothers and sisters contradict each other: nobody with a better claim is in the way, but not all can be met. Please look at it by hand." },
  no_stable_stays: { de: "Der Aufenthalt passt, aber die Runde dreht sich im Kreis: Bekäme das Kind den Platz, fände ein anderer Aufenthalt keinen mehr. Bitte von Hand prüfen.", en: "The stay fits, but the round goes in a circle: were the child placed here, another stay would find no room. Please look at it by hand." },
  full_lot: { de: "Die letzten Plätze gehen an Kinder mit gleich vielen Punkten; das Los entschied.", en: "The last places go to children with as many points; the lot decided." },
  full_earlier_application: { de: "Die letzten Plätze gehen an Kinder mit gleich vielen Punkten, die früher angemeldet wurden.", en: "The last places go to children with as many points who applied earlier." },
  no_room_for_stay: { de: "Nicht in jedem Monat des ganzen Aufenthalts ist ein Platz frei.", en: "Not in every month of the whole stay is a place free." },
};

// Why a person leaves the suggested order: the reason code goes into the record.
const DEVIATIONS = {
  hardship: { de: "Härtefall nach Aktenlage", en: "Hardship on file" },
  child_protection: { de: "Kinderschutz, Vermittlung durch das Jugendamt", en: "Child protection, mediated by the youth office" },
  sibling_in_facility: { de: "Geschwisterkind in der Einrichtung", en: "Sibling in the facility" },
  inclusion_place: { de: "Integrationsplatz", en: "Inclusion place" },
  group_composition: { de: "Alters- oder Gruppenzusammensetzung", en: "Composition of ages or groups" },
  hours_do_not_fit: { de: "Betreuungsumfang passt nicht zum Platz", en: "Hours do not fit the place" },
  start_does_not_fit: { de: "Aufnahmetermin passt nicht zum Platz", en: "First day does not fit the place" },
  employer_reserved_place: { de: "Belegrecht eines Arbeitgebers", en: "Place reserved by an employer" },
  child_of_staff: { de: "Kind von Beschäftigten der Einrichtung", en: "Child of staff of the facility" },
  family_not_reached: { de: "Familie in der Frist nicht erreicht", en: "Family not reached in time" },
  other: { de: "Sonstiger Grund mit Aktenvermerk", en: "Other reason, noted on file" },
};

// Everything else. {name} stands for a value.
const WORDS = {
  role_admin: { de: "Verwaltung des Trägers (provider.admin)", en: "Administration of the provider (provider.admin)" },
  role_staff: { de: "Mitarbeit beim Träger (provider.staff)", en: "Staff of the provider (provider.staff)" },
  not_a_provider: { de: "Dieser Zugangsschlüssel gehört zu keinem Träger. Die Seite ist für Träger.", en: "This token belongs to no provider. The page is for providers." },
  token_malformed: { de: "Das ist kein Zugangsschlüssel: Er besteht aus sichtbaren Zeichen ohne Leerzeichen.", en: "That is no token: it has visible characters and no spaces." },
  unreachable: { de: "Der Server ist nicht zu erreichen", en: "The server cannot be reached" },
  unreachable_detail: { de: "Es ist offen, ob die Anfrage ankam. Derselbe Knopf sendet sie gefahrlos noch einmal.", en: "Whether the request arrived is open. The same button sends it again without harm." },
  not_understood: { de: "Die Antwort des Servers ist nicht zu lesen", en: "The answer of the server cannot be read" },
  code: { de: "Nummer", en: "Code" },
  correlation: { de: "Kennung für Rückfragen", en: "correlation id" },
  field: { de: "Feld", en: "field" },
  close: { de: "Schließen", en: "Close" },
  signed_out: { de: "Der Zugangsschlüssel ist gelöscht.", en: "The token is cleared." },
  loading: { de: "Wird geladen …", en: "Loading …" },
  loaded: { de: "Geladen: {count} Einrichtungen.", en: "Loaded: {count} facilities." },
  state_demo: { de: "Vorführung mit erfundenen Kindern, Änderung {sequence}", en: "Demo with made-up children, change {sequence}" },
  state_real: { de: "Änderung {sequence}", en: "Change {sequence}" },
  no_facilities: { de: "Der Träger hat keine Einrichtung.", en: "The provider has no facility." },
  capacities_of: { de: "Vier Kapazitäten im {month}", en: "Four capacities in {month}" },
  no_places_entered: { de: "keine Plätze eingetragen", en: "no places entered" },
  facilities_takes: { de: "{taking} von {count} Einrichtungen nehmen heute Anmeldungen an.", en: "{taking} of {count} facilities take applications today." },
  takes_none: { de: "nimmt keine Anmeldungen an", en: "takes no applications" },
  free: { de: "frei", en: "free" },
  none_free: { de: "keiner frei", en: "none free" },
  over_full: { de: "mehr gehalten, als Personal erlaubt", en: "more held than staff allows" },
  unknown: { de: "unbekannt", en: "unknown" },
  attested_on: { de: "bestätigt am {day}", en: "attested on {day}" },
  last_attested_on: { de: "nicht bestätigt, zuletzt am {day}", en: "not attested, last on {day}" },
  never_attested: { de: "nie bestätigt", en: "never attested" },
  months_attested: { de: "Zuletzt bestätigt: {months}.", en: "Attested last: {months}." },
  month_with_day: { de: "{month} (am {day})", en: "{month} (on {day})" },
  no_month_attested: { de: "Es ist noch kein Monat bestätigt.", en: "No month is attested yet." },
  next_attested: { de: "{month} ist schon bestätigt: Bis zum nächsten Ersten ist nichts zu tun.", en: "{month} is attested already: nothing is left to do before the first of next month." },
  attested: { de: "{month} ist bestätigt.", en: "{month} is attested." },
  attested_late: { de: "{month} ist bestätigt, aber nach dem Ersten: Für diesen Monat bleiben freie Plätze unbekannt.", en: "{month} is attested, but after its first day: free places stay unknown for this month." },
  computing: { de: "Vorschläge werden berechnet …", en: "Suggestions are computed …" },
  computed: { de: "{lists} Listen, {suggested} Vorschläge. Angeboten ist damit noch nichts.", en: "{lists} lists, {suggested} suggestions. Nothing is offered by that." },
  computed_one: { de: "1 Liste, Vorschläge: {suggested}. Angeboten ist damit noch nichts.", en: "1 list, suggestions: {suggested}. Nothing is offered by that." },
  kept_shown: { de: "{lists} gespeicherte Listen. Sie zeigen den Stand, zu dem sie berechnet wurden.", en: "{lists} kept lists. They show the state they were computed from." },
  no_lists: { de: "Dafür gibt es keine Liste.", en: "There is no list for that." },
  list_title: { de: "{facility}, {care}", en: "{facility}, {care}" },
  list_facts: { de: "{places}, {suggested} vorgeschlagen, {rows} Anmeldungen", en: "{places}, {suggested} suggested, {rows} applications" },
  free_places: { de: "{count} freie Plätze", en: "{count} free places" },
  free_place: { de: "1 freier Platz", en: "1 free place" },
  no_free_places: { de: "kein freier Platz", en: "no free place" },
  list_caption: { de: "{facility}, {care}, erster Tag {day}, Stand Änderung {sequence}", en: "{facility}, {care}, first day {day}, as of change {sequence}" },
  list_marks: { de: "● vorgeschlagen, ○ Platz bleibt frei", en: "● suggested, ○ place stays free" },
  deviates: { de: "Abweichend angeboten: {reason}.", en: "Offered out of order: {reason}." },
  list_reordered: { de: "Von Menschen umgeordnet. Grund: {reason}.", en: "Put into another order by a person. Reason: {reason}." },
  list_empty: { de: "Niemand hat sich hier angemeldet.", en: "Nobody has applied here." },
  position: { de: "Rang", en: "Position" },
  child: { de: "Kind", en: "Child" },
  points: { de: "Punkte", en: "Points" },
  wish: { de: "Wunsch", en: "Wish" },
  wish_rank: { de: "{rank}. Wunsch", en: "wish {rank}" },
  suggestion: { de: "Vorschlag", en: "Suggestion" },
  reason: { de: "Grund", en: "Reason" },
  decision: { de: "Entscheidung", en: "Decision" },
  suggested: { de: "vorgeschlagen", en: "suggested" },
  not_suggested: { de: "nicht", en: "not" },
  mark_offered: { de: "angeboten", en: "offered" },
  mark_offer_confirmed: { de: "bestätigt", en: "confirmed" },
  cut_points: { de: "Grenze: {points} Punkte. Weiter unten reicht es hier nicht.", en: "Cut-off: {points} points. Below it does not suffice here." },
  cut_end: { de: "Ende der Vorschläge: Alle, die hier einen Platz suchen und für die er frei ist, sind vorgeschlagen.", en: "End of the suggestions: all who seek a place here, and for whom it is free, are suggested." },
  show_all: { de: "Alle {count} Zeilen zeigen", en: "Show all {count} rows" },
  offer: { de: "Anbieten …", en: "Offer …" },
  offer_to: { de: "Kind {child} den Platz anbieten", en: "Offer the place to child {child}" },
  move_up: { de: "Kind {child} nach oben", en: "Move child {child} up" },
  move_down: { de: "Kind {child} nach unten", en: "Move child {child} down" },
  moved: { de: "Kind {child} steht jetzt auf Rang {position}. Noch nicht gespeichert.", en: "Child {child} is now at position {position}. Not saved yet." },
  order_changed: { de: "Reihenfolge geändert, noch nicht gespeichert", en: "Order changed, not saved yet" },
  order_reason: { de: "Grund der neuen Reihenfolge", en: "Reason for the new order" },
  order_save: { de: "Reihenfolge speichern", en: "Save the order" },
  order_discard: { de: "Verwerfen", en: "Discard" },
  order_saved: { de: "Die neue Reihenfolge ist gespeichert, die alte bleibt erhalten. Angeboten ist damit nichts.", en: "The new order is kept, and so is the old one. Nothing is offered by that." },
  choose_reason: { de: "bitte wählen", en: "please choose" },
  offer_whom: { de: "{facility}, {care}: Kind {child}, Rang {position}, {points} Punkte, {wish}.", en: "{facility}, {care}: child {child}, position {position}, {points} points, {wish}." },
  offer_suggested: { de: "Vorgeschlagen: {reason}", en: "Suggested: {reason}" },
  offer_not_suggested: { de: "Nicht vorgeschlagen: {reason}", en: "Not suggested: {reason}" },
  application_facts: { de: "Angemeldet am {applied}, Beginn gewünscht {start}, {hours} Stunden am Tag.", en: "Applied on {applied}, start wished {start}, {hours} hours a day." },
  application_points: { de: "Punkte nach Katalog {catalogue}", en: "Points by catalogue {catalogue}" },
  application_no_points: { de: "Es sind keine Punkte eingetragen.", en: "No points are entered." },
  criterion: { de: "Kriterium", en: "Criterion" },
  offered_now: { de: "Angebot {offer}: Kind {child} in {facility} ab {start}, Antwort bis {reply}.", en: "Offer {offer}: child {child} at {facility} from {start}, answer by {reply}." },
  freed_caption: { de: "Frei gewordene Plätze: {facility}", en: "Freed places: {facility}" },
  freed_none: { de: "In dieser Einrichtung ist kein Platz frei geworden.", en: "No place has been freed at this facility." },
  freed_from: { de: "Frei ab", en: "Free from" },
  care_type: { de: "Betreuungsart", en: "Care type" },
  freed_by: { de: "Wodurch", en: "Freed by" },
  freed_since: { de: "Änderung", en: "Change" },
  freed_became: { de: "Was daraus wurde", en: "What became of it" },
  cause_offer_closed: { de: "Zusage {key} endete ohne Vertrag", en: "offer {key} closed without a contract" },
  cause_contract_shortened: { de: "Vertrag {key} endet früher", en: "contract {key} ends earlier" },
  outcome_waits: { de: "wartet", en: "waits" },
  outcome_offered: { de: "angeboten ({key}): {state}", en: "offered ({key}): {state}" },
  outcome_nobody_waits: { de: "niemand wartet darauf", en: "nobody waits for it" },
  outcome_contract: { de: "Vertrag {key}", en: "contract {key}" },
  offer_state_open: { de: "Antwort steht aus", en: "not answered yet" },
  offer_state_confirmed: { de: "bestätigt", en: "confirmed" },
  offer_state_contracted: { de: "Vertrag geschlossen", en: "contract concluded" },
  offer_state_declined: { de: "abgelehnt", en: "declined" },
  offer_state_expired: { de: "Frist abgelaufen", en: "expired" },
  offer_state_declined_by_contract: { de: "durch Vertrag an anderer Stelle erledigt", en: "closed by a contract elsewhere" },
  offer_state_revoked: { de: "zurückgenommen", en: "revoked" },
  offer_state_withdrawn: { de: "Anmeldung zurückgezogen", en: "application withdrawn" },
  preview_title: { de: "Wer nachrücken würde: {facility}, {care}, ab {day}", en: "Who would move up: {facility}, {care}, from {day}" },
  preview_free: { de: "Dort ist ein Platz frei.", en: "A place is free there." },
  preview_not_free: { de: "Dort ist gerade kein Platz frei: Die Kette sagt, was geschähe, wenn einer frei würde.", en: "No place is free there now: the chain tells what would happen if one became free." },
  preview_only: { de: "Nur eine Vorschau: Es bewegt sich nichts, bevor Menschen anbieten und Familien annehmen.", en: "A preview only: nothing moves before people offer and families accept." },
  preview_nobody: { de: "Niemand würde nachrücken.", en: "Nobody would move up." },
  preview_none: { de: "Kein Platz wartet. Mit Betreuungsart und Tag gibt es eine Vorschau für einen gedachten Platz.", en: "No place waits. Name a care type and a day for the preview of an imagined place." },
  preview_caption: { de: "Jede Zeile nimmt den Platz, den die Zeile darüber aufgibt. Plätze, die dabei frei würden: {freed}", en: "Each row takes the place that the row above gives up. Places that would fall free on the way: {freed}" },
  step: { de: "Schritt", en: "Step" },
  from: { de: "Von", en: "From" },
  to: { de: "Nach", en: "To" },
  without_place: { de: "bisher ohne Platz", en: "without a place so far" },
  child_elsewhere: { de: "ein Kind bei einem anderen Träger", en: "a child at another provider" },
  chain_ends_free: { de: "Am Ende bleibt ein Platz frei: {place}.", en: "In the end a place stays free: {place}." },
  chain_days: { de: "Tage bis zur Antwort", en: "Days to the answer" },
  chain_ends_given: { de: "Den letzten Platz nimmt ein Kind, das bisher keinen hatte: Kein Platz bleibt frei.", en: "A child that had none so far takes the last place: no place stays free." },
  chain_takes: { de: "Bis zur letzten Antwort vergehen im Mittel {median} Tage, in 95 von 100 Fällen höchstens {p95}, wenn alle zusagen.", en: "Until the last answer it takes {median} days in the middle, {p95} at most in 95 of 100 cases, if everybody accepts." },
  days_from_answers: { de: "Gerechnet aus {offers} Antworten der letzten zwei Jahre.", en: "Reckoned from {offers} answers of the last two years." },
  days_from_assumed: { de: "Noch gibt es kein Angebot: angenommen sind zwei Wochen je Antwort.", en: "There is no offer so far: two weeks for each answer are assumed." },
  days_from_deadlines: { de: "Gerechnet aus den Fristen von {offers} Angeboten; wer früher antwortet, verkürzt es.", en: "Reckoned from the time that {offers} offers gave; earlier answers make it shorter." },
  days_until: { de: "{median} (höchstens {p95})", en: "{median} ({p95} at most)" },
};

function said(table, key, values) {
  const text = Object.hasOwn(table, key) ? table[key][language] : key;
  return text.replace(/\{([a-z]+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// The words of a key; values stand where {name} is.
export const word = (key, values = {}) => said(WORDS, key, values);

// A reason of a suggestion list in words; one that is not known as it is.
export const reasonWords = (key) => said(REASONS, key, {});

// The reason code of a person in words; one that is not known as it is.
export const deviationWords = (code) => said(DEVIATIONS, code, {});

export const deviationCodes = () => Object.keys(DEVIATIONS);

// 5.12.2026 or 5 Dec 2026, of a day as the API writes it.
export function dayWords(day) {
  const [year, month, date] = day.split("-").map(Number);
  const shown = new Date(Date.UTC(year, month - 1, date));
  const form = language === "de" ? { day: "numeric", month: "numeric", year: "numeric" } : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(language === "de" ? "de-DE" : "en-GB", { ...form, timeZone: "UTC" }).format(shown);
}

// Dezember 2026, of a month as the API writes it.
export function monthWords(month) {
  const [year, number] = month.split("-").map(Number);
  const shown = new Date(Date.UTC(year, number - 1, 1));
  return new Intl.DateTimeFormat(language === "de" ? "de-DE" : "en-GB", { month: "long", year: "numeric", timeZone: "UTC" }).format(shown);
}

export const numberWords = (value) => new Intl.NumberFormat(language === "de" ? "de-DE" : "en-GB").format(value);

export const languageTag = language;
