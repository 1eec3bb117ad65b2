//! The two languages of pictures and pages, and how each writes a number.

/// Language of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German, the language of the planners.
    #[default]
    German,
    /// English.
    English,
}

impl Language {
    /// Both, German first.
    pub const ALL: [Self; 2] = [Self::German, Self::English];

    /// The tag of the `lang` attribute.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }

    /// The language of a tag such as `en` or `de-DE`; `None` for any other language.
    ///
    /// ```
    /// use charts::Language;
    /// assert_eq!(Language::from_tag("en-GB"), Some(Language::English));
    /// assert_eq!(Language::from_tag("fr"), None);
    /// ```
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The words of this language.
    #[must_use]
    pub const fn pick<'a>(self, german: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::German => german,
            Self::English => english,
        }
    }

    /// A whole number with thousands separators: `25.269` in German, `25,269` in English.
    ///
    /// ```
    /// use charts::Language;
    /// assert_eq!(Language::German.whole(-1234567), "−1.234.567");
    /// assert_eq!(Language::English.whole(999), "999");
    /// ```
    #[must_use]
    pub fn whole(self, value: i64) -> String {
        let digits = value.unsigned_abs().to_string();
        let mut text = String::new();
        if value < 0 {
            text.push('−');
        }
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(match self {
                    Self::German => '.',
                    Self::English => ',',
                });
            }
            text.push(digit);
        }
        text
    }

    /// A number rounded to `decimals` places (at most 6), with separators.
    ///
    /// ```
    /// use charts::Language;
    /// assert_eq!(Language::German.number(1234.56, 1), "1.234,6");
    /// assert_eq!(Language::English.number(-0.04, 1), "0.0");
    /// assert_eq!(Language::English.number(f64::NAN, 1), "–");
    /// ```
    #[must_use]
    pub fn number(self, value: f64, decimals: u32) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        let decimals = decimals.min(6);
        let unit = 10_i64.pow(decimals);
        // `as` saturates: numbers of children and places lie far inside the range of i64.
        let scaled = (value * unit as f64).round() as i64;
        let whole = self.whole(scaled / unit);
        if decimals == 0 {
            return whole;
        }
        let sign = if scaled < 0 && scaled / unit == 0 {
            "−"
        } else {
            ""
        };
        let point = self.pick(",", ".");
        let fraction = (scaled % unit).unsigned_abs();
        format!(
            "{sign}{whole}{point}{fraction:0width$}",
            width = decimals as usize
        )
    }

    /// A month in words: `Aug 2026`.
    #[must_use]
    pub fn month(self, month: domain::Month) -> String {
        format!("{} {}", self.month_name(month), month.year())
    }

    /// The short name of a month.
    #[must_use]
    pub fn month_name(self, month: domain::Month) -> &'static str {
        const GERMAN: [&str; 12] = [
            "Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez",
        ];
        const ENGLISH: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let place = month.month().clamp(1, 12) as usize - 1;
        match self {
            Self::German => GERMAN[place],
            Self::English => ENGLISH[place],
        }
    }

    /// The 1st of a month in full: `1. September 2026`, `1 September 2026`.
    ///
    /// ```
    /// use charts::Language;
    /// let month = domain::Month::new(2026, 3)?;
    /// assert_eq!(Language::German.first_of(month), "1. März 2026");
    /// assert_eq!(Language::English.first_of(month), "1 March 2026");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first_of(self, month: domain::Month) -> String {
        #[rustfmt::skip]
        const GERMAN: [&str; 12] = [
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
            "Oktober", "November", "Dezember",
        ];
        #[rustfmt::skip]
        const ENGLISH: [&str; 12] = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December",
        ];
        let place = month.month().clamp(1, 12) as usize - 1;
        let year = month.year();
        match self {
            Self::German => format!("1. {} {year}", GERMAN[place]),
            Self::English => format!("1 {} {year}", ENGLISH[place]),
        }
    }

    /// The name in this language.
    #[must_use]
    pub fn label(self, label: &disclosure::Label) -> &str {
        self.pick(&label.de, &label.en)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn small_negative_numbers_keep_their_sign() {
        assert_eq!(Language::German.number(-0.5, 1), "−0,5");
        assert_eq!(Language::English.number(-12.34, 2), "−12.34");
        assert_eq!(Language::English.number(2.0, 2), "2.00");
        assert_eq!(Language::German.whole(31_027), "31.027");
        assert_eq!(Language::German.whole(0), "0");
    }
}
