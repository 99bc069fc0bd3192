//! Checks a built site: its policy is strict, nothing in it is inline, and every integrity hash is that of its file.
//!
//! A browser would refuse what is wrong here only once somebody opens the page, and for a hash in the cache of somebody
//! else's server only after the next deployment.
use std::path::{Path, PathBuf};

use crate::digest;
use crate::fail::Fail;
use crate::files;
use crate::page::{self, Tag};

/// The policy of a page, from its `<meta>`.
pub fn policy(page: &str) -> Option<&str> {
    page::tags(page).iter().find(|tag| is_policy(tag)).and_then(|tag| tag.get("content"))
}

fn is_policy(tag: &Tag<'_>) -> bool {
    tag.is("meta") && tag.get("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-security-policy"))
}

/// Checks the site in a folder; answers how many files have a hash that was compared.
pub fn site(folder: &Path, public_url: &str) -> Result<usize, Fail> {
    let index = files::read_text(&folder.join("index.html"))?;
    let mut wrong = page_problems(&index, public_url, &|name| files::read(&folder.join(name)).ok());
    let hashed = hashed_files(&index, public_url);
    for file in files::walk(folder)? {
        if file.extension().is_some_and(|end| end == "wasm") {
            let name = file.strip_prefix(folder).unwrap_or(&file);
            if !hashed.iter().any(|hashed| hashed == name) {
                wrong.push(format!("{} has no integrity hash in index.html", name.display()));
            }
        }
    }
    if files::read_text(&folder.join("404.html"))? != index {
        wrong.push("404.html differs from index.html".to_owned());
    }
    if wrong.is_empty() {
        return Ok(hashed.len());
    }
    Err(Fail::new(format!(
        "the site in {} is not fit to be published:\n  - {}",
        folder.display(),
        wrong.join("\n  - ")
    )))
}

fn hashed_files(page: &str, public_url: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = page::tags(page)
        .iter()
        .filter(|tag| hash(tag).is_some())
        .filter_map(|tag| local(address(tag)?, public_url))
        .map(PathBuf::from)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The hash that is compared before what the tag names is used: by the browser, or where a preload is for a fetch by
/// the script that fetches.
fn hash<'p>(tag: &Tag<'p>) -> Option<&'p str> {
    let by_script = tag.get("as") == Some("fetch");
    tag.get(if by_script { "data-integrity" } else { "integrity" })
}

fn address<'p>(tag: &Tag<'p>) -> Option<&'p str> {
    tag.get("src").or_else(|| tag.get("href"))
}

/// The name in the site's folder of what an address of the page names, if it names something there.
fn local<'a>(address: &'a str, public_url: &str) -> Option<&'a str> {
    let inside = match address.strip_prefix(public_url) {
        Some(inside) => inside,
        // Relative to `<base>`, which is the public address.
        None if !address.starts_with('/') && !address.contains(':') => address,
        None => return None,
    };
    inside.split(['?', '#']).next()
}

