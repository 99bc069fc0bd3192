//! *Try it with sample data*: the sample's story, and its virtual SmartBoxes on their shelf.

use super::edge::{clock, random};
use super::keyring::Keys;
use super::state::App;
use super::words;
use crate::domain::ZoneName;
use crate::journal::sample::{SAMPLE_ZONES, found_sample};

/// Begins an organization with sample data.
///
/// # Errors
/// With what to say when it could not be kept.
pub async fn begin(app: App) -> Result<(), String> {
    let identity = random::make_identity().map_err(|error| format!("{error}. Use another browser."))?;
    for zone in SAMPLE_ZONES.iter().filter_map(|zone| ZoneName::parse(zone)) {
        app.need_zone(&zone);
    }
    let keys = Keys::make_founding(app).await.map_err(|error| words::errors::keys(&error))?;
    let mut draw = || random::bytes().expect("the browser gave random numbers a moment ago");
    let boxes = app
        .with_desk(async |desk, zones| found_sample(desk, identity, &keys, &mut draw, clock::now(), zones).await)
        .await
        .map_err(|error| words::errors::desk(&error))?;
    for device in boxes {
        app.boxes()
            .save(device.serial(), &device.save())
            .await
            .map_err(|error| format!("The virtual SmartBoxes were not saved. {}", words::errors::journal(&error)))?;
    }
    Ok(())
}
