//! The `view!` macro of Latchbook's interface.
//!
//! It takes what Leptos' own takes (elements, attributes, `class:`, `style:`, `prop:`, `on:`, `node_ref`, components with
//! their props and children, blocks) and makes something else of it. Leptos makes a type of each tree of elements, and the
//! compiler the code of each type. This makes one text of a view, its *template*, and a call for each thing in it that only
//! the running app knows; `latchbook::ui::dom` reads the template and takes the calls. All of it is one type, so that a view
//! costs the download its text and a dozen bytes a call.
//!
//! # The template
//!
//! A text of steps. Each begins with one of the letters below, and lasts until the next of them.
//!
//! | letter | rest | what it does |
//! |---|---|---|
//! | `\x01` | name | opens an element |
//! | `\x02` | name, `\x03`, value | gives the open element an attribute |
//! | `\x04` | text | adds text |
//! | `\x05` | | closes the open element |
//! | `\x06` | | waits for a child |
//! | `\x07` | name | waits for the value of an attribute |
//! | `\x08` | name | waits for whether the element has a class |
//! | `\x0b` | name | waits for the value of a style |
//! | `\x0c` | name | waits for the value of a property |
//! | `\x0e` | name | waits for the listener to an event |
//! | `\x0f` | | waits for where to keep the element |

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement, NodeName};
use rstml::{Parser, ParserConfig};
use syn::spanned::Spanned;
use syn::{Expr, Lit};

/// A view, in Leptos' syntax: a `latchbook::ui::dom::Markup`.
#[proc_macro]
pub fn view(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let parser = Parser::new(ParserConfig::default().recover_block(true));
    let (nodes, errors) = parser.parse_recoverable(TokenStream::from(tokens)).split_vec();
    let errors = errors.into_iter().map(|error| error.emit_as_expr_tokens());
    let markup = markup(&nodes);
    quote! {{
        #[allow(unused_braces)]
        {
            #(#errors;)*
            #markup
        }
    }}
    .into()
}

