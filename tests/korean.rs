//! Whatever is refused is explained in Korean, too: the place, the reason and the remedy.

use msa_playground::app::opening::open;
use scenario::{Problem, read, settings, shipped};
use std::fs;
use std::path::Path;
use words::Lang;

fn lines(problems: &[Problem], lang: Lang) -> Vec<String> {
    problems
        .iter()
        .map(|problem| problem.said().text(lang))
        .collect()
}

fn check_document(text: &str, expected: &str) {
    let problems = read(text).expect_err("this document is broken");
    assert_eq!(lines(&problems, Lang::Ko), [expected], "{text}");
}

fn check_link(fragment: &str, expected: &str) {
    let problems = open(fragment)
        .expect_err("this link cannot be opened")
        .problems;
    assert_eq!(lines(&problems, Lang::Ko), [expected], "{fragment}");
}

#[test]
fn a_document_that_is_not_json() {
    check_document(
        "{\"version\": 1\n \"name\": \"mine\"}",
        "2행 2열: `,` 또는 `}`가 있어야 합니다. 이 앞에 쉼표나 닫는 괄호가 빠지지 않았는지 확인하십시오",
    );
    check_document(
        "{\"version\": 1,}",
        "1행 15열: 쉼표가 남습니다. 닫는 괄호 앞의 쉼표를 지우십시오",
    );
    check_document(
        "{\"seed\": 1, \"seed\": 2}",
        "1행 18열: 같은 객체에 \"seed\"가 두 번 있습니다. 하나를 지우십시오",
    );
    check_document(
        "",
        "문서: 비어 있습니다. 가장 작은 문서는 {\"version\": 1, \"name\": \"my-scenario\"}입니다",
    );
}

#[test]
fn a_document_that_does_not_fit_the_schema() {
    check_document(
        "{\"version\": 2, \"name\": \"mine\"}",
        "version: 1만 쓸 수 있습니다",
    );
    check_document(
        "{\"version\": 1, \"name\": \"mine\", \"services\": {\"web\": {\"threads\": 0}}}",
        "services.web.threads: 1 이상 10000 이하여야 합니다",
    );
    check_document(
        "{\"version\": 1, \"name\": \"mine\", \"services\": {\"web\": {\"thread\": 4}}}",
        "services.web: 필드 \"thread\"를 알 수 없습니다. 혹시 \"threads\"입니까?",
    );
    check_document(
        "{\"version\": 1, \"name\": \"mine\", \"duration\": \"5\"}",
        "duration: \"5ms\", \"250us\", \"1.5s\", \"2m\" 같은 시간이어야 하는데 \"5\"입니다",
    );
    check_document("{\"version\": 1}", "문서: 필드 \"name\"이 빠졌습니다");
}

#[test]
fn a_document_without_sense() {
    check_document(
        "{\"version\": 1, \"name\": \"mine\", \"services\": {\"common\": {}}, \"stores\": {\"db\": {\"service\": \"comon\"}}}",
        "stores.db.service: 서비스 \"comon\"이 없습니다. 혹시 \"common\"입니까?",
    );
    check_document(
        "{\"version\": 1, \"name\": \"mine\", \"services\": {\"a\": {}}, \"operations\": {\
         \"a.x\": {\"steps\": [{\"call\": {\"operation\": \"a.y\"}}]}, \"a.y\": {\"steps\": [{\"call\": {\"operation\": \"a.x\"}}]}}}",
        "operations.a.x: 자기 자신을 호출합니다: a.x →(호출) a.y →(호출) a.x. 호출이 끝없이 이어집니다",
    );
}

#[test]
fn a_setting_that_is_not_known_or_does_not_fit() {
    check_link(
        "consultation-list?rat=50",
        "rat: 없는 설정입니다. 혹시 \"rate\"입니까?",
    );
    check_link(
        "consultation-list?rate=many",
        "rate: 수만 쓸 수 있는데 \"many\"입니다",
    );
    check_link(
        "consultation-list?customer=bach",
        "customer: \"join\", \"per_row\", \"parallel\", \"batch\", \"local_cache\", \"replica\" 또는 \"remodel\"만 쓸 수 \
         있는데 \"bach\"입니다. 혹시 \"batch\"입니까?",
    );
    check_link(
        "consultation-list?services.common.thread=4",
        "services.common.thread: \"services.common\"에 \"thread\"가 없습니다. 혹시 \"threads\"입니까?",
    );
    check_link(
        "consultation-list?@2s&seed=4",
        "2s에 한 조작(1번째): seed는 실행 중에 바꿀 수 없습니다. 처음부터 설정하십시오",
    );
    check_link(
        "consultation-list?@2s&threads=0",
        "2s에 한 조작(1번째), threads: 1 이상 10000 이하여야 합니다",
    );
}

