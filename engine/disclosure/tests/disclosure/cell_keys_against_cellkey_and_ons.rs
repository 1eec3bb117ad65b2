//! Cell keys against the R package cellKey and the cell-key method of the ONS (goal G7).

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::collections::BTreeMap;

use crate::cases::Row;
use disclosure::{
    CellKey, Dimension, DisclosurePolicy, KeyedCounts, Label, Member, PerturbationTable, RecordKey,
    ReleasedTable, perturb, perturb_with_loss,
};

fn label(text: &str) -> Label {
    Label::new(text, text)
}

fn flat<'a>(code: &str, members: impl IntoIterator<Item = &'a str>) -> Dimension {
    let mut codes: Vec<&str> = members.into_iter().collect();
    codes.sort_unstable();
    codes.dedup();
    let members = codes.iter().map(|code| Member::new(*code, label(code)));
    Dimension::new(code, label(code), members.collect())
}

fn fraction(record: &Row) -> RecordKey {
    RecordKey::from_fraction(record["rec_key"].parse().unwrap()).unwrap()
}

/// Whether a record counts for one of the peer's count variables.
fn counts_for(record: &Row, variable: &str) -> bool {
    match variable {
        "total" => true,
        "cnt_males" => record["sex"] == "male",
        "cnt_highincome" => record["income"].parse::<u64>().unwrap() >= 9_000,
        other => panic!("{other}"),
    }
}

fn table_of(records: &[Row], variable: &str, ptable: &PerturbationTable) -> ReleasedTable {
    let column = |name: &str| flat(name, records.iter().map(|record| record[name].as_str()));
    let dimensions = vec![column("sex"), column("age")];
    let mut counts = KeyedCounts::new(variable, label(variable), dimensions).unwrap();
    for record in records.iter().filter(|record| counts_for(record, variable)) {
        counts
            .add_record(&[&record["sex"], &record["age"]], fraction(record))
            .unwrap();
    }
    perturb(counts, ptable, "peer", &DisclosurePolicy::default()).unwrap()
}

fn in_cell(record: &Row, cell: &Row) -> bool {
    ["sex", "age"]
        .iter()
        .all(|name| cell[*name] == "Total" || cell[*name] == record[*name])
}

