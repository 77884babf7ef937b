//! Formulas over the numbers of a run: `clients.people.latency_ms.mean / 1000`.
//!
//! A formula is made of numbers, paths, `+ - * /`, the comparisons `<` and `>` (1 if true, 0 if not), parentheses
//! and the functions `sqrt`, `min`, `max` and `abs`. A path names fields and, in lists, entries by their `name`; a part
//! that is no plain word stands in double quotes. `path@3.5s` is the number as it was when the run had come to 3.5 s.

use kernel::time::Span;

/// Parentheses and signs within each other, at most.
const DEPTH_MAX: usize = 50;

/// Gives the number at a path, at a moment of the run if there is one; or says why there is none.
pub type LookUp<'l> = dyn Fn(&[String], Option<Span>) -> Result<f64, String> + 'l;

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// A number.
    Number(f64),
    /// A number of a run, or of a fact.
    Path(Vec<String>, Option<Span>),
    /// Two formulas and what is done with them.
    Two(Operator, Box<Formula>, Box<Formula>),
    /// A function of formulas.
    Function(Function, Vec<Formula>),
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `<`
    Less,
    /// `>`
    Greater,
}

/// A function by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The square root.
    Sqrt,
    /// The least of all.
    Min,
    /// The greatest of all.
    Max,
    /// Without its sign.
    Abs,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// What is wrong, with the number of the character.
    pub fn parse(text: &str) -> Result<Formula, String> {
        let mut reader = Reader {
            text,
            at: 0,
            depth: 0,
        };
        let formula = reader.comparison()?;
        match reader.peek() {
            None => Ok(formula),
            Some(c) => Err(reader.wrong(&format!(
                "'{c}' stands where an operator or the end is expected"
            ))),
        }
    }

    /// The value; `look_up` gives the number at a path.
    ///
    /// # Errors
    /// Whatever `look_up` says, and a result that is no number (a division by zero).
    pub fn value(&self, look_up: &LookUp) -> Result<f64, String> {
        let value = self.evaluate(look_up)?;
        if value.is_finite() {
            Ok(value)
        } else {
            Err("divides by zero, or takes the root of a negative number".into())
        }
    }

    fn evaluate(&self, look_up: &LookUp) -> Result<f64, String> {
        Ok(match self {
            Formula::Number(number) => *number,
            Formula::Path(path, at) => look_up(path, *at)?,
            Formula::Two(operator, a, b) => {
                let (a, b) = (a.evaluate(look_up)?, b.evaluate(look_up)?);
                match operator {
                    Operator::Plus => a + b,
                    Operator::Minus => a - b,
                    Operator::Times => a * b,
                    Operator::Over => a / b,
                    Operator::Less => f64::from(u8::from(a < b)),
                    Operator::Greater => f64::from(u8::from(a > b)),
                }
            }
            Formula::Function(function, arguments) => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(argument.evaluate(look_up)?);
                }
                let first = values.first().copied().unwrap_or(f64::NAN);
                match function {
                    Function::Sqrt => libm::sqrt(first),
                    Function::Abs => first.abs(),
                    Function::Min => values.iter().copied().fold(first, f64::min),
                    Function::Max => values.iter().copied().fold(first, f64::max),
                }
            }
        })
    }

    /// Calls `see` with every path of the formula.
    pub fn paths<'f>(&'f self, see: &mut dyn FnMut(&'f [String], Option<Span>)) {
        match self {
            Formula::Number(_) => {}
            Formula::Path(path, at) => see(path, *at),
            Formula::Two(_, a, b) => {
                a.paths(see);
                b.paths(see);
            }
            Formula::Function(_, arguments) => {
                arguments.iter().for_each(|argument| argument.paths(see));
            }
        }
    }
}

