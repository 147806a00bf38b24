/**
 * On a function's answer without a type, which API Gateway gives the type `application/json`: whoever passes the answer on takes that back.
 * Never for the client.
 */
export const UNTYPED_HEADER = 'x-banyan-untyped';