#[test]
fn a_link_that_is_broken() {
    check_link(
        "z1:",
        "링크: 중간에 잘렸습니다. 처음부터 끝까지 다시 복사하십시오",
    );
    check_link(
        "z9:AAAA",
        "링크: 형식이 z9인데 이 플레이그라운드는 z1만 압니다. 더 새로운 버전에서 만든 링크입니다. 그 버전에서 열거나 이 \
         페이지를 새로 고치십시오",
    );
    check_link(
        "consultation-list?rate=%zz",
        "링크의 24번째 글자: % 뒤에는 16진수 두 자리가 와야 합니다. 퍼센트 기호 자체는 %25로 씁니다",
    );
    check_link(
        "consultation-list?@1s&fault=crash,service:commn",
        "1s에 한 조작(1번째): 이름이 \"commn\"인 서비스가 없습니다",
    );
    check_link(
        "consultation-list?@1s&fault=crash,service:common,instnce:0",
        "1s에 한 조작(1번째).crash: 필드 \"instnce\"를 알 수 없습니다. 혹시 \"instance\"입니까?",
    );
}

/// What is left of a line without what stands in quotes, which may be anything.
fn unquoted(line: &str) -> String {
    line.split(['"', '`']).step_by(2).collect()
}

/// That a problem is told in Korean, and all of it: no gap is left, and nowhere two English words.
fn check_is_korean(problem: &Problem) {
    let reason = problem.message.text(Lang::Ko);
    let is_hangul = |c| ('가'..='힣').contains(&c);
    assert!(reason.contains(is_hangul), "{problem}: {reason}");
    let line = unquoted(&problem.said().text(Lang::Ko));
    let has_gap = line
        .split('{')
        .skip(1)
        .any(|behind| behind.starts_with(|c: char| c.is_ascii_digit()));
    assert!(!has_gap, "{problem}: {line}");
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_english = |word: &str| word.len() > 1 && word.bytes().all(|c| c.is_ascii_lowercase());
    for pair in words.windows(2) {
        assert!(
            !(is_english(pair[0]) && is_english(pair[1])),
            "{problem}: {line}"
        );
    }
}

#[test]
fn every_broken_document_is_explained_in_korean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let problems = read(&fs::read_to_string(&path).unwrap()).unwrap_err();
            seen += problems.len();
            problems.iter().for_each(check_is_korean);
        }
    }
    assert!(seen > 300, "only {seen} problems were seen");
}

#[test]
fn every_broken_link_is_explained_in_korean() {
    for fragment in [
        "no-such-scenario",
        "?rate=50",
        "consultation-list?customer",
        "consultation-list?customer=batch&customer=join",
        "consultation-list?%ff=1",
        "consultation-list?name=x",
        "consultation-list?nothing-like-it=1",
        "consultation-list?controls.99=1",
        "consultation-list?@soon&x=1",
        "consultation-list?@2s&rate=5&@1s&rate=6",
        "consultation-list?fault=crash,service:common",
        "consultation-list?@1s&fault=crash,common",
        "consultation-list?@1s&fault=crash,service:common,instance:9",
        "consultation-list?@1s&fault=crash,service:common,instance:x",
        "consultation-list?@1s&fault=crash,service:common,for:9",
        "consultation-list?@1s&fault={}",
        "consultation-list?@1s&fault={",
        "consultation-list?@1s&fault=cut,link:x",
        "consultation-list?@1s&fault=surge,client:x,factor:2",
        "consultation-list?@1s&fault=store_down,store:x",
        "consultation-list?@1s&fault=broker_down,topic:x",
        "consultation-list?@1s&fault=dies,operation:x",
        "consultation-list?@1s&end=7",
        "consultation-list?@1s&end=x",
        "consultation-list?@1s&redrive=x",
        "consultation-list?t=1001h",
        "z1:.",
        "z1:q1YqTi3KTMxRslJQSq0oyC8qUaoFAA",
        "z1:AAAA",
        "z1:S0vMKU4FAA",
    ] {
        let problems = open(fragment).expect_err(fragment).problems;
        problems.iter().for_each(check_is_korean);
    }
    for document in [
        "{\"scenario\": \"consultation-list\", \"sets\": {}}",
        "{\"scenario\": \"consultation-list\", \"did\": [{\"at\": \"1s\"}]}",
        "{\"scenario\": \"consultation-list\", \"did\": [{\"at\": \"1s\", \"end\": 70000}]}",
        "{\"scenario\": \"consultation-list\", \"did\": [{\"at\": \"2s\", \"end\": 0}, {\"at\": \"1s\", \"end\": 0}]}",
    ] {
        let problems = msa_playground::app::opening::open_text(document).expect_err(document);
        problems.iter().for_each(check_is_korean);
    }
    let long = "x".repeat(share::LINK_MAX + 1);
    open(&long)
        .unwrap_err()
        .problems
        .iter()
        .for_each(check_is_korean);
}

