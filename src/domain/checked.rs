//! Decoding that lets no nonsense in: what another device or a box wrote is checked as what a person typed is.

/// Decodes a newtype from its plain form, where that holds what the type promises.
macro_rules! decode_checked {
    ($name:ident, $plain:ty, $holds:expr, $expected:literal) => {
        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
                let plain = <$plain as minicbor::Decode<'b, C>>::decode(d, ctx)?;
                let holds: fn(&$plain) -> bool = $holds;
                if holds(&plain) {
                    Ok(Self(plain))
                } else {
                    Err(minicbor::decode::Error::message(concat!("expected ", $expected)))
                }
            }
        }
    };
}
pub(crate) use decode_checked;

#[cfg(test)]
mod tests {
    use crate::domain::{
        BinNumber, CodeDigits, EmailAddress, MobileNumber, Name, Note, SerialNumber, TimeOfDay, ZoneName,
    };

    fn reads<T: for<'b> minicbor::Decode<'b, ()>>(plain: impl minicbor::Encode<()>) -> bool {
        let bytes = minicbor::to_vec(plain).expect("to memory");
        minicbor::decode::<T>(&bytes).is_ok()
    }

    #[test]
    fn what_another_device_wrote_is_checked_as_what_a_person_typed_is() {
        assert!(reads::<BinNumber>(1u8) && reads::<BinNumber>(99u8));
        assert!(!reads::<BinNumber>(0u8) && !reads::<BinNumber>(100u8));
        assert!(reads::<CodeDigits>(6u8) && !reads::<CodeDigits>(5u8) && !reads::<CodeDigits>(10u8));
        assert!(reads::<TimeOfDay>(1439u16) && !reads::<TimeOfDay>(1440u16));
        assert!(
            reads::<Name>("Van 3") && !reads::<Name>("") && !reads::<Name>("a\nb") && !reads::<Name>("x".repeat(400))
        );
        assert!(reads::<Note>("a\nb") && !reads::<Note>(""));
        assert!(reads::<SerialNumber>("LB-1") && !reads::<SerialNumber>("lb 1"));
        assert!(reads::<ZoneName>("Europe/Lisbon") && !reads::<ZoneName>("Europe Lisbon"));
        assert!(reads::<MobileNumber>("+351912345678") && !reads::<MobileNumber>("912345678"));
        assert!(reads::<EmailAddress>("a@example.com") && !reads::<EmailAddress>("example.com"));
    }
}
