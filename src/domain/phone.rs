//! Mobile numbers as people type them: with the country assumed that the location is in.

use std::fmt;

use super::contact::ContactError;
use super::{MobileNumber, ZoneName};

/// A country or territory whose mobile numbers can be read without its calling code (ISO 3166-1; and `XK`, Kosovo).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// Its row of [`COUNTRIES`].
    row: &'static str,
}

impl Country {
    /// The country of a two-letter code of ISO 3166-1, in any case.
    pub fn of_code(code: &str) -> Option<Self> {
        let is = |row: &&str| code.len() == 2 && row[..2].eq_ignore_ascii_case(code);
        COUNTRIES.split(' ').find(is).map(|row| Self { row })
    }

    /// The country that a zone of the IANA data base is in, the older names that browsers still give included; none for
    /// a zone of no country, such as `UTC`.
    pub fn of_zone(zone: &ZoneName) -> Option<Self> {
        let (area, place) = zone.as_str().split_once('/')?;
        let (mut here, mut country) = (false, "");
        for word in ZONES.split(' ') {
            if let Some(next) = word.strip_suffix('/') {
                here = next == area;
            } else if word.len() == 2 {
                country = word;
            } else if here && word == place {
                return Self::of_code(country);
            }
        }
        None
    }

    /// The two capital letters of ISO 3166-1.
    pub fn code(self) -> &'static str {
        &self.row[..2]
    }

    /// The calling code (ITU-T E.164): 1 to 3 digits.
    pub fn calling_code(self) -> &'static str {
        self.parts().0
    }

    /// What people dial before a number inside the country, and leave out from abroad: `0` in most of Europe, nothing
    /// where there is no such digit.
    pub fn trunk_prefix(self) -> &'static str {
        match self.parts().1.as_bytes()[0] {
            b'+' => "0",
            b'h' => "06",
            b'r' => "8",
            b'n' => "1",
            _ => "",
        }
    }

    /// A mobile number of that country in E.164, that need not be anybody's; known for the more common countries.
    pub fn example(self) -> Option<String> {
        let (calling, rest) = self.parts();
        let number = &rest[3..];
        (!number.is_empty()).then(|| ["+", calling, " ", number].concat())
    }

    /// The calling code, and what comes after it in the row.
    fn parts(self) -> (&'static str, &'static str) {
        let row = &self.row[2..];
        row.split_at(row.find(|c: char| !c.is_ascii_digit()).unwrap_or(row.len()))
    }

    /// Whether so many digits after the calling code can be a mobile number there.
    fn fits(self, digits: &str) -> bool {
        let lengths = &self.parts().1.as_bytes()[1..3];
        let bound = |byte: u8| (byte as char).to_digit(16).unwrap_or_default() as usize;
        (bound(lengths[0])..=bound(lengths[1])).contains(&digits.len())
    }

    /// What is dialled there before a number with a calling code, besides `00`.
    fn international_prefix(self) -> &'static str {
        match self.calling_code() {
            "1" => "011",
            "61" => "0011",
            "81" => "010",
            _ => "00",
        }
    }

    /// What of digits as they are dialled inside the country comes after the calling code.
    fn national(self, digits: &str) -> Option<&str> {
        // A number may begin as the trunk prefix does: what fits as it stands is one, too, but after a 0 that was dialled.
        let trunk = self.trunk_prefix();
        let without_trunk = digits.strip_prefix(trunk).filter(|rest| self.fits(rest));
        let as_it_stands = Some(digits).filter(|_| trunk.is_empty() || !digits.starts_with('0'));
        without_trunk.or(as_it_stands.filter(|rest| self.fits(rest)))
    }

    /// Calling code and number of digits as they are dialled inside the country, or with the calling code and no plus.
    fn with_calling_code(self, digits: &str) -> Option<String> {
        let calling = self.calling_code();
        // Some write the calling code and forget the plus. In the countries whose numbers differ so much in length that
        // these could be a number without it as well, no mobile number of that length begins with the calling code.
        let forgotten = digits.strip_prefix(calling).and_then(|rest| self.national(rest));
        forgotten.or_else(|| self.national(digits)).map(|number| [calling, number].concat())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl MobileNumber {
    /// Takes a number as typed: in international form (`+…`, `00…`, and what else is dialled for `+` in that country), or
    /// else as it is dialled inside the country, with the trunk prefix or without, or with the calling code and no plus.
    /// Spaces, hyphens, dots, slashes, brackets and a `(0)` do not count; digits may be full-width.
    ///
    /// # Errors
    /// [`ContactError::Mobile`] as for [`MobileNumber::parse`]; [`ContactError::MobileIn`] with an example when a country is
    /// assumed and one is known: the digits are none, too many or too few for a mobile number there.
    pub fn parse_in(text: &str, country: Option<Country>) -> Result<Self, ContactError> {
        let plain = plain(text);
        let international = |prefix: &str| plain.strip_prefix(prefix);
        let digits = international("+")
            .or_else(|| international(country?.international_prefix()))
            .or_else(|| international("00"))
            .map(str::to_owned)
            .or_else(|| country?.with_calling_code(&plain));
        digits.and_then(Self::of_digits).ok_or_else(|| match country.and_then(Country::example) {
            Some(example) => ContactError::MobileIn { example },
            None => ContactError::Mobile,
        })
    }
}

/// What counts of a number as typed.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\u{ff10}'..='\u{ff19}' => plain.push((b'0' + (c as u32 - 0xff10) as u8) as char),
            '\u{ff0b}' => plain.push('+'),
            // Hyphens, dashes and the full-width forms of what stands between digits; and the marks of direction that
            // come along when a number is copied.
            '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '\u{30fc}' => {}
            '\u{ff08}' | '\u{ff09}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' => {}
            c if c.is_whitespace() => {}
            c => plain.push(c),
        }
    }
    if plain.starts_with('+') && text.contains("(0)") {
        // “+44 (0)7400 123456”: the trunk prefix for those who dial inside the country.
        if let Some((before, after)) = text.split_once("(0)") {
            return [self::plain(before), self::plain(after)].concat();
        }
    }
    plain
}

