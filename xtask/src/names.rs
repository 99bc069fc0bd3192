//! Short names for what the WebAssembly and its JavaScript call each other by.
//!
//! wasm-bindgen gives each import, and each export for a closure, a name with a hash in it, in both files. The names are
//! of no use to a browser, and what is random cannot be compressed: they cost 8 KB of the download. Other exports keep
//! their names.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::digest;
use crate::fail::Fail;
use crate::files;

/// How many hexadecimal digits in a row make a hash.
const HASH: usize = 16;
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// Shortens the names in the app's two files in a folder, names the files by what is in them then, and makes the page
/// say so. Answers how many names there were.
pub fn shorten(folder: &Path) -> Result<usize, Fail> {
    let found = files::walk(folder)?;
    let wasm_file = single(&found, "_bg.wasm", folder)?;
    let wasm = files::read(wasm_file)?;
    let malformed = || Fail::new(format!("{} is not as expected: a section breaks off", wasm_file.display()));
    let mut long = Vec::new();
    rewritten(&wasm, &mut |name| {
        if has_hash(name) && !long.contains(name) {
            long.push(name.clone());
        }
        name.clone()
    })
    .ok_or_else(malformed)?;

    // The one that has the names: `start.js` and others have none.
    let scripts = found.iter().filter(|file| file.extension().is_some_and(|end| end == "js"));
    let scripts: Vec<_> =
        scripts.map(|file| files::read_text(file).map(|text| (file, text))).collect::<Result<_, _>>()?;
    let knows = |text: &str| words(text).any(|word| long.iter().any(|name| name == word));
    let mut knowing = scripts.iter().filter(|(_, text)| knows(text));
    let (Some((script_file, script)), None) = (knowing.next(), knowing.next()) else {
        return Err(Fail::new(format!("expected one script in {} to import for the app", folder.display())));
    };

    let taken: BTreeSet<_> = words(script).collect();
    let mut free = (0..).map(short).filter(|name| !taken.contains(name.as_str()));
    let names: BTreeMap<String, String> = long.iter().filter_map(|name| Some((name.clone(), free.next()?))).collect();
    let renamed = |name: &str| names.get(name).map_or(name, String::as_str).to_owned();
    let new_wasm = rewritten(&wasm, &mut |name| renamed(name)).ok_or_else(malformed)?;
    let mut new_script = String::new();
    for piece in pieces(script) {
        new_script.push_str(names.get(piece).map_or(piece, String::as_str));
    }

    let index = folder.join("index.html");
    let mut page = files::read_text(&index)?;
    for (file, old, new) in
        [(wasm_file, wasm.as_slice(), new_wasm.as_slice()), (*script_file, script.as_bytes(), new_script.as_bytes())]
    {
        let (old_name, new_name) = rehashed(file, new)?;
        page = page.replace(&old_name, &new_name).replace(&digest::integrity(old), &digest::integrity(new));
        files::remove_file(file)?;
        files::write(&folder.join(new_name), new)?;
    }
    files::write(&index, page)?;
    Ok(names.len())
}

fn single<'f>(found: &'f [PathBuf], end: &str, folder: &Path) -> Result<&'f PathBuf, Fail> {
    let mut matching = found.iter().filter(|file| file.to_string_lossy().ends_with(end));
    match (matching.next(), matching.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(Fail::new(format!("expected one file in {} whose name ends in {end}", folder.display()))),
    }
}

/// A file's name, and the name with the hash of its new bytes in place of the old ones': `latchbook-0123456789abcdef.js`.
fn rehashed(file: &Path, bytes: &[u8]) -> Result<(String, String), Fail> {
    let old = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // Trunk leaves out zeros that its hash begins with.
    let parts = old.rsplit_once('-').map(|(stem, rest)| (stem, rest, rest.find(|c: char| !c.is_ascii_hexdigit())));
    let Some((stem, rest, Some(end @ 1..=HASH))) = parts else {
        return Err(Fail::new(format!("{old} has no hash in its name, expected it behind the last `-`")));
    };
    let new = format!("{stem}-{}{}", &digest::hex(bytes)[..HASH], &rest[end..]);
    Ok((old, new))
}

fn has_hash(name: &str) -> bool {
    name.split(|c: char| !matches!(c, '0'..='9' | 'a'..='f')).any(|run| run.len() >= HASH)
}

/// A name for a number: short, and an identifier.
fn short(number: usize) -> String {
    const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut name = String::from("_");
    let mut rest = number;
    loop {
        name.push(char::from(DIGITS[rest % DIGITS.len()]));
        rest /= DIGITS.len();
        if rest == 0 {
            return name;
        }
    }
}

/// A script cut before and after each of its words; together they are the script.
fn pieces(script: &str) -> impl Iterator<Item = &str> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut rest = script;
    std::iter::from_fn(move || {
        let inside = in_word(rest.chars().next()?);
        let (piece, after) = rest.split_at(rest.find(|c| in_word(c) != inside).unwrap_or(rest.len()));
        rest = after;
        Some(piece)
    })
}

