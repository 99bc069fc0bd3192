//! Dates and times as each language writes them, for the values `{start}` and `{end}`.

use std::fmt::Write as _;

use crate::domain::{Language, WallTime};

/// How much is said of a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Day of the week, day, month, year and time: for an e-mail and Copy Details.
    Long,
    /// Day, month and time: for an SMS.
    Short,
}

/// A wall time in words, on a clock of 24 hours. Whose wall it is, the caller knows: that of the key's home location.
pub fn written(at: WallTime, language: Language, style: Style) -> String {
    let (year, month, day) = at.date().ymd();
    let nth = |list: &'static str, n: usize| list.split(' ').nth(n).unwrap_or_default();
    let names = names(language);
    let month_name = nth(names.months, month as usize - 1);
    let weekday = nth(names.weekdays, at.date().weekday().into());
    let pattern = if style == Style::Long { names.long } else { names.short };
    let mut words = String::new();
    for c in pattern.chars() {
        // Writing to a text can't fail.
        let _ = match c {
            'W' => words.write_str(weekday),
            'D' => write!(words, "{day}"),
            'd' => write!(words, "{day:02}"),
            'M' => words.write_str(month_name),
            'S' => words.write_str(month_name.get(..3).unwrap_or(month_name)),
            'm' => write!(words, "{month:02}"),
            'n' => write!(words, "{month}"),
            'Y' => write!(words, "{year}"),
            'T' => write!(words, "{}", at.time()),
            'o' => words.write_str("de"),
            c => words.write_char(c),
        };
    }
    words
}

/// How a language writes a time. In a pattern stand `W` for the day of the week, `D` and `d` for the day of one digit or two
/// and of two, `M` and `S` for the month and its first three letters, `n` and `m` for its number of one digit or two and of
/// two, `Y` for the year, `T` for the time, `o` for “de”; all else for itself.
struct Names {
    /// Monday first.
    weekdays: &'static str,
    months: &'static str,
    long: &'static str,
    short: &'static str,
}

const fn names(language: Language) -> &'static Names {
    match language {
        Language::En => &Names {
            weekdays: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
            months: "January February March April May June July August September October November December",
            long: "W D M Y, T",
            short: "D S T",
        },
        Language::Fr => &Names {
            weekdays: "lundi mardi mercredi jeudi vendredi samedi dimanche",
            months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            long: "W D M Y, T",
            short: "d/m T",
        },
        Language::Ja => &Names {
            weekdays: "月 火 水 木 金 土 日",
            months: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
            long: "Y年MD日（W） T",
            short: "n/D T",
        },
        Language::Es => &Names {
            weekdays: "lunes martes miércoles jueves viernes sábado domingo",
            months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            long: "W, D o M o Y, T",
            short: "d/m T",
        },
        Language::Nl => &Names {
            weekdays: "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
            months: "januari februari maart april mei juni juli augustus september oktober november december",
            long: "W D M Y, T",
            short: "d-m T",
        },
        Language::It => &Names {
            weekdays: "lunedì martedì mercoledì giovedì venerdì sabato domenica",
            months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
            long: "W D M Y, T",
            short: "d/m T",
        },
        Language::Pt => &Names {
            weekdays: "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
            months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
            long: "W, D o M o Y, T",
            short: "d/m T",
        },
        Language::De => &Names {
            weekdays: "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
            months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            long: "W, D. M Y, T",
            short: "d.m. T",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_a_time_its_own_way() {
        let at = WallTime::parse("2026-11-03T09:05").expect("a wall time");
        let expected = [
            (Language::En, "Tuesday 3 November 2026, 09:05", "3 Nov 09:05"),
            (Language::Fr, "mardi 3 novembre 2026, 09:05", "03/11 09:05"),
            (Language::Ja, "2026年11月3日（火） 09:05", "11/3 09:05"),
            (Language::Es, "martes, 3 de noviembre de 2026, 09:05", "03/11 09:05"),
            (Language::Nl, "dinsdag 3 november 2026, 09:05", "03-11 09:05"),
            (Language::It, "martedì 3 novembre 2026, 09:05", "03/11 09:05"),
            (Language::Pt, "terça-feira, 3 de novembro de 2026, 09:05", "03/11 09:05"),
            (Language::De, "Dienstag, 3. November 2026, 09:05", "03.11. 09:05"),
        ];
        for (language, long, short) in expected {
            assert_eq!(written(at, language, Style::Long), long);
            assert_eq!(written(at, language, Style::Short), short);
        }
    }

    #[test]
    fn every_day_and_month_has_a_name() {
        for language in Language::ALL {
            let names = names(language);
            assert_eq!((names.weekdays.split(' ').count(), names.months.split(' ').count()), (7, 12), "{language:?}");
        }
    }
}
