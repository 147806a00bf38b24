# The proxy and the `banyan` command, for any configuration: mount or copy a project's files (banyan.config.ts, banyan/routes.yml) into
# /banyan/project. Without them everything goes to LEGACY_URL.
FROM node:24.21.0-slim AS build
WORKDIR /source
COPY . .
RUN npm ci --ignore-scripts && mkdir /packed && npm pack --pack-destination /packed \
  # For ROUTES_FILE=s3://..., GUARD_SNS_TOPIC_ARN and OTEL_EXPORTER_OTLP_ENDPOINT: optional peers, which an image for any configuration has.
  && node -p "const { devDependencies: d } = require('./package.json'); Object.keys(d).filter((name) => /^@aws-sdk\/client-s(3|ns)$|^@opentelemetry\//.test(name)).map((name) => name + '@' + d[name]).join(' ')" > /packed/peers

FROM node:24.21.0-slim
WORKDIR /banyan
RUN --mount=from=build,source=/packed,target=/packed npm install --ignore-scripts /packed/*.tgz $(cat /packed/peers)
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 PATH=/banyan/node_modules/.bin:$PATH
# Below the packages, so that banyan.config.ts can import them.
WORKDIR /banyan/project
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=2s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT)+'/.banyan/livez').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Node itself is process 1 and gets SIGTERM: give it DRAIN_DELAY plus 30 s before SIGKILL.
CMD ["node", "/banyan/node_modules/banyan-strangler/dist/proxy/server.js"]
