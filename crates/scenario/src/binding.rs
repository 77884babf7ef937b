//! Data binding: from a JSON value whose shape has been checked to the types, and back.
//!
//! serde_json does both, too, but brings for every field of every type what is not needed here: structs from lists,
//! names from numbers, and errors in words, which the checker has given before ([`super::shape`]). That was a fifth of
//! the page's program.

use message::{LocalizedMessage, Words};
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Visitor};
use serde::ser::{self, Serialize};
use serde_json::{Map, Value, map};
use std::fmt;

/// The types and the schema disagree about a document.
///
/// A test holds them together, so nobody should ever see this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MISMATCH[0])
    }
}

impl From<Mismatch> for LocalizedMessage {
    fn from(_: Mismatch) -> LocalizedMessage {
        LocalizedMessage::from(MISMATCH)
    }
}

const MISMATCH: Words = &[
    "does not have the form that the published schema describes",
    "공개된 스키마의 형식과 다릅니다",
];

impl std::error::Error for Mismatch {}

/// Every kind of error is the same one, so that nothing is formatted for it.
impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Mismatch
    }
    fn invalid_type(_: de::Unexpected, _: &dyn de::Expected) -> Self {
        Mismatch
    }
    fn invalid_value(_: de::Unexpected, _: &dyn de::Expected) -> Self {
        Mismatch
    }
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Mismatch
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Mismatch
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Mismatch
    }
    fn missing_field(_: &'static str) -> Self {
        Mismatch
    }
    fn duplicate_field(_: &'static str) -> Self {
        Mismatch
    }
}

impl ser::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Mismatch
    }
}

/// A value as one of the types.
///
/// # Errors
/// If it does not have the type's form.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Mismatch> {
    T::deserialize(Reader(value))
}

/// One of the types as a value.
///
/// # Errors
/// Never for the types of a document, which have a form in JSON.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Mismatch> {
    value.serialize(Writer)
}

/// Reads a value. Only what the types of a document ask for is understood.
struct Reader<'de>(&'de Value);

/// Not asked for by any type of a document.
macro_rules! not_read {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Mismatch> {
            Err(Mismatch)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(value) => match (value.as_u64(), value.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(value.as_f64().ok_or(Mismatch)?),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_bool(self.0.as_bool().ok_or(Mismatch)?)
    }
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_u64(visitor)
    }
    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_i64(self.0.as_i64().ok_or(Mismatch)?)
    }
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_u64(self.0.as_u64().ok_or(Mismatch)?)
    }
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_f64(self.0.as_f64().ok_or(Mismatch)?)
    }
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_str(self.0.as_str().ok_or(Mismatch)?)
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_str(visitor)
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(List(self.0.as_array().ok_or(Mismatch)?.iter()))
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_map(Fields {
            rest: self.0.as_object().ok_or(Mismatch)?.iter(),
            value: None,
        })
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(InOrder {
            names: fields.iter(),
            object: self.0.as_object().ok_or(Mismatch)?,
        })
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        // `"batch"`, or `{"zipf": ...}` with exactly one field.
        let (name, content) = match self.0 {
            Value::String(name) => (name, None),
            Value::Object(fields) if fields.len() == 1 => {
                let (name, content) = fields.iter().next().ok_or(Mismatch)?;
                (name, Some(content))
            }
            _ => return Err(Mismatch),
        };
        visitor.visit_enum(Variant { name, content })
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: V,
    ) -> Result<V::Value, Mismatch> {
        Err(Mismatch)
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Mismatch> {
        Err(Mismatch)
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Mismatch> {
        Err(Mismatch)
    }
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }
    not_read! {
        deserialize_i8 deserialize_i16 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_f32
        deserialize_char deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }
}

struct List<'de>(std::slice::Iter<'de, Value>);

impl<'de> de::SeqAccess<'de> for List<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mismatch> {
        self.0
            .next()
            .map(|value| seed.deserialize(Reader(value)))
            .transpose()
    }
}

/// The fields of a type in its own order, whatever the document's. (A type that is offered names has to find out which
/// field each is, and keep all until it has the last: that was three times the code.)
struct InOrder<'de> {
    names: std::slice::Iter<'static, &'static str>,
    object: &'de Map<String, Value>,
}

impl<'de> InOrder<'de> {
    /// The next field's value, if it is there. Apart, so that it is not made anew for every type of a field.
    #[inline(never)]
    fn next(&mut self) -> Option<&'de Value> {
        self.object.get(*self.names.next()?)
    }
}

impl<'de> de::SeqAccess<'de> for InOrder<'de> {
    type Error = Mismatch;

    /// `None` for a field that is not there: the next one may be. (A type must say what is so then, `#[serde(default)]`,
    /// also of what is optional.)
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mismatch> {
        match self.next() {
            Some(value) => seed.deserialize(Reader(value)).map(Some),
            None => Ok(None),
        }
    }
}

struct Fields<'de> {
    rest: map::Iter<'de>,
    /// The value whose name has been read.
    value: Option<&'de Value>,
}

