//! The rules of the house that source text can show: layers, purity, one boundary, no unsafe code,
//! a reason for every dependency, the same names in Rust, TypeScript, command line and README, and
//! a tree that means the same on every machine.
//!
//! Nothing is built or run. A rule that is broken ends in a list of file, line and what is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// From the door to the ground. A module names modules of lower rows alone, so that no circle can
/// arise and the stages of one row know nothing of each other.
const LAYERS: [&[&str]; 9] = [
    &["wasm"],
    &["pipeline"],
    &["search"],
    &["codec", "color", "orient", "resize"],
    &["sniff"],
    &["metadata"],
    &["format", "options"],
    &["container", "image"],
    &["error"],
];

/// Files of `src/codec` that are a part of one format's file, or of two that hold the same thing;
/// these alone may name them.
const PARTS_OF_A_FORMAT: [(&str, &str); 11] = [
    ("avif", "heif"),
    ("avif", "transparent"),
    ("avif", "ycbcr"),
    ("bmp", "dib"),
    ("ico", "dib"),
    ("jpeg", "jpeg_structure"),
    ("png", "cgbi"),
    ("png", "palette"),
    ("tiff/jpeg", "jpeg_structure"),
    ("webp", "alph"),
    ("webp", "transparent"),
];

/// What the package calls something that Rust knows by another name, or not at all.
const PACKAGE_ONLY: [&str; 13] = [
    "decoders",
    "fileType",
    "maintainAspectRatio",
    "maxMemory",
    "maxSizeMB",
    "maxWidthOrHeight",
    "mimeType",
    "onProgress",
    "rename",
    "signal",
    "stripMetadata",
    "suffix",
    "useWebWorker",
];

/// What a user of the package reads.
const README: &str = "pkg-template/README.md";

#[test]
fn imports_go_down() {
    let level = |name: &str| LAYERS.iter().position(|row| row.contains(&name));
    forbid(product_sources(), |file, line| {
        let own = file.module();
        let Some(here) = level(own) else {
            return Some(format!("the module {own} has no layer; give it one in tests/rules.rs"));
        };
        let up = named_after(&["crate::", "super::"], line)
            .find(|&name| name != own && level(name).is_some_and(|there| there <= here))?;
        Some(format!("{own} imports {up}, which is not below it"))
    });
}

#[test]
fn formats_know_no_other_format() {
    let formats: BTreeSet<String> = product_sources().iter().filter_map(File::format).collect();
    forbid(product_sources(), |file, line| {
        let own = file.format()?;
        let other = named_after(&["super::", "crate::codec::"], line).find(|&name| {
            formats.contains(name) && !PARTS_OF_A_FORMAT.contains(&(own.as_str(), name))
        })?;
        Some(format!("{own} imports {other}"))
    });
}

#[test]
fn names_are_imported_where_rules_see_them() {
    forbid(rust_sources(), |_, line| {
        let group = ["crate::{", "std::{", "super::{"].into_iter().find(|g| line.contains(g))?;
        let seen = group == "super::{" && line.contains('}');
        (!seen).then(|| format!("`{group}` hides names from tests/rules.rs; one line for each"))
    });
}

#[test]
fn nothing_below_the_boundary_reaches_outside() {
    const OUTSIDE: [&str; 13] = [
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "std::time",
        "Instant",
        "SystemTime",
        "dbg",
        "eprintln",
        "getrandom",
        "println",
        "rand",
    ];
    forbid(rust_sources(), |file, line| {
        let name = OUTSIDE.into_iter().find(|name| has_word(line, name))?;
        let below = file.path != "src/wasm.rs";
        below.then(|| format!("`{name}`: no IO, clock, randomness or thread below src/wasm.rs"))
    });
}

