//! Media types of bytes that an input type declares.

use palisade::input::BinaryBody;
use palisade::prelude::*;
use palisade::testing::TestApi;

#[derive(Deserialize, Validate, SecureInput)]
#[secure(binary = "application/pdf")]
struct Invoice(#[garde(length(min = 5, max = 1000), custom(is_pdf))] Vec<u8>);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde passes references")]
fn is_pdf(bytes: &[u8], (): &()) -> garde::Result {
    if bytes.starts_with(b"%PDF-") {
        Ok(())
    } else {
        Err(garde::Error::new("must be a PDF"))
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[secure(binary = ["image/png", "image/svg+xml"], json = "application/vnd.acme.picture+json")]
struct Picture(#[garde(length(max = 1000))] Vec<u8>);

/// The declaration of a type inside has no effect.
#[derive(Deserialize, Validate, SecureInput)]
struct Document(#[garde(dive)] Invoice);

#[public(reason = "a test")]
async fn invoice(Valid(BinaryBody(invoice)): Valid<BinaryBody<Invoice>>) -> String {
    invoice.0.len().to_string()
}

#[public(reason = "a test")]
async fn picture(picture: Option<Valid<BinaryBody<Picture>>>) -> String {
    picture.map_or_else(
        || "none".to_owned(),
        |Valid(BinaryBody(picture))| picture.0.len().to_string(),
    )
}

#[public(reason = "a test")]
async fn document(Valid(BinaryBody(document)): Valid<BinaryBody<Document>>) -> String {
    document.0.0.len().to_string()
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/invoice", put(invoice).post(invoice).patch(invoice))
        .route("/picture", post(picture))
        .route("/document", post(document))
}

const PDF: &[u8] = b"%PDF-1.7";
const BYTES: &str = "application/octet-stream";

#[tokio::test]
async fn declared_media_types_of_bytes_are_accepted_and_no_other() {
    let api = TestApi::new(routes()).await;
    for (path, accepted) in [
        ("/invoice", &["application/pdf"][..]),
        ("/picture", &["image/png", "image/svg+xml"]),
        ("/document", &[BYTES]),
    ] {
        for label in [
            "application/pdf",
            "image/png",
            "image/svg+xml",
            BYTES,
            "application/vnd.acme.picture+json",
            "application/pdfx",
            "application/pdf, image/png",
            "application/pdf; version=1.7",
            "application/*",
            "*/*",
            "",
        ] {
            let response = api.anonymous().post(path).body(PDF, label).send().await;
            if accepted.contains(&label) {
                let answer = (response.status().as_u16(), response.text());
                assert_eq!(answer, (200, "8".to_owned()), "{path} {label}");
            } else {
                assert_eq!(response.status(), 415, "{path} {label}");
                let accepted = accepted.join(", ");
                assert_eq!(response.header("accept"), Some(&*accepted));
                assert_eq!(response.header("accept-post"), Some(&*accepted));
            }
        }
        let label = format!("{};", accepted[0].to_uppercase());
        let response = api.anonymous().post(path).body(PDF, &label).send().await;
        assert_eq!(response.status(), 200, "{label}");
    }
}

#[tokio::test]
async fn rejected_media_type_of_bytes_names_the_declared_ones() {
    let api = TestApi::new(routes()).await;
    let patch = api.anonymous().patch("/invoice").body(PDF, BYTES);
    let response = patch.send().await;
    assert_eq!(response.header("accept-patch"), Some("application/pdf"));
    let problem: serde_json::Value = response.json();
    assert_eq!(
        problem["detail"],
        "the `Content-Type` must be `application/pdf`"
    );
    // a label that the type does not declare is no matter if there are no bytes
    let empty = api.anonymous().post("/picture").body("", BYTES);
    assert_eq!(empty.send().await.text(), "none");
}

#[tokio::test]
async fn rules_apply_to_bytes_of_a_declared_media_type() {
    let api = TestApi::new(routes()).await;
    let pdf = "application/pdf";
    for (content, status) in [
        (b"%PDF-".to_vec(), 200),
        (b"%PDF".to_vec(), 422),
        (b"MZ-not-a-pdf".to_vec(), 422),
        ([PDF, &[0; 992]].concat(), 200),
        ([PDF, &[0; 993]].concat(), 422),
    ] {
        let request = api.anonymous().put("/invoice").body(content, pdf);
        assert_eq!(request.send().await.status(), status);
    }
}

#[test]
fn inventory_has_the_declared_media_types_of_bytes() {
    let routes = routes();
    let inventory = routes.inventory();
    for (path, expected) in [
        ("/invoice", &["application/pdf"][..]),
        ("/picture", &["image/png", "image/svg+xml"]),
        ("/document", &[BYTES]),
    ] {
        let mut found = inventory.routes().iter();
        let route = found.find(|route| route.path() == path).unwrap();
        let types: Vec<_> = route.inputs().map(|input| input.media_types()).collect();
        assert_eq!(types, [expected], "{path}");
    }
}
