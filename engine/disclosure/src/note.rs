//! What readers of a release have to be told.

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
             Schutz. Bei keiner gesperrten Zelle lässt sich aus dieser Tabelle errechnen, dass es weniger als \
             {minimum} Kinder sind. {zeros_de} Andere Veröffentlichungen und eigenes Wissen über einzelne Kinder \
             sind dabei nicht berücksichtigt."
        ),
        en: format!(
            "A dot marks a suppressed cell: counts from {least} to {most}, and further cells to protect them. It \
             cannot be calculated from this table that a suppressed cell holds fewer than {minimum} children. \
             {zeros_en} Other publications and what a reader knows of single children are not considered."
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