/// Each country: its code, its calling code, its trunk prefix (`-` none, `+` 0, `n` 1, `r` 8, `h` 06), the fewest and the
/// most digits of a mobile number after the calling code (hexadecimal), and perhaps such a number.
///
/// From the metadata of libphonenumber 9.0.33, but for Argentina: only the 11 digits that reach a mobile phone from
/// abroad; and for South Africa: only the 9 digits that a person's number has. Antarctica and other territories that it leaves out have what those who serve them use.
const COUNTRIES: &str = "\
    AD376-69 AE971+99501234567 AF93+99 AG1naa AI1naa AL355+99 AM374+88 AO244-99 AQ672-66 AR54+bb91123456789 AS1naa \
    AT43+7d664123456 AU61+99412345678 AW297-77 AX358+6a AZ994+99 BA387+89 BB1naa BD880+aa BE32+99450001234 BF226-88 \
    BG359+8943012345 BH973-88 BI257-88 BJ229-aa BL590+99 BM1naa BN673-77 BO591+88 BQ599-77 BR55+ab11961234567 BS1naa \
    BT975-88 BV47-88 BW267-88 BY375r99 BZ501-77 CA1naa5062345678 CC61+99 CD243+79 CF236-88 CG242-99 CH41+99781234567 \
    CI225-aa CK682-55 CL56-99221234567 CM237-99 CN86+bb13123456789 CO57+aa3211234567 CR506-88 CU53+88 CV238-77 \
    CW599-78 CX61+99 CY357-8896123456 CZ420-99601123456 DE49+ab15123456789 DJ253-88 DK45-8834412345 DM1naa DO1naa \
    DZ213+99 EC593+99 EE372-7851234567 EG20+aa1001234567 EH212+99 ER291+77 ES34-99612345678 ET251+99 \
    FI358+6a412345678 FJ679-77 FK500-55 FM691-77 FO298-66 FR33+99612345678 GA241-78 GB44+aa7400123456 GD1naa \
    GE995+99 GF594+99 GG44+aa GH233+99 GI350-88 GL299-66 GM220-77 GN224-99 GP590+99 GQ240-99 GR30-aa6912345678 \
    GS500-55 GT502-88 GU1naa GW245-99 GY592-77 HK852-8851234567 HM672-66 HN504-88 HR385+89921234567 HT509-88 \
    HU36h99201234567 ID62+9c812345678 IE353+99850123456 IL972+99502345678 IM44+aa IN91+aa8123456789 IO246-77 \
    IQ964+aa IR98+aa IS354-796111234 IT39-9a3123456789 JE44+aa JM1naa JO962+99 JP81+aa9012345678 KE254+99712123456 \
    KG996+99 KH855+89 KI686+88 KM269-77 KN1naa KP850+aa KR82+9a1020000000 KW965-88 KY1naa KZ7raa LA856+9a LB961+78 \
    LC1naa LI423+79 LK94+99 LR231+79 LS266-88 LT370+8861234567 LU352-99628123456 LV371-8821234567 LY218+99 \
    MA212+99650123456 MC377+89 MD373+88 ME382+88 MF590+99 MG261+99 MH692n77 MK389+88 ML223-88 MM95+7a MN976+88 \
    MO853-88 MP1naa MQ596+99 MR222-88 MS1naa MT356-8896961234 MU230-88 MV960-77 MW265+99 MX52-aa2221234567 \
    MY60+9a123456789 MZ258-99 NA264+99 NC687-66 NE227-88 NF672-66 NG234+aa8021234567 NI505-88 NL31+9b612345678 \
    NO47-8840612345 NP977+aa NR674-77 NU683-47 NZ64+8a211234567 OM968-88 PA507-78 PE51+99912345678 PF689-88 PG675-88 \
    PH63+aa9051234567 PK92+aa PL48-99512345678 PM508+69 PN64+8a PR1naa PS970+99 PT351-99912345678 PW680-77 PY595+99 \
    QA974-88 RE262+99 RO40+99712034567 RS381+8a601234567 RU7raa9123456789 RW250+99 SA966+99512345678 SB677-57 \
    SC248-77 SD249+99 SE46+99701234567 SG65-8881234567 SH290-55 SI386+8831234567 SJ47-88 SK421+99912123456 SL232+88 \
    SM378-88 SN221-99 SO252+79 SR597-77 SS211+99 ST239-77 SV503-88 SX1naa SY963+99 SZ268-88 TC1naa TD235-88 TF262+99 \
    TG228-88 TH66+99812345678 TJ992-99 TK690-47 TL670-88 TM993r88 TN216-88 TO676-77 TR90+aa5012345678 TT1naa \
    TV688-67 TW886+99912345678 TZ255+99 UA380+99501234567 UG256+99 UM1naa US1naa2015550123 UY598+88 UZ998-99 VA39-9a \
    VC1naa VE58+aa VG1naa VI1naa VN84+99912345678 VU678-77 WF681-66 WS685-7a XK383+88 YE967+99 YT262+99 \
    ZA27+99711234567 ZM260+99 ZW263+99";

