//! The program Chromium.

use std::process::Command;

/// The names of the program: Debian's, and those of other systems.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Finds Chromium, without installing anything.
///
/// # Errors
///
/// Returns a text that names the missing program.
pub(crate) fn find() -> Result<&'static str, String> {
    let is_installed = |program: &&str| {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| output.status.success())
    };
    let program = PROGRAMS.into_iter().find(is_installed);
    program.ok_or_else(|| "`chromium` is not installed".to_owned())
}
