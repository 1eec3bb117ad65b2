//! Where children and facilities stand, and whether anything is half done.

use domain::procedure::{
    Application, ApplicationState, ChildFile, FacilityFile, FirstRecord, OfferState, Role,
    Withdrawal,
};
use domain::{ChildId, ContractId};
use store::ProcedureStore as _;

use super::{Ground, application, facility};

/// The contract a child has come to, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Concluded {
    pub(crate) facility: usize,
    pub(crate) contract: ContractId,
}

impl Ground {
    /// A child's file.
    pub(crate) async fn file_of(&self, child: &ChildId) -> Result<ChildFile, String> {
        let file = self.store.child_file(child).await;
        let file = file.map_err(|error| error.to_string())?;
        Ok(file.ok_or_else(|| format!("{child} is gone"))?.value)
    }

    /// A facility's file.
    pub(crate) async fn file_of_facility(&self, number: usize) -> Result<FacilityFile, String> {
        let today = self.envelope(Role::Portal).today;
        let file = self.store.facility_file(&facility(number), today).await;
        let file = file.map_err(|error| error.to_string())?;
        Ok(file.ok_or_else(|| format!("{number} is gone"))?.value)
    }

    /// Where a child stands that has applied with one offer each at some facilities: everything is as
    /// it was (`None`), or there is one contract, its application is contracted and every other one
    /// withdrawn by it, its offer declined.
    ///
    /// Anything in between is half done and told.
    pub(crate) async fn standing(
        &self,
        child: &ChildId,
        facilities: &[usize],
    ) -> Result<Option<Concluded>, String> {
        let file = self.file_of(child).await?;
        let contract = match &file.contracts[..] {
            [] => None,
            [only] => Some(only),
            more => return Err(format!("{child} has {} contracts", more.len())),
        };
        let mut concluded = None;
        for number in facilities {
            let id = application(child, *number);
            let open = file.application(&id).ok_or(format!("{id} is gone"))?;
            let is_right = match contract {
                None => is_untouched(open),
                Some(contract) if is_contracted(open, &contract.id) => {
                    let is_its_first = match &contract.first_record {
                        FirstRecord::Offer { offer } => open.offers[0].id == *offer,
                        _ => false,
                    };
                    concluded = Some(Concluded {
                        facility: *number,
                        contract: contract.id.clone(),
                    });
                    is_its_first && contract.facility == open.facility
                }
                Some(contract) => is_closed_by(open, &contract.id),
            };
            if !is_right {
                return Err(format!("half done, with contract {contract:?}: {open:?}"));
            }
        }
        if concluded.is_none() && contract.is_some() {
            return Err(format!("{child} has a contract without an application"));
        }
        Ok(concluded)
    }
}

fn is_untouched(application: &Application) -> bool {
    application.is_open() && matches!(&application.offers[..], [only] if only.holds_a_place())
}

fn is_contracted(application: &Application, contract: &ContractId) -> bool {
    let ApplicationState::Contracted { contract: by, .. } = &application.state else {
        return false;
    };
    let is_of = |state: &OfferState| matches!(state, OfferState::Contracted { contract, .. } if contract == by);
    by == contract && matches!(&application.offers[..], [only] if is_of(&only.state))
}

fn is_closed_by(application: &Application, contract: &ContractId) -> bool {
    let ApplicationState::Withdrawn {
        cause: Withdrawal::ByContract { contract: by },
        ..
    } = &application.state
    else {
        return false;
    };
    let is_declined = |state: &OfferState| matches!(state, OfferState::DeclinedByContract { contract, .. } if contract == by);
    by == contract && matches!(&application.offers[..], [only] if is_declined(&only.state))
}
