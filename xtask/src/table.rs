//! The survey as a person reads it.

use std::io::{self, Write};

use crate::rooms::{Room, Survey};
use crate::sizes::{SMALL, median};

/// Prints one line a file, the summary, and each broken rule.
pub(crate) fn print(out: &mut impl Write, survey: &Survey) -> io::Result<()> {
    writeln!(out, "lines  layer  longest fn  file")?;
    for room in &survey.rooms {
        let layer = room
            .layer
            .map_or_else(String::new, |layer| layer.to_string());
        let longest = room.longest.as_ref().map_or(0, |function| function.lines);
        let note = if room.lines < SMALL { "  (small)" } else { "" };
        writeln!(
            out,
            "{:>5}  {layer:>5}  {longest:>10}  {}{note}",
            room.lines, room.path
        )?;
    }
    summary(out, &survey.rooms)?;
    for fault in &survey.faults {
        writeln!(out, "\n{fault}")?;
    }
    match survey.faults.len() {
        0 => writeln!(out, "no rule is broken"),
        broken => writeln!(out, "\nbroken rules: {broken}"),
    }
}

fn summary(out: &mut impl Write, rooms: &[Room]) -> io::Result<()> {
    let small = rooms.iter().filter(|room| room.lines < SMALL).count();
    let sizes = rooms.iter().map(|room| room.lines).collect();
    writeln!(
        out,
        "\n{} files, median {} lines, {small} below {SMALL}",
        rooms.len(),
        median(sizes)
    )?;
    if let Some(room) = rooms.iter().max_by_key(|room| room.lines) {
        writeln!(out, "largest file: {} lines, {}", room.lines, room.path)?;
    }
    let longest = rooms
        .iter()
        .filter_map(|room| Some((room.longest.as_ref()?, room)))
        .max_by_key(|(function, _)| function.lines);
    if let Some((function, room)) = longest {
        writeln!(
            out,
            "longest fn: {} lines, `{}` in {}:{}",
            function.lines, function.name, room.path, function.line
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;
    use crate::functions::Function;

    fn printed(faults: Vec<Fault>) -> String {
        let room = |path: &str, lines, layer| Room {
            path: path.to_owned(),
            lines,
            longest: Some(Function {
                name: "judge".to_owned(),
                line: 7,
                lines: 12,
            }),
            layer,
        };
        let rooms = vec![room("a.rs", 20, None), room("b.rs", 120, Some(3))];
        let mut out = Vec::new();
        print(&mut out, &Survey { rooms, faults }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_table_tells_sizes_layers_and_what_is_small() {
        let printed = printed(Vec::new());
        assert!(
            printed.contains("   20                 12  a.rs  (small)\n"),
            "{printed}"
        );
        assert!(
            printed.contains("  120      3          12  b.rs\n"),
            "{printed}"
        );
        assert!(
            printed.contains("2 files, median 20 lines, 1 below 80"),
            "{printed}"
        );
        assert!(printed.ends_with("no rule is broken\n"), "{printed}");
    }

    #[test]
    fn each_fault_is_printed_with_its_help() {
        let fault = Fault::new("a.rs", 3, "too long".to_owned(), "make it shorter");
        let printed = printed(vec![fault]);
        assert!(
            printed.contains("a.rs:3: too long\n    help: make it shorter"),
            "{printed}"
        );
        assert!(printed.ends_with("broken rules: 1\n"), "{printed}");
    }
}