/// Zones by area (`Europe/`) and country: `zone.tab` of the IANA data base (2026), and older names.
const ZONES: &str = "\
    Africa/ AO Luanda BF Ouagadougou BI Bujumbura BJ Porto-Novo BW Gaborone CD Kinshasa Lubumbashi CF Bangui CG \
    Brazzaville CI Abidjan CM Douala DJ Djibouti DZ Algiers EG Cairo EH El_Aaiun ER Asmara Asmera ES Ceuta ET \
    Addis_Ababa GA Libreville GH Accra GM Banjul GN Conakry GQ Malabo GW Bissau KE Nairobi LR Monrovia LS Maseru LY \
    Tripoli MA Casablanca ML Bamako Timbuktu MR Nouakchott MW Blantyre MZ Maputo NA Windhoek NE Niamey NG Lagos RW \
    Kigali SD Khartoum SL Freetown SN Dakar SO Mogadishu SS Juba ST Sao_Tome SZ Mbabane TD Ndjamena TG Lome TN Tunis \
    TZ Dar_es_Salaam UG Kampala ZA Johannesburg ZM Lusaka ZW Harare America/ AG Antigua AI Anguilla AR \
    Argentina/Buenos_Aires Argentina/Catamarca Argentina/Cordoba Argentina/Jujuy Argentina/La_Rioja \
    Argentina/Mendoza Argentina/Rio_Gallegos Argentina/Salta Argentina/San_Juan Argentina/San_Luis Argentina/Tucuman \
    Argentina/Ushuaia Buenos_Aires Catamarca Cordoba Jujuy Mendoza Rosario AW Aruba BB Barbados BL St_Barthelemy BO \
    La_Paz BQ Kralendijk BR Araguaina Bahia Belem Boa_Vista Campo_Grande Cuiaba Eirunepe Fortaleza Maceio Manaus \
    Noronha Porto_Acre Porto_Velho Recife Rio_Branco Santarem Sao_Paulo BS Nassau BZ Belize CA Atikokan Blanc-Sablon \
    Cambridge_Bay Coral_Harbour Creston Dawson Dawson_Creek Edmonton Fort_Nelson Glace_Bay Goose_Bay Halifax Inuvik \
    Iqaluit Moncton Montreal Nipigon Pangnirtung Rainy_River Rankin_Inlet Regina Resolute St_Johns Swift_Current \
    Thunder_Bay Toronto Vancouver Whitehorse Winnipeg Yellowknife CL Coyhaique Punta_Arenas Santiago CO Bogota CR \
    Costa_Rica CU Havana CW Curacao DM Dominica DO Santo_Domingo EC Guayaquil GD Grenada GF Cayenne GL Danmarkshavn \
    Godthab Nuuk Scoresbysund Thule GP Guadeloupe GT Guatemala GY Guyana HN Tegucigalpa HT Port-au-Prince JM Jamaica \
    KN St_Kitts KY Cayman LC St_Lucia MF Marigot MQ Martinique MS Montserrat MX Bahia_Banderas Cancun Chihuahua \
    Ciudad_Juarez Ensenada Hermosillo Matamoros Mazatlan Merida Mexico_City Monterrey Ojinaga Santa_Isabel Tijuana \
    NI Managua PA Panama PE Lima PM Miquelon PR Puerto_Rico PY Asuncion SR Paramaribo SV El_Salvador SX \
    Lower_Princes TC Grand_Turk TT Port_of_Spain US Adak Anchorage Boise Chicago Denver Detroit Fort_Wayne \
    Indiana/Indianapolis Indiana/Knox Indiana/Marengo Indiana/Petersburg Indiana/Tell_City Indiana/Vevay \
    Indiana/Vincennes Indiana/Winamac Indianapolis Juneau Kentucky/Louisville Kentucky/Monticello Los_Angeles \
    Louisville Menominee Metlakatla New_York Nome North_Dakota/Beulah North_Dakota/Center North_Dakota/New_Salem \
    Phoenix Sitka Yakutat UY Montevideo VC St_Vincent VE Caracas VG Tortola VI St_Thomas Virgin Antarctica/ AQ Casey \
    Davis DumontDUrville Mawson McMurdo Palmer Rothera Syowa Troll Vostok AU Macquarie Arctic/ SJ Longyearbyen Asia/ \
    AE Dubai AF Kabul AM Yerevan AZ Baku BD Dacca Dhaka BH Bahrain BN Brunei BT Thimbu Thimphu CN Shanghai Urumqi CY \
    Famagusta Nicosia GE Tbilisi HK Hong_Kong ID Jakarta Jayapura Makassar Pontianak Ujung_Pandang IL Jerusalem \
    Tel_Aviv IN Calcutta Kolkata IQ Baghdad IR Tehran JO Amman JP Tokyo KG Bishkek KH Phnom_Penh KP Pyongyang KR \
    Seoul KW Kuwait KZ Almaty Aqtau Aqtobe Atyrau Oral Qostanay Qyzylorda LA Vientiane LB Beirut LK Colombo MM \
    Rangoon Yangon MN Choibalsan Hovd Ulaanbaatar Ulan_Bator MO Macao Macau MY Kuala_Lumpur Kuching NP Kathmandu \
    Katmandu OM Muscat PH Manila PK Karachi PS Gaza Hebron QA Qatar RU Anadyr Barnaul Chita Irkutsk Kamchatka \
    Khandyga Krasnoyarsk Magadan Novokuznetsk Novosibirsk Omsk Sakhalin Srednekolymsk Tomsk Ust-Nera Vladivostok \
    Yakutsk Yekaterinburg SA Riyadh SG Singapore SY Damascus TH Bangkok TJ Dushanbe TL Dili TM Ashgabat Ashkhabad TW \
    Taipei UZ Samarkand Tashkent VN Ho_Chi_Minh Saigon YE Aden Atlantic/ BM Bermuda CV Cape_Verde ES Canary FK \
    Stanley FO Faeroe Faroe GS South_Georgia IS Reykjavik PT Azores Madeira SH St_Helena Australia/ AU ACT Adelaide \
    Brisbane Broken_Hill Canberra Currie Darwin Eucla Hobart LHI Lindeman Lord_Howe Melbourne NSW North Perth \
    Queensland South Sydney Tasmania Victoria West Yancowinna Europe/ AD Andorra AL Tirane AT Vienna AX Mariehamn BA \
    Sarajevo BE Brussels BG Sofia BY Minsk CH Zurich CY Nicosia CZ Prague DE Berlin Busingen DK Copenhagen EE \
    Tallinn ES Madrid FI Helsinki FR Paris GB Belfast London GG Guernsey GI Gibraltar GR Athens HR Zagreb HU \
    Budapest IE Dublin IM Isle_of_Man IT Rome JE Jersey LI Vaduz LT Vilnius LU Luxembourg LV Riga MC Monaco MD \
    Chisinau Tiraspol ME Podgorica MK Skopje MT Malta NL Amsterdam NO Oslo PL Warsaw PT Lisbon RO Bucharest RS \
    Belgrade RU Astrakhan Kaliningrad Kirov Moscow Samara Saratov Ulyanovsk Volgograd SE Stockholm SI Ljubljana SK \
    Bratislava SM San_Marino TR Istanbul UA Kiev Kyiv Simferopol Uzhgorod Zaporozhye VA Vatican Indian/ CC Cocos CX \
    Christmas IO Chagos KM Comoro MG Antananarivo MU Mauritius MV Maldives RE Reunion SC Mahe TF Kerguelen YT \
    Mayotte Pacific/ AS Pago_Pago Samoa CK Rarotonga CL Easter EC Galapagos FJ Fiji FM Chuuk Kosrae Pohnpei Ponape \
    Truk Yap GU Guam KI Enderbury Kanton Kiritimati Tarawa MH Kwajalein Majuro MP Saipan NC Noumea NF Norfolk NR \
    Nauru NU Niue NZ Auckland Chatham PF Gambier Marquesas Tahiti PG Bougainville Port_Moresby PN Pitcairn PW Palau \
    SB Guadalcanal TK Fakaofo TO Tongatapu TV Funafuti UM Johnston Midway Wake US Honolulu VU Efate WF Wallis WS \
    Apia";

#[cfg(test)]
mod tests;
