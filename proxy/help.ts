/** What `banyan proxy --help` and `node dist/proxy/server.js --help` print. */
export const HELP = `The routing proxy in front of a monolith: banyan proxy, or node node_modules/banyan-strangler/dist/proxy/server.js.
It is configured by environment variables only:

  LEGACY_URL        required: where the monolith listens, for example http://127.0.0.1:3000
  LAMBDA_URL        API Gateway's URL with the stage; required once any route is not on legacy
  LAMBDA_ENDPOINT_TYPE  (gateway.endpointType of banyan.config.ts) edge, regional or private: its limits on URL and headers
  LEGACY_CA_FILE, LEGACY_CERT_FILE, LEGACY_KEY_FILE, LEGACY_SERVER_NAME  for an https LEGACY_URL: certificates to trust instead of
                    the usual ones, client certificate and key (PEM), and the name expected instead of the URL's host
  LAMBDA_CA_FILE, LAMBDA_CERT_FILE, LAMBDA_KEY_FILE, LAMBDA_SERVER_NAME  the same for LAMBDA_URL
  ROUTES_FILE       (routes of banyan.config.ts, else banyan/routes.yml) the route table: a path, or s3://bucket/key; without a file at
                    the default place everything goes to legacy; S3_ENDPOINT is for a local S3
  BANYAN_CONFIG     (banyan.config.ts in the working directory, if there is one) the file with what is particular to the monolith
  HOST, PORT        (127.0.0.1, 8080) where to listen
  TRUSTED_HOPS      (trustedHops of banyan.config.ts, else 0) proxies and load balancers in front; 0: X-Forwarded-* from clients is dropped
  DRAIN_DELAY       (0) seconds to keep serving after SIGTERM
  LEGACY_TIMEOUT    (0) seconds until legacy's headers; 0: no limit
  LAMBDA_TIMEOUT    (30) seconds until API Gateway's headers
  MONGODB_URI       the monolith's database: sessions for canary, run-time overrides, ledger
  SESSION_SECRET    the monolith's; for canary, signed headers and shadow copies
  OVERRIDES_FILE    snapshot of the run-time overrides, for starting without MongoDB
  KILL_SWITCH_FILE  while it exists, all listed routes are on legacy
  ADMIN_HOST, ADMIN_PORT  (127.0.0.1, 8081) dashboard and /metrics
  ADMIN_TOKENS      name=token may make changes, name:read=token is read-only; separated by commas
  LEGACY_VERSION, LAMBDA_VERSION  (unversioned) builds that the evidence belongs to
  INSTANCE_NAME     (the host's name) identifies this proxy in reasons
  GUARD_WEBHOOK_URL receives a JSON POST for every route that the guard rolls back
  GUARD_SNS_TOPIC_ARN  SNS topic that receives the same; SNS_ENDPOINT names a local one
  RECORD_DIR, RECORD_MAX_MB  folder for recordings of routes with "record", and its size limit
  MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS  (10000; 1000, and 0, no limit, with TRUSTED_HOPS) open connections of clients
  MAX_PIPELINED     (4) requests in flight per connection; the rest stays unread meanwhile
  MAX_HEADER_BYTES  (16384) request line and headers; beyond: 431
  HEADERS_TIMEOUT, REQUEST_TIMEOUT  (60, 3600) seconds to receive a request's head, and the whole request; then 408
  CLIENT_TIMEOUT    (60) seconds that a client may stall while sending a body or reading an answer; 0: no limit
  MAX_UPSTREAM_CONNECTIONS  (1000) to legacy, and to API Gateway, one client half of them; event streams and transfers over a second do not count
  MAX_QUEUE, QUEUE_TIMEOUT  (1000, 5) requests that wait for such a connection, and for how many seconds; beyond: 503
  UPSTREAM_MAX_AGE, UPSTREAM_MAX_REQUESTS  (60, 10000) seconds and requests after which such a connection is replaced; 0: no limit
  LOG_LEVEL         (info)

SIGHUP reloads the route table, SIGUSR2 turns the kill switch on, SIGTERM drains and exits. Details: proxy/README.md.
`;
