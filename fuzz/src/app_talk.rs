//! The app's side, with somebody in between who changes what the box answers, or makes it up.

use std::collections::BTreeMap;

use latchbook::domain::Instant;
use latchbook::smartbox::envelope::{OpeningKey, Purpose, Signed, SigningKey, ToSign, check_mac, mac, open};
use latchbook::smartbox::protocol::contents::Challenge;
use latchbook::smartbox::protocol::messages::{
    Envelope, Failure, Greeting, Response, read_request, read_response, write_response, write_versions,
};
use latchbook::smartbox::protocol::{Event, Grant, VERSIONS};
use latchbook::smartbox::{
    Author, BoxKeys, GrantId, LoggedEvent, Pairing, PairingStep, ReferenceBox, Step, Visit, VisitPlan, VisitReport,
    digest,
};

use super::input::Input;
use super::people::{
    Draws, NOON, answers, barred, command, devices, grant, happening, keys_of, new_box, notice, organization,
    other_box, paired_box, pairing_plan, sealed, serial, signed_by, signing_of,
};

/// More steps than any visit takes that comes to its end.
const STEPS: usize = 400;

/// Whatever is answered in the box's name: a visit and a pairing come to an end, and what they report the box has said.
pub fn app_talk(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    if input.byte().is_multiple_of(4) { pairing(&mut input) } else { visit(&mut input) }
}

fn visit(input: &mut Input<'_>) {
    let (mut smartbox, signing) = paired_box();
    for _ in 0..input.byte() % 8 {
        smartbox.step(happening(input), NOON);
    }
    let plan = plan(&smartbox, input);
    if input.byte() & 1 == 0 {
        smartbox.cabinet_mut().merge(plan.confirmed.clone(), Vec::new(), NOON);
    }
    let mut between = Between::new(smartbox, signing);
    let (mut visit, first) = Visit::start(plan.clone());
    let (mut step, mut steps, mut stored) = (Ok(Step::Send(first)), 0, Vec::new());
    let is_done = loop {
        steps += 1;
        assert!(steps < STEPS, "a visit that does not end");
        step = match step {
            Ok(Step::Send(request)) => {
                let reply = between.reply(&request, input);
                visit.exchange(&reply, between.now)
            }
            Ok(Step::Sign(what)) => visit.signed(&organization().device.sign(&what), [steps as u8; 32]),
            Ok(Step::Store(events, _)) => {
                stored.extend(events);
                visit.stored(between.now)
            }
            Ok(Step::Done(report)) => break *report == *visit.report(),
            Err(_) => break false,
        };
    };
    if !between.has_lied {
        between.has_said(visit.report(), &stored);
        if is_done {
            between.is_as_reported(visit.report(), &plan);
        }
    }
}

fn plan(smartbox: &ReferenceBox, input: &mut Input<'_>) -> VisitPlan {
    let manager = &devices()[0];
    let [grants, confirmed, doubtful, others, commands, from] = input.array();
    let mut some = |count: u8| (0..count % 8).map(|_| grant(input)).collect::<Vec<_>>();
    let (grants, confirmed, doubtful) = (some(grants), some(confirmed / 2), some(doubtful / 4));
    VisitPlan {
        serial: serial(),
        keys: keys_of(smartbox),
        by: Author {
            device: manager.id,
            key: manager.key.verifying(),
            credential: manager.credential.clone(),
            organization: organization().opening.clone(),
        },
        number: 1,
        answers: answers().bytes(),
        grants,
        confirmed,
        doubtful,
        notices: (0..others % 4).map(|_| notice(input)).collect(),
        barred: (0..others / 16 % 3).map(|_| barred(input)).filter(|barred| barred.device != manager.id).collect(),
        commands: (0..commands % 4).map(|_| command(input)).collect(),
        read_from: 1 + u64::from(from % 8),
        chain: None,
        set_clock: (from & 8 == 0).then_some(1_000),
    }
}

fn pairing(input: &mut Input<'_>) {
    let mut smartbox = new_box();
    for _ in 0..input.byte() % 8 {
        smartbox.step(happening(input), NOON);
    }
    let mut between = Between::new(smartbox, SigningKey::from_seed([1; 32]));
    let plan = pairing_plan();
    let (mut pairing, first) = Pairing::start(plan.clone());
    let (mut step, mut kept) = (Ok(PairingStep::Send(first)), None);
    loop {
        step = match step {
            Ok(PairingStep::Send(request)) => {
                let reply = between.reply(&request, input);
                pairing.exchange(&reply)
            }
            Ok(PairingStep::Keep(offered)) => {
                assert_eq!(offered.serial, plan.label.serial);
                assert!(between.has_lied || between.offered.contains(&offered.keys), "the keys of no box");
                kept = Some(offered.keys);
                pairing.kept(between.now, [8; 32])
            }
            Ok(PairingStep::Done(status)) => {
                assert!(between.has_lied || between.smartbox.is_paired());
                assert!(between.has_lied || kept == Some(keys_of(&between.smartbox)));
                assert!(between.has_lied || status.bins == between.smartbox.cabinet().bins());
                break;
            }
            Err(_) => break,
        };
    }
}

