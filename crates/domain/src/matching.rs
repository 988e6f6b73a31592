//! Which stored `call_data` requests belong to a call.