impl<'de> de::MapAccess<'de> for Fields<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(Reader(self.value.take().ok_or(Mismatch)?))
    }
}

struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Mismatch> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(_) => Err(Mismatch),
        }
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(Reader(self.content.ok_or(Mismatch)?))
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let content = Reader(self.content.ok_or(Mismatch)?);
        de::Deserializer::deserialize_struct(content, "", fields, visitor)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Mismatch> {
        Err(Mismatch)
    }
}

/// Makes a value. Only what the types of a document are made of has a form.
struct Writer;

/// Not in any type of a document.
macro_rules! not_written {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, _: $type) -> Result<Value, Mismatch> {
            Err(Mismatch)
        }
    )*};
}

impl ser::Serializer for Writer {
    type Ok = Value;
    type Error = Mismatch;
    type SerializeSeq = Elements;
    type SerializeTuple = ser::Impossible<Value, Mismatch>;
    type SerializeTupleStruct = ser::Impossible<Value, Mismatch>;
    type SerializeTupleVariant = ser::Impossible<Value, Mismatch>;
    type SerializeMap = Entries;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    fn serialize_bool(self, value: bool) -> Result<Value, Mismatch> {
        Ok(value.into())
    }
    fn serialize_u32(self, value: u32) -> Result<Value, Mismatch> {
        Ok(value.into())
    }
    fn serialize_i32(self, value: i32) -> Result<Value, Mismatch> {
        Ok(value.into())
    }
    fn serialize_u64(self, value: u64) -> Result<Value, Mismatch> {
        Ok(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<Value, Mismatch> {
        Ok(value.into())
    }
    fn serialize_str(self, value: &str) -> Result<Value, Mismatch> {
        Ok(value.into())
    }
    fn serialize_none(self) -> Result<Value, Mismatch> {
        Ok(Value::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Mismatch> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Value, Mismatch> {
        Ok(Value::Null)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<Value, Mismatch> {
        Ok(name.into())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Mismatch> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Mismatch> {
        Ok(tagged(name, value.serialize(self)?))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Elements, Mismatch> {
        Ok(Elements(Vec::new()))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Mismatch> {
        Ok(Entries::default())
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object, Mismatch> {
        Ok(Object::default())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Object, Mismatch> {
        Ok(Object {
            fields: Map::new(),
            tag: Some(name),
        })
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Mismatch> {
        Err(Mismatch)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Mismatch> {
        Err(Mismatch)
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Mismatch> {
        Err(Mismatch)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Mismatch> {
        Err(Mismatch)
    }
    not_written! {
        serialize_i8(i8) serialize_i16(i16) serialize_i64(i64) serialize_u8(u8) serialize_u16(u16)
        serialize_f32(f32) serialize_char(char) serialize_bytes(&[u8])
    }
}

/// `{"zipf": ...}`.
fn tagged(name: &str, content: Value) -> Value {
    let mut fields = Map::new();
    fields.insert(name.into(), content);
    Value::Object(fields)
}

/// A list that grows.
struct Elements(Vec<Value>);

impl ser::SerializeSeq for Elements {
    type Ok = Value;
    type Error = Mismatch;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Mismatch> {
        self.0.push(to_value(value)?);
        Ok(())
    }
    fn end(self) -> Result<Value, Mismatch> {
        Ok(Value::Array(self.0))
    }
}

/// A map that grows.
#[derive(Default)]
struct Entries {
    fields: Map<String, Value>,
    name: Option<String>,
}

impl ser::SerializeMap for Entries {
    type Ok = Value;
    type Error = Mismatch;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Mismatch> {
        let Value::String(name) = to_value(name)? else {
            return Err(Mismatch);
        };
        self.name = Some(name);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Mismatch> {
        let name = self.name.take().ok_or(Mismatch)?;
        self.fields.insert(name, to_value(value)?);
        Ok(())
    }
    fn end(self) -> Result<Value, Mismatch> {
        Ok(Value::Object(self.fields))
    }
}

/// A struct that grows, under its variant's name if it is one.
#[derive(Default)]
struct Object {
    fields: Map<String, Value>,
    tag: Option<&'static str>,
}

impl Object {
    #[inline(never)]
    fn add(&mut self, name: &str, value: Result<Value, Mismatch>) -> Result<(), Mismatch> {
        self.fields.insert(name.into(), value?);
        Ok(())
    }
}

impl ser::SerializeStruct for Object {
    type Ok = Value;
    type Error = Mismatch;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Mismatch> {
        self.add(name, to_value(value))
    }
    fn end(self) -> Result<Value, Mismatch> {
        let content = Value::Object(self.fields);
        Ok(match self.tag {
            Some(tag) => tagged(tag, content),
            None => content,
        })
    }
}

impl ser::SerializeStructVariant for Object {
    type Ok = Value;
    type Error = Mismatch;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Mismatch> {
        ser::SerializeStruct::serialize_field(self, name, value)
    }
    fn end(self) -> Result<Value, Mismatch> {
        ser::SerializeStruct::end(self)
    }
}
