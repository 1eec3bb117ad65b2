//! `placewright plan` with closures to choose from, as a user calls it.

use crate::{city, placewright, refused, text};

#[test]
fn closures_are_ranked_twice_with_the_same_bytes_and_a_clash_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let city = city(folder.path());
    let facilities = std::fs::read_to_string(city.join("facilities.csv")).unwrap();
    let ids: Vec<&str> = facilities
        .lines()
        .skip(1)
        .filter(|line| line.contains("day_care_centre"))
        .filter_map(|line| line.split(',').next())
        .take(3)
        .collect();
    assert_eq!(ids.len(), 3);
    let mut text_of_file = format!(
        "name = \"Schließungen\"\nfirst_month = \"2026-11\"\nmonths = 48\n\n\
         [[demand]]\ndate = 2029-03-01\ncare_type = \"kindergarten\"\np10 = 1\np50 = 2\np90 = 3\n\n\
         [optimise]\ncandidates = [\"{}\", \"{}\", \"{}\"]\nclose_on = 2028-07-31\nmost_closures = 2\n\
         care_types = [\"kindergarten\"]\n",
        ids[0], ids[1], ids[2]
    );
    for (number, id) in ids.iter().enumerate() {
        let yearly = 100_000 * (number + 1);
        text_of_file += &format!("[[optimise.cost]]\nfacility = \"{id}\"\nyearly = {yearly}\n");
    }
    text_of_file += "[constraints]\ncover = 1.05\n";
    let scenario = folder.path().join("close.toml");
    let run = |out: &str| {
        let out = folder.path().join(out);
        let (scenario, city) = (scenario.to_str().unwrap(), city.to_str().unwrap());
        let output = placewright(&[
            "plan",
            scenario,
            "--city",
            city,
            "--out",
            out.to_str().unwrap(),
        ]);
        (output, out)
    };
    std::fs::write(&scenario, &text_of_file).unwrap();
    let read = |out: &std::path::Path| {
        ["closure_plan.json", "closure_sets.csv"].map(|name| std::fs::read(out.join(name)).unwrap())
    };
    let (first, out) = run("first");
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let files = read(&out);
    assert_eq!(files, read(&run("second").1));
    let plan: serde_json::Value = serde_json::from_slice(&files[0]).unwrap();
    assert_eq!(plan["status"], "proven");
    assert_eq!(plan["sets"][0]["chosen"][0]["facility"], ids[1]);
    assert_eq!(plan["sets"][0]["chosen"][1]["facility"], ids[2]);
    assert_eq!(plan["input_sha256"].as_str().unwrap().len(), 64);
    assert!(plan["facts"].get("homes").is_none());

    let impossible = text_of_file
        .replace("p90 = 3", "p90 = 90000000")
        .replace("cover = 1.05\n", "cover = 1.05\nquantile = \"p90\"\n");
    std::fs::write(&scenario, impossible).unwrap();
    let (clash, out) = run("third");
    refused(&clash, &["E4175", "cover of the city on 2029-03-01"], &out);
}
