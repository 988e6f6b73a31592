//! `update_tags`: tags to add to calls and to remove from them.

use super::fields::Fields;
use super::{Refusal, refusal, tag_lists};
use crate::update::Changes;

pub(super) fn changes(fields: &mut Fields<'_>) -> Result<Changes, Refusal> {
    let changes =
        Changes { add: tag_lists::add(fields)?, remove: tag_lists::remove(fields)?, ..Changes::default() };
    if changes.add.is_empty() && changes.remove.is_empty() {
        return Err(refusal::missing_tags());
    }
    Ok(changes)
}
