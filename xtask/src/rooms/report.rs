//! Prints the survey: a row for each file, a summary, and the violations.

use std::io::{self, Write};
use std::path::Path;

use super::sizes::median;
use super::survey::{FileSummary, Survey, survey};

/// Checks the workspace, prints the report, and returns whether no rule is broken.
///
/// # Errors
///
/// Returns an error if a file cannot be read, or the output cannot be written.
pub(crate) fn run(workspace: &Path, out: &mut impl Write) -> io::Result<bool> {
    let survey = survey(workspace)?;
    print(out, &survey)?;
    Ok(survey.violations.is_empty())
}

fn print(out: &mut impl Write, survey: &Survey) -> io::Result<()> {
    writeln!(out, "lines  layer  file")?;
    for FileSummary {
        path,
        lines,
        layers,
    } in &survey.files
    {
        let layers: Vec<String> = layers.iter().map(ToString::to_string).collect();
        let layers = layers.join(".");
        writeln!(out, "{lines:>5}  {layers:>5}  {path}")?;
    }
    print_summary(out, &survey.files)?;
    for violation in &survey.violations {
        writeln!(out, "\n{violation}")?;
    }
    match survey.violations.len() {
        0 => writeln!(out, "no violations"),
        count => writeln!(out, "\nviolations: {count}"),
    }
}

fn print_summary(out: &mut impl Write, files: &[FileSummary]) -> io::Result<()> {
    let sizes = files.iter().map(|file| file.lines).collect();
    writeln!(
        out,
        "\n{} files, median {} lines",
        files.len(),
        median(sizes)
    )?;
    if let Some(file) = files.iter().max_by_key(|file| file.lines) {
        writeln!(out, "largest file: {} lines, {}", file.lines, file.path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::Violation;

    fn printed(violations: Vec<Violation>) -> String {
        let file = |path: &str, lines, layers: &[usize]| FileSummary {
            path: path.to_owned(),
            lines,
            layers: layers.to_vec(),
        };
        let files = vec![file("a.rs", 20, &[]), file("b.rs", 120, &[5, 1])];
        let mut out = Vec::new();
        print(&mut out, &Survey { files, violations }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn report_lists_sizes_and_layers() {
        let printed = printed(Vec::new());
        for expected in [
            "   20         a.rs\n",
            "  120    5.1  b.rs\n",
            "2 files, median 20 lines\n",
            "largest file: 120 lines, b.rs\n",
        ] {
            assert!(printed.contains(expected), "{printed}");
        }
        assert!(printed.ends_with("no violations\n"), "{printed}");
    }

    #[test]
    fn report_ends_with_violations_and_their_count() {
        let printed = printed(vec![Violation::new("a.rs", 3, "too long", "split it")]);
        assert!(
            printed.ends_with("\na.rs:3: too long\n    help: split it\n\nviolations: 1\n"),
            "{printed}"
        );
    }
}
