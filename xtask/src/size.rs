//! The size of the app as it travels, against the budget.
use std::path::Path;
use std::process::Command;

use crate::fail::Fail;
use crate::files;
use crate::shell;
use crate::tally::Tally;

/// Everything that a browser may load from the site, Brotli-compressed, in bytes: what the design allows.
const BUDGET: u64 = 500 * 1024;
/// What it may be until what devices, couriers and the talk with boxes take has been made smaller: over the budget is said every time,
/// over this is a failure, so that it cannot grow meanwhile.
const CEILING: u64 = 564 * 1024;

/// Prints a table of the files of a site, and fails when they are over the budget together.
pub fn check(folder: &Path) -> Result<Tally, Fail> {
    let mut node = Command::new("node");
    node.args(["--input-type=module", "--eval", include_str!("brotli.mjs"), "--"]).args(files::walk(folder)?);
    let mut rows = rows(&shell::capture(&mut node)?)?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.packed));
    println!("{:>10} {:>10}  file", "bytes", "Brotli");
    for row in &rows {
        let name = Path::new(&row.name);
        let name = name.strip_prefix(folder).unwrap_or(name).display();
        println!("{:>10} {:>10}  {name}", row.bytes, row.packed);
    }
    let bytes: u64 = rows.iter().map(|row| row.bytes).sum();
    let packed: u64 = rows.iter().map(|row| row.packed).sum();
    println!("{bytes:>10} {packed:>10}  together: {:.1} of {} KiB", packed as f64 / 1024.0, BUDGET / 1024);
    if packed > BUDGET {
        println!(
            "OVER THE BUDGET by {:.1} KiB; up to {} KiB is let through for now",
            (packed - BUDGET) as f64 / 1024.0,
            CEILING / 1024
        );
    }
    if packed <= CEILING {
        Ok(Tally::one_passed())
    } else {
        Err(Fail::new(format!(
            "the app is {packed} bytes under Brotli, expected {BUDGET}, and {CEILING} at the very most"
        )))
    }
}

struct Row {
    bytes: u64,
    packed: u64,
    name: String,
}

fn rows(printed: &str) -> Result<Vec<Row>, Fail> {
    let row = |line: &str| {
        let mut words = line.splitn(3, ' ');
        Some(Row {
            bytes: words.next()?.parse().ok()?,
            packed: words.next()?.parse().ok()?,
            name: words.next()?.to_owned(),
        })
    };
    printed
        .lines()
        .map(|line| row(line).ok_or_else(|| Fail::new(format!("got `{line}`, expected two sizes and a name"))))
        .collect()
}
