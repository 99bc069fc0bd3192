//! What was typed into the forms of alias codes, read once, with words for what is wrong.

use crate::domain::{Country, EmailAddress, Language, MobileNumber, VisitorDetails};
use crate::ui::forms;
use crate::ui::pages::bookings::draft::{optional, sentence};

/// What stands in the fields about the visitor.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TypedVisitor {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their mobile number.
    pub mobile: String,
    /// A language's tag.
    pub language: String,
}

/// What is wrong with the visitor, field by field.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WrongVisitor {
    /// With the name.
    pub name: Option<String>,
    /// With the e-mail address.
    pub email: Option<String>,
    /// With the mobile number.
    pub mobile: Option<String>,
}

/// Reads the visitor; nobody, when all is left empty. A mobile number without its country's code is one of `country`.
pub fn visitor(typed: &TypedVisitor, country: Option<Country>) -> Result<Option<VisitorDetails>, WrongVisitor> {
    if [&typed.name, &typed.email, &typed.mobile].into_iter().all(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let name = forms::name(&typed.name);
    let email = optional(&typed.email, |text| EmailAddress::parse(text).map_err(sentence));
    let mobile = optional(&typed.mobile, |text| MobileNumber::parse_in(text, country).map_err(sentence));
    match (name, email, mobile) {
        (Ok(name), Ok(email), Ok(mobile)) => {
            let language = Language::from_tag(&typed.language).unwrap_or_default();
            Ok(Some(VisitorDetails { name, email, mobile, language }))
        }
        (name, email, mobile) => Err(WrongVisitor { name: name.err(), email: email.err(), mobile: mobile.err() }),
    }
}

/// A line that could not be read: its number, counted from 1, and why.
pub type WrongLine = (usize, String);

/// Reads visitors, one a line: the name, then an e-mail address, a mobile number or both, with commas between. Empty lines
/// do not count.
pub fn visitors(
    text: &str,
    language: Language,
    country: Option<Country>,
) -> Result<Vec<VisitorDetails>, Vec<WrongLine>> {
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match one(line, language, country) {
            Ok(visitor) => read.push(visitor),
            Err(words) => wrong.push((number, words)),
        }
    }
    if wrong.is_empty() { Ok(read) } else { Err(wrong) }
}

fn one(line: &str, language: Language, country: Option<Country>) -> Result<VisitorDetails, String> {
    let mut parts = line.split([',', ';', '\t']).map(str::trim);
    let name = parts.next().unwrap_or_default();
    let name = forms::name(name).map_err(|words| match name {
        "" => "The name is missing.".to_owned(),
        _ => words,
    })?;
    let mut visitor = VisitorDetails { name, email: None, mobile: None, language };
    for part in parts.filter(|part| !part.is_empty()) {
        if part.contains('@') && visitor.email.is_none() {
            visitor.email = Some(EmailAddress::parse(part).map_err(sentence)?);
        } else if part.contains(|c: char| c.is_numeric()) && visitor.mobile.is_none() {
            visitor.mobile = Some(MobileNumber::parse_in(part, country).map_err(sentence)?);
        } else {
            return Err("Expected a name, then an e-mail address or a mobile number.".to_owned());
        }
    }
    Ok(visitor)
}

#[cfg(test)]
mod tests {
    // These run in the browser, where the interface is.
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn read(text: &str) -> Result<Vec<VisitorDetails>, Vec<WrongLine>> {
        visitors(text, Language::Pt, Country::of_code("PT"))
    }

    #[test]
    fn nothing_typed_is_nobody_yet() {
        let typed = TypedVisitor { name: " ".into(), language: "pt".into(), ..TypedVisitor::default() };
        assert_eq!(visitor(&typed, None), Ok(None));
        let wrong = visitor(&TypedVisitor { email: "ana@example.com".into(), ..typed }, None).expect_err("no name");
        assert!(wrong.name.is_some() && wrong.email.is_none());
    }

    #[test]
    fn each_line_is_a_visitor() {
        let text = "Ana Reis, ana@example.com\n\n Rui Sá; 912 345 678\nBia Nunes\nEva, eva@example.com, +447700900118";
        let visitors = read(text).expect("all are right");
        let said: Vec<_> = visitors
            .iter()
            .map(|v| (v.name.as_str(), v.email.as_ref().map(|e| e.as_str()), v.mobile.as_ref().map(|m| m.as_str())))
            .collect();
        assert_eq!(
            said,
            [
                ("Ana Reis", Some("ana@example.com"), None),
                ("Rui Sá", None, Some("+351912345678")),
                ("Bia Nunes", None, None),
                ("Eva", Some("eva@example.com"), Some("+447700900118")),
            ]
        );
        assert!(visitors.iter().all(|v| v.language == Language::Pt));
    }

    #[test]
    fn wrong_lines_are_named_by_their_numbers() {
        let wrong =
            read("Ana, ana@example.com\n\nRui, rui@example\n, x@example.com\nReis, Eva").expect_err("three wrong");
        assert_eq!(wrong.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 4, 5]);
    }
}
