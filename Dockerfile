# The proxy, and the `banyan` command (node dist/proxy/cli/main.js). Mount your route table over /app/proxy/routes.yml, or point ROUTES_FILE to it.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY proxy/routes.yml proxy/routes.empty.yml ./proxy/
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=2s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT)+'/.banyan/livez').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Node itself is process 1 and gets SIGTERM: give it DRAIN_DELAY plus 30 s before SIGKILL.
CMD ["node", "dist/proxy/server.js"]
