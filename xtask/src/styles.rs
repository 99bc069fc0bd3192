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

type Reader<'r> = &'r dyn Fn(&Path) -> Result<String, Fail>;

fn inlined(path: &Path, read: Reader<'_>, depth: usize) -> Result<String, Fail> {
    if depth > DEEPEST {
        return Err(Fail::new(format!("{} imports itself, over {DEEPEST} files or fewer", path.display())));
    }
    let mut css = String::new();
    for (number, line) in read(path)?.lines().enumerate() {
        let Some(rest) = line.trim().strip_prefix("@import") else {
            css.push_str(line);
            css.push('\n');
            continue;
        };
        let import = Import::read(rest).ok_or_else(|| {
            Fail::new(format!(
                "{}:{} is `{}`, expected `@import \"file.css\";` or `@import \"file.css\" layer(name);`",
                path.display(),
                number + 1,
                line.trim()
            ))
        })?;
        let content = inlined(&path.with_file_name(import.file), read, depth + 1)
            .map_err(|fail| fail.during(format!("{}:{}", path.display(), number + 1)))?;
        match import.layer {
            Some(layer) => css.push_str(&format!("@layer {layer} {{\n{content}}}\n")),
            None => css.push_str(&content),
        }
    }
    Ok(css)
}

struct Import<'l> {
    file: &'l str,
    layer: Option<&'l str>,
}

impl<'l> Import<'l> {
    /// Reads what follows `@import` on its line.
    fn read(rest: &'l str) -> Option<Self> {
        let rest = rest.trim().strip_suffix(';')?.trim();
        let (file, condition) = rest.strip_prefix('"')?.split_once('"')?;
        let layer = match condition.trim() {
            "" => None,
            condition => Some(condition.strip_prefix("layer(")?.strip_suffix(')')?),
        };
        Some(Self { file, layer })
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