#[test]
fn one_file_speaks_to_javascript() {
    const JAVASCRIPT: [&str; 5] =
        ["js_sys", "serde_wasm_bindgen", "wasm_bindgen", "wasm_bindgen_rayon", "web_sys"];
    forbid(rust_sources(), |file, line| {
        let name = JAVASCRIPT.into_iter().find(|name| has_word(line, name))?;
        (file.path != "src/wasm.rs").then(|| format!("`{name}` belongs in src/wasm.rs"))
    });
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate() {
    let lax = manifests().into_iter().filter_map(|file| {
        let root = file.path == "Cargo.toml";
        if root && !file.has("[workspace.lints.rust]", "unsafe_code = \"forbid\"") {
            return Some(file.at(1, "[workspace.lints.rust] needs unsafe_code = \"forbid\""));
        }
        (!file.has("[lints]", "workspace = true"))
            .then(|| file.at(1, "[lints] needs workspace = true"))
    });
    report(lax);
}

#[test]
fn every_dependency_has_its_reason_above_it() {
    let bare = manifests().into_iter().flat_map(|file| {
        let (mut among_dependencies, mut above) = (false, "");
        let mut found = Vec::new();
        for (number, line) in file.lines() {
            if line.starts_with('[') {
                among_dependencies = line.ends_with("dependencies]");
            } else if among_dependencies && identifier(line).is_some() && !above.starts_with("# ") {
                found.push(file.at(number, &format!("no reason above `{line}`")));
            }
            above = line;
        }
        found
    });
    report(bare);
}

#[test]
fn error_codes_agree() {
    let rust = codes("src/error.rs", "const fn name(self)", "\n    }\n");
    agree(&rust, &codes("pkg-template/src/errors.ts", "ERROR_CODES", "]"));
    agree(&rust, &codes(README, "## Errors", "\n## "));
}

#[test]
fn option_names_agree() {
    let rust = keys("src/options.rs", "pub struct Options {");
    agree(&rust, &keys("pkg-template/src/requests.ts", "export interface EngineOptions {"));
    agree(&rust, &keys("pkg-template/src/cli-flags.ts", "const HELP:"));

    let mut package = keys("pkg-template/src/options.ts", "export const COMPRESSION_RULES = {");
    agree(&package, &keys("pkg-template/src/types.ts", "export interface CompressionConfig {"));
    for readme in [read("README.md"), read(README)] {
        let untold = package.all.iter().filter(|key| !readme.text.contains(&format!("`{key}`")));
        report(untold.map(|key| readme.at(1, &format!("says nothing of the option `{key}`"))));
    }
    package.all.retain(|key| !PACKAGE_ONLY.contains(&key.as_str()));
    agree(&rust, &package);

    let kept = keys("src/options.rs", "pub struct MetadataPolicy {");
    agree(&kept, &keys("pkg-template/src/types.ts", "export interface MetadataOptions {"));
}

#[test]
fn the_tree_names_no_machine() {
    // In two halves, so that this file passes its own rule.
    const HOMES: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    const MIRRORS: [&str; 6] = ["artifact", "crates.io", "mirror", "nexus", "proxy", "registry"];
    let machine = |line: &str| {
        let mut hosts = line.split("://").skip(1).filter_map(|rest| rest.split('/').next());
        let home = HOMES.into_iter().find(|home| line.contains(home));
        home.or(hosts.find(|host| MIRRORS.iter().any(|word| host.contains(word))))
            .map(str::to_owned)
    };
    let found = |file: File| {
        let told = |(number, line): (usize, &str)| {
            Some(file.at(number, &format!("names {}, which other machines lack", machine(line)?)))
        };
        file.lines().filter_map(told).collect::<Vec<_>>()
    };
    report(tree().into_iter().flat_map(found));
}

/// A text file of the repository, by its path from the root.
struct File {
    path: String,
    text: String,
}

impl File {
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }

    /// The module of the product crate that this file is, or is a part of.
    fn module(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split(['/', '.']).next().unwrap_or(below)
    }

    /// The name of a file of `src/codec`.
    fn format(&self) -> Option<String> {
        Some(self.path.strip_prefix("src/codec/")?.strip_suffix(".rs")?.to_owned())
    }

    /// Whether a section of a manifest has this line.
    fn has(&self, section: &str, entry: &str) -> bool {
        let lines = self.text.lines().skip_while(|&line| line != section).skip(1);
        lines.take_while(|line| !line.starts_with('[')).any(|line| line == entry)
    }
}

fn read(path: &str) -> File {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    File { path: path.to_owned(), text: text.unwrap_or_else(|error| panic!("{path}: {error}")) }
}

/// Every text file but what `.gitignore` names, and the `.git` file of a second worktree: the tree as it is committed.
fn tree() -> Vec<File> {
    fn walk(folder: &Path, root: &Path, ignored: &str, found: &mut Vec<File>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                let skip =
                    name == ".git" || ignored.lines().any(|line| line == format!("/{name}/"));
                if !skip {
                    walk(&path, root, ignored, found);
                }
            } else if name != ".git"
                && let Ok(text) = fs::read_to_string(&path)
            {
                found.push(File { path: name, text });
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, root, &read(".gitignore").text, &mut found);
    found
}

