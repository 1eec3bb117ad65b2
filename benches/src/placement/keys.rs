//! Keys of the length and order of those the service makes: UUIDs of version 7.

use domain::{
    ApplicationId, AreaId, ChildId, ContractId, FacilityId, HouseholdId, IdentifierError, OfferId,
    ProviderId, ReferenceId,
};

/// Makes functions that give the key with a number; keys of two kinds are never equal.
macro_rules! keys {
    ($($kind:literal $name:ident: $type:ident;)+) => {
        $(pub(super) fn $name(number: u64) -> $type {
            numbered($kind, number, $type::new)
        })+
    };
}

keys! {
    1 provider: ProviderId;
    2 facility: FacilityId;
    3 area: AreaId;
    4 household: HouseholdId;
    5 child: ChildId;
    6 application: ApplicationId;
    7 offer: OfferId;
    8 contract: ContractId;
    9 reference: ReferenceId;
}

fn numbered<T>(kind: u8, number: u64, new: impl Fn(&str) -> Result<T, IdentifierError>) -> T {
    let text = format!(
        "01942{kind:03x}-{:04x}-7000-8000-{number:012x}",
        number >> 16
    );
    new(&text).expect("hexadecimal digits and dashes are an identifier")
}
