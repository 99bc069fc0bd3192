//! One style sheet out of many.
//!
//! Every file in `style/` puts its rules into a layer, and `style/main.css`, which comes first, orders the layers: so
//! a new file needs no list to be entered in. The app loads them as one file with one integrity hash.
use std::path::Path;

use crate::fail::Fail;
use crate::files;
use crate::project::Project;

const FOLDER: &str = "style";
const FIRST: &str = "main.css";
/// Where the result goes: `index.html` names it to trunk, which minifies and hashes it.
const RESULT: &str = "target/style/main.css";

/// Writes the style sheet that `index.html` links.
pub fn bundle(project: &Project) -> Result<(), Fail> {
    let folder = project.path(FOLDER);
    let first = folder.join(FIRST);
    let mut css = checked(&first, files::read_text(&first)?)?;
    for file in files::walk(&folder)? {
        if file != first && file.extension().is_some_and(|end| end == "css") {
            css.push_str(&checked(&file, files::read_text(&file)?)?);
        }
    }
    files::write(&project.path(RESULT), css)
}

/// An import is only heard at the top of a style sheet, which no place in the result but the first is.
fn checked(path: &Path, css: String) -> Result<String, Fail> {
    match css.lines().position(|line| line.trim_start().starts_with("@import")) {
        None => Ok(css),
        Some(line) => Err(Fail::new(format!(
            "{}:{} imports a file, expected none: every file in {FOLDER}/ is in the app already",
            path.display(),
            line + 1
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::checked;
    use std::path::Path;

    #[test]
    fn an_import_is_refused_with_its_line() {
        let said = checked(Path::new("a.css"), "p {}\n@import \"b.css\";\n".into()).unwrap_err();
        assert!(said.to_string().contains("a.css:2"), "{said}");
    }
}
