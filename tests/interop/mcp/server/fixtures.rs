//! The server, as rmcp calls it.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities,
    CompleteRequestParams, CompleteResult, GetPromptRequestParams, GetPromptResponse,
    GetPromptResult, Implementation, InputRequiredResult, InputResponses, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse,
    ReadResourceResult, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::contents;
use super::tools::{self, question, roots, sampling};

/// The fixtures, with the key of the states that clients return.
#[derive(Clone, Default)]
pub(crate) struct Fixtures {
    key: RandomState,
}

/// The context of a request.
type Context = RequestContext<RoleServer>;

impl ServerHandler for Fixtures {
    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(&[ProtocolVersion::V_2026_07_28])
    }

    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_prompts()
            .enable_resources()
            .enable_completions()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("palisade-fixtures", "1"))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        serde_json::from_value(tools::tool(name)?).ok()
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListToolsResult, ErrorData> {
        typed(tools::list())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        typed(contents::prompts())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        typed(contents::resources())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        typed(contents::templates())
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: Context,
    ) -> Result<CompleteResult, ErrorData> {
        typed(json!({
            "resultType": "complete",
            "completion": { "values": ["paris", "park"], "total": 2, "hasMore": false },
        }))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let Some(resource) = contents::resource(&request.uri) else {
            let data = json!({ "uri": request.uri });
            return Err(ErrorData::resource_not_found(
                "no such resource",
                Some(data),
            ));
        };
        Ok(typed::<ReadResourceResult>(resource)?.into())
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let context = answer(request.input_responses.as_ref(), "user_context", "context");
        if request.name == "test_input_required_result_prompt" && context.is_none() {
            let question = question("What context should the prompt use?", "context", "string");
            let asked = asked(&json!({ "user_context": question }), None)?;
            return Ok(asked.into());
        }
        let arguments = json!(request.arguments);
        let messages = contents::messages(&request.name, &arguments);
        Ok(typed::<GetPromptResult>(messages)?.into())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Result<CallToolResponse, ErrorData> {
        if request.name == "test_tool_with_progress" {
            report_progress(&context).await;
        }
        if request.name == "test_missing_capability" && !declares(&context, "sampling") {
            let required: ClientCapabilities = typed(json!({ "sampling": {} }))?;
            return Err(ErrorData::missing_required_client_capability(required));
        }
        if let Some(asked) = self.ask(&request, &context)? {
            return Ok(asked.into());
        }
        let result = match &*request.name {
            "test_input_required_result_elicitation" => {
                let name = answer(request.input_responses.as_ref(), "user_name", "name");
                said(&format!("Hello, {}!", name.unwrap_or_default()))
            }
            "test_input_required_result_request_state" => said("state-ok"),
            name if name.starts_with("test_input_required_result") => {
                said(&json!(request.input_responses).to_string())
            }
            name => tools::result(name),
        };
        Ok(typed::<CallToolResult>(result)?.into())
    }
}

