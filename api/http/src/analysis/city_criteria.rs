//! The city's criteria: what a provider's catalogue must take over.

use domain::{InputProblem, ProviderId, ProviderKind};
use matching::CriteriaCatalogue;
use store::Snapshot;

/// What a catalogue does to the global criteria, which are the city's and agreed with all providers; empty
/// where it takes them over unchanged.
///
/// The municipal provider's catalogue states them, as of the day the new one begins, and may change them
/// with a new version; other providers take over the change with theirs. Where no municipal provider has a
/// catalogue, what all other catalogues of that day share is the city's; where these differ, nothing is.
pub(crate) fn against_the_city(
    snapshot: &Snapshot,
    catalogue: &CriteriaCatalogue,
    own: &ProviderId,
) -> Vec<InputProblem> {
    let is_of_the_city = |id: &ProviderId| {
        let record = snapshot.provider(id);
        record.is_some_and(|it| it.registration.kind == ProviderKind::Municipal)
    };
    if is_of_the_city(own) {
        return Vec::new();
    }
    let in_force = |of_the_city: bool| -> Vec<CriteriaCatalogue> {
        let records = snapshot.providers();
        let others = records.filter(|it| it.id() != own && is_of_the_city(it.id()) == of_the_city);
        let texts = others.filter_map(|it| it.catalogue_on(catalogue.valid_from()));
        // What is kept was read when it was handed in.
        let read = texts.map(|it| CriteriaCatalogue::parse(&it.text, "catalogue.toml"));
        read.filter_map(Result::ok).collect()
    };
    if let Some(city) = in_force(true).first() {
        return catalogue.against_the_city(city);
    }
    match &in_force(false)[..] {
        [first, rest @ ..] if rest.iter().all(|it| it.against_the_city(first).is_empty()) => {
            catalogue.against_the_city(first)
        }
        _ => Vec::new(),
    }
}
