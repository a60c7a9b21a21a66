//! What lies in arrays, objects and variants: where faults get their place.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

use crate::input::decode::error::{Fault, Segment, Wanted, What, declared};
use crate::input::decode::json::decode_state::{Asked, Strictness, Watch};
use crate::input::decode::text::Text;

/// The items of an array.
pub(crate) struct Items<'s, A, E> {
    inner: &'s mut A,
    index: usize,
    beneath: &'s mut Option<E>,
    watch: &'s Watch,
}

impl<'s, A, E> Items<'s, A, E> {
    pub(crate) fn new(inner: &'s mut A, beneath: &'s mut Option<E>, watch: &'s Watch) -> Self {
        Self {
            inner,
            index: 0,
            beneath,
            watch,
        }
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A, A::Error> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let watch = self.watch;
        match self.inner.next_element_seed(watch.seed(seed)) {
            Ok(item) => {
                self.index += 1;
                Ok(item)
            }
            Err(error) => {
                *self.beneath = Some(error);
                let (fault, at) = match watch.cut_short() {
                    Some(fault) => (fault, self.index.saturating_sub(1)),
                    None => (watch.receive(), self.index),
                };
                Err(fault.within(Segment::Index(at)))
            }
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The members of an object; their names as `serde_json` read them, escapes undone.
pub(crate) struct Members<'s, 'de, A, E> {
    inner: A,
    asked: Asked,
    name: Cow<'de, str>,
    seen: HashSet<Cow<'de, str>>,
    beneath: &'s mut Option<E>,
    watch: &'s Watch,
}

impl<'s, A, E> Members<'s, '_, A, E> {
    pub(crate) fn new(
        inner: A,
        asked: Asked,
        beneath: &'s mut Option<E>,
        watch: &'s Watch,
    ) -> Self {
        Self {
            inner,
            asked,
            name: Cow::Borrowed(""),
            seen: HashSet::new(),
            beneath,
            watch,
        }
    }

    fn receive(&mut self, error: E) -> Fault {
        *self.beneath = Some(error);
        self.watch.receive()
    }

    /// The names that are not the client's own.
    fn declared(&self) -> &'static [&'static str] {
        match self.asked {
            Asked::Struct(fields) => fields,
            _ => &[],
        }
    }

    /// Refuses a name that was there; a struct's own visitor does so for its members.
    fn once(&mut self) -> Result<(), Fault> {
        if matches!(self.asked, Asked::Struct(_)) || self.seen.insert(self.name.clone()) {
            Ok(())
        } else {
            Err(Fault::new(What::Repeats))
        }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A, A::Error> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        match self.inner.next_key_seed(Name) {
            Ok(Some(name)) => self.name = name,
            Ok(None) => return Ok(None),
            Err(error) => {
                let cut_short = self.watch.cut_short();
                let fault = self.receive(error);
                return Err(match cut_short {
                    Some(before) => before.below(self.declared(), &self.name),
                    None => fault,
                });
            }
        }
        self.once()?;
        seed.deserialize(Text(&self.name))
            .map(Some)
            .map_err(Fault::of_name)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let watch = self.watch;
        match self.inner.next_value_seed(watch.seed(seed)) {
            Ok(value) => Ok(value),
            Err(error) => {
                let fault = self.receive(error);
                Err(fault.below(self.declared(), &self.name))
            }
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// An enum: the name of a variant, or an object whose one member is named so.
pub(crate) struct Variants<'s, A, E> {
    pub(crate) inner: A,
    pub(crate) asked: Asked,
    pub(crate) beneath: &'s mut Option<E>,
    pub(crate) watch: &'s Watch,
}

impl<'s, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Variants<'s, A, A::Error> {
    type Error = Fault;
    type Variant = Variant<'s, A::Variant, A::Error>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), Fault> {
        let (name, inner) = match self.inner.variant_seed(Name) {
            Ok(read) => read,
            Err(error) => {
                *self.beneath = Some(error);
                return Err(self.watch.receive());
            }
        };
        let value = seed.deserialize(Text(&name))?;
        let segment = match self.asked {
            Asked::Enum(variants) => declared(variants, &name),
            _ => None,
        };
        let variant = Variant {
            inner,
            segment,
            beneath: self.beneath,
            watch: self.watch,
        };
        Ok((value, variant))
    }
}

/// What a variant holds, one level deeper than its name.
pub(crate) struct Variant<'s, A, E> {
    inner: A,
    segment: Option<Segment>,
    beneath: &'s mut Option<E>,
    watch: &'s Watch,
}

impl<A, E> Variant<'_, A, E> {
    fn read<T>(self, read: impl FnOnce(A, &Watch) -> Result<T, E>) -> Result<T, Fault> {
        let Self {
            inner,
            segment,
            beneath,
            watch,
        } = self;
        let outcome = watch.deeper(|| {
            read(inner, watch).map_err(|error| {
                *beneath = Some(error);
                watch.receive()
            })
        });
        outcome.map_err(|fault| match segment {
            Some(segment) => fault.within(segment),
            None => fault,
        })
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Variant<'_, A, A::Error> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.inner.unit_variant().map_err(|error| {
            *self.beneath = Some(error);
            self.watch.receive()
        })
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        self.read(|inner, watch| inner.newtype_variant_seed(watch.seed(seed)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.read(|inner, watch| inner.tuple_variant(len, watch.visitor(visitor, Asked::Other)))
            .map_err(|fault| fault.wanted(Wanted::Array))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.read(|inner, watch| {
            inner.struct_variant(fields, watch.visitor(visitor, Asked::Struct(fields)))
        })
        .map_err(|fault| fault.wanted(Wanted::Object))
    }
}

/// Reads a name, without copying it where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<Cow<'de, str>, D::Error> {
        inner.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
