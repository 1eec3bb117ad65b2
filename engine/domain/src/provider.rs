//! Providers.

use jiff::civil::Date;

use crate::identifier::ProviderId;

/// What kind of legal entity runs facilities (Trägerart).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// The city's own operation (kommunaler Träger).
    Municipal,
    /// A free provider (freier Träger): welfare association, church, club or company.
    Independent,
    /// A commissioned agency that mediates childminders of a group of districts.
    ChildmindingAgency,
}

impl ProviderKind {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Municipal => "municipal",
            Self::Independent => "independent",
            Self::ChildmindingAgency => "childminding_agency",
        }
    }

    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Municipal, Self::Independent, Self::ChildmindingAgency];
}

/// The data-protection law a provider is under; decides notices and who hears of a breach (K60).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LegalRegime {
    /// DSGVO with SächsDSDG or BDSG.
    Secular,
    /// DSG-EKD.
    Protestant,
    /// KDG.
    Catholic,
}

impl LegalRegime {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secular => "secular",
            Self::Protestant => "protestant",
            Self::Catholic => "catholic",
        }
    }

    /// All regimes.
    pub const ALL: [Self; 3] = [Self::Secular, Self::Protestant, Self::Catholic];
}

/// A provider (Träger) that takes part in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    id: ProviderId,
    kind: ProviderKind,
    regime: LegalRegime,
    participates_from: Date,
    participates_to: Option<Date>,
}

/// Why a provider cannot be described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The participation ends before it starts.
    #[error(
        "participation of provider {provider} ends on {to}, before it starts on {from}; correct one of the dates"
    )]
    EndsBeforeStart {
        /// The provider.
        provider: ProviderId,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
}

impl Provider {
    /// Describes a provider; without a valid participation it cannot exist (K19).
    ///
    /// `participates_to` is the last day, `None` while no end is agreed.
    ///
    /// # Errors
    ///
    /// [`ProviderError::EndsBeforeStart`].
    pub fn new(
        id: ProviderId,
        kind: ProviderKind,
        regime: LegalRegime,
        participates_from: Date,
        participates_to: Option<Date>,
    ) -> Result<Self, ProviderError> {
        if let Some(to) = participates_to
            && to < participates_from
        {
            return Err(ProviderError::EndsBeforeStart {
                provider: id,
                from: participates_from,
                to,
            });
        }
        Ok(Self {
            id,
            kind,
            regime,
            participates_from,
            participates_to,
        })
    }

    /// The identifier.
    #[must_use]
    pub const fn id(&self) -> &ProviderId {
        &self.id
    }

    /// Municipal, independent or agency.
    #[must_use]
    pub const fn kind(&self) -> ProviderKind {
        self.kind
    }

    /// The data-protection law it is under.
    #[must_use]
    pub const fn regime(&self) -> LegalRegime {
        self.regime
    }

    /// First day of the operating agreement.
    #[must_use]
    pub const fn participates_from(&self) -> Date {
        self.participates_from
    }

    /// Last day of the operating agreement, if an end is set.
    #[must_use]
    pub const fn participates_to(&self) -> Option<Date> {
        self.participates_to
    }

    /// Sets the last day of the operating agreement, which lies on or after the first (K48).
    pub(crate) const fn end_after(&mut self, last_day: Date) {
        self.participates_to = Some(last_day);
    }

    /// Whether the operating agreement is in force on a day.
    #[must_use]
    pub fn participates_on(&self, day: Date) -> bool {
        self.participates_from <= day && self.participates_to.is_none_or(|to| day <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn provider(to: Option<Date>) -> Result<Provider, ProviderError> {
        Provider::new(
            ProviderId::new("T1").unwrap(),
            ProviderKind::Independent,
            LegalRegime::Catholic,
            date(2022, 11, 8),
            to,
        )
    }

    #[test]
    fn a_provider_takes_part_from_its_first_to_its_last_day() {
        let provider = provider(Some(date(2027, 12, 31))).unwrap();
        assert!(!provider.participates_on(date(2022, 11, 7)));
        assert!(provider.participates_on(date(2022, 11, 8)));
        assert!(provider.participates_on(date(2027, 12, 31)));
        assert!(!provider.participates_on(date(2028, 1, 1)));
    }

    #[test]
    fn a_participation_that_ends_before_it_starts_is_refused() {
        assert!(matches!(
            provider(Some(date(2020, 1, 1))),
            Err(ProviderError::EndsBeforeStart { .. })
        ));
    }
}
