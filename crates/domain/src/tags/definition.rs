//! Custom tags: what an organization has defined a tag to be.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::name::{TAG_VALUE_CHARS_MAX, TagName, without_x};
use super::system::SystemTag;
use super::{TagKind, TagSource, place_key};
use crate::ids::CustomTagId;

/// Characters of a custom tag's label.
pub const TAG_LABEL_CHARS_MAX: usize = 128;

/// A tag's definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomTag {
    pub id: CustomTagId,
    /// The name under which its values are stored.
    pub key: TagName,
    /// For people.
    pub label: String,
    pub kind: TagKind,
    /// Other names that mean this tag.
    pub aliases: Vec<TagName>,
    /// Where its values may come from; `None` means from anywhere.
    pub sources: Option<Vec<TagSource>>,
    /// The value of a call on which nothing else sets it.
    pub default: Option<String>,
}

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionProblem {
    /// As the field is called in `CustomTag`.
    pub field: &'static str,
    /// For people: what is wrong, and what to do.
    pub message: String,
}

impl CustomTag {
    /// Whether a value of this source counts. The definition's own default always does.
    pub fn allows(&self, source: TagSource) -> bool {
        source == TagSource::Default || self.sources.as_ref().is_none_or(|allowed| allowed.contains(&source))
    }

    /// Everything that is wrong with it beside the organization's `others`; none if it may be
    /// stored. A definition of the same id among the others is the one it replaces.
    pub fn problems(&self, others: &Definitions) -> Vec<DefinitionProblem> {
        let mut problems = Vec::new();
        let mut problem = |field, message| problems.push(DefinitionProblem { field, message });
        let label_chars = self.label.chars().count();
        if self.label.trim().is_empty() || label_chars > TAG_LABEL_CHARS_MAX {
            problem("label", format!("label must have 1 to {TAG_LABEL_CHARS_MAX} characters"));
        }
        if let Some(why) = self.name_problem(&self.key, others) {
            problem("key", format!("key \"{}\" {why}", self.key));
        }
        for (at, alias) in self.aliases.iter().enumerate() {
            if *alias == self.key || self.aliases[..at].contains(alias) {
                problem("aliases", format!("alias \"{alias}\" is there twice; leave one out"));
            } else if let Some(why) = self.name_problem(alias, others) {
                problem("aliases", format!("alias \"{alias}\" {why}"));
            }
        }
        if let TagKind::OneOf { values } = &self.kind
            && (values.is_empty() || values.iter().any(|value| value.trim().is_empty()))
        {
            problem("kind", "values must list at least one value, and none of them empty".to_owned());
        }
        if self.sources.as_ref().is_some_and(Vec::is_empty) {
            problem("sources", "sources allows none; leave it out to allow all".to_owned());
        }
        if let Some(default) = &self.default {
            if !self.kind.fits(default) {
                problem("default", format!("default \"{default}\" is not of the tag's own type"));
            } else if default.chars().count() > TAG_VALUE_CHARS_MAX {
                problem("default", format!("default has more than {TAG_VALUE_CHARS_MAX} characters"));
            }
        }
        problems
    }

    fn name_problem(&self, name: &TagName, others: &Definitions) -> Option<String> {
        if SystemTag::named(name.as_str()).is_some() {
            return Some("is a system tag; choose another name".to_owned());
        }
        let other = others.named(name.as_str()).filter(|other| other.id != self.id)?;
        Some(format!("already names the custom tag \"{}\"; choose another name", other.key))
    }
}

/// An organization's custom tags, found by key and by alias.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definitions {
    tags: Vec<CustomTag>,
    by_name: HashMap<TagName, usize>,
}

impl Definitions {
    /// Of two that claim a name, the earlier has it, and keys go before aliases: definitions are
    /// checked when they are stored, so this only has to be harmless.
    pub fn new(tags: Vec<CustomTag>) -> Self {
        let mut by_name = HashMap::new();
        for (at, tag) in tags.iter().enumerate() {
            by_name.entry(tag.key.clone()).or_insert(at);
        }
        for (at, tag) in tags.iter().enumerate() {
            for alias in &tag.aliases {
                by_name.entry(alias.clone()).or_insert(at);
            }
        }
        Self { tags, by_name }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &CustomTag> {
        self.tags.iter()
    }

    /// The definition that a name means: its key, an alias, or one of them with an `X-` before it.
    pub fn resolve(&self, name: &TagName) -> Option<&CustomTag> {
        self.find(name.as_str())
    }

    fn named(&self, name: &str) -> Option<&CustomTag> {
        self.by_name.get(name).map(|at| &self.tags[*at])
    }

    fn find(&self, name: &str) -> Option<&CustomTag> {
        if self.tags.is_empty() {
            return None;
        }
        self.named(name).or_else(|| self.named(without_x(name)?))
    }

    /// Where a value sent under `name` is kept: under a system name, a definition's key, or as sent.
    pub(crate) fn key_of<'a>(&'a self, name: &'a TagName, source: TagSource) -> TagKey<'a> {
        if let Some(place) = place_key(name.as_str()) {
            return TagKey { name: place, tag: None };
        }
        // A header has lost its X-, which a definition may well have kept.
        let tag = self.resolve(name).or_else(|| match source {
            TagSource::Header if !self.tags.is_empty() => self.named(&format!("x_{name}")),
            _ => None,
        });
        TagKey { name: tag.map_or(name.as_str(), |tag| tag.key.as_str()), tag }
    }
}

/// A tag's stored name, and its definition if it has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagKey<'a> {
    pub name: &'a str,
    pub tag: Option<&'a CustomTag>,
}

