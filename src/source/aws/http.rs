//! One pool of connections for all services and regions. A client that makes its
//! own reads the trusted certificates again: for an account in many regions,
//! hundreds of times.

use std::sync::OnceLock;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// What all clients of a session connect by: as each would alone, with the
/// platform's certificates and the proxy that the environment names. The first
/// client's timeouts count, so it is for clients that have the same.
pub(super) fn shared() -> SharedHttpClient {
    let connector: OnceLock<SharedHttpConnector> = OnceLock::new();
    http_client_fn(move |settings, components| {
        connector.get_or_init(|| SharedHttpConnector::new(connect(settings, components))).clone()
    })
}

fn connect(settings: &HttpConnectorSettings, components: &RuntimeComponents) -> Connector {
    let mut builder: ConnectorBuilder = Connector::builder();
    builder.set_connector_settings(Some(settings.clone()));
    builder.set_sleep_impl(components.sleep_impl());
    builder
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .proxy_config(ProxyConfig::from_env())
        .build()
}
