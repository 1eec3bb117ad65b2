//! A delivery as values.

use std::borrow::Cow;

/// A text that often stands in the program itself.
pub type Text = Cow<'static, str>;

/// A delivery (DatML/RAW 2.0).
#[derive(Clone, PartialEq, Eq)]
pub struct RawDocument {
    /// The recipient checks and discards.
    pub test: bool,
    /// Number of the sender.
    pub sender: Text,
    /// Number of the recipient.
    pub recipient: Text,
    /// At least one.
    pub messages: Vec<Message>,
    /// Rows of all messages, a row that stands for several counted so often.
    pub count: Option<u64>,
}

/// A message with the facts that hold for all of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Its number.
    pub id: Option<Text>,
    /// What holds for it.
    pub context: Context,
}

/// A year, or with a month, or with a day as well.
pub type Period = (u16, Option<(u8, Option<u8>)>);

/// What holds for everything inside: at most once on the path to a row.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// Number of the survey.
    pub survey: Option<Text>,
    /// Reference period: year, month, day.
    pub period: Option<Period>,
    /// Number of who reports.
    pub respondent: Option<Text>,
    /// Name of the material.
    pub material: Option<Text>,
    /// Whether decimal comma and thousands point are declared.
    pub declares_decimal_comma: bool,
    /// Auxiliary facts (Hilfsmerkmale): name and value.
    pub auxiliary: Vec<(Text, Text)>,
    /// What is inside.
    pub inside: Inside,
}

/// A data segment or segments.
#[derive(Clone, PartialEq, Eq)]
pub enum Inside {
    /// Rows.
    Data(Segment),
    /// At least one.
    Segments(Vec<Context>),
}

impl Default for Inside {
    fn default() -> Self {
        Self::Data(Segment::default())
    }
}

/// A data segment.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// Its number.
    pub id: Option<Text>,
    /// The rows, at least one, under ordering facts or bare.
    pub rows: Order,
}

/// Rows, or a level of ordering facts (Ordnungsmerkmal).
#[derive(Clone, PartialEq, Eq)]
pub enum Order {
    /// Rows.
    Rows(Vec<Row>),
    /// A fact with its value and what is below.
    By(Text, Text, Box<Order>),
}

impl Default for Order {
    fn default() -> Self {
        Self::Rows(Vec::new())
    }
}

/// A row (Satz).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its number.
    pub id: Option<Text>,
    /// At least one.
    pub items: Vec<Item>,
    /// How many equal rows it stands for; 1 if absent.
    pub count: Option<u64>,
}

/// A fact or a group of facts.
#[derive(Clone, PartialEq, Eq)]
pub enum Item {
    /// A fact (Merkmal).
    Feature(Feature),
    /// A group (Merkmalsgruppe).
    Group(Group),
}

/// A fact with its value.
#[derive(Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name.
    pub name: Text,
    /// Its value; `None` where there is none (`na`).
    pub value: Option<Value>,
}

/// A value.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    /// As written.
    pub text: Text,
    /// Its unit.
    pub unit: Option<Text>,
}

/// A group of facts.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Text,
    /// Which of several.
    pub index: Option<u32>,
    /// At least one.
    pub items: Vec<Item>,
}

opaque_debug!(
    RawDocument,
    Message,
    Context,
    Inside,
    Segment,
    Order,
    Row,
    Item,
    Feature,
    Value,
    Group
);

impl Feature {
    /// A fact with a value, or without.
    #[must_use]
    pub fn new(name: impl Into<Text>, value: Option<Text>) -> Self {
        Self {
            name: name.into(),
            value: value.map(|text| Value { text, unit: None }),
        }
    }
}

impl Row {
    /// How many rows it stands for.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.count.unwrap_or(1)
    }
}

impl Order {
    /// Rows, each counted as often as it stands for.
    #[must_use]
    pub fn weight(&self) -> u64 {
        match self {
            Self::Rows(rows) => rows.iter().map(Row::weight).sum(),
            Self::By(_, _, below) => below.weight(),
        }
    }
}

impl Context {
    /// Rows inside, each counted as often as it stands for.
    #[must_use]
    pub fn weight(&self) -> u64 {
        match &self.inside {
            Inside::Data(segment) => segment.rows.weight(),
            Inside::Segments(segments) => segments.iter().map(Self::weight).sum(),
        }
    }
}

impl RawDocument {
    /// A test delivery with one message of one row of one fact, to start from.
    #[must_use]
    pub fn new(sender: impl Into<Text>, recipient: impl Into<Text>) -> Self {
        let row = Row {
            items: vec![Item::Feature(Feature::new(
                "kinder",
                Some(Text::Borrowed("0")),
            ))],
            ..Row::default()
        };
        let message = Message {
            context: Context {
                inside: Inside::Data(Segment {
                    id: None,
                    rows: Order::Rows(vec![row]),
                }),
                ..Context::default()
            },
            ..Message::default()
        };
        Self {
            test: true,
            sender: sender.into(),
            recipient: recipient.into(),
            messages: vec![message],
            count: Some(1),
        }
    }

    /// The count the document should tell.
    #[must_use]
    pub fn weight(&self) -> u64 {
        let messages = self.messages.iter();
        messages.map(|message| message.context.weight()).sum()
    }
}