fn manifests() -> Vec<File> {
    tree().into_iter().filter(|file| file.path.ends_with("Cargo.toml")).collect()
}

/// What ships: the product crate and the codec crates below it, without their tests.
fn rust_sources() -> Vec<File> {
    let ships = |path: &str| {
        let test = path.contains("/tests/") || path.ends_with("/tests.rs");
        path.starts_with("src/") && path.ends_with(".rs") && !test
    };
    tree().into_iter().filter(|file| ships(&file.path)).collect()
}

/// The product crate alone. `lib.rs` is its map, and may name everything.
fn product_sources() -> Vec<File> {
    let leaf_crates: Vec<String> = manifests()
        .iter()
        .filter_map(|file| file.path.strip_suffix("Cargo.toml"))
        .filter(|folder| !folder.is_empty())
        .map(str::to_owned)
        .collect();
    let of_leaf = |path: &str| leaf_crates.iter().any(|folder| path.starts_with(folder));
    let sources = rust_sources().into_iter();
    sources.filter(|file| file.path != "src/lib.rs" && !of_leaf(&file.path)).collect()
}

/// Reports every line of code (comments may say what they like) that the rule has a word about.
fn forbid(files: Vec<File>, rule: impl Fn(&File, &str) -> Option<String>) {
    assert!(!files.is_empty(), "a rule over no files holds nothing");
    report(files.iter().flat_map(|file| {
        file.lines()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .filter_map(|(number, line)| Some(file.at(number, &rule(file, line)?)))
    }));
}

fn report(broken: impl IntoIterator<Item = String>) {
    let broken: Vec<String> = broken.into_iter().collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// A list of names that a file holds.
struct Names {
    path: &'static str,
    all: BTreeSet<String>,
}

fn agree(one: &Names, other: &Names) {
    assert!(!one.all.is_empty(), "{} has lost its list", one.path);
    let gaps = |here: &Names, there: &Names| -> Vec<String> {
        let missing = there.all.difference(&here.all);
        missing.map(|n| format!("{}:1: lacks {n}, which {} has", here.path, there.path)).collect()
    };
    report(gaps(one, other).into_iter().chain(gaps(other, one)));
}

/// The names that stand right after one of these prefixes, alone or in braces.
fn named_after<'a>(prefixes: &'a [&str], line: &'a str) -> impl Iterator<Item = &'a str> {
    let rests = move |prefix: &&'a str| line.split(*prefix).skip(1);
    let names = |rest: &'a str| {
        let group = rest.strip_prefix('{').and_then(|group| group.split('}').next());
        group.unwrap_or(rest).split(", ").take(if group.is_some() { usize::MAX } else { 1 })
    };
    prefixes.iter().flat_map(rests).flat_map(names).filter_map(identifier)
}

/// The word that a text starts with; `-` is a part of a package's name.
fn identifier(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    Some(&text[..end.unwrap_or(text.len())]).filter(|word| !word.is_empty())
}

fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        !line[..start].ends_with(joins) && !line[start + word.len()..].starts_with(joins)
    })
}

/// The part of a file from a text that must be there to the next `end`.
fn passage(path: &str, start: &str, end: &str) -> String {
    let text = read(path).text;
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{path}:1: no `{start}`"));
    rest.split(end).next().unwrap_or(rest).to_owned()
}

/// Quoted words in capitals, whatever the quotes.
fn codes(path: &'static str, start: &str, end: &str) -> Names {
    let capital = |c: char| c.is_ascii_uppercase() || c == '_';
    let words = passage(path, start, end);
    let quoted = words.split(['"', '\'', '`']).filter(|word| word.len() > 1);
    let all = quoted.filter(|word| word.chars().all(capital)).map(str::to_owned).collect();
    Names { path, all }
}

/// The keys of a struct, an interface or a table, in camel case: one a line, equally indented.
fn keys(path: &'static str, start: &str) -> Names {
    let block = passage(path, start, "\n}");
    let lines = block.lines().skip(1);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let outer = lines.clone().map(indent).min().unwrap_or(0);
    let key = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub ").or(line.strip_prefix("readonly ")).unwrap_or(line);
        let name = identifier(line)?;
        line[name.len()..].starts_with([':', '?', ',']).then(|| camel(name))
    };
    let all = lines.filter(|line| indent(line) == outer).filter_map(key).collect();
    Names { path, all }
}

fn camel(snake: &str) -> String {
    let mut parts = snake.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}
