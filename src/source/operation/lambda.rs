//! The calls for Lambda.

use super::operations;

operations! {
    LIST_FUNCTIONS = "lambda:ListFunctions" fills ["lambda_functions"];
    LIST_FUNCTION_URL_CONFIGS = "lambda:ListFunctionUrlConfigs" fills ["lambda_functions/urls"];
    GET_POLICY = "lambda:GetPolicy" fills ["lambda_functions/policy"];
    LIST_TAGS = "lambda:ListTags" fills ["lambda_functions/tags"];
}
