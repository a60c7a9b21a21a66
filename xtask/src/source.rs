//! The files that the rules hold for, read and parsed.

use std::fs;
use std::io;
use std::path::Path;

use crate::fault::Fault;

/// The packages whose files are looked at. One that is missing is an error.
const PACKAGES: [&str; 6] = ["macros", "runtime", "examples", "tests", "benches", "xtask"];

/// Directories that hold material, not rooms: compile-fail cases, recorded output, packages.
const MATERIAL: [&str; 5] = ["ui", "snapshots", "fixtures", "target", "node_modules"];

/// One file.
pub(crate) struct Source {
    /// From the workspace's root, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
}

impl Source {
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Fault> {
        let syntax = syn::parse_file(text).map_err(|error| {
            Fault::new(
                path,
                error.span().start().line,
                format!("the file cannot be parsed: {error}"),
                "make it compile first",
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            text: text.to_owned(),
            syntax,
        })
    }

    /// How many lines there are, blank ones and comments included.
    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// Reads every package's files, in order of their paths.
pub(crate) fn read(workspace: &Path) -> io::Result<(Vec<Source>, Vec<Fault>)> {
    let mut paths = Vec::new();
    for package in PACKAGES {
        collect(workspace, package, &mut paths)?;
    }
    paths.sort();
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        match Source::parse(&path, &fs::read_to_string(workspace.join(&path))?) {
            Ok(source) => sources.push(source),
            Err(fault) => faults.push(fault),
        }
    }
    Ok((sources, faults))
}

fn collect(workspace: &Path, directory: &str, paths: &mut Vec<String>) -> io::Result<()> {
    let entries = fs::read_dir(workspace.join(directory))
        .map_err(|error| io::Error::new(error.kind(), format!("{directory}: {error}")))?;
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{directory}/{name}");
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && !MATERIAL.contains(&name.as_str()) {
                collect(workspace, &path, paths)?;
            }
        } else if Path::new(&name)
            .extension()
            .is_some_and(|kind| kind == "rs")
        {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_does_not_parse_is_a_fault_at_its_line() {
        let fault = Source::parse("a.rs", "//! Room.\nfn main( {}\n")
            .err()
            .unwrap();
        assert_eq!(
            (fault.file.as_str(), fault.line > 1),
            ("a.rs", true),
            "{fault}"
        );
    }

    #[test]
    fn this_workspace_is_read_whole() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (sources, faults) = read(&workspace).unwrap();
        assert!(faults.is_empty(), "{faults:?}");
        for path in [
            "macros/src/lib.rs",
            "runtime/src/lib.rs",
            "xtask/src/source.rs",
        ] {
            assert!(sources.iter().any(|source| source.path == path), "{path}");
        }
        assert!(sources.iter().all(|source| !source.path.contains("/ui/")));
    }

    #[test]
    fn a_missing_package_is_an_error() {
        assert!(read(Path::new("src")).is_err());
    }
}
