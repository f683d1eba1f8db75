//! Properties that take a credential, of types that the model has no place for
//! and beside what the other mappings read.

use super::Declared;
use crate::model::Snapshot;
use crate::source::node::Node;

/// Paths through properties by type; a list stands for all its items.
///
/// Source: CloudFormation template reference, "Resource and property reference".
const PROPERTIES: &[(&str, &[&str])] = &[
    ("AWS::AmazonMQ::Broker", &["LdapServerMetadata", "ServiceAccountPassword"]),
    ("AWS::AmazonMQ::Broker", &["Users", "Password"]),
    ("AWS::Amplify::App", &["AccessToken"]),
    ("AWS::Amplify::App", &["BasicAuthConfig", "Password"]),
    ("AWS::Amplify::App", &["OauthToken"]),
    ("AWS::Amplify::Branch", &["BasicAuthConfig", "Password"]),
    ("AWS::ApiGateway::ApiKey", &["Value"]),
    ("AWS::AppStream::DirectoryConfig", &["ServiceAccountCredentials", "AccountPassword"]),
    ("AWS::CodeBuild::SourceCredential", &["Token"]),
    ("AWS::CodePipeline::Pipeline", &["Stages", "Actions", "Configuration", "OAuthToken"]),
    ("AWS::CodePipeline::Webhook", &["AuthenticationConfiguration", "SecretToken"]),
    ("AWS::Cognito::UserPoolIdentityProvider", &["ProviderDetails", "client_secret"]),
    ("AWS::Connect::User", &["Password"]),
    ("AWS::DirectoryService::MicrosoftAD", &["Password"]),
    ("AWS::DirectoryService::SimpleAD", &["Password"]),
    ("AWS::DMS::Endpoint", &["MongoDbSettings", "Password"]),
    ("AWS::DMS::Endpoint", &["Password"]),
    ("AWS::DocDB::DBCluster", &["MasterUserPassword"]),
    ("AWS::DocDBElastic::Cluster", &["AdminUserPassword"]),
    ("AWS::EC2::VPNConnection", &["VpnTunnelOptionsSpecifications", "PreSharedKey"]),
    ("AWS::ElastiCache::User", &["AuthenticationMode", "Passwords"]),
    ("AWS::ElastiCache::User", &["Passwords"]),
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        &["DefaultActions", "AuthenticateOidcConfig", "ClientSecret"],
    ),
    (
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        &["Actions", "AuthenticateOidcConfig", "ClientSecret"],
    ),
    ("AWS::EMR::Cluster", &["KerberosAttributes", "ADDomainJoinPassword"]),
    ("AWS::EMR::Cluster", &["KerberosAttributes", "CrossRealmTrustPrincipalPassword"]),
    ("AWS::EMR::Cluster", &["KerberosAttributes", "KdcAdminPassword"]),
    ("AWS::Events::Connection", &["AuthParameters", "ApiKeyAuthParameters", "ApiKeyValue"]),
    ("AWS::Events::Connection", &["AuthParameters", "BasicAuthParameters", "Password"]),
    (
        "AWS::Events::Connection",
        &["AuthParameters", "OAuthParameters", "ClientParameters", "ClientSecret"],
    ),
    ("AWS::FSx::FileSystem", &["OntapConfiguration", "FsxAdminPassword"]),
    (
        "AWS::FSx::FileSystem",
        &["WindowsConfiguration", "SelfManagedActiveDirectoryConfiguration", "Password"],
    ),
    ("AWS::FSx::StorageVirtualMachine", &["SvmAdminPassword"]),
    ("AWS::Glue::Connection", &["ConnectionInput", "ConnectionProperties", "PASSWORD"]),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        &["HttpEndpointDestinationConfiguration", "EndpointConfiguration", "AccessKey"],
    ),
    ("AWS::KinesisFirehose::DeliveryStream", &["RedshiftDestinationConfiguration", "Password"]),
    ("AWS::KinesisFirehose::DeliveryStream", &["SplunkDestinationConfiguration", "HECToken"]),
    ("AWS::Lambda::Permission", &["EventSourceToken"]),
    ("AWS::Lightsail::Database", &["MasterUserPassword"]),
    (
        "AWS::ManagedBlockchain::Member",
        &[
            "MemberConfiguration",
            "MemberFrameworkConfiguration",
            "MemberFabricConfiguration",
            "AdminPassword",
        ],
    ),
    ("AWS::MemoryDB::User", &["AuthenticationMode", "Passwords"]),
    ("AWS::Pinpoint::ADMChannel", &["ClientSecret"]),
    ("AWS::Pinpoint::APNSChannel", &["PrivateKey"]),
    ("AWS::Pinpoint::APNSChannel", &["TokenKey"]),
    ("AWS::Pinpoint::BaiduChannel", &["SecretKey"]),
    ("AWS::Pinpoint::GCMChannel", &["ApiKey"]),
    ("AWS::QuickSight::DataSource", &["Credentials", "CredentialPair", "Password"]),
    ("AWS::RDS::DBInstance", &["TdeCredentialPassword"]),
    ("AWS::Redshift::Cluster", &["MasterUserPassword"]),
    ("AWS::RedshiftServerless::Namespace", &["AdminUserPassword"]),
];

/// Records the credentials among the properties of a resource.
pub(super) fn declare(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    for (_, path) in PROPERTIES.iter().filter(|(kind, _)| *kind == declared.kind) {
        at(declared, snapshot, path, &declared.properties, &[]);
    }
}

/// Records the credentials at a path below `node`, which stands at `above`.
fn at(
    declared: &Declared<'_>,
    snapshot: &mut Snapshot,
    path: &[&str],
    node: &Node,
    above: &[&str],
) {
    let [name, below @ ..] = path else { return };
    let here: Vec<&str> = above.iter().copied().chain([*name]).collect();
    for item in node.get(name).map(Node::items).unwrap_or_default() {
        match below {
            [] => declared.credential(snapshot, &here.join("."), Some(item)),
            _ => at(declared, snapshot, below, item, &here),
        }
    }
}
