//! Envelopes of this implementation are opened by python-cwt and pyhpke, and theirs here.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};

use latchbook::domain::{DeviceId, Instant, Role};
use latchbook::smartbox::envelope::{
    Credential, OpeningKey, Purpose, Signed, SigningKey, ToSign, check_mac, mac, open, seal,
};
use serde_json::{Value, json};

use crate::program::python;

/// Those who open and make envelopes in Python.
struct Others {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Others {
    fn start() -> Self {
        let mut child = python("python_box.interop").spawn().expect("the Python starts");
        let (stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Self { child, stdin, stdout: BufReader::new(stdout) }
    }

    fn say(&mut self, order: &Value) -> Value {
        writeln!(self.stdin, "{order}").expect("it listens");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{order}: {error} in {line}"))
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap_or_else(|| panic!("digits of base 16, got {hex}"));
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("of base 16")).collect()
}

const SEALED: [Purpose; 5] = [Purpose::Grants, Purpose::Command, Purpose::Receipt, Purpose::Events, Purpose::Answer];
const AUTHOR: [u8; 32] = [7; 32];
const READER: [u8; 32] = [9; 32];
const SECRET: [u8; 32] = [5; 32];

/// Contents of all lengths that make a head of another length.
fn contents() -> impl Iterator<Item = Vec<u8>> {
    [0, 1, 23, 24, 255, 256, 40_000].into_iter().map(|length| (0..length).map(|n| (n * 7) as u8).collect())
}

#[test]
#[ignore = "another implementation, in Python: `cargo xtask test --only native` runs this"]
fn what_is_signed_and_sealed_here_opens_there_and_the_other_way_round() {
    let mut others = Others::start();
    let (author, reader) = (SigningKey::from_seed(AUTHOR), OpeningKey::from_bytes(READER));
    for (purpose, content) in SEALED.into_iter().flat_map(|purpose| contents().map(move |content| (purpose, content))) {
        let to = reader.sealing();
        let credential = (purpose == Purpose::Grants).then(|| b"credential".to_vec());
        let to_sign = ToSign::new(purpose, &author.verifying(), Some(&to), credential.clone(), content.clone());
        let signature = author.sign(&to_sign);
        let envelope = seal(purpose, &to, &to_sign.signed(&signature), [3; 32]).expect("sealed");
        let mut order = json!({
            "do": "open_sealed", "purpose": purpose.text(), "reader": hex(READER),
            "author": hex(author.verifying().0), "envelope": hex(&envelope),
        });
        let opened = json!({ "content": hex(&content), "credential": credential.map(hex) });
        assert_eq!(others.say(&order), opened);
        order["purpose"] = Purpose::Offer.text().into();
        assert_eq!(others.say(&order), json!({ "refused": "FORGED" }), "it is for one purpose");

        let order = json!({
            "do": "seal", "purpose": purpose.text(), "author": hex(AUTHOR), "reader": hex(to.0), "content": hex(&content),
        });
        let envelope = bytes(&others.say(&order)["envelope"]);
        let opened = Signed::read(&open(purpose, &reader, &envelope).expect("opens")).expect("a COSE_Sign1");
        assert_eq!(opened.content(purpose, &author.verifying(), Some(&to)), Ok(content));
    }
}

#[test]
#[ignore = "another implementation, in Python: `cargo xtask test --only native` runs this"]
fn what_proves_the_secret_of_a_label_here_does_so_there_and_the_other_way_round() {
    let mut others = Others::start();
    for content in contents() {
        let (purpose, secret) = (Purpose::Terms.text(), hex(SECRET));
        let envelope = hex(mac(Purpose::Terms, &SECRET, &content));
        let order = json!({ "do": "check_mac", "purpose": purpose, "secret": secret, "envelope": envelope });
        assert_eq!(others.say(&order), json!({ "content": hex(&content) }));
        let order = json!({ "do": "check_mac", "purpose": purpose, "secret": hex(READER), "envelope": envelope });
        assert_eq!(others.say(&order), json!({ "refused": "FORGED" }));
        let order = json!({ "do": "mac", "purpose": purpose, "secret": secret, "content": hex(&content) });
        let envelope = bytes(&others.say(&order)["envelope"]);
        assert_eq!(check_mac(Purpose::Terms, &SECRET, &envelope), Ok(content));
    }
}

#[test]
#[ignore = "another implementation, in Python: `cargo xtask test --only native` runs this"]
fn a_credential_is_read_by_any_reader_of_cbor_web_tokens_and_theirs_is_read_here() {
    let mut others = Others::start();
    let organization = SigningKey::from_seed(SECRET);
    // A reader of its own makes sure that it has begun and has not ended, by the time of this machine.
    let credential = Credential {
        device: DeviceId(0x00C0_FFEE),
        role: Role::FrontDesk,
        issued: Instant::from_ms(1_700_000_000_000),
        expires: Instant::from_ms(7_000_000_000_000),
        key: SigningKey::from_seed(AUTHOR).verifying(),
    };
    let to_sign = credential.to_sign(&organization.verifying());
    let signature = organization.sign(&to_sign);
    let token = to_sign.signed(&signature);
    let order = json!({ "do": "read_token", "organization": hex(organization.verifying().0), "token": hex(&token) });
    let claims = bytes(&others.say(&order)["claims"]);
    let unchecked = Signed::read(&token).expect("a COSE_Sign1");
    assert_eq!(claims, unchecked.unchecked());

    let order = json!({ "do": "write_token", "organization": hex(SECRET), "claims": hex(&claims) });
    let token = bytes(&others.say(&order)["token"]);
    let now = Instant::from_ms(1_800_000_000_000);
    assert_eq!(Credential::read(&token, &organization.verifying(), now), Ok(credential));
}