#[test]
fn every_setting_that_does_not_fit_is_explained_in_korean() {
    for name in shipped::names() {
        let scenario = shipped::load(name).expect("it ships");
        for control in &scenario.controls {
            for value in ["", "?", "-1", "1e300", "{", "[", "{}", "99999999h"] {
                let set = [(control.name.clone(), value.to_string())];
                if let Err(problems) = settings::apply(&scenario, &set) {
                    problems.iter().for_each(check_is_korean);
                }
            }
        }
    }
}

/// Every file with texts that a person reads, by its path.
fn texts() -> Vec<(String, String)> {
    fn gather(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|it| it.to_str());
            if path.ends_with("data") || path.ends_with("tests") {
                // What no person reads on the page.
            } else if path.is_dir() {
                gather(&path, found);
            } else if matches!(ending, Some("rs" | "json" | "md" | "html" | "js")) {
                found.push((
                    path.display().to_string(),
                    fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "crates", "docs/scenarios", "static"] {
        gather(&root.join(folder), &mut found);
    }
    found.push((
        "index.html".into(),
        fs::read_to_string(root.join("index.html")).unwrap(),
    ));
    found
}

/// Terms that made readers stumble, and what is said instead: one term for one thing, one spelling for each.
const RETIRED: &[(&str, &str)] = &[
    ("잠금", "락"),
    ("사본", "복제본"),
    ("임대", "리스(lease)"),
    ("중복 무방비", "중복 처리 없음"),
    ("주인 없음", "주문 없는 결제(고아 데이터)"),
    ("쓰는 방법", "쓰기 전략"),
    ("한 데이터베이스", "단일 데이터베이스"),
    ("기억 시간", "중복 제거 윈도우"),
    ("시도 사이의 대기", "재시도 간격"),
    ("실행의 운", "난수 시드"),
    ("끝낼 때까지", "직접 해제할 때까지"),
    ("못 받음", "실패"),
    ("완료라 했으나", "완료 응답 후 미처리"),
    ("어긋", "불일치"),
    ("업무 사유", "업무 규칙"),
    ("차단기", "서킷 브레이커"),
    ("left to people", "needs manual repair"),
    ("lists come a second", "lists/s completed"),
    ("calls a list", "calls per list"),
    ("get none", "fail"),
    ("It is over: ", "what is over, in its own sentence"),
    ("From now on: ", "what began, in its own sentence"),
    ("for a reason of the business", "declined (business rule)"),
    (
        "somebody tried again by hand",
        "nothing, unless somebody did",
    ),
    ("not unique: twice", "no unique key"),
    ("A second time is there twice", "adds a second row"),
    ("Change something", "Settings"),
    ("How it is written", "Write strategy"),
    ("told by SMS", "confirmed by SMS"),
    ("People's screens", "Client app"),
    ("expected: none", "should be 0"),
];

#[test]
fn terms_that_made_readers_stumble_do_not_come_back() {
    let mut back = Vec::new();
    for (path, text) in texts() {
        for (number, line) in (1..).zip(text.lines()) {
            // Comments speak to others, and a trace as text is a format.
            if line.trim_start().starts_with("//") || path.contains("/sim/src/text") {
                continue;
            }
            for (term, better) in RETIRED.iter().filter(|(term, _)| line.contains(term)) {
                back.push(format!("{path}:{number}: {term} (say: {better})"));
            }
        }
    }
    assert!(back.is_empty(), "{back:#?}");
}

#[test]
fn a_number_and_its_korean_unit_are_one_word() {
    let units = ["초", "건", "개", "번", "회", "행", "배", "명"];
    // What may stand behind a unit that is one: no syllables but a particle.
    let particles = [
        "", "의", "가", "이", "를", "을", "은", "는", "에", "로", "과", "와", "당", "만", "뿐",
    ];
    let mut apart = Vec::new();
    for (path, text) in texts() {
        for (at, _) in text.match_indices(' ') {
            let before = text[..at].chars().next_back();
            if !before.is_some_and(|c| c == '}' || c.is_ascii_digit()) {
                continue;
            }
            let word: String = text[at + 1..]
                .chars()
                .take_while(|c| ('가'..='힣').contains(c))
                .collect();
            let unit = units.iter().find_map(|unit| word.strip_prefix(unit));
            // "초당" stands before its number.
            if unit.is_some_and(|rest| particles.contains(&rest)) && word != "초당" {
                apart.push(format!(
                    "{path}: {}",
                    text[..at].lines().next_back().unwrap_or("")
                ));
            }
        }
    }
    assert!(apart.is_empty(), "{apart:#?}");
}