#[test]
fn every_cell_of_the_r_package_is_perturbed_as_there() {
    let (Some(records), Some(ptable)) = (
        crate::cases::rows("cellkey/testdata.csv"),
        crate::cases::bytes("cellkey/ptable_D5_V3_js2_pstay05.csv"),
    ) else {
        return;
    };
    let ptable = PerturbationTable::read(ptable.as_slice(), "ptable.csv").unwrap();
    let tables: BTreeMap<&str, ReleasedTable> = ["total", "cnt_males", "cnt_highincome"]
        .map(|variable| (variable, table_of(&records, variable, &ptable)))
        .into();
    let expected = crate::cases::rows("cellkey/expected_freqtab_unweighted.csv").unwrap();
    for cell in &expected {
        let code = |name: &str| match cell[name].as_str() {
            "Total" => "_total".to_owned(),
            other => other.to_owned(),
        };
        let shown = tables[cell["vname"].as_str()].display(&[&code("sex"), &code("age")]);
        assert_eq!(shown.as_deref(), Some(cell["puwc"].as_str()), "{cell:?}");
    }
    let mods = crate::cases::rows("cellkey/expected_mods_unweighted.csv").unwrap();
    let mut change_of: BTreeMap<(String, String, String), (u64, i32)> = BTreeMap::new();
    for cell in &mods {
        let own = records
            .iter()
            .filter(|record| in_cell(record, cell) && counts_for(record, &cell["countvar"]));
        let keys: Vec<RecordKey> = own.map(fraction).collect();
        let key = CellKey::of(keys.iter().copied());
        let found = ptable.perturbation(keys.len() as u64, key);
        let peer = |name: &str| cell[name].parse::<f64>().unwrap();
        assert_eq!(f64::from(found.change), peer("pert"), "{cell:?}");
        assert!((key.fraction() - peer("ckey")).abs() < 1e-9, "{cell:?}");
        // The peer gives empty cells the row -1.
        if !keys.is_empty() {
            assert_eq!(found.file_row.to_string(), cell["row_nr"], "{cell:?}");
        }
        let place = (
            cell["sex"].clone(),
            cell["age"].clone(),
            cell["countvar"].clone(),
        );
        change_of.insert(place, (keys.len() as u64, found.change));
    }
    let weighted = crate::cases::rows("cellkey/expected_freqtab_weighted.csv").unwrap();
    for cell in &weighted {
        let weights = records.iter().filter(|record| in_cell(record, cell));
        let weight: f64 = weights
            .map(|r| r["sampling_weight"].parse::<f64>().unwrap())
            .sum();
        let place = (cell["sex"].clone(), cell["age"].clone(), "total".to_owned());
        let (count, change) = change_of[&place];
        let shown = weight + f64::from(change) * weight / count as f64;
        assert!((weight - cell["wc"].parse::<f64>().unwrap()).abs() < 1e-6);
        assert!(
            (shown - cell["pwc"].parse::<f64>().unwrap()).abs() < 1e-6,
            "{cell:?}"
        );
    }
    println!("case                        peer's rows   ours alike");
    for (name, rows) in [
        ("expected_freqtab_unweighted", expected.len()),
        ("expected_mods_unweighted", mods.len()),
        ("expected_freqtab_weighted", weighted.len()),
    ] {
        println!("{name:28} {rows:9} {rows:12}");
    }
    assert_eq!((expected.len(), mods.len(), weighted.len()), (63, 63, 21));
}

#[test]
fn the_loss_of_the_r_package_s_table_is_measured_as_there() {
    let (Some(records), Some(ptable), Some(measures)) = (
        crate::cases::rows("cellkey/testdata.csv"),
        crate::cases::bytes("cellkey/ptable_D5_V3_js2_pstay05.csv"),
        crate::cases::json("cellkey/expected_measures_total.json"),
    ) else {
        return;
    };
    let ptable = PerturbationTable::read(ptable.as_slice(), "ptable.csv").unwrap();
    let column = |name: &str| flat(name, records.iter().map(|record| record[name].as_str()));
    let dimensions = vec![column("sex"), column("age")];
    let mut counts = KeyedCounts::new("total", label("total"), dimensions).unwrap();
    for record in &records {
        counts
            .add_record(&[&record["sex"], &record["age"]], fraction(record))
            .unwrap();
    }
    let policy = DisclosurePolicy::default();
    let (_, loss) = perturb_with_loss(counts, &ptable, "peer", &policy).unwrap();
    let peer = |what: &str| -> f64 {
        let measures = measures["measures"].as_array().unwrap();
        measures.iter().find(|row| row["what"] == what).unwrap()["d1"]
            .as_f64()
            .unwrap()
    };
    println!(
        "d1 of cellKey: mean {} max {}; ours {loss:?}",
        peer("Mean"),
        peer("Max")
    );
    assert!((loss.mean_absolute_difference - peer("Mean")).abs() < 0.005);
    assert_eq!(loss.maximum_difference, peer("Max"));
}

/// The table of the ONS is compressed.
fn ons_table() -> Option<PerturbationTable> {
    let text = crate::cases::unpacked("ons_cellkey/ptable_10_5_rule.csv.gz")?;
    Some(PerturbationTable::read_integer(text.as_slice(), "ptable.csv", 256, 250).unwrap())
}

