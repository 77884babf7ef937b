//! What the things of a document are called where one of them is missing.

use message::Words;

/// A service.
pub const SERVICE: Words = &["service", "서비스"];
/// A client.
pub const CLIENT: Words = &["client", "클라이언트"];
/// A store.
pub const STORE: Words = &["store", "DB"];
/// A table of a store.
pub const TABLE: Words = &["table", "테이블"];
/// A link between two of them.
pub const LINK: Words = &["link", "연결"];
/// An operation of a service.
pub const OPERATION: Words = &["operation", "오퍼레이션"];
/// A reference.
pub const REFERENCE: Words = &["reference", "참조"];
/// A cache.
pub const CACHE: Words = &["cache", "캐시"];
/// A topic.
pub const TOPIC: Words = &["topic", "토픽"];
/// A business transaction over several services.
pub const PROCESS: Words = &["process", "프로세스"];
/// A business lock.
pub const LOCK: Words = &["lock", "락"];
/// A state of a record.
pub const STATE: Words = &["state", "상태"];
/// A number of a record.
pub const NUMBER: Words = &["number", "숫자 필드"];