fn page_problems(page: &str, public_url: &str, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Vec<String> {
    let tags = page::tags(page);
    let mut wrong = Vec::new();
    let mut loads_began = false;
    let mut policies = 0;
    let mut bases = 0;
    for tag in &tags {
        if is_policy(tag) {
            policies += 1;
            if loads_began {
                wrong.push("the policy comes after something it should govern".to_owned());
            }
            policy_problems(tag.get("content").unwrap_or(""), &mut wrong);
        }
        if tag.is("base") {
            bases += 1;
            if tag.get("href") != Some(public_url) {
                wrong.push(format!("<base> has {:?}, expected {public_url:?}", tag.get("href")));
            }
        }
        loads_began |= tag.is("script") || tag.is("link") || tag.is("style");
        inline_problems(tag, &mut wrong);
        file_problems(tag, public_url, read, &mut wrong);
    }
    if policies != 1 {
        wrong.push(format!("{policies} Content-Security-Policies, expected one"));
    }
    if bases != 1 {
        wrong.push(format!("{bases} <base> tags, expected one"));
    }
    wrong
}

fn policy_problems(policy: &str, wrong: &mut Vec<String>) {
    let directives: Vec<_> = policy.split(';').map(str::trim).collect();
    for needed in ["default-src 'none'", "object-src 'none'", "base-uri 'self'"] {
        if !directives.contains(&needed) {
            wrong.push(format!("the policy lacks `{needed}`"));
        }
    }
    const ALLOWED: [&str; 5] = ["'self'", "'none'", "'wasm-unsafe-eval'", "data:", "blob:"];
    // What the app may be told to connect to: a gateway of the organization's own choice.
    const GATEWAYS: [&str; 3] = ["https:", "http://localhost:*", "http://127.0.0.1:*"];
    for directive in directives {
        let mut words = directive.split_whitespace();
        let name = words.next().unwrap_or("");
        let (images, connects) = (name == "img-src", name == "connect-src");
        for source in words {
            let embeds = source.ends_with(':');
            let gateway = connects && GATEWAYS.contains(&source);
            if !gateway && (!ALLOWED.contains(&source) || (embeds && !images)) {
                wrong.push(format!("the policy allows `{name} {source}`"));
            }
        }
    }
}

fn inline_problems(tag: &Tag<'_>, wrong: &mut Vec<String>) {
    if tag.is("script") && (tag.get("src").is_none() || !tag.text.trim().is_empty()) {
        wrong.push("a <script> has its text inline".to_owned());
    }
    if tag.is("style") {
        wrong.push("a <style> has its text inline".to_owned());
    }
    for (name, _) in &tag.attributes {
        let name = name.to_ascii_lowercase();
        if name == "style" || name.starts_with("on") {
            wrong.push(format!("<{}> has the inline attribute `{name}`", tag.name));
        }
    }
}

fn file_problems(tag: &Tag<'_>, public_url: &str, read: &dyn Fn(&str) -> Option<Vec<u8>>, wrong: &mut Vec<String>) {
    let loads = ["script", "link", "img"].iter().any(|name| tag.is(name));
    let Some(address) = address(tag).filter(|_| loads) else {
        return;
    };
    let Some(bytes) = local(address, public_url).and_then(read) else {
        wrong.push(format!("{address} is no file of the site"));
        return;
    };
    let runs =
        tag.is("script") || tag.get("rel").is_some_and(|rel| ["stylesheet", "preload", "modulepreload"].contains(&rel));
    match hash(tag) {
        Some(said) if said != digest::integrity(&bytes) => {
            wrong.push(format!("{address} has the integrity {said}, its bytes give {}", digest::integrity(&bytes)))
        }
        None if runs => wrong.push(format!("{address} has no integrity hash")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "default-src 'none'; object-src 'none'; base-uri 'self'; script-src 'self' 'wasm-unsafe-eval'";

    fn problems(policy: &str, body: &str) -> Vec<String> {
        let page = format!("<base href=/sub/><meta http-equiv=Content-Security-Policy content=\"{policy}\">{body}");
        page_problems(&page, "/sub/", &|name| (name == "a.js").then(|| b"1".to_vec()))
    }

    #[test]
    fn a_page_with_hashes_and_a_strict_policy_is_fit() {
        let script = format!("<script src=/sub/a.js integrity={}></script>", digest::integrity(b"1"));
        assert_eq!(problems(POLICY, &script), Vec::<String>::new());
    }

    #[test]
    fn each_way_to_be_unfit_is_found() {
        for body in [
            "<script src=/sub/a.js></script>",
            "<script src=/sub/a.js integrity=sha384-AAAA></script>",
            "<script src=/a.js integrity=sha384-AAAA></script>",
            "<script src=https://elsewhere/a.js integrity=sha384-AAAA></script>",
            "<script>1</script>",
            "<style>p{}</style>",
            "<p style=color:red>",
            "<p onclick=alert()>",
            "<link rel=icon href=missing.svg>",
        ] {
            assert_eq!(problems(POLICY, body).len(), 1, "{body}");
        }
    }

    #[test]
    fn a_policy_that_lets_more_in_is_found() {
        for more in ["'unsafe-inline'", "'unsafe-eval'", "https:", "*", "https://elsewhere", "data:"] {
            assert_eq!(problems(&format!("{POLICY} {more}"), "").len(), 1, "{more}");
        }
    }

    #[test]
    fn a_gateway_may_be_connected_to_and_nothing_loaded_from_it() {
        let connects = "connect-src 'self' https: http://localhost:*";
        assert_eq!(problems(&format!("{POLICY}; {connects}"), "").len(), 0);
        assert_eq!(problems(&format!("{POLICY}; img-src https:"), "").len(), 1);
        assert_eq!(problems(&format!("{POLICY}; connect-src http:"), "").len(), 1);
    }
}
