//! The ownership record as bytes: JSON with a checksum at its end. Knows no place where it is kept.
//!
//! A record that was damaged must not be taken for one that says less: an entry that is lost would be a thing that
//! nobody takes away, or one that was there before and is removed. So the whole text before the checksum is covered by
//! it, down to the last byte.

use serde::Deserialize;

use crate::Json;
use crate::digest::sha256;
use crate::record::{Inventory, MIN_READER, SCHEMA};

/// The first form, without a checksum. It is read, and written anew in the newest form.
const WITHOUT_CHECKSUM: u64 = 1;

/// The second form, which did not say who may read it.
const WITH_CHECKSUM: u64 = 2;

const OPEN: &str = ",\"checksum\":\"";
const CLOSE: &str = "\"}";

/// Why bytes are no record that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON at all: cut off, or something else.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// JSON that does not say which form it has.
    #[error("it does not say its form (`schema`)")]
    NoForm,
    /// A form that another version writes, and that this one must not use.
    #[error(
        "it has form {found}, for readers of form {needs} and newer, and this gemmactl knows form {SCHEMA}: use the \
         version that wrote it, or a newer one"
    )]
    OtherForm {
        /// The form it has.
        found: u64,
        /// The oldest form whose readers may use it.
        needs: u64,
    },
    /// The checksum is missing or does not fit.
    #[error("it is damaged: its checksum does not fit what it says")]
    Damaged,
    /// Whole, but not of the expected shape.
    #[error("{0}")]
    Malformed(String),
}

/// What tells whether a record can be read: in every form, and from the third on also who may read it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Form {
    #[serde(default)]
    schema: Json,
    #[serde(default)]
    min_reader: Json,
    #[serde(default)]
    checksum: Json,
}

/// The record as it is stored. Errors: none in practice; the serialiser's own, should it have one.
pub fn encode(inventory: &Inventory) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = serde_json::to_string(inventory)?;
    // The closing brace comes back behind the checksum.
    text.pop();
    let sum = sha256(&text);
    text.push_str(OPEN);
    text.push_str(&sum);
    text.push_str(CLOSE);
    text.push('\n');
    Ok(text.into_bytes())
}

/// Understands a stored record. Errors: anything but a whole record of a form that this program knows.
pub fn decode(bytes: &[u8]) -> Result<Inventory, DecodeError> {
    // The form first, everything else unread: another form may mean other things by the same words.
    let form = match serde_json::from_slice::<Form>(bytes) {
        Ok(form) => form,
        Err(error) if error.is_data() => return Err(DecodeError::NoForm),
        Err(error) => return Err(DecodeError::NotJson(error.to_string())),
    };
    let ours = u64::from(SCHEMA);
    match form.schema.as_u64() {
        // One that bears a checksum is of a later form, with a number that was damaged.
        Some(WITHOUT_CHECKSUM) if form.checksum.is_null() => {}
        Some(WITHOUT_CHECKSUM) => return Err(DecodeError::Damaged),
        Some(known) if (WITH_CHECKSUM..=ours).contains(&known) => verify(bytes)?,
        Some(found) => {
            let needs = form.min_reader.as_u64().unwrap_or(found);
            if found == 0 || needs > ours {
                return Err(DecodeError::OtherForm { found, needs });
            }
            verify(bytes)?;
        }
        None => return Err(DecodeError::NoForm),
    }
    let mut inventory: Inventory =
        serde_json::from_slice(bytes).map_err(|error| DecodeError::Malformed(error.to_string()))?;
    // What is written next is of this form at least, and whoever reads it has to know this form.
    inventory.schema = inventory.schema.max(SCHEMA);
    inventory.min_reader = inventory.min_reader.max(MIN_READER);
    // Not part of what the record says, and made anew with every write.
    inventory.other.remove("checksum");
    Ok(inventory)
}

