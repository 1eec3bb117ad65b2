//! One round of every race: preparation, race, and what must be so afterwards.

use std::collections::BTreeMap;

use domain::procedure::{
    Command, Conclusion, FacilityFile, FreedPlaceCause, Holder, OfferState, Refusal, Role,
};
use domain::{ChildId, ContractId, OfferId};
use store::Receipt;

use super::field::Field;
use super::ground::{Ground, RUNNERS, facility, key, offer, person};

type Checked = Result<(), String>;

/// A condition with what is wrong if it does not hold.
fn check(holds: bool, wrong: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(wrong()) }
}

/// Eight conclusions for one child, each on the open offer of another facility.
pub(super) async fn one_child(field: &mut Field, round: usize) -> Checked {
    let everywhere: Vec<usize> = (0..RUNNERS).collect();
    let child = with_offers(&field.ground, &format!("c{round}"), &everywhere).await;
    let commands = everywhere.iter().map(|at| concluding(&child, *at));
    let outcome = field.race(commands.collect()).await;
    let (winner, receipt) = outcome.only_winner(|refusal| {
        matches!(
            refusal,
            Refusal::OfferNotOpen {
                state: "declined_by_contract",
                ..
            }
        ) || matches!(refusal, Refusal::ApplicationNotOpen { .. })
    })?;
    let places = files(&field.ground, &everywhere).await?;
    concluded(&field.ground, &places, &child, winner).await?;
    everything_was_recorded(receipt, RUNNERS - 1)
}

/// What concludes a contract on the offer of a facility; the contract has the key of the offer.
fn concluding(child: &ChildId, number: usize) -> Command {
    Command::ConcludeContract {
        child: child.clone(),
        conclusion: Conclusion {
            contract: key(offer(child, number).as_str()),
            offer: offer(child, number),
            days_per_week: 5,
            lunch: true,
            by: person(Role::ProviderStaff),
        },
    }
}

/// A child with open offers at some facilities.
async fn with_offers(ground: &Ground, id: &str, facilities: &[usize]) -> ChildId {
    let child = ground.child_applies(id, facilities).await;
    for at in facilities {
        ground.offers(&child, *at).await;
    }
    child
}

/// One contract, at this facility, of the child; everything else it had is closed and free again.
async fn concluded(
    ground: &Ground,
    places: &BTreeMap<usize, FacilityFile>,
    child: &ChildId,
    winner: usize,
) -> Checked {
    let contract: ContractId = key(offer(child, winner).as_str());
    let applied: Vec<usize> = places.keys().copied().collect();
    let standing = ground.standing(child, &applied).await?;
    let is_right = standing
        .as_ref()
        .is_some_and(|stands| stands.facility == winner && stands.contract == contract);
    check(is_right, || {
        format!("{child} was told of a contract at {winner}, but has {standing:?}")
    })?;
    for (at, file) in places {
        places_of(file, child, *at, (*at == winner).then_some(&contract))?;
    }
    Ok(())
}

/// The files of some facilities.
async fn files(
    ground: &Ground,
    facilities: &[usize],
) -> Result<BTreeMap<usize, FacilityFile>, String> {
    let mut files = BTreeMap::new();
    for at in facilities {
        files.insert(*at, ground.file_of_facility(*at).await?);
    }
    Ok(files)
}

/// What the child holds at a facility: its contract, or nothing any more, and then the place waits.
fn places_of(
    file: &FacilityFile,
    child: &ChildId,
    at: usize,
    contract: Option<&ContractId>,
) -> Checked {
    let held: Vec<&Holder> = file
        .held
        .iter()
        .filter(|place| place.child == *child)
        .map(|place| &place.holder)
        .collect();
    let expected = contract.map(|contract| Holder::Contract(contract.clone()));
    check(held.iter().copied().eq(expected.as_ref()), || {
        format!("{child} holds {held:?} at facility {at}, not {expected:?}")
    })?;
    let closed = FreedPlaceCause::OfferClosed {
        offer: offer(child, at),
    };
    let is_freed = file.freed.iter().any(|freed| freed.cause == closed);
    check(is_freed == contract.is_none(), || {
        format!(
            "freed places of facility {at} after {child}: {:?}",
            file.freed
        )
    })
}

/// The winner's receipt names a contract and so many other offers and applications, in one piece.
fn everything_was_recorded(receipt: &Receipt, others: usize) -> Checked {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &receipt.changes {
        *kinds.entry(&change.kind).or_default() += 1;
    }
    let mut expected = BTreeMap::from([
        ("application.contracted", 1),
        ("contract.concluded", 1),
        ("offer.contracted", 1),
    ]);
    if others > 0 {
        expected.extend([
            ("application.withdrawn", others),
            ("offer.declined_by_contract", others),
            ("place.freed", others),
        ]);
    }
    check(kinds == expected, || format!("recorded was {kinds:?}"))?;
    let numbers = receipt.changes.iter().map(|change| change.sequence);
    let first = numbers.clone().next().unwrap_or_default();
    check(numbers.eq((first..).take(receipt.changes.len())), || {
        "another transaction stands among the changes".to_owned()
    })
}

