//! Rolling admission: applications, seats and offers come and go all year.
//!
//! [`Pool`] keeps the family-optimal matching event by event, [`hold_offers`] runs offers under the
//! holding rule, [`attribute_envy`] says which deviation of a provider explains which envy, and
//! [`preview_chain`] adds the expected days to a chain of moves.

mod applications;
mod chain_preview;
mod children;
mod deviation;
mod event;
mod holding;
mod live_matching;
mod offers;
mod pool;
mod state;

pub use chain_preview::{
    ChainDays, ChainPreview, ChainPreviewStep, ResponseTimes, ResponseTimesError, preview_chain,
};
pub(crate) use deviation::attribute_with;
pub use deviation::{
    Deviation, DeviationReason, EnviedChild, EnvyAttribution, EnvyCount, EnvyPair, UnknownReason,
    attribute_envy,
};
pub use event::{
    EndedOffer, OfferEnd, PoolApplication, PoolChange, PoolError, PoolEvent, PoolMove,
    SuggestedOffer,
};
pub use holding::{HeldOffers, hold_offers, hold_offers_in_rounds};
pub(crate) use live_matching::{LiveMatching, LiveWish, Standing};
pub use pool::Pool;
