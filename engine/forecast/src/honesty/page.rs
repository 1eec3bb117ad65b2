//! The report as a page of text.

use std::io::Write;

use super::card::BothLanguages;
use super::report::{HonestyReport, Verdict, level_name};
use crate::backtest::Level;

/// Language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLanguage {
    /// German.
    German,
    /// English.
    English,
}

impl PageLanguage {
    const fn pick(self, german: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::German => german,
            Self::English => english,
        }
    }

    fn told(self, statement: &BothLanguages) -> &str {
        match self {
            Self::German => &statement.de,
            Self::English => &statement.en,
        }
    }

    fn percent(self, share: Option<f64>, signed: bool) -> String {
        let Some(share) = share else {
            return "–".to_owned();
        };
        let text = if signed {
            format!("{:+.1}", 100.0 * share)
        } else {
            format!("{:.1}", 100.0 * share)
        };
        match self {
            Self::German => text.replace('.', ","),
            Self::English => text,
        }
    }
}

impl HonestyReport {
    /// Writes the model card and the table by level, group and horizon as Markdown.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_markdown(
        &self,
        mut target: impl Write,
        language: PageLanguage,
    ) -> std::io::Result<()> {
        let card = &self.card;
        let title = language.pick(
            "Wie gut waren unsere Prognosen?",
            "How good were our forecasts?",
        );
        writeln!(target, "# {title}\n")?;
        let (first, last) = (card.first_year, card.last_year);
        let (from, to) = (card.first_origin, card.last_origin);
        let (areas, ages) = (card.areas, card.ages.join(", "));
        match language {
            PageLanguage::German => writeln!(
                target,
                "Daten: {} ({first} bis {last}, {areas} Gebiete, Alter {ages}). Geprüft an den Stichtagen {from} bis {to}, jeweils nur mit den Jahren bis dahin.\n",
                card.population
            )?,
            PageLanguage::English => writeln!(
                target,
                "Data: {} ({first} to {last}, {areas} areas, ages {ages}). Tested from the origins {from} to {to}, each with the years until then only.\n",
                card.population
            )?,
        }
        let parts = [
            (language.pick("Verfahren", "Method"), &card.chosen),
            (language.pick("Warnungen", "Warnings"), &card.warnings),
            (language.pick("Grenzen", "Limits"), &card.limits),
        ];
        for (heading, statements) in parts {
            writeln!(target, "## {heading}\n")?;
            if statements.is_empty() {
                writeln!(target, "{}", language.pick("Keine.", "None."))?;
            }
            for statement in statements {
                writeln!(target, "- {}", language.told(statement))?;
            }
            writeln!(target)?;
        }
        self.write_table(&mut target, language)
    }

    fn write_table(&self, target: &mut impl Write, language: PageLanguage) -> std::io::Result<()> {
        let heading = language.pick("Fehler und Abdeckung", "Errors and coverage");
        writeln!(target, "## {heading}\n")?;
        let columns = language.pick(
            "| Ebene | Gruppe | Jahre voraus | Prognosen | Fehler % | Verzerrung % | im 80-%-Band % | im 95-%-Band % | Urteil |",
            "| level | group | years ahead | forecasts | error % | bias % | in 80 % band % | in 95 % band % | verdict |",
        );
        writeln!(target, "{columns}\n|---|---|---|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let score = &row.score;
            let all = || language.pick("alle", "all").to_owned();
            writeln!(
                target,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                level_words(score.level, language),
                score.group,
                row.horizon.map_or_else(all, |horizon| horizon.to_string()),
                score.forecasts,
                language.percent(score.wape, false),
                language.percent(score.bias, true),
                language.percent(Some(score.coverage80), false),
                language.percent(Some(score.coverage95), false),
                verdict_words(row.verdict, language),
            )?;
        }
        Ok(())
    }
}

fn level_words(level: Level, language: PageLanguage) -> String {
    match level {
        Level::Total => language.pick("Gesamtstadt", "whole city").to_owned(),
        Level::Leaf => language
            .pick("kleinste Gebiete", "smallest areas")
            .to_owned(),
        Level::Middle(_) => {
            let name = level_name(level);
            let depth = name.trim_start_matches("middle_");
            format!("{} {depth}", language.pick("Zwischenebene", "level"))
        }
    }
}

const fn verdict_words(verdict: Verdict, language: PageLanguage) -> &'static str {
    match verdict {
        Verdict::Right => language.pick("Intervalle stimmen", "intervals are right"),
        Verdict::TooNarrow => language.pick("Intervalle zu eng", "intervals too narrow"),
        Verdict::TooWide => language.pick("Intervalle zu weit", "intervals too wide"),
        Verdict::TooFewOrigins => language.pick("zu wenige Stichtage", "too few origins"),
    }
}