/// The facility of the races for one place.
const HERE: usize = 0;

/// Eight children with confirmed offers at a facility that was left with one place.
///
/// The losers keep their offers and are joined by one new child in the next round; the winner's
/// contract is cancelled.
pub(super) async fn last_place(field: &mut Field, round: usize) -> Checked {
    let mut children = std::mem::take(&mut field.children);
    let ground = field.ground.clone();
    ground.set_places(HERE, RUNNERS as u32).await;
    for number in children.len()..RUNNERS {
        let child = with_offers(&ground, &format!("c{round}-{number}"), &[HERE]).await;
        ground.confirms(&child, HERE).await;
        children.push(child);
    }
    ground.set_places(HERE, 1).await;
    let commands = children.iter().map(|child| concluding(child, HERE));
    let outcome = field.race(commands.collect()).await;
    let (winner, receipt) = outcome.only_winner(
        |refusal| matches!(refusal, Refusal::NoPlaceFree { facility: at, staffed: 1, held: 1, .. } if *at == facility(HERE)),
    )?;
    everything_was_recorded(receipt, 0)?;
    let winner = children.swap_remove(winner);
    let places = files(&ground, &[HERE]).await?;
    concluded(&ground, &places, &winner, HERE).await?;
    for child in &children {
        let file = ground.file_of(child).await?;
        let (application, offer) = file.offer(&offer(child, HERE)).ok_or("an offer is gone")?;
        check(
            application.is_open()
                && matches!(offer.state, OfferState::Confirmed { .. })
                && file.contracts.is_empty(),
            || format!("a loser was changed: {file:?}"),
        )?;
    }
    ground
        .cancels(&winner, &key(offer(&winner, HERE).as_str()))
        .await;
    field.children = children;
    Ok(())
}

/// Eight offers are made for one place. The winner declines it for the next round.
pub(super) async fn last_offer(field: &mut Field, round: usize) -> Checked {
    if field.children.is_empty() {
        for number in 0..RUNNERS {
            let id = format!("c{number}");
            let child = field.ground.child_applies(&id, &[HERE]).await;
            field.children.push(child);
        }
        field.ground.set_places(HERE, 1).await;
    }
    let id = |child: &ChildId| key::<OfferId>(&format!("{child}.r{round}"));
    let commands = field
        .children
        .iter()
        .map(|child| field.ground.offering(child, HERE, id(child)));
    let outcome = field.race(commands.collect()).await;
    let (winner, _) = outcome.only_winner(
        |refusal| matches!(refusal, Refusal::NoPlaceFree { facility: at, staffed: 1, held: 1, .. } if *at == facility(HERE)),
    )?;
    for (number, child) in field.children.iter().enumerate() {
        let file = field.ground.file_of(child).await?;
        let made = file.offer(&id(child)).map(|(_, offer)| &offer.state);
        let expected = (number == winner).then_some(&OfferState::Open);
        check(made == expected, || {
            format!("{child} has the offer {made:?}")
        })?;
    }
    let winner = &field.children[winner];
    let (child, offer) = (winner.clone(), id(winner));
    let decline = Command::DeclineOffer { child, offer };
    field.ground.done(Role::Portal, decline).await;
    Ok(())
}

/// Eight children with offers at the same eight facilities, wished in eight orders, conclude at one
/// facility each: every transaction closes something at all of them, and none is in another's way for good.
pub(super) async fn crosswise(field: &mut Field, round: usize) -> Checked {
    let ground = field.ground.clone();
    let mut children = Vec::new();
    for number in 0..RUNNERS {
        let mut wished: Vec<usize> = (0..RUNNERS).collect();
        wished.rotate_left(number);
        children.push(with_offers(&ground, &format!("c{round}-{number}"), &wished).await);
    }
    let commands = children
        .iter()
        .zip(0..)
        .map(|(child, at)| concluding(child, at));
    let outcome = field.race(commands.collect()).await;
    outcome.winners(RUNNERS)?;
    let everywhere: Vec<usize> = (0..RUNNERS).collect();
    let places = files(&ground, &everywhere).await?;
    for (child, at) in children.iter().zip(0..) {
        concluded(&ground, &places, child, at).await?;
        everything_was_recorded(&outcome.won[&at], RUNNERS - 1)?;
    }
    Ok(())
}
