//! The bytes that are hashed for a row of the record: one way to write each row, and no two rows with the same bytes.
//!
//! A record is its version, what it is, how many fields it has, and the fields: each a letter for its type, the length of
//! its content, and the content. Numbers are big-endian. A later version of the extension writes new records under a new
//! version, and reads old ones by the old.

use super::timestamp::Timestamp;

/// The version of this encoding.
pub const VERSION: u8 = 1;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordType {
    /// An audit row, with what it records.
    Row,
    /// What a block says of itself.
    Block,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A transaction id.
    Transaction(u64),
    /// A number with decimals, in the text form of Postgres.
    Number(String),
    /// A text.
    Text(String),
    /// JSON, in the text form of Postgres' jsonb.
    Json(String),
    /// A point in time.
    Time(Timestamp),
    /// Yes or no.
    Truth(bool),
    /// A hash.
    Bytes(Vec<u8>),
}

impl Field {
    /// A field that may be NULL.
    pub fn of<T>(value: Option<T>, field: impl FnOnce(T) -> Field) -> Field {
        value.map_or(Field::Null, field)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let mut put = |letter: u8, content: &[u8]| {
            bytes.push(letter);
            let length = u32::try_from(content.len()).expect("a value of Postgres is below 1 GB");
            bytes.extend(length.to_be_bytes());
            bytes.extend(content);
        };
        match self {
            Field::Null => put(b'0', &[]),
            Field::Integer(number) => put(b'i', &number.to_be_bytes()),
            Field::Transaction(id) => put(b'x', &id.to_be_bytes()),
            Field::Number(text) => put(b'n', text.as_bytes()),
            Field::Text(text) => put(b't', text.as_bytes()),
            Field::Json(text) => put(b'j', text.as_bytes()),
            Field::Time(at) => put(b'd', &at.micros().to_be_bytes()),
            Field::Truth(truth) => put(b'b', &[u8::from(*truth)]),
            Field::Bytes(content) => put(b'h', content),
        }
    }
}

/// Writes a record.
pub fn encode(record: RecordType, fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    bytes.push(VERSION);
    bytes.push(match record {
        RecordType::Row => b'R',
        RecordType::Block => b'B',
    });
    let count = u16::try_from(fields.len()).expect("a record has some fields");
    bytes.extend(count.to_be_bytes());
    fields.iter().for_each(|field| field.write(&mut bytes));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_is_written_so() {
        let fields = [Field::Integer(258), Field::Null, Field::Text("é".into()), Field::Truth(true)];
        let expected = [
            &[1, b'R', 0, 4][..],
            &[b'i', 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2],
            &[b'0', 0, 0, 0, 0],
            &[b't', 0, 0, 0, 2, 0xc3, 0xa9],
            &[b'b', 0, 0, 0, 1, 1],
        ];
        assert_eq!(encode(RecordType::Row, &fields), expected.concat());
        assert_eq!(encode(RecordType::Block, &[]), [1, b'B', 0, 0]);
    }

    fn field() -> impl Strategy<Value = Field> {
        prop_oneof![
            Just(Field::Null),
            any::<i64>().prop_map(Field::Integer),
            any::<u64>().prop_map(Field::Transaction),
            "[0-9.]{0,3}".prop_map(Field::Number),
            ".{0,3}".prop_map(Field::Text),
            ".{0,3}".prop_map(Field::Json),
            any::<i64>().prop_map(|micros| Field::Time(Timestamp::from_micros(micros))),
            any::<bool>().prop_map(Field::Truth),
            prop::collection::vec(any::<u8>(), 0..4).prop_map(Field::Bytes),
        ]
    }

    proptest! {
        #[test]
        fn no_two_records_are_written_alike(
            one in prop::collection::vec(field(), 0..5),
            other in prop::collection::vec(field(), 0..5),
        ) {
            let alike = encode(RecordType::Row, &one) == encode(RecordType::Row, &other);
            prop_assert_eq!(alike, one == other);
        }

        /// Cutting the same text elsewhere, or moving it to another field, shows.
        #[test]
        fn where_a_field_ends_counts(text in "[a-c]{2,8}", cut in 0..8usize, elsewhere in 0..8usize) {
            let split = |at: usize| {
                let (left, right) = text.split_at(at.min(text.len()));
                encode(RecordType::Row, &[Field::Text(left.into()), Field::Text(right.into())])
            };
            prop_assert_eq!(split(cut) == split(elsewhere), cut.min(text.len()) == elsewhere.min(text.len()));
        }
    }
}
