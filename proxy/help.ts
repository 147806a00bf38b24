/** What `banyan proxy --help` and `node dist/proxy/server.js --help` print. */
export const HELP = `The routing proxy in front of a monolith: banyan proxy, or node node_modules/banyan-strangler/dist/proxy/server.js.
It is configured by environment variables only (defaults in parentheses):

  LEGACY_URL        required: where the monolith listens, for example http://127.0.0.1:3000
  LAMBDA_URL        API Gateway's URL with the stage; required once any route leaves legacy
  LAMBDA_ENDPOINT_TYPE  (gateway.endpointType of banyan.config.ts) edge, regional or private: sets the limits on URL and headers
  LEGACY_CA_FILE, LEGACY_CERT_FILE, LEGACY_KEY_FILE, LEGACY_SERVER_NAME  for an https LEGACY_URL: certificates to trust instead of
                    the usual ones, client certificate and key (PEM), and the name expected instead of the URL's host
  LAMBDA_CA_FILE, LAMBDA_CERT_FILE, LAMBDA_KEY_FILE, LAMBDA_SERVER_NAME  the same for LAMBDA_URL
  ROUTES_FILE       (routes of banyan.config.ts, else banyan/routes.yml) the route table: a path, or s3://bucket/key (S3_ENDPOINT for a
                    local S3); if unset and the default file is missing, everything goes to legacy
  BANYAN_CONFIG     (banyan.config.ts in the working directory, if any) the monolith's particulars
  HOST, PORT        (127.0.0.1, 8080) where to listen
  TRUSTED_HOPS      (trustedHops of banyan.config.ts, else 0) proxies and load balancers in front; 0 drops X-Forwarded-* from clients
  DRAIN_DELAY       (0) seconds to keep serving after SIGTERM
  LEGACY_TIMEOUT    (0) seconds to wait for legacy's headers; 0: no limit
  LAMBDA_TIMEOUT    (30) seconds to wait for API Gateway's headers
  MONGODB_URI       the monolith's database: sessions for canary, run-time overrides, ledger
  SESSION_SECRET    the monolith's; for canary, signed headers and shadow copies
  OVERRIDES_FILE    snapshot of the run-time overrides, for starting without MongoDB
  KILL_SWITCH_FILE  while this file exists, all listed routes go to legacy
  ADMIN_HOST, ADMIN_PORT  (127.0.0.1, 8081) dashboard and /metrics
  ADMIN_TOKENS      name=token may make changes, name:read=token is read-only; separated by commas
  LEGACY_VERSION, LAMBDA_VERSION  (unversioned) builds to which evidence is attributed
  INSTANCE_NAME     (the host's name) identifies this proxy in reasons
  GUARD_WEBHOOK_URL receives a JSON POST for every route that the guard rolls back
  GUARD_SNS_TOPIC_ARN  SNS topic that receives the same; SNS_ENDPOINT names a local one
  OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT  OpenTelemetry collector that spans are sent to, as JSON over HTTP
  OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, OTEL_SDK_DISABLED  as OpenTelemetry says
  RECORD_DIR, RECORD_MAX_MB  folder for recordings of routes with "record", and its size limit
  MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS  (10000; 1000, or with TRUSTED_HOPS 0, no limit) open client connections
  MAX_PIPELINED     (4) requests in flight per connection; the rest stays unread until then
  MAX_HEADER_BYTES  (16384) size of request line and headers; over: 431
  HEADERS_TIMEOUT, REQUEST_TIMEOUT  (60, 3600) seconds to receive a request's head, and the whole request; then 408
  CLIENT_TIMEOUT    (60) seconds that a client may stall while sending a body or reading an answer; 0: no limit
  MAX_UPSTREAM_CONNECTIONS  (1000) to legacy, and as many to API Gateway; one client gets at most half. Event streams and transfers
                    longer than a second do not count
  MAX_QUEUE, QUEUE_TIMEOUT  (1000, 5) requests waiting for an upstream connection, and for how many seconds; over: 503
  UPSTREAM_MAX_AGE, UPSTREAM_MAX_REQUESTS  (60, 10000) seconds and requests after which an upstream connection is replaced; 0: no limit
  LOG_LEVEL         (info)

SIGHUP reloads the route table, SIGUSR2 turns the kill switch on, SIGTERM drains and exits. Details: proxy/README.md.
`;
