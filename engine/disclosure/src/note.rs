//! What readers of a release have to be told.

use crate::RoundingRule;
use crate::cell_keys::CellKeyMethod;
use crate::merging::MergedArea;
use crate::method::ProtectionMethod;
use crate::policy::ZeroRule;

/// A note printed below a table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MethodNote {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

/// What holds is what [`crate::release`] proves: where zeros are shown, another table without any
/// further empty cell in which a small cell holds `minimum`; where they are not, also one in which
/// it is empty.
pub(crate) fn table_note(minimum: u32, zeros: ZeroRule) -> MethodNote {
    suppression_note(
        minimum,
        zeros,
        ("dieser Tabelle", "this table"),
        (
            "Andere Veröffentlichungen und eigenes Wissen über einzelne Kinder sind dabei nicht berücksichtigt.",
            "Other publications and what a reader knows of single children are not considered.",
        ),
    )
}

/// As [`table_note`], for a table that the ledger judged beside all it remembers.
pub(crate) fn note_beside_others(minimum: u32, zeros: ZeroRule) -> MethodNote {
    suppression_note(
        minimum,
        zeros,
        (
            "allen bis dahin im selben Verzeichnis freigegebenen Tabellen dieses Stichtags zusammen",
            "all tables of this reference date released until then through the same ledger together",
        ),
        (
            "Auch Änderungen gegenüber dort freigegebenen Tabellen anderer Stichtage sind berücksichtigt: Wer ein \
             Kind kennt, das kam oder ging, liest dessen Merkmale nicht ab. Nicht berücksichtigt ist, was anderswo \
             veröffentlicht ist und was jemand über mehrere einzelne Kinder weiß.",
            "Changes since its tables of other reference dates are considered as well: who knows one child that came \
             or left cannot read its attributes. What is published elsewhere, and what a reader knows of several \
             single children, is not considered.",
        ),
    )
}

fn suppression_note(
    minimum: u32,
    zeros: ZeroRule,
    (from_de, from_en): (&str, &str),
    (considered_de, considered_en): (&str, &str),
) -> MethodNote {
    let most = minimum - 1;
    let (least, zeros_de, zeros_en) = match zeros {
        ZeroRule::Published => (
            1,
            "Leere Zellen zeigen 0; in jeder gesperrten Zelle ist also mindestens ein Kind."
                .to_owned(),
            "Empty cells show 0, so every suppressed cell holds at least one child.".to_owned(),
        ),
        ZeroRule::Suppressed => (
            0,
            format!(
                "Auch ob in einer Zelle mit höchstens {most} Kindern überhaupt ein Kind ist, lässt sich nicht errechnen."
            ),
            format!(
                "Nor can it be calculated whether a cell of at most {most} children holds a child at all."
            ),
        ),
    };
    MethodNote {
        de: format!(
            "Ein Punkt steht für eine gesperrte Zelle: Anzahlen von {least} bis {most} und weitere Zellen zu ihrem \
             Schutz. Bei keiner gesperrten Zelle lässt sich aus {from_de} errechnen, dass es weniger als \
             {minimum} Kinder sind. {zeros_de} {considered_de}"
        ),
        en: format!(
            "A dot marks a suppressed cell: counts from {least} to {most}, and further cells to protect them. It \
             cannot be calculated from {from_en} that a suppressed cell holds fewer than {minimum} children. \
             {zeros_en} {considered_en}"
        ),
    }
}

pub(crate) fn series_note(minimum: u32, zeros: ZeroRule) -> MethodNote {
    let table = table_note(minimum, zeros);
    MethodNote {
        de: format!(
            "{} Jeder Zeitpunkt ist für sich geschützt; aufeinanderfolgende Zeitpunkte sind nicht gegeneinander \
             geprüft. Wer weiß, welches Kind zwischen zwei Zeitpunkten kam oder ging, kann aus der Differenz auf \
             dessen Merkmale schließen. Die Reihe ist deshalb nur für den internen Gebrauch der Planung bestimmt.",
            table.de
        ),
        en: format!(
            "{} Every date is protected by itself; consecutive dates are not checked against each other. Who knows \
             which child came or left between two dates can infer its attributes from the difference. The series is \
             therefore meant for the internal use of planners only.",
            table.en
        ),
    }
}

