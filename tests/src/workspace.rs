//! The one test binary of the workspace: what concerns more than one crate.

mod documents;
mod extract_volume;
mod journeys;
mod postgres_sharing;
mod races;
mod simulation;
mod tidy;

/// The root of the checkout.
fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies one folder below the root")
        .to_owned()
}