/// Who stands between the app and the box.
struct Between {
    smartbox: ReferenceBox,
    /// What the box signs with. Nobody in between has it: it is for the answers in which the box itself lies.
    signing: SigningKey,
    other: ReferenceBox,
    now: Instant,
    draws: Draws,
    heard: Vec<Vec<u8>>,
    has_lied: bool,
    /// All that the box ever wrote into its log.
    written: BTreeMap<u64, LoggedEvent>,
    /// All keys that the box ever offered.
    offered: Vec<BoxKeys>,
}

impl Between {
    fn new(smartbox: ReferenceBox, signing: SigningKey) -> Self {
        let (other, now, draws) = (other_box(), NOON, Draws::from(5));
        let (heard, written, offered) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { smartbox, signing, other, now, draws, heard, has_lied: false, written, offered }
    }

    /// What the box answers.
    fn honest(&mut self, request: &[u8]) -> Vec<u8> {
        let random = self.draws.next();
        self.note();
        let (reply, _) = self.smartbox.exchange(request, self.now, &random);
        self.note();
        if let Ok((_, Response::Offer { .. })) = read_response(&reply) {
            let opening = OpeningKey::from_bytes(std::array::from_fn(|n| random[96 + n]));
            self.signing = signing_of(&random);
            self.offered.push(BoxKeys { verifying: self.signing.verifying(), sealing: opening.sealing() });
        }
        self.heard.push(reply.clone());
        reply
    }

    /// Remembers what the box has written.
    fn note(&mut self) {
        self.written.extend(self.smartbox.cabinet().log().iter().map(|event| (event.number, event.clone())));
    }

    /// What the app hears.
    fn reply(&mut self, request: &[u8], input: &mut Input<'_>) -> Vec<u8> {
        let (exchange, _) = read_request(request).expect("a request");
        let kind = input.byte();
        let answer = |response: &Response| write_response(exchange, response);
        match kind % 16 {
            1 => input.run().to_vec(),
            2 => answer(&around(kind / 16, Envelope(input.run().to_vec()))),
            3 => {
                let reply = self.honest(request);
                input.altered(&reply)
            }
            4 => {
                let reply = self.honest(request);
                resealed(&reply, |signed| input.altered(signed))
            }
            5 => {
                self.honest(request);
                let earlier = self.heard[input.below(self.heard.len())].clone();
                match read_response(&earlier) {
                    Ok((_, response)) if (kind / 16) & 1 == 0 => answer(&response),
                    _ => earlier,
                }
            }
            6 => self.other.exchange(request, self.now, &self.draws.next()).0,
            7 => answer(&made_up(input)),
            8 => {
                self.honest(request);
                self.honest(request)
            }
            9 => {
                let altered = input.altered(request);
                self.honest(&altered)
            }
            10 => {
                self.now = self.now.plus_ms(input.ms());
                self.honest(request)
            }
            11 | 12 => {
                self.has_lied = true;
                let reply = self.honest(request);
                let signing = self.signing.clone();
                let lie = |content: &[u8]| {
                    if (kind / 16).is_multiple_of(4) { input.run().to_vec() } else { input.altered(content) }
                };
                lied(&reply, &signing, lie)
            }
            _ => self.honest(request),
        }
    }

    /// What a report says, and what was stored, the box has said, though not all at once.
    fn has_said(&self, report: &VisitReport, stored: &[LoggedEvent]) {
        let grants = self.smartbox.cabinet().grants();
        for held in &report.confirmed {
            let is_held = grants.get(held.grant).is_some_and(|grant| grant.stamp >= held.stamp);
            assert!(is_held, "confirmed, and the box does not hold it: {held:?}");
        }
        for event in stored {
            assert_eq!(self.written.get(&event.number), Some(event), "stored, and never written");
        }
        assert!(stored.is_sorted_by(|one, next| one.number < next.number));
        let was_set =
            self.written.values().any(|logged| matches!(logged.event, Event::ClockSet { to, .. } if to >= NOON));
        assert!(!report.clock_set || was_set);
    }