#[test]
fn every_cell_of_the_ons_method_is_perturbed_as_there() {
    let (Some(records), Some(ptable)) = (
        crate::cases::rows("ons_cellkey/microdata_1000.csv"),
        ons_table(),
    ) else {
        return;
    };
    println!("case                  threshold   peer's rows   suppressed   ours alike");
    for (name, threshold) in [
        ("var1", 10),
        ("var1_x_var5", 10),
        ("var1_x_var5_var8", 10),
        ("var9_x_var2_var3", 10),
        ("var1_var5_var8_thr0", 0),
    ] {
        let ptable = ptable.clone().suppressing_below(threshold);
        let expected = crate::cases::rows(&format!("ons_cellkey/{name}.csv")).unwrap();
        let figures = ["pre_sdc_count", "ckey", "pcv", "pvalue", "count"];
        let mut suppressed = 0;
        for cell in &expected {
            let own = records.iter().filter(|record| {
                let columns = cell
                    .iter()
                    .filter(|(name, _)| !figures.contains(&name.as_str()));
                columns
                    .into_iter()
                    .all(|(name, code)| record[name] == *code)
            });
            let keys: Vec<RecordKey> = own
                .map(|r| RecordKey::from_integer(r["record_key"].parse().unwrap(), 256).unwrap())
                .collect();
            let (count, key) = (keys.len() as u64, CellKey::of(keys));
            assert_eq!(count.to_string(), cell["pre_sdc_count"]);
            assert_eq!(
                (key.fraction() * 256.0).to_string(),
                cell["ckey"],
                "{cell:?}"
            );
            let change = ptable.perturbation(count, key).change;
            assert_eq!(change.to_string(), cell["pvalue"], "{cell:?}");
            let shown = ptable.shown(count, key).map(|shown| shown.to_string());
            assert_eq!(
                shown.clone().unwrap_or_default(),
                cell["count"],
                "{name} {cell:?}"
            );
            suppressed += usize::from(shown.is_none());
        }
        let rows = expected.len();
        println!("{name:22} {threshold:8} {rows:13} {suppressed:12} {rows:12}");
    }
    // Beyond the 750 counts of the file the last 250 repeat.
    let key = CellKey::of([RecordKey::from_integer(7, 256).unwrap()]);
    for count in [751, 1_000, 1_001, 12_345] {
        let same = (count - 1) % 250 + 501;
        assert_eq!(
            ptable.perturbation(count, key).change,
            ptable.perturbation(same, key).change
        );
    }
}

#[test]
fn a_whole_table_of_the_ons_suppresses_below_its_threshold() {
    let (Some(records), Some(ptable)) = (
        crate::cases::rows("ons_cellkey/microdata_1000.csv"),
        ons_table(),
    ) else {
        return;
    };
    let ptable = ptable.suppressing_below(10);
    let column = |name: &str| flat(name, records.iter().map(|record| record[name].as_str()));
    let dimensions = vec![column("var1"), column("var5")];
    let mut counts = KeyedCounts::new("ons", label("ons"), dimensions).unwrap();
    for record in &records {
        let key = RecordKey::from_integer(record["record_key"].parse().unwrap(), 256).unwrap();
        counts
            .add_record(&[&record["var1"], &record["var5"]], key)
            .unwrap();
    }
    let released = perturb(counts, &ptable, "ons", &DisclosurePolicy::default()).unwrap();
    for cell in crate::cases::rows("ons_cellkey/var1_x_var5.csv").unwrap() {
        let shown = released.display(&[&cell["var1"], &cell["var5"]]).unwrap();
        let expected = if cell["count"].is_empty() {
            "."
        } else {
            &cell["count"]
        };
        assert_eq!(shown, expected);
    }
    // Every count lies in the interval a reader of the release knows.
    for (cell, interval) in released.cells().zip(released.known_intervals()) {
        let count = records.iter().filter(|record| {
            let places = ["var1", "var5"].iter().zip(&cell.coordinates);
            places
                .into_iter()
                .all(|(name, code)| *code == "_total" || record[*name] == **code)
        });
        let count = count.count() as u64;
        assert!(interval.lower <= count && interval.upper.is_none_or(|upper| count <= upper));
    }
}
