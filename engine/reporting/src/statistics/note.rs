//! The one note under all tables.

use disclosure::{DisclosurePolicy, Label};

use super::count::CHILDREN_IN_CARE;
use super::{LEAST_CHANGED, StatisticsKind};

/// What readers of the standing set have to be told.
#[must_use]
pub fn statistics_note(policy: &DisclosurePolicy) -> Label {
    let policy = super::with_own_minimum(policy);
    let (general, facility) = (
        policy.minimum_frequency("care_structure"),
        policy.minimum_frequency(CHILDREN_IN_CARE),
    );
    let version = policy.version();
    Label::new(
        format!(
            "Stand ist der Erste jedes Monats, wie er an diesem Tag bekannt war; spätere Fassungen nennen ihren \
             Kenntnisstand in known_on. Zahlen von Kindern unter {general}, in Tabellen bis zur Einrichtung unter \
             {facility}, sind gesperrt, dazu weitere zu ihrem Schutz (leeres Feld, status suppressed). Leere Zellen \
             zeigen 0. Bei keiner gesperrten Zelle lässt sich aus allen Tabellen eines Monats zusammen errechnen, \
             dass es weniger Kinder sind als diese Grenze. Freie Plätze, Quoten und Anteile sind allein aus gezeigten \
             Zahlen gerechnet. Kindertagespflegestellen eines Gebiets sind zusammengefasst. Eine spätere Fassung \
             eines Monats erscheint nur, wenn sich mindestens {LEAST_CHANGED} Kinder geändert haben. Gesperrt \
             ist auch, was sich gegenüber anderen freigegebenen Monaten um wenige Kinder geändert hat: Wer ein Kind \
             kennt, das kam oder ging, liest dessen Merkmale nicht ab. Eine Tabelle, die so nicht zu schützen ist, \
             erscheint gröber oder nicht. Regelwerk {version}."
        ),
        format!(
            "The state is that of the 1st of each month as known on that day; later versions say in known_on when \
             they were known. Counts of children below {general}, in tables down to facilities below {facility}, \
             are suppressed, and further ones to protect them (empty field, status suppressed). Empty cells show 0. \
             It cannot be calculated from all tables of a month together that a suppressed cell holds fewer \
             children than that limit. Free places, rates and shares are calculated from shown numbers alone. \
             Childminder sites of an area are put together. A later version of a month appears only if at least \
             {LEAST_CHANGED} children changed. What changed by a few children since other released months is suppressed as \
             well: who knows one child that came or left cannot read its attributes. A table that cannot be \
             protected that way appears coarser or not at all. Policy {version}."
        ),
    )
}

/// The note with the definitions of all tables, as a text file.
#[must_use]
pub fn statistics_note_text(policy: &DisclosurePolicy) -> String {
    let note = statistics_note(policy);
    let mut text = format!(
        "# Hinweise zur Statistik / Notes on the statistics\n\n{}\n\n{}\n",
        note.de, note.en
    );
    for kind in StatisticsKind::ALL {
        let (title, definition) = (kind.title(), kind.definition());
        text.push_str(&format!(
            "\n## {} / {} ({})\n\n{}\n\n{}\n\n| Spalte / column | Inhalt | content |\n|---|---|---|\n",
            title.de,
            title.en,
            kind.name(),
            definition.de,
            definition.en
        ));
        for column in kind.columns() {
            text.push_str(&format!(
                "| {} | {} | {} |\n",
                column.name, column.german, column.english
            ));
        }
    }
    text
}
