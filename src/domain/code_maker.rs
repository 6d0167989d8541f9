//! Makes new codes, random or memorable, from entropy that the caller supplies.

use super::code::Code;

/// No 0 O 1 I L, which are misread, and no vowels or Y, which spell words.
pub const ALPHABET: &[u8; 27] = b"23456789BCDFGHJKMNPQRSTVWXZ";
/// How often a code is made anew when the one before was taken.
pub const ATTEMPTS: usize = 8;

const RANDOM_LENGTH: usize = 8;
const LABEL_LENGTH: usize = 12;
/// Random characters behind a label, by attempt: short at first, soon surely free. A code that two statements draw at
/// the same time makes one wait, so the next draw must hardly ever meet the other's again.
const SUFFIX_LENGTHS: [usize; ATTEMPTS] = [2, 4, 5, 6, 7, 8, 8, 8];

/// Makes one code. `entropy` fills a buffer with bytes that nobody can predict.
///
/// With a label that has at least two letters or digits the code is memorable (`MARIA7K`), else eight random
/// characters. `attempt` counts from 0: a taken memorable code is followed by one with a longer random part.
pub fn make(label: Option<&str>, attempt: usize, entropy: &mut impl FnMut(&mut [u8])) -> Code {
    let (mut text, length) = match label.and_then(stem) {
        Some(stem) => (stem, SUFFIX_LENGTHS[attempt.min(ATTEMPTS - 1)]),
        None => (String::with_capacity(RANDOM_LENGTH), RANDOM_LENGTH),
    };
    push_random(&mut text, length, entropy);
    Code::parse(&text).expect("made of valid characters, 4 to 20 of them")
}

/// The first word of a label in upper-case ASCII.
fn stem(label: &str) -> Option<String> {
    let word = label.split_whitespace().next()?;
    let start: String = word.chars().take(4 * LABEL_LENGTH).collect();
    let stem: String = deunicode::deunicode(&start)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_uppercase())
        .take(LABEL_LENGTH)
        .collect();
    (stem.len() >= 2).then_some(stem)
}

/// Appends characters of the alphabet, each equally likely: bytes past the last full multiple are drawn again.
fn push_random(text: &mut String, length: usize, entropy: &mut impl FnMut(&mut [u8])) {
    let size = ALPHABET.len() as u8;
    let fair = u8::MAX - u8::MAX % size;
    let end = text.len() + length;
    let mut drawn = [0; 2 * RANDOM_LENGTH];
    while text.len() < end {
        entropy(&mut drawn);
        let fair_bytes = drawn.iter().filter(|byte| **byte < fair);
        text.extend(fair_bytes.take(end - text.len()).map(|byte| char::from(ALPHABET[usize::from(byte % size)])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0u8;
        move |bytes| {
            for byte in bytes {
                *byte = next;
                next = next.wrapping_add(1);
            }
        }
    }

    #[test]
    fn a_label_makes_a_memorable_code() {
        assert_eq!(make(Some("Maria Smith"), 0, &mut counting()).as_str(), "MARIA23");
        assert_eq!(make(Some("Żaneta"), 0, &mut counting()).as_str(), "ZANETA23");
        assert_eq!(make(Some("Bartholomew-James"), 0, &mut counting()).as_str(), "BARTHOLOMEWJ23");
    }

    #[test]
    fn a_taken_code_is_followed_by_a_longer_one() {
        let lengths: Vec<usize> =
            (0..=ATTEMPTS).map(|attempt| make(Some("Al"), attempt, &mut counting()).as_str().len() - 2).collect();
        assert_eq!(lengths, [2, 4, 5, 6, 7, 8, 8, 8, 8]);
    }

    #[test]
    fn without_a_usable_label_the_code_is_random() {
        for label in [None, Some(""), Some("  "), Some("!"), Some("x"), Some("\u{301}")] {
            assert_eq!(make(label, 0, &mut counting()).as_str(), "23456789", "{label:?}");
        }
    }

    #[test]
    fn every_character_is_equally_likely() {
        // 243 = 9 x 27 bytes are used, each character nine times; the other 13 are drawn again.
        let mut text = String::new();
        push_random(&mut text, 243, &mut counting());
        for character in ALPHABET {
            assert_eq!(text.bytes().filter(|byte| byte == character).count(), 9);
        }
    }

    proptest! {
        #[test]
        fn any_label_makes_a_valid_code(label in any::<String>(), attempt in 0..20usize) {
            let code = make(Some(&label), attempt, &mut counting());
            prop_assert_eq!(Code::parse(code.as_str()), Some(code));
        }
    }
}
