# METADATA
# title: Secrets are open to their own account only
# description: >-
#   A resource policy on a secret can let another account, or everyone, read it,
#   whatever the roles of its own account may do. Accounts that the profile
#   trusts are allowed.
# related_resources:
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
# custom:
#   id: secrets-policy
#   severity: critical
#   subject: [secrets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - secrets.access.public
#     - secrets.access.foreign_grants
#   architecture: ["2D"]
#   remediation:
#     summary: Remove the statement, or name principals of the account only; list accounts that are meant in the profile's trusted_accounts.
#     cloudformation: |
#       Type: AWS::SecretsManager::ResourcePolicy
#       Properties:
#         BlockPublicPolicy: true
#         SecretId: !Ref DatabaseSecret
#         ResourcePolicy:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Principal: {AWS: !GetAtt TaskRole.Arn}
#               Action: secretsmanager:GetSecretValue
#               Resource: "*"
#     terraform: |
#       resource "aws_secretsmanager_secret_policy" "database" {
#         secret_arn          = aws_secretsmanager_secret.database.arn
#         block_public_policy = true
#         policy              = data.aws_iam_policy_document.secret.json
#       }
#     cli: |
#       aws secretsmanager put-resource-policy --secret-id NAME --resource-policy file://policy.json --block-public-policy
#   frameworks:
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6"]
#     pci-dss-4.0: ["7.2.1"]
#     soc2: ["CC6.1", "CC6.3"]
#     well-architected: ["SEC03-BP07"]
package audit.secrets_policy

import data.audit.lib.grants

deny contains object.union({"subject": ["secrets", id]}, finding) if {
	some id, secret in input.secrets
	some finding in grants.public("secrets", id, secret.access)
}

deny contains object.union({"subject": ["secrets", id]}, finding) if {
	some id, secret in input.secrets
	some finding in grants.foreign("secrets", id, secret.access)
}
