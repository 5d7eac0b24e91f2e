//! What a type of the table is made of.

use super::builtin;

/// The place of a type in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeId(pub(super) u32);

/// An object type, such as `core.v1.Container`.
#[derive(Debug)]
pub struct Type {
    /// Its OpenAPI name without the part that all types of one Go module share.
    pub name: &'static str,
    /// Its fields, sorted by name.
    pub(super) fields: Vec<Field>,
}

impl Type {
    /// The field with this JSON name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let place = self.fields.binary_search_by(|field| field.name.cmp(name)).ok()?;
        self.fields.get(place)
    }

    /// All fields, sorted by name.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

/// One field of a type.
#[derive(Debug)]
pub struct Field {
    /// Its JSON name.
    pub name: &'static str,
    /// What its value is.
    pub shape: Shape,
    /// How a strategic merge patch treats it.
    pub strategy: Strategy,
    /// The key that identifies the entries of a merged list of objects.
    pub merge_key: Option<&'static str>,
    /// Whether its zero value is the same as its absence.
    pub zero_is_absent: bool,
}

/// The patch strategies of a field (`x-kubernetes-patch-strategy`); none means that maps merge and lists are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strategy {
    /// A list is merged entry by entry.
    pub merge: bool,
    /// A map is replaced as a whole.
    pub replace: bool,
    /// Fields of the object that a patch does not name are cleared.
    pub retain_keys: bool,
}

/// What a value is.
#[derive(Debug, PartialEq, Eq)]
pub enum Shape {
    /// A single value.
    Scalar(Scalar),
    /// An object of a type.
    Object(TypeId),
    /// A list of values of one shape.
    List(Box<Shape>),
    /// A map from free keys to values of one shape, such as labels.
    Map(Box<Shape>),
}

impl Shape {
    /// The type, if this is an object.
    pub fn object(&self) -> Option<&'static Type> {
        match self {
            Shape::Object(id) => Some(builtin().get(*id)),
            _ => None,
        }
    }

    /// The shape of the entries, if this is a list or a map.
    pub fn item(&self) -> Option<&Shape> {
        match self {
            Shape::List(item) | Shape::Map(item) => Some(item),
            _ => None,
        }
    }
}

/// The class of a single value: what makes two spellings of it equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// Text, compared byte for byte.
    String,
    /// A whole number.
    Integer,
    /// A floating point number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `resource.Quantity`: `2000m` is `2`, and a JSON number is allowed.
    Quantity,
    /// `intstr.IntOrString`: a port number or name, a count or a percentage.
    IntOrString,
    /// `metav1.Time`, RFC 3339 in whole seconds.
    Time,
    /// `metav1.MicroTime`, RFC 3339 in microseconds.
    MicroTime,
    /// `metav1.Duration`, Go's notation: `90s` is `1m30s`.
    Duration,
    /// Base64, in which line breaks mean nothing.
    Bytes,
    /// Any JSON.
    Raw,
}

impl Scalar {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Scalar::String,
            "integer" => Scalar::Integer,
            "number" => Scalar::Number,
            "boolean" => Scalar::Boolean,
            "quantity" => Scalar::Quantity,
            "int-or-string" => Scalar::IntOrString,
            "time" => Scalar::Time,
            "microtime" => Scalar::MicroTime,
            "duration" => Scalar::Duration,
            "bytes" => Scalar::Bytes,
            "raw" => Scalar::Raw,
            _ => return None,
        })
    }
}
