//! What is wrong with something that was given, and where. Here, and nowhere else, it is decided how much of it is told.

use message::{Lang, LocalizedMessage, Words, msg};
use std::fmt;
use std::ops::Deref;

/// So many problems are told in words; the others are counted.
pub const PROBLEMS_MAX: usize = 50;

/// What is wrong with a document (or a setting), and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a path such as `services.common.threads`, a place such as `line 3, column 5`, or nothing if it
    /// is the document as a whole.
    pub place: LocalizedMessage,
    /// What, and what to do about it.
    pub message: LocalizedMessage,
    /// Whether it stands for problems that are not told: those have many places.
    stands_for_others: bool,
}

impl Problem {
    /// A problem at a place.
    pub fn new(
        place: impl Into<LocalizedMessage>,
        message: impl Into<LocalizedMessage>,
    ) -> Problem {
        Problem {
            place: place.into(),
            message: message.into(),
            stands_for_others: false,
        }
    }

    /// Stands for so many problems that nobody would read.
    fn and_more(many: usize) -> Problem {
        Problem {
            stands_for_others: true,
            ..Problem::new("", msg!("and {0} more", "외 {0}건", many))
        }
    }

    /// The same at another place, which is told the one it had: nothing if that was the document as a whole.
    pub fn inside(
        self,
        place: impl FnOnce(Option<LocalizedMessage>) -> LocalizedMessage,
    ) -> Problem {
        if self.stands_for_others {
            return self;
        }
        let path = Some(self.place).filter(|own| *own != LocalizedMessage::from(""));
        Problem {
            place: place(path),
            message: self.message,
            stands_for_others: false,
        }
    }

    /// The same, of which the place was told from this path on.
    pub fn under(self, path: &str) -> Problem {
        self.inside(|own| match own {
            Some(LocalizedMessage::Same(own)) => format!("{path}.{own}").into(),
            _ => path.into(),
        })
    }

    /// `place: message`.
    pub fn said(&self) -> LocalizedMessage {
        if self.stands_for_others {
            return self.message.clone();
        }
        let place = match &self.place {
            LocalizedMessage::Same(path) if path.is_empty() => LocalizedMessage::from(THE_DOCUMENT),
            place => place.clone(),
        };
        msg!("{0}: {1}", "{0}: {1}", place, self.message.clone())
    }
}

/// What a document as a whole is called.
pub const THE_DOCUMENT: Words = &["the document", "문서"];

/// `place: message`, in English.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for Problem {}

/// Several problems on one line.
pub fn in_one_line(problems: &[Problem], lang: Lang) -> String {
    let texts = problems.iter().map(|problem| problem.said().text(lang));
    texts.collect::<Vec<_>>().join("; ")
}

/// All that is wrong with a document, a link, settings or a message: [`PROBLEMS_MAX`] problems in words and, behind
/// them, how many more there are.
///
/// It is a list that cannot grow beyond that, whoever adds to it: what reads a document, what changes it, what opens a
/// link and what answers a host page hand theirs on to one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Those in words, and the one that stands for the others, if there are others.
    list: Vec<Problem>,
    /// How many others there are.
    more: usize,
}

impl Problems {
    /// Nothing is wrong.
    pub const fn new() -> Problems {
        Problems {
            list: Vec::new(),
            more: 0,
        }
    }

    /// Whether the next one will only be counted.
    pub fn is_full(&self) -> bool {
        self.more > 0 || self.list.len() >= PROBLEMS_MAX
    }

    /// Adds a problem, or counts it if there are many already; its words are only made if they are told.
    pub fn report(&mut self, problem: impl FnOnce() -> Problem) {
        if self.is_full() {
            self.count(1);
        } else {
            self.list.push(problem());
        }
    }

    /// Adds a problem, or counts it if there are many already.
    pub fn push(&mut self, problem: Problem) {
        self.report(|| problem);
    }

    /// Adds what is wrong besides.
    pub fn append(&mut self, others: Problems) {
        let more = others.more;
        self.extend(others.told());
        self.count(more);
    }

    /// The same, each of those in words changed by this.
    pub fn each(self, change: impl FnMut(Problem) -> Problem) -> Problems {
        let mut problems = Problems::new();
        let more = self.more;
        problems.extend(self.told().map(change));
        problems.count(more);
        problems
    }

    /// The same, each of those in words once.
    pub fn once_each(self) -> Problems {
        let mut problems = Problems::new();
        let more = self.more;
        for problem in self.told() {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        problems.count(more);
        problems
    }

    /// Nothing, or what is wrong.
    ///
    /// # Errors
    /// The problems, if there are any.
    pub fn none(self) -> Result<(), Problems> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Those in words.
    fn told(self) -> impl Iterator<Item = Problem> {
        let all = self.list.into_iter();
        all.filter(|problem| !problem.stands_for_others)
    }

    /// So many more.
    fn count(&mut self, many: usize) {
        if many == 0 {
            return;
        }
        if self.more > 0 {
            self.list.pop();
        }
        self.more += many;
        self.list.push(Problem::and_more(self.more));
    }
}

impl Deref for Problems {
    type Target = [Problem];
    fn deref(&self) -> &[Problem] {
        &self.list
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Problem;
    type IntoIter = std::slice::Iter<'p, Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Problems {
        let mut all = Problems::new();
        all.extend(problems);
        all
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems::from_iter([problem])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(from: usize, to: usize) -> Problems {
        let number = |n: usize| Problem::new(n.to_string(), "is wrong");
        (from..to).map(number).collect()
    }

    fn shown(problems: &Problems) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn so_many_are_told_and_the_others_are_counted() {
        assert_eq!(shown(&many(0, 2)), ["0: is wrong", "1: is wrong"]);
        assert_eq!(many(0, PROBLEMS_MAX).len(), PROBLEMS_MAX);
        let all = shown(&many(0, 200));
        assert_eq!(all.len(), PROBLEMS_MAX + 1);
        assert_eq!(all[PROBLEMS_MAX - 1], "49: is wrong");
        assert_eq!(all[PROBLEMS_MAX], "and 150 more");
    }

    #[test]
    fn what_is_put_together_is_bounded_too_and_counts_once() {
        let mut all = many(0, 60);
        all.append(many(60, 130));
        assert_eq!(all.len(), PROBLEMS_MAX + 1);
        assert_eq!(all[PROBLEMS_MAX].to_string(), "and 80 more");
        let mut few = many(0, 3);
        few.append(many(3, 60));
        assert_eq!(few.len(), PROBLEMS_MAX + 1);
        assert_eq!(few[PROBLEMS_MAX].to_string(), "and 10 more");
    }

    #[test]
    fn what_is_said_twice_is_told_once_and_the_others_stay_counted() {
        let mut all = many(0, 2);
        all.append(many(0, 3));
        assert_eq!(shown(&all.once_each()), shown(&many(0, 3)));
        let all = many(0, 60).once_each();
        assert_eq!(all[PROBLEMS_MAX].to_string(), "and 10 more");
    }

    #[test]
    fn what_stands_for_others_has_no_place_of_its_own() {
        let place = |problem: Problem| problem.inside(|_| "there".into());
        let last = many(0, 60).last().cloned().expect("it counts the others");
        assert_eq!(place(last.clone()), last);
        let all = shown(&many(0, 60).each(place));
        assert_eq!(all[0], "there: is wrong");
        assert_eq!(all[PROBLEMS_MAX], "and 10 more");
        assert_eq!(
            in_one_line(&many(0, 60), Lang::Ko).rsplit("; ").next(),
            Some("외 10건")
        );
    }
}