impl Fixtures {
    /// Returns what a tool needs from the client before it has a result.
    fn ask(
        &self,
        request: &CallToolRequestParams,
        context: &Context,
    ) -> Result<Option<InputRequiredResult>, ErrorData> {
        let responses = request.input_responses.as_ref();
        let has = |name: &str| responses.is_some_and(|responses| responses.contains_key(name));
        let state = request.request_state.as_deref();
        let state = state.map(|state| self.open(state)).transpose()?;
        let confirm = json!({ "confirm": question("Please confirm", "ok", "boolean") });
        let user_name = question("What is your name?", "name", "string");
        let asked = match &*request.name {
            "test_input_required_result_elicitation"
                if answer(responses, "user_name", "name").is_none() =>
            {
                asked(&json!({ "user_name": user_name }), None)
            }
            "test_streaming_elicitation" if !has("user_name") => {
                asked(&json!({ "user_name": user_name }), None)
            }
            "test_input_required_result_sampling" if !has("capital_question") => {
                let question = sampling("What is the capital of France?");
                asked(&json!({ "capital_question": question }), None)
            }
            "test_input_required_result_list_roots" if !has("client_roots") => {
                asked(&json!({ "client_roots": roots() }), None)
            }
            "test_input_required_result_request_state"
            | "test_input_required_result_tampered_state"
                if !has("confirm") || state.is_none() =>
            {
                asked(&confirm, Some(self.seal("confirm")))
            }
            "test_input_required_result_multiple_inputs"
                if !["user_name", "greeting", "client_roots"]
                    .into_iter()
                    .all(has) =>
            {
                let requests = json!({
                    "user_name": user_name,
                    "greeting": sampling("Generate a greeting"),
                    "client_roots": roots(),
                });
                asked(&requests, Some(self.seal("inputs")))
            }
            "test_input_required_result_multi_round" => return self.ask_twice(responses, state),
            "test_input_required_result_capabilities" if responses.is_none() => {
                let mut requests = json!({});
                for (capability, key, request) in [
                    ("sampling", "greeting", sampling("Generate a greeting")),
                    ("elicitation", "user_name", user_name),
                ] {
                    if declares(context, capability) {
                        requests[key] = request;
                    }
                }
                asked(&requests, None)
            }
            _ => return Ok(None),
        };
        asked.map(Some)
    }

    /// Returns the next of two questions, or `None` if both have answers.
    fn ask_twice(
        &self,
        responses: Option<&InputResponses>,
        state: Option<&str>,
    ) -> Result<Option<InputRequiredResult>, ErrorData> {
        let has = |name: &str| responses.is_some_and(|responses| responses.contains_key(name));
        let (step, message, answer) = match state {
            Some("step2") if has("step2") => return Ok(None),
            Some("step2") => ("step2", "What is your favorite color?", "color"),
            Some(_) if has("step1") => ("step2", "What is your favorite color?", "color"),
            _ => ("step1", "What is your name?", "name"),
        };
        let mut requests = json!({});
        requests[step] = question(message, answer, "string");
        asked(&requests, Some(self.seal(step))).map(Some)
    }

    /// Returns a text with its keyed hash.
    fn seal(&self, text: &str) -> String {
        format!("{text}.{:016x}", self.key.hash_one(text))
    }

    /// Returns the text of a state that this server has sealed.
    fn open<'a>(&self, state: &'a str) -> Result<&'a str, ErrorData> {
        let text = state.split_once('.').map(|(text, _)| text);
        let text = text.filter(|text| self.seal(text) == state);
        text.ok_or_else(|| ErrorData::invalid_params("`requestState` was changed", None))
    }
}

fn asked(requests: &Value, state: Option<String>) -> Result<InputRequiredResult, ErrorData> {
    let mut result = json!({ "resultType": "input_required", "inputRequests": requests });
    if let Some(state) = state {
        result["requestState"] = state.into();
    }
    typed(result)
}

fn said(text: &str) -> Value {
    json!({ "resultType": "complete", "content": [contents::text(text)] })
}

/// Returns the text with which the person has answered a question.
fn answer<'a>(responses: Option<&'a InputResponses>, key: &str, answer: &str) -> Option<&'a str> {
    let response = responses?.get(key)?;
    let is_accepted = response.get("action").and_then(Value::as_str) == Some("accept");
    let answer = response.get("content")?.get(answer)?.as_str();
    answer.filter(|_| is_accepted)
}

/// Returns whether the client has declared a capability.
fn declares(context: &Context, capability: &str) -> bool {
    let meta = json!(context.meta);
    let capabilities = meta.get("io.modelcontextprotocol/clientCapabilities");
    capabilities.is_some_and(|capabilities| capabilities.get(capability).is_some())
}

async fn report_progress(context: &Context) {
    let Some(token) = context.meta.get_progress_token() else {
        return;
    };
    for progress in [0.0, 50.0, 100.0] {
        let progress = ProgressNotificationParam::new(token.clone(), progress).with_total(100.0);
        let _ = context.peer.notify_progress(progress).await;
    }
}

/// Returns a JSON value as a type of rmcp.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value)
        .map_err(|error| ErrorData::internal_error(error.to_string(), None))
}
