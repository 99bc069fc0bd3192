use proptest::prelude::*;

use super::pieces::LONGEST_NAME;
use super::*;
use crate::delivery::hex;
use crate::domain::cbor::{from_slice, to_vec};

fn render(text: &str, values: &Values) -> String {
    Template::parse(text).expect("a template").render(values)
}

fn error(text: &str) -> TemplateError {
    Template::parse(text).expect_err("no template")
}

fn at(line: usize, column: usize) -> Place {
    Place { line, column }
}

#[test]
fn a_placeholder_gives_way_to_its_value() {
    let values = Values::default().with(Placeholder::Code, "482 9137").with(Placeholder::Key, "{code} [[");
    assert_eq!(
        render("Code {code}, { Code } [1] for {key}{end}.", &values),
        "Code 482 9137, 482 9137 [1] for {code} [[."
    );
    assert_eq!(render("a\r\nb", &values), "a\nb");
    let mut blank = Values::default();
    blank.set(Placeholder::Key, Some(" \n".to_owned()));
    assert_eq!((blank.get(Placeholder::Key), format!("{blank:?}")), (None, "Values(…)".to_owned()));
}

#[test]
fn a_section_vanishes_when_a_value_in_it_is_missing() {
    let values = Values::default().with(Placeholder::Start, "15:00").with(Placeholder::Key, "Flat");
    assert_eq!(render("{key}[[ from {start} to {end}]][[, from {start}]].", &values), "Flat, from 15:00.");
    assert_eq!(render("[[{url}]]", &values), "");
}

#[test]
fn a_line_vanishes_with_its_sections() {
    let mut values = Values::default().with(Placeholder::Key, "Flat");
    let text = "Key: {key}\n\n[[At {location}]]\n [[{address}]] [[{hours}]]\n\nBye\n\n[[{url}]]";
    assert_eq!(render(text, &values), "Key: Flat\n\nBye");
    values.set(Placeholder::Hours, Some("9-17".to_owned()));
    assert_eq!(render(text, &values), "Key: Flat\n\n  9-17\n\nBye");
    values.set(Placeholder::Location, Some("Alfama".to_owned()));
    values.set(Placeholder::Url, Some("https://a".to_owned()));
    assert_eq!(render(text, &values), "Key: Flat\n\nAt Alfama\n  9-17\n\nBye\n\nhttps://a");
    assert_eq!(render("a\n\n\n[[over\n{end}\nlines]]\nb", &values), "a\n\n\nb");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let unknown = |name: &str, nearest, at| TemplateError::Unknown { name: name.to_owned(), nearest, at };
    assert_eq!(error(" \n "), TemplateError::Empty);
    assert_eq!(error(&"é".repeat(4001)), TemplateError::TooLong { got: 4001, most: 4000 });
    assert_eq!(error("Olá\nó {vistor}"), unknown("vistor", Some(Placeholder::Visitor), at(2, 3)));
    assert_eq!(error("{CODES}"), unknown("CODES", Some(Placeholder::Code), at(1, 1)));
    assert_eq!(error("{password}"), unknown("password", None, at(1, 1)));
    assert_eq!(error("{}"), unknown("", None, at(1, 1)));
    assert_eq!(error("a {code b"), TemplateError::UnclosedBrace { found: "code b".to_owned(), at: at(1, 3) });
    assert_eq!(error("{code\n}"), TemplateError::UnclosedBrace { found: "code".to_owned(), at: at(1, 1) });
    assert_eq!(error("{a{code}"), TemplateError::UnclosedBrace { found: "a".to_owned(), at: at(1, 1) });
    assert_eq!(error("code}"), TemplateError::Unopened { found: "}", at: at(1, 5) });
    assert_eq!(error("a]]"), TemplateError::Unopened { found: "]]", at: at(1, 2) });
    assert_eq!(error("a\n[[b"), TemplateError::UnclosedSection { at: at(2, 1) });
    assert_eq!(error("[[a [[b]]]]"), TemplateError::NestedSection { at: at(1, 5) });
    let long = "x".repeat(60) + "}";
    assert_eq!(
        error(&["{", &long].concat()),
        TemplateError::UnclosedBrace { found: "x".repeat(LONGEST_NAME), at: at(1, 1) }
    );
}

