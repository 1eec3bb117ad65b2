//! The command line `placewright`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::main()
}
