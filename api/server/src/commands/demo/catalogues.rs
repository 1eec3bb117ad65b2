//! Criteria catalogues of the made-up providers: all count the same.

use domain::ProviderId;
use domain::procedure::{Actor, CatalogueVersion, Command, HumanActor, Role};
use http_api::Clock;
use jiff::civil::Date;
use matching::CriteriaCatalogue;
use store::{Envelope, ProcedureStore as _, SqlStore};

use crate::failure::Failure;
use crate::summary::Summary;

/// What they count; `{provider}` stands for each of them.
const TEMPLATE: &str = include_str!("catalogue.toml");

/// Every provider hands in its catalogue.
pub(super) async fn hand_in(
    store: &SqlStore,
    today: Date,
    summary: &mut Summary,
) -> Result<(), Failure> {
    let snapshot = store.snapshot().await?;
    let providers: Vec<ProviderId> = snapshot.providers().map(|it| it.id().clone()).collect();
    let by = HumanActor {
        id: "demo.provider.admin".parse()?,
        role: Role::ProviderAdmin,
    };
    for provider in &providers {
        let text = TEMPLATE.replace("{provider}", provider.as_str());
        let catalogue =
            CriteriaCatalogue::parse(&text, "catalogue.toml").map_err(Failure::Input)?;
        let command = Command::StoreCatalogue {
            provider: provider.clone(),
            catalogue: CatalogueVersion {
                catalogue: catalogue.id().to_owned(),
                version: catalogue.version(),
                version_hash: catalogue.version_hash(),
                valid_from: catalogue.valid_from(),
                text,
                stored_by: by.clone(),
                stored_on: today,
            },
        };
        let envelope = Envelope {
            actor: Actor::Human(by.clone()),
            on_behalf_of: None,
            correlation_id: uuid::Uuid::now_v7().to_string(),
            at: Clock::system().now(),
            today,
            idempotency: None,
            expected_revision: None,
        };
        store
            .perform(&envelope, &command)
            .await
            .map_err(anyhow::Error::from)?;
    }
    summary.line(format!(
        "   {} providers handed in a criteria catalogue; all passed the legal check.",
        providers.len()
    ));
    Ok(())
}
