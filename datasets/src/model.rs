//! What stands in the city before any child is placed.

use crate::areas::CityMap;
use crate::capacities::Slot;
use crate::children::Households;
use crate::facilities::Facility;
use crate::providers::Provider;

/// What stands in the city: the map, who runs what, places, and who lives there.
pub(crate) struct Model {
    pub(crate) map: CityMap,
    pub(crate) providers: Vec<Provider>,
    pub(crate) facilities: Vec<Facility>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) households: Households,
}
