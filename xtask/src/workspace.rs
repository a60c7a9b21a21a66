//! Lists the files of the workspace.

use std::fs;
use std::io;
use std::path::Path;

/// Directories whose contents are built, downloaded or generated.
const GENERATED: [&str; 5] = ["target", "node_modules", "corpus", "artifacts", "coverage"];

/// Returns the paths of all files below a directory, sorted, relative to the workspace.
///
/// Hidden directories are skipped except `.ci`. An empty `directory` is the workspace.
///
/// # Errors
///
/// Returns an error if a directory cannot be read.
pub(crate) fn files(workspace: &Path, directory: &str) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    collect(workspace, directory, &mut paths)?;
    paths.sort();
    Ok(paths)
}

fn collect(workspace: &Path, directory: &str, paths: &mut Vec<String>) -> io::Result<()> {
    let entries = fs::read_dir(workspace.join(directory))
        .map_err(|error| io::Error::new(error.kind(), format!("{directory}: {error}")))?;
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = if directory.is_empty() {
            name.clone()
        } else {
            format!("{directory}/{name}")
        };
        if !entry.file_type()?.is_dir() {
            paths.push(path);
        } else if name == ".ci" || !(name.starts_with('.') || GENERATED.contains(&name.as_str())) {
            collect(workspace, &path, paths)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn files_of_a_package_are_relative_to_the_workspace() {
        let paths = files(&workspace(), "xtask").unwrap();
        assert!(paths.contains(&"xtask/src/workspace.rs".to_owned()));
    }

    #[test]
    fn files_skip_generated_and_hidden_directories() {
        let paths = files(&workspace(), "").unwrap();
        assert!(paths.contains(&"README.md".to_owned()));
        assert!(paths.contains(&".ci/run".to_owned()));
        let skipped = ["target/", ".git/"];
        assert!(
            !paths
                .iter()
                .any(|path| skipped.iter().any(|prefix| path.starts_with(prefix)))
        );
    }

    #[test]
    fn missing_directory_is_an_error() {
        let error = files(&workspace(), "missing").unwrap_err();
        assert!(error.to_string().starts_with("missing: "), "{error}");
    }
}
