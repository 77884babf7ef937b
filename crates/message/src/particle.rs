//! Korean particles follow the sound before them: 은 after a consonant, 는 after a vowel.

/// A particle with two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particle {
    /// 은/는: what is talked about.
    Topic,
    /// 이/가: who does it.
    Subject,
    /// 을/를: to whom or what.
    Object,
    /// 으로/로: by what means, to where.
    By,
    /// 과/와: together with.
    And,
}

/// Every particle.
pub const ALL: [Particle; 5] = [
    Particle::Topic,
    Particle::Subject,
    Particle::Object,
    Particle::By,
    Particle::And,
];

/// How a word ends, as far as particles care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Vowel,
    /// ㄹ counts as a vowel for 으로/로.
    Rieul,
    Consonant,
}

fn ending(word: &str) -> Ending {
    // A closing bracket or quote is not heard.
    let mut letters = word.chars().rev().filter(|c| c.is_alphanumeric());
    let (last, before) = (letters.next(), letters.next());
    // A single letter is read as a letter, as capitals are: 엠, 디비.
    let last = last.map(|c| match before {
        None => c.to_ascii_uppercase(),
        Some(_) => c,
    });
    match last {
        Some(c @ '가'..='힣') => match (c as u32 - '가' as u32) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        // Digits as they are read: 영 일 이 삼 사 오 육 칠 팔 구.
        Some('0' | '3' | '6') => Ending::Consonant,
        Some('1' | '7' | '8') => Ending::Rieul,
        Some('2' | '4' | '5' | '9') => Ending::Vowel,
        // Latin words by the letters they end in, roughly as they are read aloud: 네임, 테이블, 펜딩, 토픽, 커밋, 링크.
        Some('e') if matches!(before, Some('m' | 'n')) => Ending::Consonant,
        Some('e') if before == Some('l') => Ending::Rieul,
        Some('g') if before == Some('n') => Ending::Consonant,
        Some('c') if before == Some('i') => Ending::Consonant,
        Some('t') if matches!(before, Some('e' | 'i' | 'o' | 'u')) => Ending::Consonant,
        Some('b') if before == Some('d') => Ending::Vowel,
        Some('k') if matches!(before, Some('l' | 'n' | 'r' | 's')) => Ending::Vowel,
        Some('l' | 'L' | 'R') => Ending::Rieul,
        Some('m' | 'M' | 'n' | 'N' | 'b' | 'k' | 'p') => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

impl Particle {
    /// Its two forms: after a consonant, after a vowel. [`super::LocalizedMessage`] knows it by the first.
    pub const fn forms(self) -> (&'static str, &'static str) {
        match self {
            Particle::Topic => ("은", "는"),
            Particle::Subject => ("이", "가"),
            Particle::Object => ("을", "를"),
            Particle::By => ("으로", "로"),
            Particle::And => ("과", "와"),
        }
    }

    /// The form that fits a word.
    pub fn after(self, word: &str) -> &'static str {
        let (consonant, vowel) = self.forms();
        match (ending(word), self) {
            (Ending::Vowel, _) | (Ending::Rieul, Particle::By) => vowel,
            (Ending::Rieul | Ending::Consonant, _) => consonant,
        }
    }
}

/// The word with the form of the particle that fits it.
pub fn with(word: &str, particle: Particle) -> String {
    format!("{word}{}", particle.after(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: [&str; 5]) {
        for (particle, expected) in ALL.into_iter().zip(expected) {
            assert_eq!(
                with(word, particle),
                format!("{word}{expected}"),
                "{particle:?}"
            );
        }
    }

    #[test]
    fn a_particle_follows_the_final_consonant() {
        check("상담", ["은", "이", "을", "으로", "과"]);
        check("코드", ["는", "가", "를", "로", "와"]);
        check("목록", ["은", "이", "을", "으로", "과"]);
    }

    #[test]
    fn a_final_rieul_takes_the_short_form_of_by() {
        check("호출", ["은", "이", "을", "로", "과"]);
    }

    #[test]
    fn digits_and_latin_letters_are_read_aloud() {
        check("3", ["은", "이", "을", "으로", "과"]);
        check("2", ["는", "가", "를", "로", "와"]);
        check("TTL", ["은", "이", "을", "로", "과"]);
        check("DB", ["는", "가", "를", "로", "와"]);
        check("cache", ["는", "가", "를", "로", "와"]);
    }

    #[test]
    fn english_words_end_as_they_are_read() {
        check("name", ["은", "이", "을", "으로", "과"]);
        check("pending", ["은", "이", "을", "으로", "과"]);
        check("table", ["은", "이", "을", "로", "과"]);
        check("commit", ["은", "이", "을", "으로", "과"]);
        check("order_db", ["는", "가", "를", "로", "와"]);
        check("b", ["는", "가", "를", "로", "와"]);
        check("topic", ["은", "이", "을", "으로", "과"]);
        check("link", ["는", "가", "를", "로", "와"]);
        check("order", ["는", "가", "를", "로", "와"]);
    }

    #[test]
    fn brackets_are_not_heard_and_nothing_is_not_a_panic() {
        check("유지 시간(TTL)", ["은", "이", "을", "로", "과"]);
        check("", ["는", "가", "를", "로", "와"]);
    }
}