#[test]
fn instructions_need_the_code_where_it_can_not_vanish() {
    let parsed = |text, kind, part| Template::parse_for(text, kind, part).map(|template| template.text().to_owned());
    for kind in [MessageKind::Instructions, MessageKind::AliasInstructions] {
        for part in [Part::Body, Part::Sms] {
            assert_eq!(parsed("Hello", kind, part), Err(TemplateError::Missing(Placeholder::Code)));
            assert_eq!(parsed("[[{code}]]", kind, part), Err(TemplateError::Missing(Placeholder::Code)));
            assert_eq!(parsed("[[{key}]] {code}", kind, part), Ok("[[{key}]] {code}".to_owned()));
        }
        assert!(parsed("Hello", kind, Part::Subject).is_ok());
    }
    assert!(parsed("Hello", MessageKind::Revocation, Part::Body).is_ok());
}

#[test]
fn the_golden_template_stays() {
    let template = Template::parse("Hi [[{key}]]").expect("a template");
    assert_eq!(hex(&to_vec(&template)), "6c4869205b5b7b6b65797d5d5d");
    assert_eq!(from_slice(&to_vec(&template)), Ok(template));
    assert!(from_slice::<Template>(&[0x60]).is_err());
}

#[test]
fn what_only_a_newer_app_knows_has_no_value() {
    let newer = from_slice::<Template>(&to_vec(&"Bay[[ {bay}]] {bay}.".to_owned())).expect("a template");
    assert_eq!(newer.render(&Values::default()), "Bay .");
}

#[test]
fn every_name_leads_to_its_placeholder() {
    for (number, placeholder) in Placeholder::ALL.into_iter().enumerate() {
        assert_eq!(placeholder as usize, number);
        assert_eq!(Placeholder::named(placeholder.name()), Some(placeholder));
        assert_eq!(placeholder.written(), ["{", placeholder.name(), "}"].concat());
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zé \n]{1,6}",
        2 => prop::sample::select(Placeholder::ALL.to_vec()).prop_map(|p| p.written().to_owned()),
        2 => ("[a-z\n]{0,4}", prop::sample::select(Placeholder::ALL.to_vec()), "[a-z\n ]{0,4}")
            .prop_map(|(before, p, after)| ["[[", &before, p.written(), &after, "]]"].concat()),
        1 => prop::sample::select(vec!["{", "}", "[[", "]]", "[", "]", "{code"]).prop_map(str::to_owned),
    ]
}

/// A text without its marks, from its beginning to its end: of three brackets the first two are a mark.
fn words(mut text: &str) -> String {
    let mut words = String::new();
    while let Some(letter) = text.chars().next() {
        let is_mark = text.starts_with("[[") || text.starts_with("]]");
        if !is_mark && !matches!(letter, '{' | '}') {
            words.push(letter);
        }
        text = &text[if is_mark { 2 } else { letter.len_utf8() }..];
    }
    words
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused_and_rendered_without_a_panic(
        pieces in prop::collection::vec(piece(), 0..12), wild in any::<String>(), given: [bool; 11],
    ) {
        let text = pieces.concat() + &wild;
        let mut values = Values::default();
        for placeholder in Placeholder::ALL.into_iter().filter(|placeholder| given[*placeholder as usize]) {
            values.set(placeholder, Some("VALUE".to_owned()));
        }
        Template::of_own(&text).render(&values);
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(Template::parse(template.text()), Ok(template.clone()));
            prop_assert_eq!(from_slice(&to_vec(&template)), Ok(template.clone()));
            let rendered = template.render(&values);
            let unfilled = ["{", "}", "[["].into_iter().find(|left| rendered.contains(left));
            prop_assert_eq!(unfilled, None);
        }
    }

    #[test]
    fn with_every_value_a_text_keeps_all_its_words(pieces in prop::collection::vec(piece(), 1..12)) {
        let values = Placeholder::ALL.into_iter().fold(Values::default(), |values, p| values.with(p, p.name()));
        if let Ok(template) = Template::parse(&pieces.concat()) {
            prop_assert_eq!(template.render(&values), words(template.text()).trim_end().to_owned());
        }
    }
}
