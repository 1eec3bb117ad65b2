//! Age groups as German tables write them.

use crate::age::{AgeClass, OLDEST};

/// Reads `3`, `3-5`, `3 – 5`, `0 bis unter 3`, `3 bis 5`, `unter 3` and `65 und älter`, each with or
/// without `Jahre`. "bis unter 3" ends with the age 2, "bis 5" with 5.
pub(crate) fn german_ages(text: &str) -> Option<AgeClass> {
    let lower = text.to_lowercase().replace(['–', '—'], "-");
    let words: Vec<&str> = lower
        .split_whitespace()
        .filter(|word| !matches!(*word, "jahre" | "jahren" | "jahr" | "j." | "alter" | "von"))
        .collect();
    let age = |word: &str| -> Option<u8> {
        let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| word.parse().ok()).flatten()
    };
    let class = |first: u8, last: u8| AgeClass::new(first, last).ok();
    match words.as_slice() {
        [single] => match single.split_once('-') {
            Some((first, last)) => class(age(first)?, age(last)?),
            None => class(age(single)?, age(single)?),
        },
        ["unter", end] => class(0, age(end)?.checked_sub(1)?),
        [first, "-" | "bis", last] => class(age(first)?, age(last)?),
        [first, "bis", "unter", end] => class(age(first)?, age(end)?.checked_sub(1)?),
        [first, "und", "älter" | "mehr"] => class(age(first)?, OLDEST),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::german_ages;

    #[test]
    fn german_age_groups_are_read_with_their_ends() {
        let read = |text: &str| german_ages(text).map(|class| class.to_string());
        for (text, ages) in [
            ("0 bis unter 3", "0-2"),
            ("0 bis unter 3 Jahre", "0-2"),
            ("3 bis 5 Jahre", "3-5"),
            ("3 – 5", "3-5"),
            ("6-9", "6-9"),
            ("unter 6 Jahren", "0-5"),
            ("7", "7"),
            ("65 und älter", "65-120"),
        ] {
            assert_eq!(read(text).as_deref(), Some(ages), "{text}");
        }
        for text in [
            "",
            "insgesamt",
            "unter 0",
            "3 bis unter 3",
            "5 bis 3",
            "300",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