/// The expression that makes the markup of nodes.
fn markup(nodes: &[Node]) -> TokenStream {
    if let [Node::Element(element)] = nodes
        && is_component(element)
    {
        let component = component(element);
        return quote!(::latchbook::ui::dom::IntoView::into_view(#component));
    }
    if let [Node::Block(block)] = nodes {
        return quote!(::latchbook::ui::dom::IntoView::into_view(#block));
    }
    let mut template = Template::default();
    template.nodes(nodes);
    let Template { text, calls, errors } = template;
    quote! {{
        #(#errors)*
        #[allow(unused_mut)]
        let mut builder = ::latchbook::ui::dom::Builder::new(#text);
        #(#calls)*
        builder.done()
    }}
}

/// What is made of the nodes of a view.
#[derive(Default)]
struct Template {
    text: String,
    calls: Vec<TokenStream>,
    errors: Vec<TokenStream>,
}

impl Template {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Element(element) if is_component(element) => {
                    let component = component(element);
                    self.child(component);
                }
                Node::Element(element) => self.element(element),
                Node::Block(block) => self.child(block.to_token_stream()),
                Node::Text(text) => self.step('\x04', &text.value_string(), text),
                Node::RawText(text) => self.step('\x04', &text.to_string_best(), text),
                Node::Fragment(fragment) => self.nodes(fragment.children()),
                Node::Comment(_) => {}
                Node::Doctype(_) | Node::Custom(_) => self.refuse(node, "only elements, components, text and blocks"),
            }
        }
    }

    fn element(&mut self, element: &NodeElement<rstml::Infallible>) {
        let name = element.name();
        self.step('\x01', &name.to_string(), name);
        for attribute in element.attributes() {
            match attribute {
                NodeAttribute::Attribute(attribute) => self.attribute(attribute),
                NodeAttribute::Block(_) => self.refuse(attribute, "attributes are written out, name by name"),
            }
        }
        self.nodes(element.children());
        self.text.push('\x05');
    }

    fn attribute(&mut self, attribute: &KeyedAttribute) {
        let name = attribute.key.to_string();
        let span = attribute.span();
        let Some(value) = attribute.value() else {
            return self.step_of('\x02', &name, "", attribute);
        };
        let (kind, name) = name.split_once(':').unwrap_or(("", &name));
        match (kind, name) {
            ("", "node_ref") => {
                self.text.push('\x0f');
                self.calls.push(quote_spanned!(span=> builder.keep_in(#value);));
            }
            ("", name) => match value {
                Expr::Lit(literal) if literal_text(&literal.lit).is_some() => {
                    let text = literal_text(&literal.lit).unwrap_or_default();
                    self.step_of('\x02', name, &text, attribute);
                }
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Bool(there) if name.starts_with("aria-") => {
                        self.step_of('\x02', name, if there.value { "true" } else { "false" }, attribute);
                    }
                    Lit::Bool(there) if there.value => self.step_of('\x02', name, "", attribute),
                    Lit::Bool(_) => {}
                    _ => self.refuse(attribute, "text, whole numbers and yes or no, of what is written out"),
                },
                value => self.value('\x07', name, value, attribute),
            },
            ("class", name) => self.value('\x08', name, value, attribute),
            ("style", name) => self.value('\x0b', name, value, attribute),
            ("prop", name) => self.value('\x0c', name, value, attribute),
            ("on", name) => {
                self.step('\x0e', name, attribute);
                let event = format_ident!("{name}", span = attribute.key.span());
                let event = match name {
                    "cancel" => quote!(Custom::<::leptos::ev::Event>::new(#name)),
                    _ => quote!(#event),
                };
                self.calls.push(quote_spanned!(span=> builder.on(::leptos::ev::#event, #value);));
            }
            _ => self.refuse(attribute, "class:, style:, prop: and on: are known"),
        }
    }

    fn value(&mut self, step: char, name: &str, value: &Expr, at: &KeyedAttribute) {
        self.step(step, name, at);
        self.calls.push(quote_spanned!(at.span()=> builder.value(#value);));
    }

    fn child(&mut self, child: TokenStream) {
        self.text.push('\x06');
        self.calls.push(quote_spanned!(child.span()=> builder.child(#child);));
    }

    fn step_of(&mut self, step: char, name: &str, value: &str, at: &impl ToTokens) {
        self.step(step, name, at);
        self.step('\x03', value, at);
    }

    fn step(&mut self, step: char, rest: &str, at: &impl ToTokens) {
        if rest.chars().any(|letter| letter < ' ') {
            self.refuse(at, "a view holds no line breaks and no other control characters");
        }
        self.text.push(step);
        self.text.push_str(rest);
    }

    fn refuse(&mut self, at: &impl ToTokens, expected: &str) {
        let error = syn::Error::new_spanned(at, format!("not taken by `view!`: {expected}"));
        self.errors.push(error.into_compile_error().to_token_stream());
    }
}

/// A literal as the text of an attribute; nothing for what is no text.
fn literal_text(literal: &Lit) -> Option<String> {
    match literal {
        Lit::Str(text) => Some(text.value()),
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        _ => None,
    }
}

/// Whether an element is a component: its name begins with a capital letter.
fn is_component(element: &NodeElement<rstml::Infallible>) -> bool {
    match element.name() {
        NodeName::Path(path) => {
            path.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
        }
        _ => false,
    }
}

/// The call of a component, with its props and its children.
fn component(element: &NodeElement<rstml::Infallible>) -> TokenStream {
    let name = element.name();
    let mut props = TokenStream::new();
    for attribute in element.attributes() {
        match attribute {
            NodeAttribute::Attribute(attribute) => {
                let key = &attribute.key;
                let value = attribute.value().map_or_else(|| key.to_token_stream(), ToTokens::to_token_stream);
                props.extend(quote_spanned!(attribute.span()=> .#key({ #value })));
            }
            NodeAttribute::Block(block) => {
                let error = syn::Error::new_spanned(block, "not taken by `view!`: props are written out, name by name");
                return error.into_compile_error();
            }
        }
    }
    if !element.children().is_empty() {
        let children = match element.children() {
            [Node::Block(NodeBlock::ValidBlock(block))] => quote!(#block),
            children => markup(children),
        };
        props.extend(quote!(.children(::latchbook::ui::dom::ToChildren::to_children(move || #children))));
    }
    quote_spanned! {name.span()=>
        ::leptos::component::component_view(
            #name,
            ::leptos::component::component_props_builder(&#name) #props .build(),
        )
    }
}
