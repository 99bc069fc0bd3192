//! One style sheet out of many: `style/main.css` with what it imports put in place.
//!
//! The sources stay plain CSS that a browser would load as it is (`@import "tokens.css" layer(tokens);`); the app
//! loads one file, because each import would be another round trip, and none of them would carry an integrity hash.
use std::path::Path;

use crate::fail::Fail;
use crate::files;
use crate::project::Project;

/// The entry, and where the result goes: trunk is told so in `index.html`, and hashes and minifies it.
const ENTRY: &str = "style/main.css";
const RESULT: &str = "target/style/main.css";
/// Imports deeper than this are a circle.
const DEEPEST: usize = 8;

/// Writes the style sheet that `index.html` links.
pub fn bundle(project: &Project) -> Result<(), Fail> {
    let css = inlined(&project.path(ENTRY), &|path| files::read_text(path), 0)?;
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
    use super::*;

    fn read(path: &Path) -> Result<String, Fail> {
        match path.to_str() {
            Some("style/main.css") => {
                Ok("@layer a, b;\n@import \"a.css\" layer(a);\n@import \"parts/b.css\";\n".into())
            }
            Some("style/a.css") => Ok("p { color: red }\n".into()),
            Some("style/parts/b.css") => Ok("@import \"c.css\";\n".into()),
            Some("style/parts/c.css") => Ok("q { color: blue }\n".into()),
            Some("style/circle.css") => Ok("@import \"circle.css\";\n".into()),
            Some("style/odd.css") => Ok("@import \"a.css\" print;\n".into()),
            _ => Err(Fail::new("missing")),
        }
    }

    #[test]
    fn imports_stand_where_they_were_named_inside_their_layer() {
        assert_eq!(
            inlined(Path::new("style/main.css"), &read, 0).unwrap(),
            "@layer a, b;\n@layer a {\np { color: red }\n}\nq { color: blue }\n"
        );
    }

    #[test]
    fn a_circle_and_a_condition_that_would_be_lost_are_refused() {
        for file in ["style/circle.css", "style/odd.css", "style/none.css"] {
            assert!(inlined(Path::new(file), &read, 0).is_err(), "{file}");
        }
    }
}