/// A recursive descent over the text.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    /// Takes a character, if it is the next one.
    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Takes characters as long as they suit.
    fn take_while(&mut self, suits: fn(char) -> bool) -> String {
        let taken: String = self.rest().chars().take_while(|c| suits(*c)).collect();
        self.at += taken.len();
        taken
    }

    fn wrong(&self, what: &str) -> String {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        format!(
            "formula \"{}\", character {}: {what}",
            self.text,
            before.chars().count() + 1
        )
    }

    fn comparison(&mut self) -> Result<Formula, String> {
        let left = self.sum()?;
        let operator = if self.take('<') {
            Operator::Less
        } else if self.take('>') {
            Operator::Greater
        } else {
            return Ok(left);
        };
        let right = self.sum()?;
        Ok(Formula::Two(operator, Box::new(left), Box::new(right)))
    }

    fn sum(&mut self) -> Result<Formula, String> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take('+') {
                Operator::Plus
            } else if self.take('-') {
                Operator::Minus
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left = Formula::Two(operator, Box::new(left), Box::new(right));
        }
    }

    fn product(&mut self) -> Result<Formula, String> {
        let mut left = self.part()?;
        loop {
            let operator = if self.take('*') {
                Operator::Times
            } else if self.take('/') {
                Operator::Over
            } else {
                return Ok(left);
            };
            let right = self.part()?;
            left = Formula::Two(operator, Box::new(left), Box::new(right));
        }
    }

    /// One operand. The only way down, so the depth is counted here.
    fn part(&mut self) -> Result<Formula, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.wrong(&format!(
                "is nested more than {DEPTH_MAX} deep; use fewer parentheses"
            )));
        }
        let part = self.operand();
        self.depth -= 1;
        part
    }

    fn operand(&mut self) -> Result<Formula, String> {
        match self.peek() {
            Some('-') => {
                self.at += 1;
                let of = self.part()?;
                Ok(Formula::Two(
                    Operator::Minus,
                    Box::new(Formula::Number(0.0)),
                    Box::new(of),
                ))
            }
            Some('(') => {
                self.at += 1;
                let inside = self.comparison()?;
                self.close()?;
                Ok(inside)
            }
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if is_word(c) || c == '"' => self.path_or_function(),
            Some(c) => Err(self.wrong(&format!(
                "'{c}' stands where a number, a path or '(' is expected"
            ))),
            None => {
                Err(self.wrong("it ends where a number, a path or '(' is expected; complete it"))
            }
        }
    }

    fn close(&mut self) -> Result<(), String> {
        if self.take(')') {
            Ok(())
        } else {
            Err(self.wrong("a ')' is missing"))
        }
    }

    fn number(&mut self) -> Result<Formula, String> {
        let began = self.at;
        let digits = self.take_while(|c| c.is_ascii_digit() || c == '.');
        match digits.parse() {
            Ok(number) => Ok(Formula::Number(number)),
            Err(_) => {
                self.at = began;
                Err(self.wrong(&format!("\"{digits}\" is no number")))
            }
        }
    }

    fn path_or_function(&mut self) -> Result<Formula, String> {
        let mut path = vec![self.segment()?];
        if path.len() == 1 && self.take('(') {
            return self.function(&path[0]);
        }
        while self.rest().starts_with('.') {
            self.at += 1;
            path.push(self.segment()?);
        }
        if !self.rest().starts_with('@') {
            return Ok(Formula::Path(path, None));
        }
        self.at += 1;
        let moment = self.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
        match Span::parse(&moment) {
            Ok(at) => Ok(Formula::Path(path, Some(at))),
            Err(message) => Err(self.wrong(&format!("the time behind '@' {message}"))),
        }
    }

    /// A part of a path: a word, or anything in double quotes.
    fn segment(&mut self) -> Result<String, String> {
        if self.rest().starts_with('"') {
            self.at += 1;
            let segment = self.take_while(|c| c != '"');
            if !self.rest().starts_with('"') {
                return Err(self.wrong("the closing '\"' is missing"));
            }
            self.at += 1;
            return Ok(segment);
        }
        let segment = self.take_while(is_word);
        if segment.is_empty() {
            return Err(self.wrong("a part of a path is missing; it is a word, or stands in '\"'"));
        }
        Ok(segment)
    }

    fn function(&mut self, name: &str) -> Result<Formula, String> {
        let function = match name {
            "sqrt" => Function::Sqrt,
            "min" => Function::Min,
            "max" => Function::Max,
            "abs" => Function::Abs,
            _ => {
                return Err(self.wrong(&format!(
                    "there is no function \"{name}\"; there are sqrt, min, max and abs"
                )));
            }
        };
        let mut arguments = vec![self.comparison()?];
        while self.take(',') {
            arguments.push(self.comparison()?);
        }
        self.close()?;
        if arguments.len() > 1 && matches!(function, Function::Sqrt | Function::Abs) {
            return Err(self.wrong(&format!("{name} takes one argument")));
        }
        Ok(Formula::Function(function, arguments))
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<f64, String> {
        Formula::parse(text)?.value(&|path, at| match (path.join("/").as_str(), at) {
            ("a", None) => Ok(3.0),
            ("a", Some(Span(500_000_000))) => Ok(5.0),
            ("b/c d/0", None) => Ok(7.0),
            (other, _) => Err(format!("no {other}")),
        })
    }

    fn check(text: &str, expected: f64) {
        assert_eq!(value(text), Ok(expected), "{text}");
    }

    fn check_refused(text: &str, expected: &str) {
        let error = value(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }

    #[test]
    fn products_bind_more_than_sums_and_both_from_the_left() {
        check("1 + 2 * 3", 7.0);
        check("(1 + 2) * 3", 9.0);
        check("10 - 3 - 2", 5.0);
        check("12 / 3 / 2", 2.0);
        check("-a * 2", -6.0);
        check("2 - -a", 5.0);
        check("1.5+0.5*0", 1.5);
    }

    #[test]
    fn paths_have_quoted_parts_and_moments() {
        check("a + a@500ms", 8.0);
        check("a@0.5s - a", 2.0);
        check("b.\"c d\".0", 7.0);
    }

    #[test]
    fn comparisons_are_one_or_zero_and_functions_take_their_arguments() {
        check("a < 4", 1.0);
        check("a > 4", 0.0);
        check("(a > 2) * (a < 4)", 1.0);
        check("sqrt(a * a) + min(4, 1, 2) + max(4, 9) + abs(0 - a)", 16.0);
    }

    #[test]
    fn what_is_no_formula_is_answered_with_the_place() {
        check_refused("", "character 1: it ends where a number");
        check_refused("1 +", "character 4: it ends");
        check_refused("(1", "a ')' is missing");
        check_refused("1 2", "character 3: '2' stands where an operator");
        check_refused("1.2.3", "character 1: \"1.2.3\" is no number");
        check_refused("a.", "a part of a path is missing");
        check_refused("a@soon", "the time behind '@' must be a time");
        check_refused("\"a", "the closing '\"' is missing");
        check_refused("log(2)", "there is no function \"log\"");
        check_refused("sqrt(1, 2)", "takes one argument");
        check_refused("nothing", "no nothing");
        check_refused("1 / (a - 3)", "divides by zero");
        check_refused("sqrt(0 - 1)", "root of a negative");
    }

    #[test]
    fn nesting_without_end_is_refused() {
        check_refused(&"(".repeat(100_000), "nested more than 50 deep");
        check_refused(&"-".repeat(100_000), "nested more than 50 deep");
    }
}