/// What readers of a table have to be told about its method.
pub(crate) fn method_note(method: &ProtectionMethod, minimum: u32, zeros: ZeroRule) -> MethodNote {
    match method {
        ProtectionMethod::Suppression => table_note(minimum, zeros),
        ProtectionMethod::CellKeys(method) => cell_key_note(method),
        ProtectionMethod::Rounding(rule) => rounding_note(*rule),
        ProtectionMethod::Merging { dimension, merged } => merging_note(dimension, merged, minimum),
    }
}

fn cell_key_note(method: &CellKeyMethod) -> MethodNote {
    let CellKeyMethod {
        maximum_deviation: most,
        not_published_up_to: hidden,
        key_version,
        ..
    } = method;
    let spread = method.variance.map_or_else(
        || ("wechselnd".to_owned(), "varying".to_owned()),
        |variance| {
            let number = variance.to_string();
            (number.replace('.', ","), number)
        },
    );
    let (hidden_de, hidden_en) = if *hidden == 0 {
        (String::new(), String::new())
    } else {
        (
            format!(" Anzahlen von 1 bis {hidden} kommen nicht vor."),
            format!(" Counts from 1 to {hidden} do not occur."),
        )
    };
    let (stay_de, stay_en) = method.stay.map_or_else(Default::default, |stay| {
        let number = stay.to_string();
        (
            format!(
                " Eine Anzahl bleibt mit Wahrscheinlichkeit {} unverändert.",
                number.replace('.', ",")
            ),
            format!(" A count stays unchanged with probability {number}."),
        )
    });
    MethodNote {
        de: format!(
            "Alle Anzahlen sind nach dem Cell-Key-Verfahren verändert: um höchstens {most}, im Mittel um 0, Varianz \
             {}.{hidden_de}{stay_de} Leere Zellen bleiben 0, eine 0 kann aber auch eine kleine Anzahl sein. Dieselben \
             Kinder erscheinen mit Schlüsselversion {key_version:?} in jeder Tabelle des Stichtags als dieselbe Zahl. \
             Summen gehen nicht auf: Zwischensummen nicht selbst addieren, sondern der Tabelle entnehmen.",
            spread.0
        ),
        en: format!(
            "All counts are changed by the cell-key method: by {most} at most, by 0 on average, variance \
             {}.{hidden_en}{stay_en} Empty cells stay 0, but a 0 may be a small count as well. The same children \
             show as the same number in every table of the reference date with key version {key_version:?}. Totals \
             do not add up: take subtotals from the table instead of adding cells.",
            spread.1
        ),
    }
}

fn rounding_note(rule: RoundingRule) -> MethodNote {
    let (base, most) = (rule.base(), rule.rounded_up_to());
    let least = u32::from(!rule.zeros_may_rise());
    let shown_least = least;
    MethodNote {
        de: format!(
            "Kleine Anzahlen der feinsten Zellen sind auf Vielfache von {base} gerundet: Anzahlen von {least} bis {most}. \
             Alle Summen sind aus den gerundeten Zellen gebildet und gehen auf; sie können deshalb um mehr als \
             {} von der wahren Anzahl abweichen. Eine 0 steht für 0 bis {}, eine {base} für {shown_least} oder mehr. \
             Andere Veröffentlichungen sind dabei nicht berücksichtigt.",
            base - 1,
            base - 1
        ),
        en: format!(
            "Small counts of the finest cells are rounded to multiples of {base}: counts from {least} to {most}. All \
             totals are added up from the rounded cells; they can therefore differ from the true count by more than \
             {}. A 0 stands for 0 to {}, a {base} for {shown_least} or more. Other publications are not considered.",
            base - 1,
            base - 1
        ),
    }
}

fn merging_note(dimension: &str, merged: &[MergedArea], minimum: u32) -> MethodNote {
    let list = merged
        .iter()
        .map(|area| area.code.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let (list_de, list_en) = if merged.is_empty() {
        ("keine".to_owned(), "none".to_owned())
    } else {
        (list.clone(), list)
    };
    MethodNote {
        de: format!(
            "Gebiete ({dimension:?}) sind mit Nachbarn zusammengefasst, bis keine Zelle mehr 1 bis {} Kinder zeigt. \
             Zusammengefasst: {list_de}. Alle Anzahlen sind unverändert. Andere Veröffentlichungen und eigenes Wissen \
             über einzelne Kinder sind dabei nicht berücksichtigt.",
            minimum - 1
        ),
        en: format!(
            "Areas ({dimension:?}) are put together with neighbours until no cell shows 1 to {} children. Put \
             together: {list_en}. All counts are unchanged. Other publications and what a reader knows of single \
             children are not considered.",
            minimum - 1
        ),
    }
}
