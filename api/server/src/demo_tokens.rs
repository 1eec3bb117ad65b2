//! Ready-made tokens for trying the API locally.

use std::path::Path;

use anyhow::Context as _;
use domain::procedure::Role;
use domain::{ActorId, ProviderId};
use jiff::{SignedDuration, Timestamp};
use store::{Grant, SqlStore};

use crate::failure::Failure;

/// How long a demo token is good for.
const VALID_FOR: SignedDuration = SignedDuration::from_hours(12);

/// A token and what it is for.
#[derive(Debug, serde::Serialize)]
pub(crate) struct DemoToken {
    /// The role.
    pub(crate) role: Role,
    /// The provider, for provider roles.
    pub(crate) provider: Option<ProviderId>,
    /// What goes behind `Authorization: Bearer`.
    pub(crate) token: String,
}

/// Makes a token for every role of the city and the portal, and for both roles of each provider given.
pub(crate) async fn make(
    store: &SqlStore,
    providers: &[ProviderId],
    now: Timestamp,
) -> Result<Vec<DemoToken>, Failure> {
    let mut tokens = Vec::new();
    for role in Role::ALL {
        let scopes: Vec<Option<ProviderId>> = if role.is_of_a_provider() {
            providers.iter().cloned().map(Some).collect()
        } else {
            vec![None]
        };
        for provider in scopes {
            let account = match &provider {
                Some(provider) => format!("demo.{}.{provider}", role.as_str()),
                None => format!("demo.{}", role.as_str()),
            };
            let account: String = account.chars().take(64).collect();
            let grant = Grant {
                actor: ActorId::new(&account)?,
                role,
                provider: provider.clone(),
                expires_at: now + VALID_FOR,
                revoked_at: None,
            };
            let token = http_api::issue_token(store, &grant, now).await?;
            tokens.push(DemoToken {
                role,
                provider,
                token,
            });
        }
    }
    Ok(tokens)
}

/// Writes tokens as JSON, readable by their owner only.
pub(crate) fn write(tokens: &[DemoToken], path: &Path) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("writing the tokens to {}", path.display()))?;
    serde_json::to_writer_pretty(&mut file, tokens)?;
    file.write_all(b"\n")?;
    Ok(())
}
