# syntax=docker/dockerfile:1
# The same as `npm run image`, which needs no Docker, but for what Debian's own image of Node brings along.
FROM node:24-trixie-slim AS build
WORKDIR /src
COPY . .
RUN npm ci && npm run build

FROM node:24-trixie-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git tini \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -m 1777 /data
COPY --from=build /src/dist /usr/local/lib/millrace
RUN ln -s ../lib/millrace/millrace.js /usr/local/bin/millrace \
 && ln -s ../lib/millrace/millrace.js /usr/local/bin/flux
ENV HOME=/tmp
WORKDIR /
USER 65534:65534
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/millrace"]
LABEL org.opencontainers.image.title="Millrace" \
      org.opencontainers.image.description="A GitOps toolkit for Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0"
