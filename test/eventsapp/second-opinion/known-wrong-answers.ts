/** A route test that serverless-offline does not pass because it is no API Gateway. */
export interface KnownWrongAnswer {
  /** The test's full name. */
  readonly test: string;
  /** What the failure must say: a test that fails for another reason is news. */
  readonly fails: RegExp;
  readonly why: string;
}

/** Of serverless-offline 14.8.2. What is here must differ: an entry that no longer does fails the run. */
export const KNOWN_WRONG_ANSWERS: readonly KnownWrongAnswer[] = [
  {
    test: 'who is asking http every 401 is the monolith’s own',
    fails: /"statusCode\\*":401,\\*"error\\*":\\*"Unauthorized/,
    why:
      'It does not read gateway responses (AWS::ApiGateway::GatewayResponse): when an authorizer refuses, the client gets a ' +
      'page of its own. That the packaged template has ours is tested on the template, that they are the monolith’s by the local gateway.',
  },
  {
    test: 'who is asking http the renewed cookie is written as express-session writes it',
    fails: /Max-Age=\d+; Expires=.*; HttpOnly; SameSite=Lax; Path=\//,
    why:
      'It parses Set-Cookie and writes it anew in its own order, with a Max-Age that was not there. API Gateway hands ' +
      'multiValueHeaders on as they are.',
  },
];
