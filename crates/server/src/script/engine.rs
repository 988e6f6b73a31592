//! Runs one script in a QuickJS of its own, within limits of time and memory.

use std::time::{Duration, Instant};

use hookline_domain::flow::ScriptFailure;
use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::{CaughtError, Context, Ctx, Error, Runtime, Value};

use super::limits::{RESULT_BYTES_MAX, SCRIPT_MEMORY_BYTES_MAX, SCRIPT_STACK_BYTES_MAX, THROWN_CHARS_MAX};

/// The language and its library: no modules, files, network, timers or console.
type Library = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
    intrinsic::WeakRef,
);

/// What it says when an allocation fails.
const OUT_OF_MEMORY: &str = "out of memory";

pub struct Engine {
    runtime: Runtime,
    deadline: Instant,
}

impl Engine {
    pub fn new(timeout: Duration) -> Result<Self, ScriptFailure> {
        let runtime = Runtime::new().map_err(|_| ScriptFailure::Memory)?;
        let deadline = Instant::now() + timeout;
        runtime.set_memory_limit(SCRIPT_MEMORY_BYTES_MAX);
        runtime.set_max_stack_size(SCRIPT_STACK_BYTES_MAX);
        runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() >= deadline)));
        Ok(Self { runtime, deadline })
    }

    /// The source is the body of a function of `input`; what it returns comes back.
    pub fn run(&self, source: &str, input: &str) -> Result<serde_json::Value, ScriptFailure> {
        let context = Context::custom::<Library>(&self.runtime).map_err(|_| ScriptFailure::Memory)?;
        let result = context.with(|ctx| {
            let result = call(&ctx, source, input);
            result.map_err(|error| thrown(CaughtError::from_error(&ctx, error)))
        });
        if Instant::now() >= self.deadline {
            return Err(ScriptFailure::Timeout);
        }
        let json = result?;
        if json.len() > RESULT_BYTES_MAX {
            let (bytes, most) = (json.len(), RESULT_BYTES_MAX);
            let message = format!("its result has {bytes} bytes as JSON; return {most} at most");
            return Err(ScriptFailure::Threw(message));
        }
        serde_json::from_str(&json)
            .map_err(|error| ScriptFailure::Threw(format!("its result can't be kept: {error}")))
    }
}

/// The result as JSON.
fn call<'js>(ctx: &Ctx<'js>, source: &str, input: &str) -> Result<String, Error> {
    if source.contains('\0') {
        return Err(rquickjs::Exception::throw_syntax(ctx, "it has a null character in it; write \\0"));
    }
    let input = ctx.json_parse(input)?;
    let mut options = EvalOptions::default();
    options.filename = Some("script".to_owned());
    // On one line with the source, so that errors name its own lines. The source may end in a comment.
    let function: Value<'js> =
        ctx.eval_with_options(format!("(function (input) {{{source}\n}})"), options)?;
    let function = function
        .into_function()
        .ok_or_else(|| rquickjs::Exception::throw_syntax(ctx, "it closes a bracket that it did not open"))?;
    let result: Value<'js> = function.call((input,))?;
    if result.is_promise() {
        let message = "it returned a promise, and nothing waits for it; return the value itself";
        return Err(rquickjs::Exception::throw_type(ctx, message));
    }
    match ctx.json_stringify(result)? {
        Some(json) => json.to_string(),
        // Undefined, or a function.
        None => Ok("null".to_owned()),
    }
}

fn thrown(error: CaughtError<'_>) -> ScriptFailure {
    let message = match error {
        CaughtError::Exception(exception) => {
            let field = |name: &str| exception.as_object().get::<_, Option<String>>(name).ok().flatten();
            let message = field("message").unwrap_or_default();
            let name = field("name").unwrap_or_else(|| "Error".to_owned());
            if name == "InternalError" && message.starts_with(OUT_OF_MEMORY) {
                return ScriptFailure::Memory;
            }
            match field("stack").as_deref().and_then(line) {
                Some(line) => format!("{name}: {message} (line {line})"),
                None => format!("{name}: {message}"),
            }
        }
        // There was no memory left for an error.
        CaughtError::Value(value) if value.is_null() => return ScriptFailure::Memory,
        CaughtError::Value(value) => match value.as_string().map(rquickjs::String::to_string) {
            Some(Ok(text)) => text,
            _ => format!("it threw a value of the type {}", value.type_name()),
        },
        CaughtError::Error(Error::Allocation) => return ScriptFailure::Memory,
        CaughtError::Error(error) => error.to_string(),
    };
    ScriptFailure::Threw(message.chars().take(THROWN_CHARS_MAX).collect())
}

/// From a stack such as `    at f (script:3:7)`.
fn line(stack: &str) -> Option<&str> {
    let line = stack.split_once("script:")?.1.split(|c: char| !c.is_ascii_digit()).next()?;
    (!line.is_empty()).then_some(line)
}
