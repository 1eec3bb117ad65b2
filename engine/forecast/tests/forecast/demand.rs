//! Places needed follow from children and take-up.

use forecast::{ALL_BANDS, AgeGroup, DemandError, TakeUp, demand, forecast};

use crate::tables::{request, small_city};

#[test]
fn places_are_children_times_take_up_and_add_up_over_the_bands() {
    let (rows, areas) = small_city();
    let take_up = TakeUp::new([
        (AgeGroup::parse_list("U3=0-2").unwrap().remove(0), 0.5),
        (AgeGroup::parse_list("K=3-5").unwrap().remove(0), 0.9),
    ])
    .unwrap();
    let mut request = request(2, "");
    request.groups = take_up.groups();
    let children = forecast(&rows.population(), None, &areas, &request).unwrap();
    let places = demand(&children, &take_up).unwrap();
    assert_eq!(places.rows.len(), 7 * 2 * 3);
    let row = |group: &str| {
        let wanted = |row: &&forecast::DemandRow| {
            row.area == "west" && row.group == group && row.point.year == 2027
        };
        places.rows.iter().find(wanted).unwrap().point
    };
    let child = |group: &str| children.fan("west", group).unwrap()[1];
    assert_eq!(row("U3").mean, 0.5 * child("U3").mean);
    assert_eq!(row("K").q975, 0.9 * child("K").q975);
    assert_eq!(row(ALL_BANDS).mean, row("U3").mean + row("K").mean);
    assert_eq!(row(ALL_BANDS).q10, row("U3").q10 + row("K").q10);
    let mut text = Vec::new();
    places.write_csv(&mut text).unwrap();
    assert!(text.starts_with(b"area,year,group,mean,q025,q10,q50,q90,q975\n_total,2026,U3,"));
}

#[test]
fn saxon_take_up_needs_ages_of_its_own() {
    let (rows, areas) = small_city();
    let take_up = TakeUp::saxony().unwrap();
    let mut request = request(1, "");
    let without = forecast(&rows.population(), None, &areas, &request).unwrap();
    assert_eq!(
        demand(&without, &take_up),
        Err(DemandError::NotForecast {
            group: "under 1".to_owned()
        })
    );
    request.groups = take_up.groups();
    let children = forecast(&rows.population(), None, &areas, &request).unwrap();
    let places = demand(&children, &take_up).unwrap();
    let share = places.rows[1].point.mean / children.fan("_total", "1 to under 3").unwrap()[0].mean;
    assert!((share - 0.771).abs() < 1e-12);
}

#[test]
fn shares_outside_zero_to_one_and_overlapping_bands_are_refused() {
    let group = |text: &str| AgeGroup::parse_list(text).unwrap().remove(0);
    for share in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(
            TakeUp::new([(group("K=3-5"), share)]),
            Err(DemandError::Share { .. })
        ));
    }
    for (one, other) in [
        ("U3=0-2", "K=2-5"),
        ("U3=0-2", "U3=3-5"),
        ("U3=0-2", "all=3-5"),
    ] {
        let bands = [(group(one), 0.5), (group(other), 0.5)];
        assert!(
            matches!(TakeUp::new(bands), Err(DemandError::Overlap { .. })),
            "{one} {other}"
        );
    }
}
