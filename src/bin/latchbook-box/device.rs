//! The box and its state, always together: nothing leaves before what it says is on the disk.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use latchbook::domain::{BinNumber, Instant, SerialNumber};
use latchbook::smartbox::handover::{Handover, Parcel, at_reader};
use latchbook::smartbox::{Input, Made, Output, ReferenceBox};

use crate::args::{BINS, Options};
use crate::fail::Fail;
use crate::state::StateFile;

/// A box that has power.
#[derive(Debug)]
pub struct Device {
    smartbox: ReferenceBox,
    file: Option<StateFile>,
}

impl Device {
    /// Gives power to the box that is kept, or to a new one.
    ///
    /// # Errors
    /// When its state cannot be read or kept, or is that of another box than was asked for.
    pub fn start(options: &Options) -> Result<Self, Fail> {
        let mut file = options.state.as_deref().map(StateFile::take).transpose()?;
        let kept = match &mut file {
            Some(file) => file.read()?,
            None => None,
        };
        let smartbox = match kept {
            Some(kept) => {
                let mut smartbox = ReferenceBox::load(&kept).map_err(|error| {
                    Fail::new(error.to_string()).remedy("name another file, or move this one away to begin a new box")
                })?;
                is_meant(&smartbox, options)?;
                smartbox.step(Input::PowerOn, now());
                smartbox
            }
            None => make(options)?,
        };
        let mut device = Self { smartbox, file };
        device.keep()?;
        Ok(device)
    }

    /// The box, to look at.
    pub const fn smartbox(&self) -> &ReferenceBox {
        &self.smartbox
    }

    /// The answer to a message, and what the box does besides.
    ///
    /// # Errors
    /// When the state cannot be kept; then there must be no answer.
    pub fn answer(&mut self, message: &[u8]) -> Result<(Vec<u8>, Vec<Output>), Fail> {
        // The one place where a message meets the box.
        let answered = self.smartbox.exchange(message, now(), &random()?);
        self.keep()?;
        Ok(answered)
    }

    /// Something happens at the box.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn step(&mut self, input: Input) -> Result<Vec<Output>, Fail> {
        // What was waited for too long is forgotten first.
        let mut outputs = self.smartbox.step(Input::Tick, now());
        outputs.extend(self.smartbox.step(input, now()));
        self.keep()?;
        Ok(outputs)
    }

    /// A file is held to the reader; what the box gives back is written into another, after the box's state is kept. Otherwise
    /// what was wrong with the files.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn read(&mut self, file: &Path, back: &Path) -> Result<Result<(), String>, Fail> {
        let parcel = match parcel(file) {
            Ok(parcel) => parcel,
            Err(error) => return Ok(Err(error)),
        };
        let given = at_reader(&mut self.smartbox, &parcel, now(), &mut || random().ok());
        self.keep()?;
        let Some(given) = given else {
            return Ok(Err("nothing in the file is for this box, or it is nobody's".to_owned()));
        };
        let written = fs::write(back, Handover::Return(given).file());
        Ok(written.map_err(|error| format!("{} can't be written: {error}", back.display())))
    }

    /// Makes the box's clock wrong, as one that drifts is.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn drift(&mut self, ms: i64) -> Result<(), Fail> {
        self.smartbox.cabinet_mut().set_clock_offset_ms(ms);
        self.keep()
    }

    /// A second passes. That alone is not worth a write: a box that is started finds out how long it was off.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn tick(&mut self) -> Result<Vec<Output>, Fail> {
        let outputs = self.smartbox.step(Input::Tick, now());
        if !outputs.is_empty() {
            self.keep()?;
        }
        Ok(outputs)
    }

    fn keep(&mut self) -> Result<(), Fail> {
        match &mut self.file {
            Some(file) => file.keep(self.smartbox.save()),
            None => Ok(()),
        }
    }
}

/// What the app exported for boxes.
fn parcel(file: &Path) -> Result<Parcel, String> {
    let bytes = fs::read(file).map_err(|error| format!("{} can't be read: {error}", file.display()))?;
    match Handover::read(&bytes).map_err(|error| error.to_string())? {
        Handover::Parcel(signed) => Parcel::unchecked(&signed.0).map_err(|error| error.to_string()),
        _ => Err("expected what was exported for a box, got another file of Latchbook's".to_owned()),
    }
}

/// The one place where a box is made.
fn make(options: &Options) -> Result<ReferenceBox, Fail> {
    let serial = match &options.serial_number {
        Some(serial) => serial.clone(),
        None => {
            let [a, b, c, d] = random()?;
            let number = u32::from_be_bytes([a, b, c, d]) % 1_000_000;
            SerialNumber::parse(&format!("LB-{number:06}"))
                .ok_or_else(|| Fail::new("a number of six digits makes no serial number"))?
        }
    };
    let bins = options.bins.or(BinNumber::new(BINS)).ok_or_else(|| Fail::new("a box has 1 to 99 bins"))?;
    Ok(ReferenceBox::new(&Made::from_random(serial, &random()?), bins, now()))
}

/// Refuses a state that is not that of the box that was asked for.
fn is_meant(smartbox: &ReferenceBox, options: &Options) -> Result<(), Fail> {
    let remedy = "leave the option out, or name another file";
    if let Some(serial) = &options.serial_number
        && serial != smartbox.serial()
    {
        let got = smartbox.serial();
        return Err(Fail::new(format!("the state is that of box {got}, expected {serial}")).remedy(remedy));
    }
    let got = smartbox.cabinet().bins().len();
    if let Some(bins) = options.bins
        && got != usize::from(bins.get())
    {
        let bins = bins.get();
        return Err(Fail::new(format!("the state is that of a box with {got} bins, expected {bins}")).remedy(remedy));
    }
    Ok(())
}

/// The time now, by this machine's clock.
pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Fresh random bytes, made for keys.
fn random<const N: usize>() -> Result<[u8; N], Fail> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Fail::during("the system gives no random numbers", error))?;
    Ok(bytes)
}
