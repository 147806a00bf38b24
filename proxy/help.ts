/** What `node dist/proxy/server.js --help` prints. */
export const HELP = `node dist/proxy/server.js: the routing proxy in front of a monolith. It takes no arguments, only variables.

  LEGACY_URL        required: where the monolith listens, for example http://127.0.0.1:3000
  LAMBDA_URL        API Gateway's URL with the stage; required once a route is not on legacy
  ROUTES_FILE       (proxy/routes.yml) the route table; proxy/routes.empty.yml sends everything to legacy
  HOST, PORT        (127.0.0.1, 8080) where to listen
  TRUSTED_HOPS      (0) proxies and load balancers in front; 0: X-Forwarded-* of clients is not believed
  DRAIN_DELAY       (0) seconds to serve on after SIGTERM
  LEGACY_TIMEOUT    (0) seconds until legacy's headers; 0: no limit
  LAMBDA_TIMEOUT    (30) seconds until API Gateway's headers
  LOG_LEVEL         (info)

SIGHUP loads the route table again, SIGTERM drains and ends. proxy/README.md says more.
`;
