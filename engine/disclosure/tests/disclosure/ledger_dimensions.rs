//! The gate over dimensions of one member.

use disclosure::{
    ConfidentialTable, Dimension, LedgerDecision, Member, ReleaseLedger, ReleaseRequest,
};

use crate::ledger::{CARE, label, policy, scope};

/// Children by area beside a table whose dimension of care types has one member, and which puts two of the
/// areas together.
fn with_one_member(put_together: [&str; 2], alone: &str, counts: [u32; 2]) -> ReleaseRequest {
    let members = |codes: &[&str]| codes.iter().map(|it| Member::new(*it, label())).collect();
    let areas = Dimension::new("area", label(), members(&["both", alone]));
    let care = Dimension::new("care", label(), members(&["all"]));
    let table = ConfidentialTable::new("coarse", label(), vec![areas, care], counts.to_vec());
    ReleaseRequest::new(table.unwrap(), policy(), scope(0))
        .with_parts("area", "both", put_together)
        .with_parts("care", "all", CARE)
}

#[test]
fn a_dimension_with_one_member_does_not_blind_the_gate() {
    let members = ["a", "b", "c"].map(|it| Member::new(it, label())).to_vec();
    let areas = vec![Dimension::new("area", label(), members)];
    let table = ConfidentialTable::new("fine", label(), areas, vec![2, 30, 40]).unwrap();
    let first = ReleaseRequest::new(table, policy(), scope(0));
    let mut ledger = ReleaseLedger::default();
    let passed = ledger
        .decide_hiding(&first)
        .unwrap()
        .expect("it is the first");
    ledger.record(passed);
    // The first hides a, and b or c: whoever shows that one gives a away.
    let mut refused = 0;
    for request in [
        with_one_member(["a", "b"], "c", [32, 40]),
        with_one_member(["a", "c"], "b", [42, 30]),
    ] {
        let LedgerDecision::Refused(refusal) = ledger.decide(&request).unwrap() else {
            continue;
        };
        refused += 1;
        let proposal = refusal.proposal().expect("hiding helps");
        assert!(!proposal.hidden().is_empty(), "{}", proposal.english());
        let hidden = ledger
            .decide_hiding(&request)
            .unwrap()
            .expect("hiding helps");
        let shown = hidden.table().cells().filter(|cell| cell.value.is_some());
        assert!(
            shown.count() < 6,
            "the single member and the total are hidden together"
        );
    }
    assert_eq!(refused, 1);
}

/// Children by area: of all care types, or of one.
fn by_area(name: &str, counts: [u32; 3]) -> ReleaseRequest {
    let members = ["a1", "a2", "a3"].map(|it| Member::new(it, label()));
    let areas = vec![Dimension::new("area", label(), members.to_vec())];
    let table = ConfidentialTable::new(name, label(), areas, counts.to_vec());
    ReleaseRequest::new(table.unwrap(), policy(), scope(0))
}

#[test]
fn what_a_shown_cell_has_beyond_a_hidden_one_is_not_known_to_be_few() {
    let mut ledger = ReleaseLedger::default();
    let nursery = by_area("nursery", [9, 20, 50])
        .restricted_to("care", [CARE[0]])
        .hiding([vec!["a1".to_owned()], vec!["a2".to_owned()]]);
    let passed = ledger.decide_hiding(&nursery).unwrap();
    ledger.record(passed.expect("no count is small"));
    // 29 children are in the nurseries of a1 and a2. With 10 and 21 in all, one area has 8 to 10 of them,
    // the other 19 to 21: nowhere may there be more than two outside the nurseries.
    let all = by_area("all", [10, 21, 53]);
    let LedgerDecision::Refused(refusal) = ledger.decide(&all).unwrap() else {
        panic!("the areas have one child each outside their nurseries")
    };
    let proposal = refusal.proposal().expect("hiding an area helps");
    assert!(!proposal.hidden().is_empty(), "{}", proposal.english());
    // With three and more outside everywhere the same table passes as it is.
    let decision = ledger.decide(&by_area("others", [15, 26, 53])).unwrap();
    assert!(
        matches!(decision, LedgerDecision::Released(_)),
        "{decision:?}"
    );
}