fn verify(bytes: &[u8]) -> Result<(), DecodeError> {
    let whole = || {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.strip_suffix(CLOSE)?;
        let (before, sum) = text.rsplit_once(OPEN)?;
        (sha256(before) == sum).then_some(())
    };
    whole().ok_or(DecodeError::Damaged)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{
        Entry, Lease, Origin, Prior, ProjectId, ResourceId, SharedKey, StackName, StackRecord, State,
    };

    fn json_value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Json::from),
            ".*".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map(".*", inner, 0..4)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    fn entry() -> impl Strategy<Value = Entry> {
        let state = prop_oneof![Just(State::Intent), Just(State::Present), Just(State::Removing)];
        let origin = prop_oneof![Just(Origin::Created), Just(Origin::Adopted), Just(Origin::Recovered)];
        let prior = prop_oneof![Just(Prior::Absent), Just(Prior::Present), Just(Prior::Unknown)];
        let fields = || prop::collection::btree_map("[a-z.]{1,8}", json_value(), 0..3);
        let after = prop::collection::vec(resource(), 0..3);
        let stamps = prop::collection::btree_set(stack(), 0..2);
        let revisions = (prop::collection::vec("[a-z]{1,6}", 0..3), prop::option::of("[a-z]{1,6}"));
        let names = (".*", prop::option::of(".*"), stamps, revisions, other());
        (names, state, origin, prior, fields(), fields(), after, json_value()).prop_map(
            |(
                (full_name, uid, stamps, (served, rolled_back), other),
                state,
                origin,
                prior,
                applied,
                before,
                after,
                remembered,
            )| {
                Entry {
                    full_name,
                    state,
                    origin,
                    prior,
                    uid,
                    applied,
                    before,
                    after,
                    remembered,
                    stamps,
                    served,
                    rolled_back,
                    other,
                }
            },
        )
    }

    /// What a newer form may say beyond this one.
    fn other() -> impl Strategy<Value = BTreeMap<String, Json>> {
        prop::collection::btree_map("new[a-z]{1,6}", json_value(), 0..2)
    }

    fn resource() -> impl Strategy<Value = ResourceId> {
        "[a-z]{1,6}".prop_map(|name| ResourceId::parse(&format!("service/{name}")).unwrap())
    }

    fn stack() -> impl Strategy<Value = StackName> {
        "[a-z][a-z0-9]{2,8}".prop_map(|name| StackName::parse(&name).unwrap())
    }

    fn lease() -> impl Strategy<Value = Lease> {
        (".*", any::<u64>(), ".*", ".*", ".*", other()).prop_map(
            |(holder, beat, who, operation, started, other)| Lease {
                holder,
                beat,
                who,
                operation,
                started,
                other,
            },
        )
    }

    fn inventory() -> impl Strategy<Value = Inventory> {
        let record = (
            prop::collection::btree_map(resource(), entry(), 0..4),
            prop::option::of(lease()),
            any::<u64>(),
            other(),
        )
            .prop_map(|(entries, lease, runs, other)| StackRecord { entries, lease, runs, other });
        let prior = prop_oneof![Just(Prior::Absent), Just(Prior::Present)];
        let shared = (prior, prop::collection::btree_set(stack(), 0..3), other())
            .prop_map(|(prior, holders, other)| SharedKey { prior, holders, other });
        (
            any::<u64>(),
            ".*",
            prop::option::of("[0-9]{1,12}"),
            prop::collection::btree_map(stack(), record, 0..3),
            prop::collection::btree_map(".*", shared, 0..3),
            prop::option::of(lease()),
            (SCHEMA..SCHEMA + 3, other()),
        )
            .prop_map(
                |(serial, write_id, project_number, stacks, shared, shared_lease, (schema, other))| {
                    Inventory {
                        schema,
                        project_number,
                        serial,
                        write_id,
                        stacks,
                        shared,
                        shared_lease,
                        other,
                        ..Inventory::new(ProjectId::parse("demo-project").unwrap())
                    }
                },
            )
    }

    proptest! {
        #![proptest_config(conformance::config(1_000))]

        #[test]
        fn what_was_written_is_read_as_it_was(record in inventory()) {
            let bytes = encode(&record).unwrap();
            prop_assert_eq!(decode(&bytes).unwrap(), record.clone());
            prop_assert_eq!(encode(&decode(&bytes).unwrap()).unwrap(), bytes);
        }

        #[test]
        fn a_flipped_bit_anywhere_is_found(record in inventory(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
            let mut bytes = encode(&record).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(decode(&bytes).is_err());
        }

        #[test]
        fn bytes_of_any_kind_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&bytes).is_err());
        }
    }

    fn sample() -> Inventory {
        let mut record = Inventory::new(ProjectId::parse("demo-project").unwrap());
        let part = StackRecord { runs: 3, ..StackRecord::default() };
        record.stacks.insert(StackName::parse("gemma").unwrap(), part);
        record
    }

    #[test]
    fn every_single_bit_of_a_record_counts_and_so_does_every_byte_that_is_cut_off() {
        let whole = encode(&sample()).unwrap();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                assert!(decode(&bytes).is_err(), "bit {bit} of byte {at}");
            }
            assert!(decode(&whole[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_first_form_is_read_without_a_checksum_and_a_newer_one_is_refused() {
        let mut old = serde_json::to_value(sample()).unwrap();
        old["schema"] = json!(1);
        assert_eq!(decode(old.to_string().as_bytes()).unwrap(), sample());
        old["schema"] = json!(SCHEMA + 1);
        let error = decode(old.to_string().as_bytes()).unwrap_err();
        let found = u64::from(SCHEMA) + 1;
        assert_eq!(error, DecodeError::Damaged, "readers of this form may read it, if it is whole");
        old["minReader"] = json!(found);
        let error = decode(old.to_string().as_bytes()).unwrap_err();
        assert_eq!(error, DecodeError::OtherForm { found, needs: found });
        assert!(error.to_string().contains("use the version that wrote it, or a newer one"));
        old.as_object_mut().unwrap().remove("minReader");
        assert_eq!(decode(old.to_string().as_bytes()), Err(DecodeError::OtherForm { found, needs: found }));
        old["minReader"] = json!(MIN_READER);
        old["schema"] = json!(SCHEMA);
        assert_eq!(decode(old.to_string().as_bytes()), Err(DecodeError::Damaged));
        assert_eq!(decode(b"[]"), Err(DecodeError::NoForm));
        assert_eq!(decode(b"5"), Err(DecodeError::NoForm));
        assert!(matches!(decode(b"{\"sche"), Err(DecodeError::NotJson(_))));
    }
}