/// The identifiers of a script, and whatever else is written like one.
fn words(script: &str) -> impl Iterator<Item = &str> {
    pieces(script).filter(|piece| piece.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$'))
}

/// A module with other names for its imports and exports (WebAssembly 2.0, sections 5.5.5 and 5.5.10); nothing if it
/// breaks off.
fn rewritten(module: &[u8], name: &mut dyn FnMut(&String) -> String) -> Option<Vec<u8>> {
    let (head, mut rest) = module.split_at_checked(8)?;
    let mut out = head.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let mut after = after;
        let size = number(&mut after)?;
        let (body, next) = after.split_at_checked(size)?;
        rest = next;
        let body = match id {
            IMPORTS | EXPORTS => renamed_section(id, body, name)?,
            _ => body.to_vec(),
        };
        out.push(id);
        push_number(&mut out, body.len());
        out.extend(body);
    }
    Some(out)
}

fn renamed_section(id: u8, mut body: &[u8], name: &mut dyn FnMut(&String) -> String) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let count = number(&mut body)?;
    push_number(&mut out, count);
    for _ in 0..count {
        if id == IMPORTS {
            push_text(&mut out, &text(&mut body)?);
        }
        push_text(&mut out, &name(&text(&mut body)?));
        let (&kind, after) = body.split_first()?;
        // Of imports only functions, which are all that wasm-bindgen makes: other kinds are written differently.
        if id == IMPORTS && kind != 0 {
            return None;
        }
        body = after;
        out.push(kind);
        push_number(&mut out, number(&mut body)?);
    }
    body.is_empty().then_some(out)
}

fn text(from: &mut &[u8]) -> Option<String> {
    let size = number(from)?;
    let (bytes, after) = from.split_at_checked(size)?;
    *from = after;
    String::from_utf8(bytes.to_vec()).ok()
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    push_number(out, text.len());
    out.extend(text.as_bytes());
}

/// A number in LEB128, of at most 32 bits.
fn number(from: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for place in 0..5 {
        let (&byte, after) = from.split_first()?;
        *from = after;
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn push_number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One function type, the import `m.__wbg_ask_0123456789abcdef`, and the export `ask` of it.
    fn module(import: &str) -> Vec<u8> {
        let mut imports = vec![1];
        push_text(&mut imports, "m");
        push_text(&mut imports, import);
        imports.extend([0, 0]);
        let mut out = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02".to_vec();
        push_number(&mut out, imports.len());
        out.extend(imports);
        out.extend(b"\x07\x07\x01\x03ask\0\0");
        out
    }

    #[test]
    fn a_module_gets_its_names_and_keeps_the_rest() {
        let long = "__wbg_ask_0123456789abcdef".repeat(6);
        let shorter = rewritten(&module(&long), &mut |name| if has_hash(name) { "_a".into() } else { name.clone() });
        assert_eq!(shorter, Some(module("_a")));
    }

    #[test]
    fn a_module_that_breaks_off_is_refused() {
        let whole = module("ask");
        for end in (9..whole.len()).filter(|end| ![14, 25].contains(end)) {
            assert_eq!(rewritten(&whole[..end], &mut String::clone), None, "{end}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_long() {
        for name in ["__wbg_new_1e7c00339420672b", "wasm_bindgen_13f5a2f44b11d4e1___convert", "__cast_0000000000000001"]
        {
            assert!(has_hash(name), "{name}");
        }
        for name in ["__wbindgen_malloc", "memory", "main", "intounderlyingbytesource_pull"] {
            assert!(!has_hash(name), "{name}");
        }
    }

    #[test]
    fn a_script_is_cut_into_words_and_all_between_them() {
        let script = "let a={__wbg_x$1:b=>wasm.é};";
        assert_eq!(pieces(script).collect::<String>(), script);
        assert_eq!(words(script).collect::<Vec<_>>(), ["let", "a", "__wbg_x$1", "b", "wasm"]);
    }

    #[test]
    fn short_names_differ() {
        let names: BTreeSet<_> = (0..2000).map(short).collect();
        assert_eq!((names.len(), short(0), short(36)), (2000, "_a".to_owned(), "_ab".to_owned()));
    }

    #[test]
    fn a_site_is_shortened_in_both_files_and_its_page() {
        let folder = std::env::temp_dir().join(format!("latchbook-names-{}", std::process::id()));
        let (wasm, script) = (module("__wbg_ask_0123456789abcdef"), "i={__wbg_ask_0123456789abcdef:()=>_a}");
        // One with a zero less.
        let old = ["a-0123456789abcdef.js", "a-edcba9876543210_bg.wasm"];
        files::write(&folder.join(old[0]), script).unwrap();
        files::write(&folder.join(old[1]), &wasm).unwrap();
        files::write(&folder.join("start-0123456789abcdef.js"), "start()").unwrap();
        let page = format!("{} {} {}", old[0], digest::integrity(script.as_bytes()), digest::integrity(&wasm));
        files::write(&folder.join("index.html"), page).unwrap();

        assert_eq!(shorten(&folder).unwrap(), 1);
        let page = files::read_text(&folder.join("index.html")).unwrap();
        let [script, said_script, said_wasm] = page.split(' ').collect::<Vec<_>>()[..] else { panic!("{page}") };
        // `_a` was taken.
        assert_eq!(files::read_text(&folder.join(script)).unwrap(), "i={_b:()=>_a}");
        assert_eq!(digest::integrity(b"i={_b:()=>_a}"), said_script);
        assert_eq!(digest::integrity(&module("_b")), said_wasm);
        assert!(!folder.join(old[0]).exists() && !folder.join(old[1]).exists());
        files::remove_folder(&folder).unwrap();
    }
}