impl TagKey<'_> {
    pub fn allows(&self, source: TagSource) -> bool {
        self.tag.is_none_or(|tag| tag.allows(source))
    }

    pub fn flags(&self, value: &str) -> bool {
        self.tag.is_some_and(|tag| !tag.kind.fits(value))
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{custom, definitions, name};
    use super::*;

    fn fields(tag: &CustomTag, others: &Definitions) -> Vec<&'static str> {
        tag.problems(others).iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_definition_is_found_by_key_alias_and_with_an_x() {
        let defs = definitions();
        for spelling in ["lead_source", "UTM-Source", "X-Lead-Source", "x utm source"] {
            let found = defs.resolve(&name(spelling)).map(|tag| tag.key.as_str());
            assert_eq!(found, Some("lead_source"), "{spelling}");
        }
        assert_eq!(defs.resolve(&name("lead")), None);
        assert_eq!(Definitions::default().resolve(&name("lead")), None);
    }

    #[test]
    fn a_header_that_lost_its_x_still_finds_a_definition_that_kept_it() {
        let defs = Definitions::new(vec![custom("x_campaign")]);
        let header = TagName::from_header("X-Campaign").unwrap();
        assert_eq!(defs.key_of(&header, TagSource::Header).name, "x_campaign");
        assert_eq!(defs.key_of(&header, TagSource::Url).name, "campaign");
    }

    #[test]
    fn a_good_definition_has_no_problems_also_when_it_replaces_itself() {
        let defs = definitions();
        assert_eq!(fields(&custom("brand_new"), &defs), [""; 0]);
        for tag in defs.iter() {
            assert_eq!(tag.problems(&defs), [], "{}", tag.key);
        }
    }

    #[test]
    fn problems_name_their_field_and_what_to_do() {
        let defs = definitions();
        let system = CustomTag { aliases: vec![name("caller_zip")], ..custom("call_id") };
        assert_eq!(fields(&system, &defs), ["key", "aliases"]);
        assert_eq!(system.problems(&defs)[0].message, "key \"call_id\" is a system tag; choose another name");
        let taken = CustomTag { aliases: vec![name("lead_source"), name("mine")], ..custom("utm_source") };
        assert_eq!(fields(&taken, &defs), ["key", "aliases"]);
        assert!(taken.problems(&defs)[0].message.contains("already names the custom tag \"lead_source\""));
        let twice = CustomTag { aliases: vec![name("mine"), name("b"), name("b")], ..custom("mine") };
        assert_eq!(fields(&twice, &defs), ["aliases", "aliases"]);
        for (field, tag) in [
            ("label", CustomTag { label: " ".into(), ..custom("mine") }),
            ("label", CustomTag { label: "l".repeat(129), ..custom("mine") }),
            ("kind", CustomTag { kind: TagKind::OneOf { values: vec![] }, ..custom("mine") }),
            ("sources", CustomTag { sources: Some(vec![]), ..custom("mine") }),
            ("default", CustomTag { kind: TagKind::Number, default: Some("ten".into()), ..custom("mine") }),
            ("default", CustomTag { default: Some("v".repeat(4097)), ..custom("mine") }),
        ] {
            assert_eq!(fields(&tag, &defs), [field], "{tag:?}");
        }
    }

    #[test]
    fn a_definition_may_be_called_as_clients_call_their_tags() {
        for key in ["disposition", "lead_quality", "converted", "reason"] {
            assert_eq!(custom(key).problems(&Definitions::default()), [], "{key}");
        }
    }

    #[test]
    fn of_two_claims_to_a_name_a_key_goes_before_an_alias() {
        let greedy = CustomTag { aliases: vec![name("b")], ..custom("a") };
        let defs = Definitions::new(vec![greedy, custom("b")]);
        assert_eq!(defs.resolve(&name("b")).unwrap().key.as_str(), "b");
    }

    #[test]
    fn allowed_sources_leave_the_definitions_own_default_alone() {
        let tag = CustomTag { sources: Some(vec![TagSource::Url]), ..custom("a") };
        assert!(tag.allows(TagSource::Url) && tag.allows(TagSource::Default));
        assert!(!tag.allows(TagSource::Header));
        assert!(custom("a").allows(TagSource::Header));
    }
}
