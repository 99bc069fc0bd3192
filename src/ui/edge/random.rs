//! The one source of randomness: the browser's, made for keys.

use crate::domain::{CodeKey, DeviceId, SigningSecret};
use crate::journal::port::Identity;

/// Why no identity could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the browser gives no random numbers ({0})")]
pub struct NoRandomness(String);

/// Makes a new device's identity, with a new key for an organization's codes.
///
/// # Errors
/// When the browser gives no random numbers; then no codes are made rather than weak ones.
pub fn make_identity() -> Result<Identity, NoRandomness> {
    let bytes = bytes::<36>()?;
    let (mut codes, mut device) = ([0; 32], [0; 4]);
    codes.copy_from_slice(&bytes[..32]);
    device.copy_from_slice(&bytes[32..]);
    // Zero is no device: it is kept for what nobody wrote.
    Ok(Identity { device: DeviceId(u32::from_be_bytes(device).max(1)), codes: CodeKey::new(codes) })
}

/// Makes a secret to sign messages with.
///
/// # Errors
/// As [`make_identity`].
pub fn make_signing_secret() -> Result<SigningSecret, NoRandomness> {
    SigningSecret::from_bytes(bytes::<32>()?.to_vec()).map_err(|e| NoRandomness(e.to_string()))
}

/// Random bytes, for keys.
///
/// # Errors
/// As [`make_identity`].
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| NoRandomness(e.to_string()))?;
    Ok(bytes)
}

/// Any number, for what need not be kept secret; 0 when the browser gives none.
pub fn number() -> u16 {
    bytes().map_or(0, u16::from_be_bytes)
}
