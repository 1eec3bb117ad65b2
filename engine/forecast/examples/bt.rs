//! Scratch.
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let p = forecast::Population::read(std::fs::File::open(&a[1]).unwrap(), "p").unwrap();
    let ar = forecast::Areas::read(std::fs::File::open(&a[2]).unwrap(), "a").unwrap();
    let r = forecast::BacktestRequest {
        origins: a[4].parse().unwrap()..=a[5].parse().unwrap(),
        horizon: 5,
        groups: forecast::AgeGroup::parse_list(&a[3]).unwrap(),
    };
    let t = std::time::Instant::now();
    let b = forecast::backtest(&p, None, &ar, &r).unwrap();
    eprintln!("{:?}", t.elapsed());
    b.write_csv(std::fs::File::create(&a[6]).unwrap()).unwrap();
}