    /// After a visit that came to its end, things are as its report says.
    fn is_as_reported(&self, report: &VisitReport, plan: &VisitPlan) {
        let cabinet = self.smartbox.cabinet();
        assert_eq!(report.bins, cabinet.bins());
        if report.digest_agrees == Some(true) {
            let clock = cabinet.clock(self.now);
            let newest = |doubtful: &[Grant]| {
                let mut newest: BTreeMap<GrantId, Grant> = BTreeMap::new();
                for grant in plan.confirmed.iter().chain(doubtful).chain(&plan.grants) {
                    let known = newest.entry(grant.id).or_insert_with(|| grant.clone());
                    *known = grant.clone().max(known.clone());
                }
                digest(newest.values(), clock)
            };
            // What is doubtful is delivered only to a box that holds something else than it should.
            let there = cabinet.grants().digest(clock);
            assert!(there == newest(&[]) || there == newest(&plan.doubtful));
        }
    }
}

/// An answer around an envelope.
fn around(kind: u8, envelope: Envelope) -> Response {
    match kind % 5 {
        0 => Response::Offer { envelope },
        1 => Response::Joined { envelope },
        2 => Response::Delivered { envelope },
        3 => Response::Events { envelope, through: 5, next: 5 },
        _ => Response::Done { envelope },
    }
}

/// An answer that anyone may make up.
fn made_up(input: &mut Input<'_>) -> Response {
    let [kind, first, held] = input.array();
    if kind & 3 == 3 {
        return Response::Failed(Failure::NoSuchBin { bin: first });
    }
    Response::Hello(Greeting {
        serial: serial(),
        versions: VERSIONS,
        paired: kind & 4 == 0,
        challenge: Challenge(input.array()),
        clock: NOON.plus_ms(input.ms()).max(Instant::default()),
        first_held: 1 + u64::from(first),
        next: 1 + u64::from(first) + u64::from(held),
    })
}

/// For what an answer was sealed, and the key that opens it.
fn sealed_to(response: &Response) -> Option<(Purpose, OpeningKey)> {
    match response {
        Response::Delivered { .. } => Some((Purpose::Receipt, organization().opening.clone())),
        Response::Events { .. } => Some((Purpose::Events, organization().opening.clone())),
        Response::Done { .. } => Some((Purpose::Answer, answers())),
        Response::Hello(_) | Response::Offer { .. } | Response::Joined { .. } | Response::Failed(_) => None,
    }
}

fn with_envelope(response: Response, with: Envelope) -> Response {
    match response {
        Response::Offer { .. } => Response::Offer { envelope: with },
        Response::Joined { .. } => Response::Joined { envelope: with },
        Response::Delivered { .. } => Response::Delivered { envelope: with },
        Response::Events { through, next, .. } => Response::Events { envelope: with, through, next },
        Response::Done { .. } => Response::Done { envelope: with },
        response @ (Response::Hello(_) | Response::Failed(_)) => response,
    }
}

fn envelope_of(response: &Response) -> Option<&[u8]> {
    match response {
        Response::Offer { envelope }
        | Response::Joined { envelope }
        | Response::Delivered { envelope }
        | Response::Events { envelope, .. }
        | Response::Done { envelope } => Some(&envelope.0),
        Response::Hello(_) | Response::Failed(_) => None,
    }
}

/// The same answer, with what is signed in it changed and sealed anew.
fn resealed(reply: &[u8], change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Ok((exchange, response)) = read_response(reply) else { return write_versions() };
    let Some(envelope) = envelope_of(&response) else { return reply.to_vec() };
    let changed = match sealed_to(&response) {
        Some((purpose, key)) => {
            let signed = open(purpose, &key, envelope).expect("the box has sealed it");
            sealed(purpose, &key.sealing(), &change(&signed))
        }
        None => Envelope(change(envelope)),
    };
    write_response(exchange, &with_envelope(response, changed))
}

/// What the box would have answered if it had signed something else.
fn lied(reply: &[u8], signing: &SigningKey, lie: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Ok((exchange, response)) = read_response(reply) else { return write_versions() };
    let by = signing.verifying();
    let Some(envelope) = envelope_of(&response) else { return reply.to_vec() };
    let envelope = match (&response, sealed_to(&response)) {
        (_, Some((purpose, key))) => {
            let signed = open(purpose, &key, envelope).expect("the box has sealed it");
            let content = lie(Signed::read(&signed).expect("the box has signed it").unchecked());
            let to = key.sealing();
            sealed(purpose, &to, &signed_by(signing, ToSign::new(purpose, &by, Some(&to), None, content)))
        }
        (Response::Offer { .. }, None) => {
            let secret = new_box().label().secret.key();
            let content = check_mac(Purpose::Offer, &secret, envelope).expect("the box has made it");
            Envelope(mac(Purpose::Offer, &secret, &lie(&content)))
        }
        _ => {
            let content = lie(Signed::read(envelope).expect("the box has signed it").unchecked());
            Envelope(signed_by(signing, ToSign::new(Purpose::Paired, &by, None, None, content)))
        }
    };
    write_response(exchange, &with_envelope(response, envelope))
}
