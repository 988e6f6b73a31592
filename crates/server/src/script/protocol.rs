//! What the server and a script's process say to each other: JSON behind its length in bytes.
//!
//! The process says `null` when it waits for a script, at its start and again after each, then
//! answers each with a `Result<Value, ScriptFailure>`.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

#[derive(Serialize)]
pub struct Request<'a> {
    pub source: &'a str,
    /// As JSON, so that its numbers keep their digits.
    pub input: &'a str,
    pub timeout_ms: u32,
}

#[derive(Deserialize)]
pub struct Received {
    pub source: String,
    pub input: String,
    pub timeout_ms: u32,
}

pub fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message)?;
    let length = u32::try_from(bytes.len() - 4).map_err(io::Error::other)?;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

pub fn write(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    output.write_all(&encode(message)?)?;
    output.flush()
}

/// Nothing if the other side is gone.
pub fn read<M: DeserializeOwned>(input: &mut impl Read, bytes_max: usize) -> io::Result<Option<M>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let mut bytes = vec![0; length_within(u32::from_le_bytes(length), bytes_max)?];
    input.read_exact(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}

/// The same, for the server.
pub async fn receive<M: DeserializeOwned>(
    input: &mut (impl AsyncRead + Unpin),
    bytes_max: usize,
) -> io::Result<M> {
    let mut bytes = vec![0; length_within(input.read_u32_le().await?, bytes_max)?];
    input.read_exact(&mut bytes).await?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn length_within(length: u32, bytes_max: usize) -> io::Result<usize> {
    let length = usize::try_from(length).map_err(io::Error::other)?;
    if length > bytes_max {
        return Err(io::Error::other(format!("a message of {length} bytes")));
    }
    Ok(length)
}
