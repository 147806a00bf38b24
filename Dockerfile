# The proxy, and the `banyan` command (node /banyan/dist/proxy/cli/main.js), for any configuration: mount or copy a project's files
# (banyan.config.ts, banyan/routes.yml) into /banyan/project. Without them everything goes to LEGACY_URL.
FROM node:24.21.0-slim AS build
WORKDIR /banyan
COPY . .
RUN npm ci --ignore-scripts
# The SDK for ROUTES_FILE=s3://... and GUARD_SNS_TOPIC_ARN is an optional peer; an image for any configuration has it.
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts \
  && npm install --no-save --omit=dev --ignore-scripts $(node -p "const { devDependencies: d } = require('./package.json'); ['@aws-sdk/client-s3', '@aws-sdk/client-sns'].map((name) => name + '@' + d[name]).join(' ')")

FROM node:24.21.0-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
COPY --from=build /banyan/package.json /banyan/
COPY --from=build /banyan/node_modules /banyan/node_modules
COPY --from=build /banyan/dist /banyan/dist
# Below the packages, so that banyan.config.ts can import them.
WORKDIR /banyan/project
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=2s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT)+'/.banyan/livez').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Node itself is process 1 and gets SIGTERM: give it DRAIN_DELAY plus 30 s before SIGKILL.
CMD ["node", "/banyan/dist/proxy/server.js"]
