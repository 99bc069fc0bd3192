//! The tags of a built HTML page, as far as its checks need them.

/// One start tag.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag<'p> {
    /// Its name as written.
    pub name: &'p str,
    /// Its attributes as written, character references and all; one without a value has an empty one.
    pub attributes: Vec<(&'p str, &'p str)>,
    /// What follows up to the next `<`, or for a script or style up to its end tag.
    pub text: &'p str,
}

impl<'p> Tag<'p> {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&'p str> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Whether the tag has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Every start tag of a page, in order. Attributes may be quoted or, as minifiers write them, not.
pub fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (tag, after) = tag(after);
            rest = &after[tag.text.len()..];
            found.push(tag);
        } else {
            rest = after;
        }
    }
    found
}

/// Reads a tag from behind its `<`; answers what follows its `>` too.
fn tag(from: &str) -> (Tag<'_>, &str) {
    let ends = |c: char| c.is_ascii_whitespace() || c == '>' || c == '/';
    let (name, mut rest) = from.split_at(from.find(ends).unwrap_or(from.len()));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            rest = after;
            break;
        }
        if rest.is_empty() {
            break;
        }
        let end = rest
            .find(|c: char| c == '=' || ends(c))
            .unwrap_or(rest.len())
            // A stray `=` is a name of its own, or this would never end.
            .max(1);
        let (key, after) = rest.split_at(end);
        let (value, after) = match after.trim_start().strip_prefix('=') {
            None => ("", after),
            Some(after) => value(after.trim_start()),
        };
        attributes.push((key, value));
        rest = after;
    }
    let raw = ["script", "style"].iter().find(|raw| name.eq_ignore_ascii_case(raw));
    let until = match raw {
        Some(raw) => rest.to_ascii_lowercase().find(&format!("</{raw}")),
        None => rest.find('<'),
    };
    let text = &rest[..until.unwrap_or(rest.len())];
    (Tag { name, attributes, text }, rest)
}

fn value(from: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(after) = from.strip_prefix(quote) {
            return after.split_once(quote).unwrap_or((after, ""));
        }
    }
    let end = from.find(|c: char| c.is_ascii_whitespace() || c == '>');
    from.split_at(end.unwrap_or(from.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_quoted_and_bare() {
        let page = "<!doctype html><!-- <b> --><link rel=preload href='/a b' as=\"fetch\" crossorigin><br/>";
        let tags = tags(page);
        assert_eq!(tags.len(), 2);
        assert_eq!(tags[0].attributes, [("rel", "preload"), ("href", "/a b"), ("as", "fetch"), ("crossorigin", "")]);
        assert!(tags[1].is("BR"));
    }

    #[test]
    fn a_script_holds_its_text_whatever_is_in_it() {
        let tags = tags("<script type=module>if (1 < 2) { '<p>' }</script><p>x</p>");
        assert_eq!(tags[0].text, "if (1 < 2) { '<p>' }");
        assert_eq!(tags[1].text, "x");
        assert_eq!(tags.len(), 2);
    }
}
