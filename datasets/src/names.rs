//! Invented names of areas, providers and facilities. No person's name is among them.

const LANDSCAPE: [&str; 16] = [
    "Linden", "Weiden", "Birken", "Ahorn", "Erlen", "Mühlen", "Stein", "Wiesen", "Reb", "Ufer",
    "Hasel", "Buchen", "Eschen", "Garten", "Sonnen", "Kiefern",
];
const PLACE: [&str; 8] = [
    "feld", "grund", "hain", "höhe", "aue", "winkel", "berg", "rode",
];
const DISTRICTS: [&str; 10] = [
    "Mitte",
    "Ostufer",
    "Heiderand",
    "Hochland",
    "Nordheide",
    "Westaue",
    "Talgrund",
    "Südhöhe",
    "Parkseite",
    "Strombogen",
];
const KITA: [&str; 24] = [
    "Regenbogen",
    "Sonnenblume",
    "Pusteblume",
    "Wirbelwind",
    "Schatzkiste",
    "Baumhaus",
    "Kleeblatt",
    "Abenteuerland",
    "Sternschnuppe",
    "Marienkäfer",
    "Kunterbunt",
    "Wolkenschaf",
    "Eichhörnchen",
    "Löwenzahn",
    "Glühwürmchen",
    "Zauberwald",
    "Spatzennest",
    "Farbenspiel",
    "Elbkiesel",
    "Papierschiff",
    "Windmühle",
    "Ameisenhügel",
    "Drachenland",
    "Seestern",
];
const LEGAL_FORM: [&str; 4] = ["e. V.", "gGmbH", "Stiftung", "eG"];

/// Name of a neighbourhood; different for the first 128.
pub(crate) fn neighbourhood(number: usize) -> String {
    let landscape = LANDSCAPE[number % LANDSCAPE.len()];
    let place = PLACE[(number / LANDSCAPE.len() + number) % PLACE.len()];
    format!("{landscape}{place}")
}

/// Name of a district; different for the first ten.
pub(crate) fn district(number: usize) -> String {
    match DISTRICTS.get(number) {
        Some(name) => format!("Bezirk {name}"),
        None => format!("Bezirk {}", number + 1),
    }
}

/// Name of an independent provider; different for the first 128.
pub(crate) fn provider(number: usize) -> String {
    let form = LEGAL_FORM[number % LEGAL_FORM.len()];
    format!("Kinderhaus {} {form}", neighbourhood(number + 37))
}

/// Name of a Kita of a neighbourhood.
pub(crate) fn kita(number: usize, neighbourhood: &str) -> String {
    format!(
        "Kita {} {neighbourhood} {}",
        KITA[number % KITA.len()],
        number + 1
    )
}

/// Name of an after-school centre.
pub(crate) fn after_school_centre(number: usize, neighbourhood: &str) -> String {
    format!("Hort {neighbourhood} {}", number + 1)
}

/// Name of a childminder site: area and number only.
pub(crate) fn childminder_site(number: usize, neighbourhood: &str) -> String {
    format!("Kindertagespflege {neighbourhood} {}", number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_of_areas_and_providers_do_not_repeat_within_a_city() {
        let areas: BTreeSet<_> = (0..64).map(neighbourhood).collect();
        assert_eq!(areas.len(), 64);
        let providers: BTreeSet<_> = (0..80).map(provider).collect();
        assert_eq!(providers.len(), 80);
        let districts: BTreeSet<_> = (0..10).map(district).collect();
        assert_eq!(districts.len(), 10);
    }
}
